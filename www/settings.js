// Where to connect and how: ?realm= and ?serializer= of the address, and the name of the chatter.
// Nothing is sent anywhere; the name stays in this browser's storage.

const query = new URLSearchParams(location.search);
const SERIALIZERS = ['json', 'msgpack'];

export const settings = {
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
  realm: query.get('realm') || 'realm1',
  serializer: SERIALIZERS.includes(query.get('serializer')) ? query.get('serializer') : 'json',
  name: rememberedName(),
};

/** Loads the page again with another serializer: it is agreed in the WebSocket handshake. */
export function chooseSerializer(serializer) {
  location.assign(addressWith('serializer', serializer));
}

/** Loads the page again in another realm. */
export function chooseRealm(realm) {
  location.assign(addressWith('realm', realm));
}

/** The address of this page for a second window, which gets a name of its own. */
export function secondWindowUrl() {
  return `${location.pathname}${location.search}#guest`;
}

/** Remembers the name: for this window, and for the next visit. */
export function rememberName(name) {
  settings.name = name;
  store(() => sessionStorage, name);
  store(() => localStorage, name);
}

function rememberedName() {
  const guest = location.hash === '#guest';
  const name = recall(() => sessionStorage) || (!guest && recall(() => localStorage)) || friendlyName();
  store(() => sessionStorage, name);
  return name;
}

function friendlyName() {
  const pick = (words) => words[Math.floor(Math.random() * words.length)];
  const moods = ['Amber', 'Brisk', 'Calm', 'Curious', 'Gentle', 'Lucky', 'Merry', 'Quiet', 'Sunny', 'Witty'];
  const animals = ['Badger', 'Crane', 'Falcon', 'Heron', 'Lynx', 'Marten', 'Otter', 'Puffin', 'Robin', 'Wren'];
  return `${pick(moods)} ${pick(animals)}`;
}

function addressWith(key, value) {
  const next = new URLSearchParams(location.search);
  next.set(key, value);
  return `${location.pathname}?${next}${location.hash}`;
}

// Storage may be switched off; then the name lasts as long as the page.
function recall(storage) {
  try {
    return storage().getItem('wamp-wasm.name');
  } catch {
    return null;
  }
}

function store(storage, name) {
  try {
    storage().setItem('wamp-wasm.name', name);
  } catch {
    // Nothing to do: see above.
  }
}

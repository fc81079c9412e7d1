// A durable session with a hundred subscriptions that is lost and comes back as often as is asked for, over a WebSocket
// that never leaves the page. One rule: what a cycle leaves behind is left by the client; this side keeps nothing.

const SUBSCRIPTIONS = 100;
const [HELLO, WELCOME, PUBLISH, SUBSCRIBE, SUBSCRIBED, EVENT, CALL, ERROR] = [1, 2, 16, 32, 33, 36, 48, 8];

const memories = [];
const instantiate = ['instantiate', 'instantiateStreaming'];
for (const name of instantiate) {
  const original = WebAssembly[name];
  WebAssembly[name] = async (...parameters) => {
    const made = await original.apply(WebAssembly, parameters);
    memories.push((made.instance ?? made).exports.memory);
    return made;
  };
}

/** The socket of now. */
let socket = null;
/** Told when a socket has answered its last SUBSCRIBE. */
let restored = () => {};

class InPageSocket extends EventTarget {
  protocol = 'wamp.2.json';
  readyState = 0;
  bufferedAmount = 0;
  #subscribed = 0;

  constructor() {
    super();
    socket = this;
    queueMicrotask(() => this.#tell('open'));
  }

  send(text) {
    const message = JSON.parse(text);
    queueMicrotask(() => this.#answer(message));
  }

  #answer([code, request]) {
    if (code === HELLO) this.#deliver([WELCOME, 1, { roles: { broker: {}, dealer: {} } }]);
    if (code === CALL) this.#deliver([ERROR, CALL, request, {}, 'wamp.error.no_such_procedure']);
    if (code !== SUBSCRIBE) return;
    this.#deliver([SUBSCRIBED, request, ++this.#subscribed]);
    if (this.#subscribed === SUBSCRIPTIONS) restored();
  }

  /** An event for each subscription. */
  publish() {
    for (let id = 1; id <= SUBSCRIPTIONS; id++) this.#deliver([EVENT, id, PUBLISH, {}, [id]]);
  }

  #deliver(message) {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }

  #tell(type) {
    this.readyState = type === 'open' ? 1 : 3;
    this.dispatchEvent(type === 'open' ? new Event('open') : Object.assign(new CloseEvent('close', { code: 1006 })));
  }

  /** It breaks, and whatever else is sent goes nowhere. */
  drop() {
    this.#subscribed = SUBSCRIPTIONS;
    this.#tell('close');
  }

  close() {
    this.readyState = 3;
  }
}

const { connect } = await import('/pkg/index.js');
let events = 0;
const session = await connect({
  url: 'ws://in-page.invalid/ws',
  realm: 'realm1',
  WebSocket: InPageSocket,
  serializers: ['json'],
  initial_retry_delay: 0,
  max_retry_delay: 0,
});
const subscriptions = await Promise.all(
  Array.from({ length: SUBSCRIPTIONS }, (_, i) => session.subscribe(`com.example.memory.${i}`, () => (events += 1))),
);

window.memory = {
  /** Loses the session so many times, each time waiting until all is there again. */
  async cycle(count) {
    for (let n = 0; n < count; n++) {
      const all = new Promise((resolve) => (restored = resolve));
      socket.drop();
      await all;
      // What was answered last is told in a turn of its own.
      await new Promise((resolve) => setTimeout(resolve));
      if (!subscriptions.every(({ state }) => state === 'active')) throw new Error(`after ${n + 1} cycles not all handlers are back`);
      events = 0;
      socket.publish();
      await new Promise((resolve) => setTimeout(resolve));
      if (events !== SUBSCRIPTIONS) throw new Error(`after ${n + 1} cycles ${events} of ${SUBSCRIPTIONS} events came`);
    }
  },

  wasm: () => memories.reduce((total, memory) => total + memory.buffer.byteLength, 0),
};

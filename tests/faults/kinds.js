// The faults, each by name: how often it is chosen, how long it lasts in ms, and what it does to the way of one session.
// One rule: nothing here does what TCP cannot do. A frame that is left out or changed is followed by the end of the connection.

/** Longer than it takes the heartbeat to give a connection up. */
const DEAD = [2200, 3000];
const SHORT = [150, 600];
const LONG = [300, 1200];

/** Answers, a second one of which is one too many. An EVENT that comes twice is two events to everybody. */
const ANSWERS = ['[50,', '[17,'];
const MALFORMED = ['[36,1', '{}', '[36]', '[]', '"text"', '[36,"x",1,{}]', '[999,1]', '[2,1,{}]', 'x'.repeat(300)];
const REASONS = ['wamp.close.system_shutdown', 'wamp.close.close_realm', 'wamp.close.normal', 'com.example.maintenance'];
const CODES = [1000, 1001, 1002, 1003, 1008, 1011, 1012, 1013, 3000, 4000, 4999];

const way = (name, weight, lasts, begin) => ({ name, weight, lasts, begin });
const direction = (random) => random.one(['up', 'down', 'both']);
const refused = (how) => async (proxy) => {
  if (how === 'closed port') await proxy.listen(false);
  else proxy.refuse(how);
  proxy.cut('reset');
};

/** Of the way of a session: `begin(proxy, random)`, and `end` where that is more than that the proxy is calm again. */
export const ways = [
  way('connection reset', 10, SHORT, (proxy) => proxy.cut('reset')),
  way('connection closed without a close frame', 6, SHORT, (proxy) => proxy.cut('fin')),
  way('half-closed connection', 6, SHORT, (proxy) => proxy.cut('half')),
  way('black hole', 12, DEAD, (proxy, random) => proxy.set({ hole: true }, direction(random))),
  way('connection forgotten by a NAT', 8, DEAD, (proxy) => proxy.forget()),
  way('stall: all comes later', 8, [100, 2500], (proxy, random) => proxy.set({ stall: true }, direction(random))),
  way('latency', 8, LONG, (proxy, random) => proxy.set({ delay: random.between(20, 400), jitter: random.between(0, 100) }, direction(random))),
  way('throttling', 6, LONG, (proxy, random) => proxy.set({ rate: random.between(300, 5000), chunk: random.whole(1, 100) }, direction(random))),
  way('truncation inside a frame', 10, SHORT, (proxy, random) =>
    proxy.onFrame(random.one(['up', 'down']), { what: random.one(['reset', 'fin', 'half']), skip: random.whole(0, 3), share: random.next() })),
  { ...way('dropped frame', 5, SHORT, (proxy, random) => proxy.onFrame('down', { what: 'drop', skip: random.whole(0, 3) })), end: (proxy) => proxy.cut('reset') },
  way('doubled frame', 5, SHORT, (proxy, random) => proxy.onFrame('down', { what: 'double', begins: random.one(ANSWERS) })),
  { ...way('corrupted frame', 5, SHORT, (proxy, random) => proxy.onFrame(random.one(['up', 'down']), { what: 'corrupt', share: random.next() })), end: (proxy) => proxy.cut('reset') },
  way('new connections reset', 4, LONG, refused('reset')),
  way('new connections closed', 4, LONG, refused('fin')),
  way('new connections never answered', 4, LONG, refused('hang')),
  way('closed port', 4, LONG, refused('closed port')),
  way('close code', 8, SHORT, (proxy, random) => proxy.close(random.one(CODES), 'fault')),
  way('malformed message', 6, SHORT, (proxy, random) => proxy.inject(random.one(MALFORMED))),
  way('GOODBYE', 6, SHORT, (proxy, random) => proxy.inject(`[6,{},"${random.one(REASONS)}"]`)),
  way('ABORT', 4, SHORT, (proxy) => proxy.inject('[3,{"message":"fault"},"wamp.error.protocol_violation"]')),
];

/** Of the router, and so of every session: `begin` ends it; `crash`: it says goodbye to nobody. */
export const routers = [
  { name: 'router killed (−9) and started again', weight: 3, lasts: SHORT, crash: true, begin: (router) => router.kill() },
  { name: 'router stopped and started again', weight: 3, lasts: SHORT, crash: false, begin: (router) => router.stop() },
];

// The ways to a router besides a WebSocket of single messages, and whether it is still there, each shown on a router.

import { Inbox, ok, publish, same, soon } from './support.js';

const AREA = 'transports';

/** Events and results in order over two sessions that are joined like this. */
async function works(at, options) {
  const [one, other] = [await at.join(options), await at.join()];
  const events = new Inbox();
  await soon(one.subscribe(at.uri, (args) => events.push(...args)), 'subscription');
  await soon(other.register(`${at.uri}.echo`, (args) => args[0]), 'registration');
  const values = Array.from({ length: 50 }, (_, i) => `n° ${i} – 你好`);
  await Promise.all(values.map((value) => publish(other, at.uri, [value])));
  for (const value of values) same(await events.next('event'), [value], 'event');
  same(await soon(Promise.all(values.map((value) => one.call(`${at.uri}.echo`, [value]))), 'results'), values, 'results');
}

export const transports = [
  {
    area: AREA,
    name: 'batched subprotocol',
    run: (at) => works(at, { transports: [{ type: 'websocket', url: at.url, protocols: [`wamp.2.${at.serializer}.batched`], batch_separator: at.batch_separator }] }),
  },
  {
    area: AREA,
    name: 'long-poll',
    run: (at) => works(at, { transports: [{ type: 'longpoll', url: at.longpoll, protocols: [`wamp.2.${at.serializer}`] }] }),
  },
  {
    area: AREA,
    name: 'long-poll, batched',
    run: (at) => works(at, { transports: [{ type: 'longpoll', url: at.longpoll, protocols: [`wamp.2.${at.serializer}.batched`], batch_separator: at.batch_separator }] }),
  },
  {
    area: AREA,
    name: 'a transport that is down before one that is not',
    run: (at) => works(at, { transports: [{ type: 'websocket', url: 'ws://127.0.0.1:9/ws' }, { type: 'websocket', url: at.url }] }),
  },
  {
    area: AREA,
    name: 'heartbeat and round trip',
    async run(at) {
      let probes = 0;
      const told = new Inbox();
      const trace = (entry) => entry.probe && entry.direction === 'received' && told.push(++probes);
      const session = await at.join({ heartbeat: { interval: 10, timeout: 4000 }, trace });
      same(await told.next('answer to the heartbeat'), [1], 'answers');
      ok((await soon(session.rtt(), 'round trip')) > 0, 'a round trip takes time');
      await publish(session, at.uri, ['hello']);
    },
  },
  {
    area: AREA,
    name: 'the router chooses the serializer',
    async run(at) {
      // What is offered first is what the router takes, if it can.
      const serializers = [at.serializer, ...['json', 'msgpack', 'cbor'].filter((name) => name !== at.serializer)];
      await works(at, { serializers });
    },
  },
];

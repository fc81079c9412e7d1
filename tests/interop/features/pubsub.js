// The features of publish and subscribe, each shown on a router.

import { Inbox, ok, publish, same, soon } from './support.js';

const AREA = 'publish, subscribe';

/** Events of one session at another: the arguments that arrive, once a last event came. */
async function delivered(at, topic, send, subscribe = {}) {
  const [publisher, subscriber] = [await at.join(), await at.join()];
  const events = new Inbox();
  await soon(subscriber.subscribe(topic, (args, _, event) => events.push(args[0], event), subscribe), 'subscription');
  await send({ publisher, subscriber, publish: (what, options) => publish(publisher, topic, [what], options) });
  await publish(publisher, topic, ['last']);
  const arrived = [];
  for (let args; (args = (await events.next('last event'))[0]) !== 'last'; ) arrived.push(args);
  return arrived;
}

/** A pattern gets the events of the topics that it matches, and each says which. */
async function matched(at, match, pattern, topics, others) {
  const [publisher, subscriber] = [await at.join(), await at.join()];
  const events = new Inbox();
  await soon(subscriber.subscribe(pattern, (args, _, event) => events.push(args[0], event.topic), { match }), 'subscription');
  for (const topic of [...others, ...topics]) await publish(publisher, topic, [topic]);
  for (const topic of topics) same(await events.next(`event of ${topic}`), [topic, topic], 'event');
}

export const pubsub = [
  {
    area: AREA,
    name: 'acknowledged publish',
    async run(at) {
      const session = await at.join();
      const { id } = await publish(session, at.uri, [1]);
      ok(Number.isSafeInteger(id) && id > 0, `the publication's id is ${id}`);
    },
  },
  {
    area: AREA,
    name: 'publisher exclusion',
    async run(at) {
      const session = await at.join();
      const events = new Inbox();
      await session.subscribe(at.uri, (args) => events.push(args[0]));
      await publish(session, at.uri, ['not mine']);
      await publish(session, at.uri, ['mine'], { exclude_me: false });
      same(await events.next('event of its own'), ['mine']);
    },
  },
  {
    area: AREA,
    name: 'black and white lists: sessions',
    async run(at) {
      const arrived = await delivered(at, at.uri, async ({ publisher, subscriber, publish }) => {
        await publish('excluded', { exclude: [subscriber.id] });
        await publish('not eligible', { eligible: [publisher.id] });
        await publish('eligible', { eligible: [subscriber.id] });
        await publish('not excluded', { exclude: [publisher.id] });
      });
      same(arrived, ['eligible', 'not excluded'], 'what arrived');
    },
  },
  {
    area: AREA,
    name: 'black and white lists: authid, authrole',
    async run(at) {
      const arrived = await delivered(at, at.uri, async ({ subscriber, publish }) => {
        const { authid, authrole } = subscriber.details;
        await publish('excluded by authid', { exclude_authid: [authid] });
        await publish('excluded by authrole', { exclude_authrole: [authrole] });
        await publish('not eligible', { eligible_authrole: ['nobody'] });
        await publish('eligible', { eligible_authid: [authid], eligible_authrole: [authrole] });
      });
      same(arrived, ['eligible'], 'what arrived');
    },
  },
  {
    area: AREA,
    name: 'publisher identification',
    async run(at) {
      const topic = at.disclosed(at.uri);
      const [publisher, subscriber] = [await at.join(), await at.join()];
      const events = new Inbox();
      await subscriber.subscribe(topic, (_, __, event) => events.push(event.publisher));
      await publish(publisher, topic, [1], { disclose_me: true });
      same(await events.next('event'), [publisher.id], 'the publisher');
    },
  },
  {
    area: AREA,
    name: 'pattern-based subscription: prefix',
    run: (at) => matched(at, 'prefix', at.uri, [`${at.uri}.a`, `${at.uri}.b.c`], ['com.example.other']),
  },
  {
    area: AREA,
    name: 'pattern-based subscription: wildcard',
    run: (at) => matched(at, 'wildcard', `${at.uri}..end`, [`${at.uri}.a.end`, `${at.uri}.b.end`], [`${at.uri}.a.other`, `${at.uri}.a.b.end`]),
  },
  {
    area: AREA,
    name: 'several handlers of one topic',
    async run(at) {
      const [publisher, subscriber] = [await at.join(), await at.join()];
      const events = new Inbox();
      const handlers = await Promise.all(['one', 'two', 'three'].map((name) => subscriber.subscribe(at.uri, (args) => events.push(name, args[0]))));
      await publish(publisher, at.uri, ['first']);
      for (const name of ['one', 'two', 'three']) same(await events.next(), [name, 'first']);
      same(await soon(handlers[1].unsubscribe(), 'end of a handler'), false, 'whether it was the last');
      await publish(publisher, at.uri, ['second']);
      for (const name of ['one', 'three']) same(await events.next(), [name, 'second']);
      await handlers[0].unsubscribe();
      same(await soon(handlers[2].unsubscribe(), 'end of the subscription'), true, 'whether it was the last');
    },
  },
  {
    area: AREA,
    name: 'event retention',
    async run(at) {
      const [publisher, subscriber] = [await at.join(), await at.join()];
      await publish(publisher, at.uri, ['old'], { retain: true });
      await publish(publisher, at.uri, ['kept'], { retain: true });
      await publish(publisher, at.uri, ['not kept']);
      const events = new Inbox();
      await soon(subscriber.subscribe(at.uri, (args, _, event) => events.push(args[0], event.retained), { get_retained: true }), 'subscription');
      same(await events.next('retained event'), ['kept', true]);
      await publish(publisher, at.uri, ['live']);
      same(await events.next('live event'), ['live', false]);
    },
  },
  {
    area: AREA,
    name: 'event history, then live events',
    async run(at) {
      const { topic, pattern, options } = at.kept(at.uri);
      const [publisher, subscriber] = [await at.join(at.history), await at.join(at.history)];
      // Somebody has to get an event for some routers to keep it.
      await subscriber.subscribe(pattern, () => {}, options);
      for (const what of ['one', 'two', 'three']) await publish(publisher, topic, [what]);
      const stream = at.lib.replay(subscriber, pattern, { ...options, history: { limit: 50 } });
      const next = async (what) => {
        // Where a pattern is kept, the events of others are, too.
        for (;;) {
          const { value } = await soon(stream.next(), what);
          if (value.details.topic === topic) return [value.args[0], value.replayed];
        }
      };
      for (const what of ['one', 'two', 'three']) same(await next(`kept event ${what}`), [what, true]);
      await publish(publisher, topic, ['live']);
      same(await next('live event'), ['live', false]);
      await stream.return();
    },
  },
  {
    area: AREA,
    name: 'subscription revocation',
    async run(at) {
      const subscriber = await at.join();
      const subscription = await subscriber.subscribe(at.uri, () => {});
      await at.revoke_subscription(subscriber, subscription.id, 'com.example.revoked');
      same(await soon(subscription.on_unsubscribe, 'revocation'), 'com.example.revoked', 'the reason');
      same(subscription.active, false, 'whether it is active');
      same((await soon(subscriber.subscribe(at.uri, () => {}), 'new subscription')).active, true, 'whether a new one is active');
    },
  },
  {
    area: AREA,
    name: 'URI prefixes',
    async run(at) {
      const [publisher, subscriber] = [await at.join(), await at.join()];
      subscriber.prefix('here', at.uri);
      const events = new Inbox();
      await subscriber.subscribe('here:topic', (args) => events.push(args[0]));
      await publish(publisher, `${at.uri}.topic`, ['hello']);
      same(await events.next('event'), ['hello']);
    },
  },
];

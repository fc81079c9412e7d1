// What a router tells about its realm, each part shown on a router.

import { Inbox, ok, publish, refused, same, soon } from './support.js';

const AREA = 'meta API';

export const realm = [
  {
    area: AREA,
    name: 'sessions',
    async run(at) {
      const [watcher, other] = [await at.join(), await at.join()];
      const { sessions } = at.lib.meta(watcher);
      const ids = await soon(sessions.list(), 'list');
      ok(ids.includes(watcher.id) && ids.includes(other.id), `both sessions are among ${ids}`);
      same(await sessions.count(), ids.length, 'the count');
      same((await sessions.get(other.id)).authrole, other.details.authrole, 'the authrole');
      await refused(sessions.get(1), 'wamp.error.no_such_session', 'question');
    },
  },
  {
    area: AREA,
    name: 'sessions that come and go',
    async run(at) {
      const watcher = await at.join();
      const { sessions } = at.lib.meta(watcher);
      const [joins, leaves] = [new Inbox(), new Inbox()];
      await sessions.on_join(({ session }) => joins.push(session));
      await sessions.on_leave((session) => leaves.push(session));
      const other = await at.join();
      const { id } = other;
      for (let came; came !== id; ) [came] = await joins.next('on_join');
      await other.leave();
      for (let went; went !== id; ) [went] = await leaves.next('on_leave');
    },
  },
  {
    area: AREA,
    name: 'killing a session',
    async run(at) {
      const [killer, victim] = [await at.join(), await at.join({ durable: false })];
      const { sessions } = at.lib.meta(killer);
      await soon(sessions.kill(victim.id, { reason: 'com.example.killed', message: 'sorry' }), 'answer');
      same((await soon(victim.closed, 'end of the session')).reason, 'com.example.killed', 'the reason');
    },
  },
  {
    area: AREA,
    name: 'registrations',
    async run(at) {
      const [watcher, callee] = [await at.join(), await at.join()];
      const { registrations } = at.lib.meta(watcher);
      const created = new Inbox();
      await registrations.on_create((session, { uri, id }) => created.push(session, uri, id));
      const registration = await callee.register(at.uri, () => 1, { invoke: 'roundrobin' });
      const { id } = registration;
      for (let event = []; event[1] !== at.uri; ) {
        event = await created.next('on_create');
        if (event[1] === at.uri) same(event, [callee.id, at.uri, id]);
      }
      ok((await registrations.list()).exact.includes(id), 'it is in the list');
      same(await registrations.lookup(at.uri), id, 'what lookup finds');
      same(await registrations.lookup(`${at.uri}.other`), null, 'what lookup finds of another');
      same(await registrations.match(at.uri), id, 'what match finds');
      const { uri, invoke, match } = await registrations.get(id);
      same([uri, invoke, match], [at.uri, 'roundrobin', 'exact'], 'its details');
      same(await registrations.list_callees(id), [callee.id], 'its callees');
      same(await registrations.count_callees(id), 1, 'their number');
      await refused(registrations.get(1), 'wamp.error.no_such_registration', 'question');
    },
  },
  {
    area: AREA,
    name: 'subscriptions',
    async run(at) {
      const [watcher, subscriber] = [await at.join(), await at.join()];
      const { subscriptions } = at.lib.meta(watcher);
      const changes = new Inbox();
      await subscriptions.on_create((session, { uri }) => uri === at.uri && changes.push('create', session));
      await subscriptions.on_subscribe((session, id) => session === subscriber.id && changes.push('subscribe', id));
      await subscriptions.on_unsubscribe((session, id) => session === subscriber.id && changes.push('unsubscribe', id));
      const subscription = await subscriber.subscribe(at.uri, () => {});
      const { id } = subscription;
      same(await changes.next('on_create'), ['create', subscriber.id]);
      same(await changes.next('on_subscribe'), ['subscribe', id]);
      same(await subscriptions.lookup(at.uri), id, 'what lookup finds');
      ok((await subscriptions.match(at.uri)).includes(id), 'match finds it');
      same((await subscriptions.get(id)).uri, at.uri, 'its topic');
      same(await subscriptions.list_subscribers(id), [subscriber.id], 'its subscribers');
      same(await subscriptions.count_subscribers(id), 1, 'their number');
      await subscription.unsubscribe();
      same(await changes.next('on_unsubscribe'), ['unsubscribe', id]);
      await refused(subscriptions.get(id), 'wamp.error.no_such_subscription', 'question');
    },
  },
  {
    area: AREA,
    name: 'testaments',
    async run(at) {
      const [watcher, mortal] = [await at.join(), await at.join()];
      const events = new Inbox();
      await watcher.subscribe(at.uri, (args) => events.push(args[0]));
      const { testaments } = at.lib.meta(mortal);
      await testaments.add(at.uri, ['flushed']);
      await testaments.flush();
      await testaments.add(at.uri, ['kept'], { a: 1 });
      await mortal.leave();
      same(await events.next('testament'), ['kept']);
      await publish(watcher, at.uri, ['last'], { exclude_me: false });
      same(await events.next('last event'), ['last']);
    },
  },
];

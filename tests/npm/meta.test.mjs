// What the meta API sends and makes of the answers; whether history and live events are one stream.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, FeatureNotSupported, StateError, WampError } from '../../pkg/node.js';
import { events, meta, replay } from '../../pkg/meta.js';
import { joined } from './peer.mjs';

const ROLES = {
    broker: { features: { subscription_meta_api: true, session_meta_api: true } },
    dealer: { features: { session_meta_api: true, registration_meta_api: true, testament_meta_api: true } },
};
const join = (t, details = { roles: ROLES }, options = {}) => joined(t, { connect, details, options });

/** Answers the next CALL, and gives what it was without its id. */
async function answer(router, args) {
    const [code, request, options, ...rest] = await router.receive();
    assert.equal(code, 48);
    assert.deepEqual(options, {});
    router.send([50, request, {}, args]);
    return rest;
}

test('each procedure is called as WAMP says, and gives what the router gave', async (t) => {
    const { session, router } = await join(t);
    const { sessions, registrations, subscriptions, testaments } = meta(session);
    const cases = [
        [() => sessions.count(), ['wamp.session.count'], [3], 3],
        [() => sessions.count(['admin']), ['wamp.session.count', [['admin']]], [1], 1],
        [() => sessions.list(), ['wamp.session.list'], [[1, 2]], [1, 2]],
        [() => sessions.get(5), ['wamp.session.get', [5]], [{ session: 5 }], { session: 5 }],
        [() => sessions.kill(5, { reason: 'com.x', message: 'bye' }), ['wamp.session.kill', [5], { reason: 'com.x', message: 'bye' }], [], undefined],
        [() => sessions.kill_by_authid('joe'), ['wamp.session.kill_by_authid', ['joe']], [[5]], [5]],
        [() => sessions.kill_by_authrole('user', { reason: 'com.x' }), ['wamp.session.kill_by_authrole', ['user'], { reason: 'com.x' }], [2], 2],
        [() => sessions.kill_all(), ['wamp.session.kill_all'], [4], 4],
        [() => registrations.list(), ['wamp.registration.list'], [{ exact: [1] }], { exact: [1] }],
        [() => registrations.lookup('com.p'), ['wamp.registration.lookup', ['com.p']], [null], null],
        [() => registrations.lookup('com.', 'prefix'), ['wamp.registration.lookup', ['com.', { match: 'prefix' }]], [7], 7],
        [() => registrations.match('com.p'), ['wamp.registration.match', ['com.p']], [7], 7],
        [() => registrations.get(7), ['wamp.registration.get', [7]], [{ id: 7 }], { id: 7 }],
        [() => registrations.list_callees(7), ['wamp.registration.list_callees', [7]], [[1]], [1]],
        [() => registrations.count_callees(7), ['wamp.registration.count_callees', [7]], [1], 1],
        [() => registrations.remove_callee(7, 1, 'com.x'), ['wamp.registration.remove_callee', [7, 1], { reason: 'com.x' }], [], undefined],
        [() => subscriptions.match('com.t'), ['wamp.subscription.match', ['com.t']], [null], []],
        [() => subscriptions.match('com.t'), ['wamp.subscription.match', ['com.t']], [[8, 9]], [8, 9]],
        [() => subscriptions.list_subscribers(8), ['wamp.subscription.list_subscribers', [8]], [[1]], [1]],
        [() => subscriptions.count_subscribers(8), ['wamp.subscription.count_subscribers', [8]], [1], 1],
        [() => subscriptions.remove_subscriber(8, 1), ['wamp.subscription.remove_subscriber', [8, 1]], [], undefined],
        [() => testaments.add('com.t', ['gone']), ['wamp.session.add_testament', ['com.t', ['gone'], {}]], [1], undefined],
        [
            () => testaments.add('com.t', null, { a: 1 }, { scope: 'detached', exclude_me: false }),
            ['wamp.session.add_testament', ['com.t', [], { a: 1 }], { scope: 'detached', publish_options: { exclude_me: false } }],
            [1],
            undefined,
        ],
        [() => testaments.flush(), ['wamp.session.flush_testaments'], [1], undefined],
    ];
    for (const [call, sent, args, value] of cases) {
        const result = call();
        assert.deepEqual(await answer(router, args), sent);
        assert.deepEqual(await result, value, sent[0]);
    }
});

test('a handler gets the parts of a meta event by name', async (t) => {
    const { session, router } = await join(t);
    const { sessions, registrations, subscriptions } = meta(session);
    const got = [];
    const cases = [
        [() => sessions.on_join((details, event) => got.push([details, event.publication])), 'wamp.session.on_join', [{ session: 5 }], [{ session: 5 }, 21]],
        [() => sessions.on_leave((...call) => got.push(call.slice(0, 2))), 'wamp.session.on_leave', [5, 'joe', 'user'], [5, { authid: 'joe', authrole: 'user' }]],
        [() => registrations.on_create((...call) => got.push(call.slice(0, 2))), 'wamp.registration.on_create', [5, { id: 7 }], [5, { id: 7 }]],
        [() => subscriptions.on_unsubscribe((...call) => got.push(call.slice(0, 2))), 'wamp.subscription.on_unsubscribe', [null, 8], [null, 8]],
    ];
    let id = 10;
    for (const [subscribe, topic, args, expected] of cases) {
        const subscribing = subscribe();
        const [, request, , asked] = await router.receive();
        assert.equal(asked, topic);
        router.send([33, request, ++id], [36, id, 21, {}, args]);
        await subscribing;
        assert.deepEqual(got.pop(), expected);
    }
});

test('what the router does not announce is refused by name, and nothing is sent', async (t) => {
    const { session, router } = await join(t, { roles: { broker: {}, dealer: { features: { session_meta_api: true } } } });
    const { sessions, registrations, subscriptions, testaments } = meta(session);
    for (const [call, role, feature] of [
        [() => registrations.list(), 'dealer', 'registration_meta_api'],
        [() => subscriptions.on_create(() => {}), 'broker', 'subscription_meta_api'],
        [() => testaments.add('com.t'), 'dealer', 'testament_meta_api'],
    ]) {
        await assert.rejects(call(), (error) => {
            assert.ok(error instanceof FeatureNotSupported && error instanceof WampError);
            assert.deepEqual([error.uri, error.role, error.feature], ['wamp.error.feature_not_supported', role, feature]);
            return error.message.includes(feature);
        });
    }
    const count = sessions.count();
    assert.deepEqual(await answer(router, [1]), ['wamp.session.count']);
    assert.equal(await count, 1);
});

test('a wrong argument is a TypeError that names it', async (t) => {
    const { session } = await join(t);
    const { sessions, registrations, testaments } = meta(session);
    assert.throws(() => meta({}), /meta: <session>/);
    for (const [call, text] of [
        [() => sessions.get('5'), /sessions.get: <id>/],
        [() => sessions.count('admin'), /sessions.count: <authroles>/],
        [() => sessions.kill(5, { reason: 1 }), /sessions.kill: <options>.reason/],
        [() => sessions.on_join(), /on_join: <handler>/],
        [() => registrations.lookup(5), /registrations.lookup: <uri>/],
        [() => testaments.add('com.t', 'text'), /testaments.add: <args>/],
        [() => testaments.flush({ scope: 'other' }), /testaments.flush: <options>.scope/],
        [() => events(session, 'com.t'), /events: <subscription>/],
    ]) {
        await assert.rejects(call(), (error) => error instanceof TypeError && text.test(error.message));
    }
});

test('nothing is asked on a session that is over', async (t) => {
    const { session, router } = await join(t);
    const leaving = session.leave();
    await router.goodbye();
    await leaving;
    await assert.rejects(meta(session).sessions.count(), StateError);
});

const spec = (publication, timestamp) => ({ timestamp, subscription: 11, publication, details: { topic: 'com.t' }, args: [publication] });

test('kept events come the oldest first and once, however the router gives them', async (t) => {
    const { session, router } = await join(t);
    const newest = { time_ns: 2_000_000_000_000, publication: 2, topic: 'com.t', authid: 'joe', args: [2], kwargs: null };
    const oldest = { ...newest, time_ns: 1_000_000_000_000, publication: 1, args: null };
    for (const args of [[[newest, newest, oldest]], [[oldest, newest]]]) {
        const asked = events(session, 11, { limit: 10 });
        assert.deepEqual(await answer(router, args), ['wamp.subscription.get_events', [11], { limit: 10 }]);
        const [first, second, ...more] = await asked;
        assert.deepEqual(more, []);
        assert.deepEqual([first.publication, first.topic, first.args, first.kwargs, first.details], [1, 'com.t', [], {}, { authid: 'joe' }]);
        assert.deepEqual([second.publication, second.args, second.timestamp], [2, [2], new Date(2_000_000)]);
    }
    for (const [args, ids] of [[[spec(1, '2026-01-01T00:00:00Z'), spec(2, '2026-01-02T00:00:00Z')], [1, 2]], [[spec(3, '2026-01-01T00:00:00Z')], [3]], [[], []], [[[]], []]]) {
        const asked = events(session, 11);
        await answer(router, args);
        assert.deepEqual((await asked).map(({ publication }) => publication), ids);
    }
});

test('replay gives what was kept and what comes, with no gap and nothing twice', async (t) => {
    const { session, router } = await join(t);
    const stream = replay(session, 'com.t', { match: 'exact', history: { limit: 5 } });
    const first = stream.next();
    const [, request, options] = await router.receive();
    assert.deepEqual(options, { match: 'exact' });
    // Event 2 is published between the two requests: it is kept, and it comes.
    router.send([33, request, 11], [36, 11, 2, {}, [2]], [36, 11, 3, {}, [3]]);
    assert.deepEqual(await answer(router, [[spec(1, '2026-01-01T00:00:00Z'), spec(2, '2026-01-02T00:00:00Z')]]), ['wamp.subscription.get_events', [11], { limit: 5 }]);
    const got = [(await first).value];
    while (got.length < 3) got.push((await stream.next()).value);
    assert.deepEqual(got.map(({ args, details, replayed }) => [args[0], details.publication, details.topic, replayed]), [[1, 1, 'com.t', true], [2, 2, 'com.t', true], [3, 3, 'com.t', false]]);
    await stream.return();
    assert.deepEqual((await router.receive()).slice(2), [11]);
});

test('a replayed event has the topic that was asked for where the router names none', async (t) => {
    const { session, router } = await join(t);
    const stream = replay(session, 'com.t');
    const first = stream.next();
    const [, request] = await router.receive();
    router.send([33, request, 11]);
    await answer(router, [[{ ...spec(1, '2026-01-01T00:00:00Z'), details: {} }]]);
    const { value } = await first;
    assert.deepEqual([value.args, value.details], [[1], { publication: 1, topic: 'com.t' }]);
});

test('a replay that is read too slowly to have no gap ends and says so', async (t) => {
    const { session, router } = await join(t);
    const stream = replay(session, 'com.t', { buffer: 2 });
    const first = stream.next();
    const [, request] = await router.receive();
    router.send([33, request, 11], [36, 11, 2, {}, [2]], [36, 11, 3, {}, [3]], [36, 11, 4, {}, [4]]);
    await answer(router, [[spec(1, '2026-01-01T00:00:00Z')]]);
    assert.equal((await first).value.details.publication, 1);
    await assert.rejects(stream.next(), { name: 'RangeError', message: 'replay: events were dropped: read faster, or raise <options>.buffer' });
    assert.deepEqual((await router.receive()).slice(2), [11]);
});

test('a replay ends with the session, whatever it waits for', async (t) => {
    for (const until of ['subscribed', 'asked', 'live']) {
        const { session, router } = await join(t);
        const stream = replay(session, 'com.t');
        const next = stream.next();
        const [, request] = await router.receive();
        if (until !== 'subscribed') {
            router.send([33, request, 11]);
            if (until === 'live') await answer(router, [[]]);
            else await router.receive();
        }
        router.drop();
        await assert.rejects(next, { name: 'SessionLost' }, until);
        await session.closed;
        assert.deepEqual(await stream.next(), { done: true, value: undefined });
    }
});

test('a replay of a durable session ends with its connection, because events may be missing then', async (t) => {
    const { session, router, peer } = await join(t, undefined, { durable: true, initial_retry_delay: 0 });
    const stream = replay(session, 'com.t');
    const first = stream.next();
    const [, request] = await router.receive();
    router.send([33, request, 11]);
    await answer(router, [[spec(1, '2026-01-01T00:00:00Z')]]);
    assert.equal((await first).value.replayed, true);
    router.drop();
    const other = await peer.connection();
    await other.welcome({ roles: ROLES }, 8);
    const rejected = assert.rejects(stream.next(), { name: 'SessionLost', message: /events may be missing/ });
    const [, again] = await other.receive();
    other.send([33, again, 11], [36, 11, 3, {}, [3]]);
    await rejected;
    assert.deepEqual((await other.receive()).slice(2), [11]);
});

test('a router that keeps nothing ends a replay with its error, and the subscription', async (t) => {
    const { session, router } = await join(t);
    const first = replay(session, 'com.t').next();
    const [, subscribe] = await router.receive();
    router.send([33, subscribe, 11]);
    const [, call] = await router.receive();
    router.send([8, 48, call, {}, 'wamp.error.no_such_procedure']);
    await assert.rejects(first, (error) => error.uri === 'wamp.error.no_such_procedure');
    assert.deepEqual((await router.receive()).slice(2), [11]);
});

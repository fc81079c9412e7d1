// A durable connection: the application keeps its session, its handlers and its endpoints, whatever the network and
// the router do, until it leaves.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, Connection } from '../../pkg/node.js';
import { peerFor, reports, WebSocket } from './peer.mjs';

const OPTIONS = { realm: 'realm1', WebSocket, initial_retry_delay: 0.001, heartbeat: false };

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A durable session of connect(), its router, and the states of its connection as they are told. */
async function durable(t, options = {}) {
    const peer = await peerFor(t);
    const told = [];
    const readers = [];
    const onstatus = (status) => {
        const at = readers.findIndex(({ type }) => type === status.type);
        if (at < 0) told.push(status);
        else readers.splice(at, 1)[0].resolve(status);
    };
    const joining = connect({ ...OPTIONS, url: peer.url, onstatus, ...options });
    const router = await peer.connection();
    await router.welcome();
    const session = await joining;
    told.length = 0;
    return { peer, router, session, told, status: (type) => new Promise((resolve) => readers.push({ type, resolve })) };
}

/** Leaves, and waits for the end. */
async function leave(session, router) {
    const left = session.leave();
    await router.goodbye();
    return left;
}

/** The next session of the same client. */
async function rejoined(peer, session = 8) {
    const router = await peer.connection();
    await router.welcome(undefined, session);
    return router;
}

for (const [how, end] of [
    ['the loss of the connection', (router) => router.drop()],
    ['GOODBYE', (router) => router.send([6, {}, 'wamp.close.system_shutdown'])],
    ['ABORT', (router) => router.send([3, {}, 'wamp.error.authorization_denied'])],
    ['a protocol violation', (router) => router.send('nonsense')],
]) {
    test(`a session from connect survives ${how}, with its subscriptions and registrations`, async (t) => {
        const { peer, router, session, status } = await durable(t, reports());
        const events = [];
        const subscribing = session.subscribe('com.t', ([event]) => events.push(event));
        router.send([33, (await router.receive())[1], 50]);
        await subscribing;
        const registering = session.register('com.p', ([n]) => n + 1);
        router.send([65, (await router.receive())[1], 60]);
        await registering;
        const open = status('open');
        end(router);
        const other = await rejoined(peer);
        assert.deepEqual(await open, { type: 'open', session, restored: true });
        assert.deepEqual([session.isOpen, session.id], [true, 8]);
        assert.deepEqual(await other.receive(), [32, 1, {}, 'com.t']);
        assert.deepEqual(await other.receive(), [64, 2, {}, 'com.p']);
        other.send([33, 1, 51], [65, 2, 61], [36, 51, 1, {}, ['again']], [68, 9, 61, {}, [1]]);
        assert.deepEqual(await other.receive(), [70, 9, {}, [2]]);
        assert.deepEqual(events, ['again']);
        const end2 = await leave(session, other);
        assert.equal(end2.was_open, true);
    });
}

test('a session that is lost again and again is one session, and closed once', async (t) => {
    const { peer, router, session } = await durable(t);
    const statuses = session.status();
    let current = router;
    for (let i = 0; i < 5; i++) {
        current.drop();
        current = await rejoined(peer, 10 + i);
    }
    const seen = [];
    while (seen.length < 16) seen.push((await statuses.next()).value.type);
    assert.deepEqual(seen, ['open', ...Array(5).fill(['waiting', 'connecting', 'open']).flat()]);
    let closed = 0;
    session.closed.then(() => closed++);
    await settled();
    assert.equal(closed, 0);
    await leave(session, current);
    assert.equal((await statuses.next()).value.type, 'closed');
    assert.equal((await statuses.next()).done, true);
});

test('onopen is called once for a durable session, onclose for each attempt', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ ...OPTIONS, url: peer.url, durable: true });
    const calls = [];
    connection.onopen = (session) => calls.push(['onopen', session.id]);
    connection.onclose = (how, { will_retry }) => void calls.push(['onclose', how, will_retry, connection.session !== null]);
    connection.open();
    let router = await rejoined(peer, 1);
    router.drop();
    (await peer.connection()).drop();
    router = await rejoined(peer, 2);
    const statuses = connection.status();
    while ((await statuses.next()).value.type !== 'open');
    const { session } = connection;
    connection.close();
    await router.goodbye();
    await connection.closed;
    assert.deepEqual(calls, [['onopen', 1], ['onclose', 'lost', true, true], ['onclose', 'lost', true, true], ['onclose', 'closed', false, true]]);
    assert.deepEqual([connection.session, session.isOpen], [null, false]);
});

test('leave() between two attempts is the end: the session is closed, and nobody connects', async (t) => {
    const { peer, router, session, status } = await durable(t, { initial_retry_delay: 1000 });
    const waiting = status('waiting');
    router.drop();
    await waiting;
    assert.deepEqual(await session.leave('com.example.enough'), { reason: 'com.example.enough', message: '', was_open: true });
    await settled();
    assert.equal(peer.server.clients.size, 0);
});

test('close() in onclose ends a durable session', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ ...OPTIONS, url: peer.url, durable: true });
    connection.onclose = (_, { will_retry }) => will_retry && connection.close();
    connection.open();
    const router = await peer.connection();
    await router.welcome();
    const session = await new Promise((resolve) => (connection.onopen = resolve));
    router.drop();
    await session.closed;
    assert.deepEqual([(await connection.closed).how, connection.session, connection.isRetrying], ['closed', null, false]);
});

test('an onclose that stops the retries ends a durable session', async (t) => {
    for (const stop of [() => true, async () => true]) {
        const peer = await peerFor(t);
        const connection = new Connection({ ...OPTIONS, url: peer.url, durable: true, initial_retry_delay: 1000 });
        connection.onclose = stop;
        connection.open();
        const router = await peer.connection();
        await router.welcome();
        const session = await new Promise((resolve) => (connection.onopen = resolve));
        router.drop();
        assert.equal((await session.closed).was_open, true);
        assert.deepEqual([connection.session, connection.isRetrying], [null, false]);
    }
});

test('a refusal that would come again ends a durable session with its reason', async (t) => {
    const { peer, router, session } = await durable(t);
    router.drop();
    const other = await peer.connection();
    await other.receive();
    other.send([3, { message: 'gone' }, 'wamp.error.no_such_realm']);
    assert.deepEqual(await session.closed, { reason: 'wamp.error.no_such_realm', message: 'gone', was_open: true });
});

test('max_retries ends a durable session at last', async (t) => {
    const { peer, router, session } = await durable(t, { max_retries: 1 });
    router.drop();
    (await peer.connection()).drop();
    assert.equal((await session.closed).was_open, true);
});

test('a session that could not be joined is the same once it can be', async (t) => {
    const peer = await peerFor(t);
    const joining = connect({ ...OPTIONS, url: peer.url, max_retries: 1 });
    const refusing = await peer.connection();
    await refusing.receive();
    refusing.send([3, {}, 'com.example.busy']);
    const router = await rejoined(peer);
    const session = await joining;
    assert.equal(session.id, 8);
    await leave(session, router);
});

test('open() after the end of a durable session makes a new one', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ ...OPTIONS, url: peer.url, durable: true });
    const sessions = [];
    for (let i = 0; i < 2; i++) {
        const opened = new Promise((resolve) => (connection.onopen = resolve));
        connection.open();
        const router = await rejoined(peer, i + 1);
        sessions.push(await opened);
        connection.close();
        await router.goodbye();
        await connection.closed;
    }
    assert.notEqual(sessions[0], sessions[1]);
});

test('connect with durable: false gives a session that ends with its connection', async (t) => {
    const { router, session } = await durable(t, { durable: false });
    router.drop();
    assert.equal((await session.closed).was_open, true);
});

test('session.reconnect() drops the connection and keeps the session', async (t) => {
    const { peer, router, session, status } = await durable(t, { initial_retry_delay: 1000 });
    const open = status('open');
    session.reconnect();
    await router.closed;
    const other = await rejoined(peer);
    assert.equal((await open).session, session);
    await leave(session, other);
});

test('credentials are asked for at every attempt of a durable session', async (t) => {
    let asked = 0;
    const peer = await peerFor(t);
    const ticket = () => `t${++asked}`;
    const joining = connect({ ...OPTIONS, url: peer.url, auth: { method: 'ticket', authid: 'joe', ticket } });
    let router;
    let session;
    for (const answer of ['t1', 't2']) {
        router?.drop();
        router = await peer.connection();
        await router.receive();
        router.send([4, 'ticket', {}]);
        assert.deepEqual(await router.receive(), [5, answer, {}]);
        router.send([2, 7, { roles: { broker: {} } }]);
        session ??= await joining;
    }
    await leave(session, router);
});

for (const [what, again] of [
    ['session.reconnect()', (connection, session) => session.reconnect()],
    ['close() and open()', (connection) => (connection.close(), connection.open())],
]) {
    test(`${what} in onleave begins one attempt, and leaves no socket behind`, async (t) => {
        const peer = await peerFor(t);
        const connection = new Connection({ ...OPTIONS, url: peer.url, durable: true, initial_retry_delay: 1000 });
        const ends = [];
        connection.onclose = (how, { will_retry }) => void ends.push([how, will_retry]);
        const open = new Promise((resolve) => (connection.onopen = resolve));
        connection.open();
        const router = await peer.connection();
        await router.welcome();
        const session = await open;
        session.onleave = () => {
            session.onleave = undefined;
            again(connection, session);
        };
        router.drop();
        const other = await peer.connection();
        await other.welcome(undefined, 8);
        assert.equal(ends.length, 1, JSON.stringify(ends));
        await settled();
        connection.close();
        await other.goodbye();
        await connection.closed;
    });
}

test('leave() in the middle of a handler is the end also right after reconnect()', async (t) => {
    const { router, session, told } = await durable(t);
    const subscribing = session.subscribe('com.t', () => {
        session.reconnect();
        session.leave();
    });
    await router.receive();
    router.send([33, 1, 11], [36, 11, 1, {}]);
    const subscription = await subscribing;
    assert.equal((await session.closed).was_open, true);
    assert.equal(subscription.state, 'ended');
    await settled();
    assert.deepEqual(told.map(({ type }) => type), ['closed']);
});

test('leave() is the end also when the connection is lost before the router says GOODBYE', async (t) => {
    const { router, session, told } = await durable(t);
    const left = session.leave();
    await router.receive();
    router.drop();
    assert.equal((await left).was_open, true);
    await settled();
    assert.deepEqual(told.map(({ type }) => type), ['closed']);
});

test('a block that left its session already waits for the end', async (t) => {
    const { router, session } = await durable(t);
    const left = session.leave();
    const disposed = session[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
    await router.goodbye();
    await Promise.all([left, disposed]);
});

test('what is asked for in a handler right after reconnect() waits for the next connection', async (t) => {
    const { peer, router, session } = await durable(t, { offline: 'wait' });
    const asked = new Promise((resolve) => {
        session.subscribe('com.t', () => {
            session.reconnect();
            resolve([session.isOpen, session.call('com.p'), session.subscribe('com.u', () => {})]);
        }).catch(() => {});
    });
    await router.receive();
    router.send([33, 1, 11], [36, 11, 1, {}]);
    const [isOpen, calling, subscribing] = await asked;
    const failed = Promise.all([calling, subscribing]);
    assert.equal(isOpen, false);
    const other = await Promise.race([rejoined(peer), failed]);
    assert.deepEqual([await other.receive(), await other.receive(), await other.receive()], [[32, 1, {}, 'com.t'], [48, 2, {}, 'com.p'], [32, 3, {}, 'com.u']]);
    other.send([33, 1, 21], [50, 2, {}, ['answer']], [33, 3, 22]);
    assert.equal((await failed)[0], 'answer');
    await leave(session, other);
});

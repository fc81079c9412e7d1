// What a Connection does when things end: who is told what, what is tried again, and what a callback may
// do in the middle of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, Connection, Session } from '../../pkg/node.js';
import { Core } from '../../pkg/wasm/wamp_wasm.js';
import { joined, peerFor, reports, WebSocket } from './peer.mjs';

/** A connection whose ends are collected; `ends.next()` waits for the next. */
function opened(url, options = {}) {
    const connection = new Connection({ url, realm: 'realm1', WebSocket, initial_retry_delay: 0.001, ...options });
    const ended = [];
    const waiting = [];
    const { onclose } = options;
    connection.onclose = (reason, details) => {
        const end = { reason, details };
        const reader = waiting.shift();
        if (reader) reader(end);
        else ended.push(end);
        return onclose?.(connection);
    };
    const open = new Promise((resolve) => (connection.onopen = resolve));
    connection.open();
    return { connection, open, next: () => (ended.length ? Promise.resolve(ended.shift()) : new Promise((resolve) => waiting.push(resolve))) };
}

/** Everything that was under way has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('close() in onclose stops the retries', async (t) => {
    const peer = await peerFor(t);
    const errors = reports();
    const { connection, next } = opened(peer.url, { onclose: (c) => c.close(), initial_retry_delay: 1000, ...errors });
    (await peer.connection()).drop();
    assert.equal((await next()).details.will_retry, true);
    await settled();
    assert.deepEqual([connection.isRetrying, connection.isConnected, errors.list], [false, false, []]);
});

test('open() in onclose starts anew, without the session that ended', async (t) => {
    const peer = await peerFor(t);
    let again = true;
    const { connection, next } = opened(peer.url, { onclose: (c) => again && ((again = false), c.open()), initial_retry_delay: 1000 });
    let router = await peer.connection();
    await router.welcome();
    router.drop();
    await next();
    router = await peer.connection();
    assert.equal(connection.session, null);
    connection.close();
    await next();
});

test('a router that refuses every session is not asked more often than max_retries says', async (t) => {
    const peer = await peerFor(t);
    const { next } = opened(peer.url, { max_retries: 2 });
    const counts = [];
    for (let i = 0; i < 3; i++) {
        const router = await peer.connection();
        await router.receive();
        router.send([3, {}, 'com.example.busy']);
        counts.push((await next()).details.retry_count);
    }
    assert.deepEqual(counts, [1, 2, null]);
});

test('a session that was open is taken up again, whatever ended it', async (t) => {
    for (const last of [[6, {}, 'wamp.error.not_authorized'], [3, {}, 'wamp.error.authorization_denied'], 'nonsense']) {
        const peer = await peerFor(t);
        const { connection, open, next } = opened(peer.url, { initial_retry_delay: 1000, ...reports() });
        const router = await peer.connection();
        await router.welcome();
        await open;
        router.send(last);
        const { reason, details } = await next();
        assert.deepEqual([reason, details.will_retry], ['closed', true], String(last));
        connection.close();
    }
});

test('a connection that the other side closes in good order is closed, not lost', async (t) => {
    const peer = await peerFor(t);
    const { open, next } = opened(peer.url, { max_retries: 0 });
    const router = await peer.connection();
    await router.welcome();
    await open;
    router.socket.close(1001, 'going away');
    const { reason, details } = await next();
    assert.deepEqual([reason, details.reason, details.message], ['closed', null, 'connection closed with code 1001: going away']);
});

test('connect that is aborted half way says canceled and gives the connection up', async (t) => {
    const peer = await peerFor(t);
    const controller = new AbortController();
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, signal: controller.signal });
    const rejected = assert.rejects(joining, { uri: 'wamp.error.canceled', cause: 'enough' });
    const router = await peer.connection();
    await router.receive();
    controller.abort('enough');
    await rejected;
    assert.equal((await router.receive())[0], 3);
    await router.closed;
});

test('a failure inside settles everything and is the end', async (t) => {
    const errors = reports();
    const { session, router } = await joined(t, { connect, options: errors });
    const call = session.call('com.a');
    const rejected = assert.rejects(call, { name: 'SessionLost', message: /internal error: unreachable/ });
    await router.receive();
    const subscribing = session.subscribe('com.t');
    await router.receive();
    router.send([33, 2, 5]);
    const reading = assert.rejects((await subscribing)[Symbol.asyncIterator]().next(), { name: 'SessionLost' });
    t.mock.method(Core.prototype, 'on_result', () => {
        throw new WebAssembly.RuntimeError('unreachable');
    });
    router.send([50, 1, {}]);
    await Promise.all([rejected, reading]);
    assert.deepEqual(await session.closed, { reason: null, message: 'internal error: unreachable', was_open: true });
    await router.closed;
    assert.deepEqual(errors.list.map(([text]) => text), ['internal error of wamp-wasm:']);
    assert.throws(() => session.call('com.a'), { name: 'StateError' });
});

test('a failure inside while joining is never followed by onopen', async (t) => {
    const peer = await peerFor(t);
    const order = [];
    const { open, next } = opened(peer.url, { max_retries: 0, ...reports() });
    open.then(() => order.push('onopen'));
    const router = await peer.connection();
    await router.receive();
    const { poll } = Core.prototype;
    let polled = 0;
    t.mock.method(Core.prototype, 'poll', function () {
        if (++polled === 2) throw new WebAssembly.RuntimeError('unreachable');
        return poll.call(this);
    });
    router.send([2, 7, { roles: { broker: {} } }]);
    assert.equal((await next()).reason, 'lost');
    await settled();
    assert.deepEqual(order, []);
});

test('wrong options of a Connection are a TypeError that names them', () => {
    for (const [wrong, message] of [
        [{ retry_if_unreachable: 'no' }, '<options>.retry_if_unreachable must be a boolean'],
        [{ max_buffered: 'x' }, '<options>.max_buffered must be a number of at least 0'],
        [{ max_message_size: 0 }, '<options>.max_message_size must be a number of at least 1'],
        [{ authmethods: [5] }, '<options>.authmethods must be an array [] of strings'],
        [{ authextra: 'x' }, '<options>.authextra must be an object {}'],
        [{ serializers: 'json' }, '<options>.serializers must be an array [] and not empty'],
        [{ protocols: ['constructor'] }, "<options>.protocols: 'constructor' is none of wamp.2.json, wamp.2.msgpack, wamp.2.cbor"],
    ]) {
        assert.throws(() => new Connection({ url: 'ws://localhost', realm: 'r', ...wrong }), { name: 'TypeError', message: `Connection: ${message}` });
    }
});

test('transports that autobahn has and this package has not are passed over', async (t) => {
    const peer = await peerFor(t);
    const { connection, open, next } = opened(undefined, { transports: [{ type: 'rawsocket', host: 'localhost', port: 1 }, { type: 'websocket', url: peer.url }] });
    const router = await peer.connection();
    await router.welcome();
    await open;
    assert.equal(connection.transport.info.url, peer.url);
    connection.close();
    await router.goodbye();
    await next();
});

test('close() with a wrong reason is a TypeError and changes nothing', async (t) => {
    const peer = await peerFor(t);
    const { connection, open, next } = opened(peer.url);
    let router = await peer.connection();
    await router.welcome();
    const session = await open;
    assert.throws(() => connection.close('not a uri'), { name: 'TypeError', message: "Connection.close: <reason> must be a URI, not 'not a uri'" });
    assert.throws(() => connection.close(5), { name: 'TypeError', message: 'Connection.close: <reason> must be a string' });
    assert.deepEqual([session.isOpen, router.unread], [true, 0]);
    router.drop();
    assert.equal((await next()).details.will_retry, true);
    router = await peer.connection();
    await router.receive();
    connection.close(null, null);
    assert.equal((await next()).reason, 'closed');
});

test('a Session is not made by applications', () => {
    assert.throws(() => new Session(), { name: 'TypeError', message: 'Session: it is made by a Connection or by connect' });
});

// The Connection object: its callbacks, its reasons, its retries, and what autobahn's gets wrong.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSilentServer } from 'node:net';
import { test } from 'node:test';

import { connect, Connection, StateError } from '../../pkg/node.js';
import { peerFor, reports, WebSocket } from './peer.mjs';

/** A Connection whose callbacks become promises. */
function open(url, options = {}) {
    const connection = new Connection({ url, realm: 'realm1', WebSocket, initial_retry_delay: 0.001, ...options });
    const opened = [];
    const closed = [];
    const waiting = { opened: [], closed: [] };
    const next = (list, name) => (list.length ? Promise.resolve(list.shift()) : new Promise((resolve) => waiting[name].push(resolve)));
    connection.onopen = (session, details) => (waiting.opened.shift() ?? ((x) => opened.push(x)))({ session, details });
    connection.onclose = (reason, details) => {
        (waiting.closed.shift() ?? ((x) => closed.push(x)))({ reason, details, session: connection.session });
        return options.stop?.(reason, details);
    };
    connection.open();
    return { connection, opened: () => next(opened, 'opened'), closed: () => next(closed, 'closed') };
}

test('onopen gets the session and the details with the transport', async (t) => {
    const peer = await peerFor(t);
    const { connection, opened, closed } = open(peer.url);
    assert.equal(connection.isConnected, true);
    assert.throws(() => connection.open(), new StateError('connection already open (or opening)'));
    const router = await peer.connection();
    await router.welcome({ roles: { broker: {} }, realm: 'other', authid: 'joe' });
    const { session, details } = await opened();
    assert.deepEqual(details, { roles: { broker: {} }, realm: 'other', authid: 'joe', transport: { type: 'websocket', url: peer.url, protocol: 'wamp.2.json' } });
    assert.equal(session, connection.session);
    assert.deepEqual([session.realm, connection.isOpen, connection.transport.info.protocol], ['other', true, 'wamp.2.json']);

    connection.close('wamp.close.normal', 'enough');
    assert.deepEqual(await router.goodbye(), [6, { message: 'enough' }, 'wamp.close.normal']);
    const end = await closed();
    assert.equal(end.reason, 'closed');
    assert.deepEqual(Object.keys(end.details), ['reason', 'message', 'retry_delay', 'retry_count', 'will_retry']);
    assert.deepEqual([end.details.will_retry, end.details.retry_delay, end.details.retry_count], [false, null, null]);
    assert.equal(end.session, session, 'the session is still there while onclose runs');
    assert.deepEqual([connection.session, connection.isOpen, connection.isConnected], [null, false, false]);
    assert.throws(() => connection.close(), new StateError('connection already closed'));
});

test('a lost connection is tried again and joins again', async (t) => {
    const peer = await peerFor(t);
    const { connection, opened, closed } = open(peer.url);
    let router = await peer.connection();
    await router.welcome();
    const first = await opened();
    router.drop();
    const lost = await closed();
    assert.deepEqual([lost.reason, lost.details.will_retry, lost.details.retry_count], ['lost', true, 1]);
    router = await peer.connection();
    await router.welcome(undefined, 8);
    const second = await opened();
    assert.notEqual(first.session, second.session);
    assert.deepEqual([first.session.isOpen, second.session.id], [false, 8]);
    second.session.publish('com.t');
    assert.equal((await router.receive())[1], 1, 'ids start again');
    connection.close();
    await router.goodbye();
    await closed();
});

test('a router that shuts down is tried again', async (t) => {
    const peer = await peerFor(t);
    const { connection, opened, closed } = open(peer.url);
    let router = await peer.connection();
    await router.welcome();
    await opened();
    router.send([6, { message: 'restart' }, 'wamp.close.system_shutdown']);
    assert.deepEqual(await router.receive(), [6, {}, 'wamp.close.goodbye_and_out']);
    const { reason, details } = await closed();
    assert.deepEqual([reason, details.reason, details.message, details.will_retry], ['closed', 'wamp.close.system_shutdown', 'restart', true]);
    router = await peer.connection();
    await router.welcome();
    await opened();
    connection.close();
    await router.goodbye();
    await closed();
});

test('a refusal that would come again is not tried again', async (t) => {
    const peer = await peerFor(t);
    const { connection, closed } = open(peer.url);
    const router = await peer.connection();
    await router.receive();
    router.send([3, { message: 'no realm1' }, 'wamp.error.no_such_realm']);
    const { reason, details } = await closed();
    assert.deepEqual([reason, details.reason, details.message, details.will_retry], ['closed', 'wamp.error.no_such_realm', 'no realm1', false]);
    assert.equal(connection.isRetrying, false);
});

test('nobody there is unreachable, and close() during the wait stops trying', async (t) => {
    const peer = await peerFor(t);
    const { url } = peer;
    await peer.stop();
    const { connection, closed } = open(url, { initial_retry_delay: 1000 });
    const { reason, details } = await closed();
    assert.deepEqual([reason, details.will_retry, details.retry_count], ['unreachable', true, 1]);
    await undefined;
    assert.equal(connection.isRetrying, true);
    connection.close();
    assert.equal(connection.isRetrying, false);
    assert.throws(() => connection.close(), new StateError('connection already closed'));
});

test('max_retries is kept, and retry_if_unreachable: false means no retry', async (t) => {
    const peer = await peerFor(t);
    const { url } = peer;
    await peer.stop();
    const some = open(url, { max_retries: 2 });
    assert.deepEqual([(await some.closed()).details.retry_count, (await some.closed()).details.retry_count, (await some.closed()).details.will_retry], [1, 2, false]);
    const none = open(url, { retry_if_unreachable: false });
    assert.equal((await none.closed()).details.will_retry, false);
});

test('open() during the wait connects at once', async (t) => {
    const peer = await peerFor(t);
    const { connection, closed } = open(peer.url, { initial_retry_delay: 1000 });
    (await peer.connection()).drop();
    assert.equal((await closed()).details.will_retry, true);
    await undefined;
    connection.open();
    await peer.connection();
    connection.close();
    assert.equal((await closed()).details.will_retry, false);
});

for (const [how, stop, retries] of [
    ['a truthy onclose', () => true, false],
    ['an async onclose that gives true', async () => true, false],
    ['an async onclose that gives nothing', async () => {}, true],
]) {
    test(`${how} ${retries ? 'does not stop' : 'stops'} the retries`, async (t) => {
        const peer = await peerFor(t);
        const { connection, closed } = open(peer.url, { stop, initial_retry_delay: 1000 });
        (await peer.connection()).drop();
        await closed();
        await undefined;
        await undefined;
        assert.equal(connection.isRetrying, retries);
        if (retries) connection.close();
    });
}

test('a server that chooses no subprotocol of ours is unsupported', async (t) => {
    const http = createServer();
    t.after(() => http.close());
    // The handshake by hand: `ws` on either side would refuse it, a browser may not.
    class Agreeable extends EventTarget {
        protocol = 'chat';
        bufferedAmount = 0;
        constructor() {
            super();
            queueMicrotask(() => this.dispatchEvent(new Event('open')));
        }
        close() {}
    }
    const { closed } = open('ws://example.invalid', { WebSocket: Agreeable });
    const { reason, details } = await closed();
    assert.deepEqual([reason, details.will_retry], ['unsupported', false]);
    assert.match(details.message, /chose the subprotocol 'chat'; offered were wamp\.2\.json/);
});

test('an address that is none, and a transport that is none, are unsupported', async () => {
    const errors = reports();
    const wrong = open('http//:nonsense', errors);
    assert.equal((await wrong.closed()).reason, 'unsupported');
    const other = open('ws://localhost', { transports: [{ type: 'rawsocket' }], ...errors });
    assert.equal((await other.closed()).reason, 'unsupported');
    assert.equal(errors.list.length, 2);
});

test('several transports are tried in order before an attempt has failed, the one that was good first', async (t) => {
    const peer = await peerFor(t);
    const dead = { type: 'websocket', url: 'ws://127.0.0.1:9/ws' };
    const { connection, opened, closed } = open(undefined, { transports: [dead, { type: 'websocket', url: peer.url }], initial_retry_delay: 0 });
    let router = await peer.connection();
    await router.welcome();
    assert.equal((await opened()).details.transport.url, peer.url);
    router.drop();
    assert.equal((await closed()).reason, 'lost');
    router = await peer.connection();
    await router.welcome();
    await opened();
    connection.close();
    await router.goodbye();
    assert.equal((await closed()).reason, 'closed');
});

test('connect names every address that it tried in vain', async () => {
    const [one, other] = ['ws://127.0.0.1:9/one', 'ws://127.0.0.1:9/other'];
    const connecting = connect({ realm: 'realm1', WebSocket, transports: [{ type: 'websocket', url: one }, { type: 'websocket', url: other }] });
    await assert.rejects(connecting, (error) => error.message.includes(one) && error.message.includes(other));
});

test('onchallenge signs, at once or later', async (t) => {
    for (const answer of ['sig', ['sig', { more: 1 }], Promise.resolve('sig')]) {
        const peer = await peerFor(t);
        const asked = [];
        const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, authid: 'joe', authmethods: ['ticket'], onchallenge: (...call) => (asked.push(call), answer) });
        const router = await peer.connection();
        await router.receive();
        router.send([4, 'ticket', { hint: 'h' }]);
        assert.deepEqual(await router.receive(), [5, 'sig', Array.isArray(answer) ? { more: 1 } : {}]);
        router.send([2, 1, { roles: { broker: {} } }]);
        const session = await joining;
        assert.equal(asked[0][0], session);
        assert.deepEqual(asked[0].slice(1), ['ticket', { hint: 'h' }]);
        session.leave();
        await router.goodbye();
    }
});

test('onchallenge that throws, rejects, gives nonsense or is missing aborts with cannot_authenticate', async (t) => {
    const refusals = [() => { throw new Error('no key'); }, async () => { throw new Error('no key'); }, () => 5, undefined];
    for (const onchallenge of refusals) {
        const peer = await peerFor(t);
        const errors = reports();
        const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, authmethods: ['ticket'], onchallenge, ...errors });
        const rejected = assert.rejects(joining, { uri: 'wamp.error.cannot_authenticate' });
        const router = await peer.connection();
        await router.receive();
        router.send([4, 'ticket', {}]);
        const abort = await router.receive();
        assert.deepEqual([abort[0], abort[2]], [3, 'wamp.error.cannot_authenticate']);
        await rejected;
        await router.closed;
        assert.equal(errors.list.length, 1);
    }
});

test('connect rejects with the reason: of the router, or of the network', async (t) => {
    const peer = await peerFor(t);
    const refused = connect({ url: peer.url, realm: 'realm1', WebSocket });
    const rejected = assert.rejects(refused, { name: 'SessionLost', uri: 'wamp.error.no_such_realm', message: 'wamp.error.no_such_realm: x' });
    const router = await peer.connection();
    await router.receive();
    router.send([3, { message: 'x' }, 'wamp.error.no_such_realm']);
    await rejected;
    const { url } = peer;
    await peer.stop();
    await assert.rejects(connect({ url, realm: 'realm1', WebSocket }), { uri: 'wamp.error.network_failure' });
    await assert.rejects(connect({ url, realm: 'realm1', WebSocket, signal: AbortSignal.abort() }), { uri: 'wamp.error.canceled' });
});

test('close() while joining ends with onclose', async (t) => {
    const peer = await peerFor(t);
    const { connection, closed } = open(peer.url);
    const router = await peer.connection();
    await router.receive();
    connection.close();
    const { reason, details } = await closed();
    assert.deepEqual([reason, details.will_retry], ['closed', false]);
    assert.equal((await router.receive())[0], 3);
});

test('close() while the connection is still being opened ends with onclose', async (t) => {
    const peer = await peerFor(t);
    const { connection, closed } = open(peer.url);
    connection.close();
    assert.deepEqual([(await closed()).reason, connection.isConnected], ['closed', false]);
});

test('wrong options are a TypeError that names them', async () => {
    const url = 'ws://localhost';
    for (const [options, message] of [
        [undefined, /<options> must be an object/],
        [{ realm: 'r' }, /<options>\.url must be a string/],
        [{ url }, /<options>\.realm is missing/],
        [{ url, realm: 5 }, /<options>\.realm must be a string/],
        [{ url, realm: 'r', max_retries: 'x' }, /<options>\.max_retries must be a number/],
        [{ url, realm: 'r', onchallenge: 'x' }, /<options>\.onchallenge must be a function/],
        [{ url, realm: 'r', serializers: ['yaml'] }, /'wamp\.2\.yaml' is none of wamp\.2\.json/],
    ]) {
        assert.throws(() => new Connection(options), (error) => error instanceof TypeError && message.test(error.message), String(message));
    }
    assert.throws(() => new Connection({ url, realm: 'r', transports: [{ url }] }), /has no type/);
    await assert.rejects(connect({}), TypeError);
});

test('a realm that is no URI closes without a word to the router', async (t) => {
    const peer = await peerFor(t);
    const errors = reports();
    await assert.rejects(connect({ url: peer.url, realm: 'not a uri', WebSocket, ...errors }), { uri: 'wamp.error.invalid_uri', message: /URI 'not a uri' has the forbidden character/ });
    const router = await peer.connection();
    await router.closed;
    assert.equal(router.unread, 0);
});

test('exceptions in onopen and onclose are reported and hurt nobody', async (t) => {
    const peer = await peerFor(t);
    const errors = reports();
    const connection = new Connection({ url: peer.url, realm: 'realm1', WebSocket, max_retries: 0, ...errors });
    let session;
    const closed = new Promise((resolve) => {
        connection.onopen = (s) => {
            session = s;
            throw new Error('in onopen');
        };
        connection.onclose = () => {
            resolve();
            throw new Error('in onclose');
        };
    });
    connection.open();
    const router = await peer.connection();
    await router.welcome();
    router.send([6, {}, 'wamp.close.killed']);
    await router.receive();
    await closed;
    await session.closed;
    assert.deepEqual(errors.list.map(([text, error]) => `${text} ${error.message}`), [
        'Exception raised from app code while firing Connection.onopen() in onopen',
        'Exception raised from app code while firing Connection.onclose() in onclose',
    ]);
});

test('a server that takes connections and never answers is given up, and the next way is tried', async (t) => {
    const silent = createSilentServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    const peer = await peerFor(t);
    const nowhere = `ws://127.0.0.1:${silent.address().port}`;
    const alone = connect({ url: nowhere, realm: 'realm1', WebSocket, connect_timeout: 30 });
    await assert.rejects(alone, { uri: 'wamp.error.network_failure', message: /no answer within 30 ms/ });
    const joining = connect({ transports: [nowhere, peer.url].map((url) => ({ type: 'websocket', url })), realm: 'realm1', WebSocket, connect_timeout: 500 });
    const router = await peer.connection();
    await router.welcome();
    const session = await joining;
    assert.equal(session.isOpen, true);
    const left = session.leave();
    await router.goodbye();
    await left;
});

// What a session tells about its connection: that it is dead, how long a round trip takes, and what went through.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { json } from '../../pkg/glue/json.js';
import { Driver } from '../../pkg/glue/driver.js';
import { connect, Connection, init, SessionLost, StateError } from '../../pkg/node.js';
import { Core } from '../../pkg/wasm/wamp_wasm.js';
import { longPollPeer } from './longpoll_peer.mjs';
import { joined, peerFor, WebSocket } from './peer.mjs';

/** No router gave it to a subscription. */
const NONE = 2 ** 53 - 1;
const noSuchSubscription = (request) => [8, 34, request, {}, 'wamp.error.no_such_subscription'];

test('a router that is silent is asked for something that changes nothing, and lost when it does not answer', async (t) => {
    const { router, session } = await joined(t, { connect, options: { heartbeat: { interval: 20, timeout: 10 } } });
    const call = assert.rejects(session.call('com.p'), SessionLost);
    assert.deepEqual(await router.receive(), [48, 1, {}, 'com.p']);
    assert.deepEqual(await router.receive(), [34, 2, NONE]);
    const { reason, message, was_open } = await session.closed;
    assert.deepEqual([reason, message, was_open], [null, 'the router has not answered within 10 ms: the connection is taken for lost', true]);
    await call;
});

test('a router that refuses what it is asked for is there', async (t) => {
    const { router, session } = await joined(t, { connect, options: { heartbeat: { interval: 10, timeout: 4000 } } });
    const [, request] = await router.receive();
    assert.equal(request, 1);
    router.send(noSuchSubscription(request));
    const rtt = session.rtt();
    const [, again] = await router.receive();
    router.send(noSuchSubscription(again));
    await rtt;
    assert.deepEqual([session.isOpen, again], [true, 2]);
});

test('a heartbeat is a boolean or its times, and anything else a TypeError', () => {
    for (const heartbeat of ['no', 3, { interval: '1' }, { interval: 0 }, { timeout: -1 }, { interval: Infinity }, { timeout: 2 ** 31 }, { interval: NaN }, { every: 10 }, []]) {
        assert.throws(() => new Connection({ url: 'ws://localhost', realm: 'r', heartbeat }), /<options>\.heartbeat must be a boolean or \{ interval, timeout \} in milliseconds/);
    }
    for (const heartbeat of [undefined, null, false, true, {}, { interval: 5000 }]) new Connection({ url: 'ws://localhost', realm: 'r', heartbeat });
});

test('rtt gives the milliseconds until the router has answered', async (t) => {
    const { router, session } = await joined(t, { connect });
    const before = performance.now();
    const rtt = session.rtt();
    const [code, request, subscription] = await router.receive();
    assert.deepEqual([code, subscription], [34, NONE]);
    router.send([36, 1, 2, {}], noSuchSubscription(request));
    const measured = await rtt;
    assert.ok(measured > 0 && measured <= performance.now() - before, `${measured} ms`);
});

test('rtt is not over with an invocation or event that has the number of its request', async (t) => {
    const { router, session } = await joined(t, { connect });
    const registering = session.register('com.p', () => 1);
    await router.receive();
    router.send([65, 1, 6]);
    await registering;
    let isOver = false;
    const rtt = session.rtt().then(() => (isOver = true));
    const [, request] = await router.receive();
    router.send([68, request, 6, { caller: 9 }]);
    assert.equal((await router.receive())[0], 70);
    assert.equal(isOver, false);
    router.send(noSuchSubscription(request));
    await rtt;
});

test('several round trips at a time are told apart, and a confirmation is an answer too', async (t) => {
    const { router, session } = await joined(t, { connect });
    const order = [];
    const [first, second] = [session.rtt().then(() => order.push('first')), session.rtt().then(() => order.push('second'))];
    const [[, one], [, two]] = [await router.receive(), await router.receive()];
    router.send([35, two], noSuchSubscription(one));
    await Promise.all([first, second]);
    assert.deepEqual(order, ['second', 'first']);
});

test('rtt rejects when the connection is lost, and when there is none', async (t) => {
    const { router, session } = await joined(t, { connect });
    const rtt = session.rtt();
    await router.receive();
    router.drop();
    await assert.rejects(rtt, SessionLost);
    await assert.rejects(session.rtt(), StateError);
});

test('stats count what went over the connection, and what waits', async (t) => {
    const { router, session, hello } = await joined(t, { connect });
    const { sent, received, pending, sessions, since } = session.stats();
    assert.deepEqual([sent.frames, received.frames, pending, sessions], [1, 1, 0, 1]);
    assert.equal(sent.size, JSON.stringify(hello).length);
    assert.ok(since instanceof Date);
    session.publish('com.t', ['x']);
    const call = session.call('com.p');
    const rtt = session.rtt();
    const frames = [await router.frame(), await router.frame(), await router.frame()];
    const after = session.stats();
    assert.deepEqual([after.sent.frames, after.pending], [4, 1], 'what was asked for rtt is no request of the application');
    assert.equal(after.sent.size - sent.size, frames.join('').length);
    router.send([50, 2, {}], noSuchSubscription(3));
    await Promise.all([call, rtt]);
    assert.equal(session.stats().received.frames, 3);
    session.leave();
    await router.goodbye();
    await session.closed;
    const end = session.stats();
    assert.deepEqual([end.sent.frames, end.received.frames, end.since], [5, 4, null], 'they stay when it is over');
});

test('the stats of a Connection are those of all its sessions', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ url: peer.url, realm: 'realm1', WebSocket, initial_retry_delay: 0.001 });
    let opened = new Promise((resolve) => (connection.onopen = resolve));
    assert.equal(connection.stats().sessions, 0);
    connection.open();
    let router = await peer.connection();
    await router.welcome();
    await opened;
    opened = new Promise((resolve) => (connection.onopen = resolve));
    router.drop();
    router = await peer.connection();
    await router.welcome();
    await opened;
    const { sent, received, sessions } = connection.stats();
    assert.deepEqual([sent.frames, received.frames, sessions], [2, 2, 2]);
    connection.close();
    await router.goodbye();
});

test('a connection is asked for an answer where there is no room for another request', async () => {
    await init();
    const sent = [];
    const transport = { send: (frame) => sent.push(frame), close() {}, full: false, bufferedAmount: 0 };
    const driver = new Driver(new Core(false), json, transport, { joined() {}, fault: assert.fail }, 2 ** 24);
    driver.command([1, 'realm1', { roles: { caller: {}, publisher: {} } }]);
    transport.onmessage(JSON.stringify([2, 7, { roles: { broker: {}, dealer: {} } }]));
    const nobody = { done() {}, failed() {} };
    for (let i = 1; i <= 100_000; i++) driver.send(48, false, [{}, 'com.p'], undefined, undefined, nobody);
    assert.throws(() => driver.send(48, false, [{}, 'com.p'], undefined, undefined, nobody), StateError);
    let answered = false;
    assert.equal(driver.probe({ done: () => (answered = true), failed: assert.fail }), true);
    assert.equal(sent.at(-1), `[34,100001,${NONE}]`);
    transport.onmessage(JSON.stringify(noSuchSubscription(100_001)));
    assert.deepEqual([answered, driver.pending], [true, 100_000]);
});

/** A page that counts its listeners, in the place of the one that Node.js does not have. */
function pageFor(t) {
    const page = new EventTarget();
    const listening = new Map();
    globalThis.addEventListener = (type, listener) => {
        listening.set(type, (listening.get(type) ?? 0) + 1);
        page.addEventListener(type, listener);
    };
    globalThis.removeEventListener = (type, listener) => {
        listening.set(type, listening.get(type) - 1);
        page.removeEventListener(type, listener);
    };
    t.after(() => {
        delete globalThis.addEventListener;
        delete globalThis.removeEventListener;
    });
    return { listening: () => [...listening.values()].reduce((sum, count) => sum + count, 0), happens: (type) => page.dispatchEvent(new Event(type)) };
}

test('a durable session that waits for its next attempt makes it at once when the network is back', async (t) => {
    const page = pageFor(t);
    const peer = await peerFor(t);
    const connection = new Connection({ url: peer.url, realm: 'realm1', WebSocket, durable: true, heartbeat: false, initial_retry_delay: 1000 });
    const statuses = connection.status();
    connection.open();
    const router = await peer.connection();
    await router.welcome();
    while ((await statuses.next()).value.type !== 'open');
    assert.equal(page.listening(), 0, 'nobody listens while it is open');
    router.drop();
    const { value: waiting } = await statuses.next();
    assert.deepEqual([waiting.type, waiting.delay > 100], ['waiting', true]);
    assert.ok(page.listening() > 0);
    page.happens('offline');
    assert.equal(connection.isRetrying, true);
    page.happens('online');
    assert.equal(page.listening(), 0);
    await (await peer.connection()).welcome();
    while ((await statuses.next()).value.type !== 'open');
    connection.close();
});

test('a Connection that is not durable waits as long as it said', async (t) => {
    const page = pageFor(t);
    const peer = await peerFor(t);
    const connection = new Connection({ url: peer.url, realm: 'realm1', WebSocket, initial_retry_delay: 1000 });
    const closed = new Promise((resolve) => (connection.onclose = resolve));
    connection.open();
    (await peer.connection()).drop();
    await closed;
    assert.equal(page.listening(), 0);
    page.happens('online');
    assert.deepEqual([connection.isRetrying, connection.isConnected], [true, false]);
    connection.close();
});

test('the network and the page are listened to while a session is open and watched, and no longer', async (t) => {
    const page = pageFor(t);
    const { router, session } = await joined(t, { connect, options: { heartbeat: { interval: 10_000, timeout: 4000 } } });
    await import('../../pkg/api/heartbeat.js');
    await null;
    assert.ok(page.listening() > 0);
    page.happens('online');
    assert.deepEqual((await router.receive()).slice(0, 1), [34], 'the router is asked at once');
    session.leave();
    await router.goodbye();
    await session.closed;
    assert.equal(page.listening(), 0);
});

test('a durable session whose connection died without a word goes on over another one, and watches that', async (t) => {
    const peer = await peerFor(t);
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, initial_retry_delay: 0.001, heartbeat: { interval: 40, timeout: 800 } });
    const silent = await peer.connection();
    await silent.welcome();
    const session = await joining;
    const heard = new Promise((resolve) => session.subscribe('com.t', ([text]) => resolve(text)).catch(() => {}));
    const [, request] = await silent.receive();
    silent.send([33, request, 5]);
    const next = await peer.connection();
    await next.welcome(undefined, 8);
    assert.deepEqual(await next.receive(), [32, 1, {}, 'com.t']);
    next.send([33, 1, 6], [36, 6, 1, {}, ['still here']]);
    assert.equal(await heard, 'still here');
    const [code, again] = await next.receive();
    assert.equal(code, 34);
    next.send(noSuchSubscription(again));
    const { sent, sessions } = session.stats();
    assert.deepEqual([session.id, sessions, sent.frames >= 5], [8, 2, true]);
    session.leave();
    await session.closed;
});

test('it is the same over a long poll: a round trip is measured and shown, and a silent router is lost', async (t) => {
    const peer = await longPollPeer(t);
    const shown = [];
    const trace = ({ direction, type, probe }) => shown.push(`${direction} ${type}${probe ? ', a probe' : ''}`);
    const joining = connect({ realm: 'realm1', durable: false, heartbeat: { interval: 1000, timeout: 30 }, trace, transports: [{ type: 'longpoll', url: peer.url }] });
    await peer.receive();
    peer.send(JSON.stringify([2, 7, { roles: { broker: {} } }]));
    const session = await joining;
    const rtt = session.rtt();
    const [code, request] = JSON.parse(await peer.receive());
    assert.equal(code, 34);
    peer.send(JSON.stringify(noSuchSubscription(request)));
    assert.ok((await rtt) > 0);
    assert.match((await session.closed).message, /has not answered within 30 ms/);
    assert.deepEqual(shown.slice(0, 4), ['sent HELLO', 'received WELCOME', 'sent UNSUBSCRIBE, a probe', 'received ERROR, a probe']);
    const { sent, received } = session.stats();
    assert.deepEqual([sent.frames >= 3, received.frames], [true, 2]);
});

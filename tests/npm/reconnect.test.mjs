// Whether and when a connection is tried again, and what the application has to say in it: `should_retry`,
// `reconnect()`, several addresses, and the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, Connection, StateError } from '../../pkg/node.js';
import { peerFor, reports, WebSocket } from './peer.mjs';

const LONG = 1000;
const DEAD = 'ws://127.0.0.1:9/ws';
const NO_REALM = [3, { message: 'no realm1' }, 'wamp.error.no_such_realm'];

/** Everything that was under way has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A Connection that is opened, and its callbacks to wait for. */
function opened(url, options = {}) {
    const connection = new Connection({ url, realm: 'realm1', WebSocket, initial_retry_delay: 0.001, ...options });
    const next = {};
    for (const [name, give] of [['onopen', (session) => session], ['onclose', (how, details) => ({ how, ...details })]]) {
        const told = [];
        const readers = [];
        connection[name] = (...args) => {
            const reader = readers.shift();
            if (reader) reader(give(...args));
            else told.push(give(...args));
            return options[name]?.(connection, ...args);
        };
        next[name] = () => (told.length > 0 ? Promise.resolve(told.shift()) : new Promise((resolve) => readers.push(resolve)));
        next[name].told = told;
    }
    connection.open();
    return { connection, opened: next.onopen, closed: next.onclose };
}

test('should_retry gets what onclose gets, with what happens if it does not object', async (t) => {
    const peer = await peerFor(t);
    const asked = [];
    const should_retry = (how, details) => (asked.push([how, details]), details.will_retry);
    const { closed } = opened(peer.url, { should_retry, max_retries: 1 });
    for (const will_retry of [true, false]) {
        const router = await peer.connection();
        await router.receive();
        router.send([3, { message: 'later' }, 'com.example.busy']);
        const { how, ...details } = await closed();
        assert.deepEqual(asked.pop(), [how, details]);
        assert.deepEqual([how, details.reason, details.will_retry], ['closed', 'com.example.busy', will_retry]);
    }
});

for (const [kind, later] of [['at once', (value) => value], ['later', (value) => settled().then(() => value)]]) {
    test(`should_retry that says yes ${kind} brings another attempt after a refusal that would come again`, async (t) => {
        const peer = await peerFor(t);
        const { connection, opened: joined, closed } = opened(peer.url, { should_retry: () => later(true) });
        let router = await peer.connection();
        await router.receive();
        router.send(NO_REALM);
        const { reason, will_retry, retry_count } = await closed();
        assert.deepEqual([reason, will_retry, retry_count], ['wamp.error.no_such_realm', true, 1]);
        router = await peer.connection();
        await router.welcome();
        await joined();
        connection.close();
        await router.goodbye();
        await closed();
    });

    test(`should_retry that says no ${kind} stops the retries`, async (t) => {
        const peer = await peerFor(t);
        const { connection, closed } = opened(peer.url, { should_retry: () => later(false) });
        (await peer.connection()).drop();
        const { how, will_retry, retry_delay } = await closed();
        assert.deepEqual([how, will_retry, retry_delay], ['lost', false, null]);
        assert.deepEqual([connection.isRetrying, (await connection.closed).how], [false, 'lost']);
    });
}

test('should_retry that throws or rejects is reported, and what would have happened happens', async (t) => {
    for (const should_retry of [() => { throw new Error('oops'); }, async () => { throw new Error('oops'); }]) {
        const peer = await peerFor(t);
        const errors = reports();
        const { connection, closed } = opened(peer.url, { should_retry, initial_retry_delay: LONG, ...errors });
        (await peer.connection()).drop();
        assert.equal((await closed()).will_retry, true);
        assert.deepEqual(errors.list.map(([text, error]) => text + error.message), ['should_retry raised: oops']);
        connection.close();
    }
});

test('close() while should_retry thinks is the end, whatever it says then', async (t) => {
    const peer = await peerFor(t);
    let answer;
    const asked = new Promise((resolve) => {
        answer = { resolve };
        answer.should_retry = () => (resolve(), new Promise((say) => (answer.say = say)));
    });
    const { connection, closed } = opened(peer.url, { should_retry: answer.should_retry, initial_retry_delay: 0 });
    (await peer.connection()).drop();
    await asked;
    assert.deepEqual([connection.isConnected, connection.isRetrying, closed.told], [false, true, []]);
    connection.close();
    const { how, will_retry } = await closed();
    assert.deepEqual([how, will_retry, connection.isRetrying], ['lost', false, false]);
    answer.say(true);
    await settled();
    assert.deepEqual([connection.isConnected, connection.isRetrying, closed.told], [false, false, []]);
    assert.equal((await connection.closed).how, 'closed');
});

test('should_retry is not asked about what the application did itself', async (t) => {
    const peer = await peerFor(t);
    const asked = [];
    const { connection, opened: joined, closed } = opened(peer.url, { should_retry: (how) => asked.push(how) });
    let router = await peer.connection();
    await router.welcome();
    await joined();
    connection.reconnect();
    await closed();
    router = await peer.connection();
    await router.welcome();
    const session = await joined();
    session.leave();
    await router.goodbye();
    assert.equal((await closed()).will_retry, false);
    assert.deepEqual(asked, []);
});

test('reconnect() drops an open connection and connects at once', async (t) => {
    const peer = await peerFor(t);
    const { connection, opened: joined, closed } = opened(peer.url, { initial_retry_delay: LONG });
    const first = await peer.connection();
    await first.welcome();
    const session = await joined();
    const call = assert.rejects(session.call('com.a'), { name: 'SessionLost', message: /the application reconnects/ });
    connection.reconnect();
    assert.deepEqual(await closed(), { how: 'lost', reason: null, message: 'the application reconnects', retry_delay: 0, retry_count: 0, will_retry: true });
    await call;
    await first.closed;
    const second = await peer.connection();
    await second.welcome();
    await joined();
    connection.close();
    await second.goodbye();
    await closed();
});

test('reconnect() cuts a wait short, and an attempt that hangs', async (t) => {
    const peer = await peerFor(t);
    const { connection, closed } = opened(peer.url, { initial_retry_delay: LONG });
    (await peer.connection()).drop();
    assert.equal((await closed()).retry_delay > 1, true);
    connection.reconnect();
    // This one says nothing.
    await peer.connection();
    connection.reconnect();
    assert.deepEqual([(await closed()).retry_delay, connection.isConnected], [0, true]);
    await peer.connection();
    connection.close();
    assert.equal((await closed()).will_retry, false);
});

test('reconnect() without a connection is a StateError', async (t) => {
    const connection = new Connection({ url: DEAD, realm: 'realm1', WebSocket });
    assert.throws(() => connection.reconnect(), new StateError('connection closed'));
    const peer = await peerFor(t);
    const { connection: other, closed } = opened(peer.url);
    await peer.connection();
    other.close();
    await closed();
    assert.throws(() => other.reconnect(), new StateError('connection closed'));
});

test('a connection that leaves is not reconnected, though onclose and should_retry may say so', async (t) => {
    const peer = await peerFor(t);
    const { connection, opened: joined, closed } = opened(peer.url, { should_retry: () => true, initial_retry_delay: 0 });
    const router = await peer.connection();
    await router.welcome();
    const session = await joined();
    session.leave();
    await router.receive();
    // The router does not answer: its end of the connection is gone.
    router.drop();
    assert.deepEqual([(await closed()).will_retry, connection.isRetrying], [false, false]);
    await settled();
    assert.equal(peer.server.clients.size, 0);
});

test('close() while credentials are fetched, or the module is loaded, is the end', async (t) => {
    const peer = await peerFor(t);
    let give;
    const auth = () => new Promise((resolve) => (give = resolve));
    const { connection, closed } = opened(peer.url, { auth });
    await settled();
    connection.close();
    assert.deepEqual([(await closed()).how, connection.isConnected], ['closed', false]);
    give?.({ method: 'anonymous' });
    await settled();
    assert.deepEqual([connection.isConnected, connection.isRetrying, peer.server.clients.size], [false, false, 0]);
});

test('several addresses are tried in turn, and the one that was good comes first', async (t) => {
    const [bad, good] = [await peerFor(t, { verifyClient: () => false }), await peerFor(t)];
    const seen = [];
    const onstatus = ({ type, url }) => type === 'connecting' && seen.push(url);
    const { connection, opened: joined, closed } = opened([bad.url, good.url], { onstatus });
    for (let i = 0; i < 2; i++) {
        const router = await good.connection();
        await router.welcome();
        await joined();
        assert.equal(connection.transport.info.url, good.url);
        router.drop();
        await closed();
    }
    connection.close();
    assert.deepEqual(seen, [bad.url, good.url, good.url]);
});

test('a way on which no session came is tried after the others', async (t) => {
    const [refusing, good] = [await peerFor(t), await peerFor(t)];
    const { connection, opened: joined, closed } = opened([refusing.url, good.url]);
    const router = await refusing.connection();
    await router.receive();
    router.send([3, {}, 'com.example.overloaded']);
    assert.equal((await closed()).will_retry, true);
    const other = await good.connection();
    await other.welcome();
    await joined();
    connection.close();
    await other.goodbye();
    await closed();
});

test('a server that speaks no WAMP does not keep a connection from the next address', async (t) => {
    const [other, good] = [await peerFor(t), await peerFor(t)];
    class Chatty extends WebSocket {
        get protocol() {
            return this.url === other.url ? 'chat' : super.protocol;
        }
    }
    const { connection, opened: joined, closed } = opened([other.url, good.url], { WebSocket: Chatty });
    const router = await good.connection();
    await router.welcome();
    await joined();
    connection.close();
    await router.goodbye();
    await closed();
});

test('url may be a function, asked for each attempt; what it throws is the failure of that attempt', async (t) => {
    const peer = await peerFor(t);
    let asked = 0;
    const url = async () => {
        if (++asked === 1) throw new Error('no token');
        return `${peer.url}?token=${asked}`;
    };
    const { connection, opened: joined, closed } = opened(url);
    const { how, message } = await closed();
    assert.deepEqual([how, message], ['unreachable', "cannot connect to the transport 'websocket': no token"]);
    const router = await peer.connection();
    await router.welcome();
    await joined();
    assert.equal(connection.transport.info.url, `${peer.url}?token=2`);
    connection.close();
    await router.goodbye();
    await closed();
});

test('connect tries once, and again if max_retries says so', async (t) => {
    const peer = await peerFor(t);
    const options = { url: peer.url, realm: 'realm1', WebSocket, initial_retry_delay: 0.001 };
    const once = assert.rejects(connect(options), { uri: 'wamp.error.network_failure' });
    (await peer.connection()).drop();
    await once;
    const again = connect({ ...options, max_retries: 2 });
    (await peer.connection()).drop();
    (await peer.connection()).drop();
    const router = await peer.connection();
    await router.welcome();
    const session = await again;
    const left = session.leave();
    await router.goodbye();
    await left;
});

test('an AbortSignal also ends the retries of connect', async (t) => {
    const peer = await peerFor(t);
    const controller = new AbortController();
    let waiting;
    const told = new Promise((resolve) => (waiting = resolve));
    const onstatus = ({ type }) => type === 'waiting' && waiting();
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, max_retries: -1, initial_retry_delay: LONG, signal: controller.signal, onstatus });
    const rejected = assert.rejects(joining, { uri: 'wamp.error.canceled', cause: 'enough' });
    (await peer.connection()).drop();
    await told;
    controller.abort('enough');
    await rejected;
});

test('wrong options of reconnecting are a TypeError that names them', () => {
    for (const [wrong, message] of [
        [{ should_retry: true }, '<options>.should_retry must be a function'],
        [{ onstatus: true }, '<options>.onstatus must be a function'],
        [{ durable: 1 }, '<options>.durable must be a boolean'],
        [{ url: [] }, '<options>.url must not be empty'],
        [{ url: ['ws://localhost', 5] }, '<options>.url must be a string, a function, or an array [] of these'],
        [{ call_timeout: 1.5 }, '<options>.call_timeout must be a whole number of milliseconds'],
        [{ offline: 'never' }, "<options>.offline must be 'fail', 'wait' or a number of milliseconds"],
        [{ max_first_retries: 'x' }, '<options>.max_first_retries must be a number of at least -1'],
    ]) {
        assert.throws(() => new Connection({ url: 'ws://localhost', realm: 'r', ...wrong }), { name: 'TypeError', message: `Connection: ${message}` });
    }
});

/** Ends a connection in every way there is. @type {Record<string, (at: any) => Promise<void>>} */
const ENDINGS = {
    'close() during a wait': async ({ peer, open }) => {
        const { connection, closed } = open({ initial_retry_delay: LONG });
        (await peer.connection()).drop();
        await closed();
        connection.close();
    },
    'an onclose that stops the retries': async ({ peer, open }) => {
        const { connection } = open({ initial_retry_delay: LONG, onclose: async () => true });
        (await peer.connection()).drop();
        await connection.closed;
    },
    'close() while connecting': async ({ peer, open }) => {
        const { connection } = open();
        await peer.connection();
        connection.close();
    },
    'leave() of a durable session with a heartbeat': async ({ peer, open }) => {
        const { connection, opened: joined } = open({ durable: true });
        let router = await peer.connection();
        await router.welcome();
        const session = await joined();
        router.drop();
        router = await peer.connection();
        await router.welcome();
        while (!session.isOpen) await settled();
        session.leave();
        await router.goodbye();
        await connection.closed;
    },
    'a refusal': async ({ peer, open }) => {
        const { connection } = open({ durable: true });
        const router = await peer.connection();
        await router.receive();
        router.send(NO_REALM);
        await connection.closed;
    },
};

for (const [how, end] of Object.entries(ENDINGS)) {
    test(`nothing is left running after ${how}`, async (t) => {
        const peer = await peerFor(t);
        const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
        const listening = { added: 0, removed: 0 };
        const page = { addEventListener: () => listening.added++, removeEventListener: () => listening.removed++ };
        Object.assign(globalThis, page);
        t.after(() => Object.keys(page).forEach((name) => delete globalThis[name]));
        const before = timers();
        await end({ peer, open: (options) => opened(peer.url, options) });
        // The sockets of both sides have timers of their own while they close.
        for (const socket of peer.server.clients) socket.terminate();
        while (peer.server.clients.size > 0) await settled();
        await settled();
        assert.equal(timers(), before);
        assert.equal(listening.removed, listening.added);
    });
}

test('an AbortSignal is not listened to once connect is settled', async (t) => {
    const peer = await peerFor(t);
    const heard = [];
    const signal = { aborted: false, addEventListener: (type) => heard.push(`+${type}`), removeEventListener: (type) => heard.push(`-${type}`) };
    const options = { url: peer.url, realm: 'realm1', WebSocket, signal };
    const rejected = assert.rejects(connect(options));
    (await peer.connection()).drop();
    await rejected;
    assert.deepEqual([heard.splice(0)[0], heard.length], ['+abort', 0]);
    const joining = connect(options);
    const router = await peer.connection();
    await router.welcome();
    const session = await joining;
    assert.deepEqual(heard, ['+abort', '-abort']);
    const left = session.leave();
    await router.goodbye();
    await left;
});

test('close() right after reconnect(), in the middle of a handler, is the end', async (t) => {
    const peer = await peerFor(t);
    const { connection, opened: joined, closed } = opened(peer.url, { durable: true });
    const router = await peer.connection();
    await router.welcome();
    const session = await joined();
    const called = new Promise((resolve) => {
        const subscribing = session.subscribe('com.t', () => {
            connection.reconnect();
            connection.close();
            resolve();
        });
        subscribing.catch(() => {});
    });
    await router.receive();
    router.send([33, 1, 11], [36, 11, 1, {}]);
    await called;
    assert.deepEqual([(await closed()).will_retry, (await session.closed).was_open], [false, true]);
    await connection.closed;
    assert.deepEqual([connection.isConnected, connection.isRetrying], [false, false]);
});

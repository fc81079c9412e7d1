// Other ways to a router than a WebSocket of single messages, and other serializers than those of the package.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, Connection, EncodeError, Result, SessionLost } from '../../pkg/node.js';
import { joined, peerFor, WebSocket } from './peer.mjs';
import { longPollPeer } from './longpoll_peer.mjs';

const WELCOME = [2, 7, { roles: { broker: {}, dealer: {} } }];

test('a long-poll connection sends and receives in order, one request each way at a time', async (t) => {
    const peer = await longPollPeer(t);
    const joining = connect({ realm: 'realm1', durable: false, transports: [{ type: 'longpoll', url: peer.url }] });
    assert.equal(JSON.parse(await peer.receive())[0], 1);
    assert.deepEqual(peer.offered, ['json', 'msgpack', 'cbor'].flatMap((name) => [`wamp.2.${name}.batched`, `wamp.2.${name}`]));
    peer.send(JSON.stringify(WELCOME));
    const session = await joining;
    for (let i = 0; i < 5; i++) session.publish('com.t', [i]);
    for (let i = 0; i < 5; i++) assert.deepEqual(JSON.parse(await peer.receive()), [16, i + 1, {}, 'com.t', [i]]);
    const events = [];
    const subscribing = session.subscribe('com.t', (args) => events.push(args[0]));
    await peer.receive();
    // An empty answer is none.
    peer.send('', '[33,6,11]', '[36,11,1,{},["a"]]', '[36,11,2,{},["b"]]');
    await subscribing;
    while (events.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const leaving = session.leave();
    assert.equal(JSON.parse(await peer.receive())[0], 6);
    peer.send('[6,{},"wamp.close.goodbye_and_out"]');
    await leaving;
    assert.deepEqual(events, ['a', 'b']);
    assert.equal(peer.most, 1);
    while (!peer.requests.includes('POST abc/close')) await new Promise((resolve) => setImmediate(resolve));
});

test('a batched long-poll connection sends what was waiting with one request', async (t) => {
    const peer = await longPollPeer(t, { protocol: 'wamp.2.msgpack.batched' });
    const joining = connect({ realm: 'realm1', durable: false, serializers: ['json'], protocols: ['wamp.2.msgpack.batched'], transports: [{ type: 'longpoll', url: peer.url }] });
    const hello = await peer.receive();
    assert.equal(hello.readUInt32BE(0), hello.length - 4);
    assert.deepEqual(peer.offered, ['wamp.2.msgpack.batched']);
    // [2, 7, {"roles": {"broker": {}}}]
    const welcome = Buffer.concat([Buffer.from([0x93, 2, 7, 0x81, 0xa5]), Buffer.from('roles'), Buffer.from([0x81, 0xa6]), Buffer.from('broker'), Buffer.from([0x80])]);
    peer.send(Buffer.concat([Buffer.from([0, 0, 0, welcome.length]), welcome]));
    const session = await joining;
    for (let i = 0; i < 5; i++) session.publish('com.t', [i]);
    const batch = await peer.receive();
    assert.equal(batch.length, 5 * (batch.readUInt32BE(0) + 4));
});

test('a server without long-poll, or one that goes, ends the attempt with its answer', async (t) => {
    const none = await longPollPeer(t, { status: { open: 404 } });
    await assert.rejects(connect({ realm: 'realm1', durable: false, transports: [{ type: 'longpoll', url: none.url }] }), (error) => error instanceof SessionLost && /answered 404/.test(error.message));
    const nameless = await longPollPeer(t, { transport: null });
    await assert.rejects(connect({ realm: 'realm1', durable: false, transports: [{ type: 'longpoll', url: nameless.url }] }), (error) => error instanceof SessionLost && /names no transport/.test(error.message));
    const peer = await longPollPeer(t);
    const joining = connect({ realm: 'realm1', durable: false, transports: [{ type: 'longpoll', url: peer.url }] });
    await peer.receive();
    peer.send(JSON.stringify(WELCOME));
    const session = await joining;
    const call = session.call('com.p');
    await peer.receive();
    peer.drop();
    await assert.rejects(call, SessionLost);
    assert.equal((await session.closed).reason, null);
});

test('when no WebSocket gets through, the next transport is tried', async (t) => {
    const peer = await longPollPeer(t);
    const joining = connect({ realm: 'realm1', durable: false, WebSocket, transports: [{ type: 'websocket', url: 'ws://127.0.0.1:9/ws' }, { type: 'longpoll', url: peer.url }] });
    await peer.receive();
    peer.send(JSON.stringify(WELCOME));
    assert.equal((await joining).isOpen, true);
});

test('messages of one turn are one batch, in the separator of the other side', async (t) => {
    const peer = await peerFor(t, { protocol: 'wamp.2.json.batched' });
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, durable: false, protocols: ['wamp.2.json.batched'] });
    const router = await peer.connection();
    const hello = await router.frame();
    assert.ok(hello.endsWith('\x1e') && JSON.parse(hello.slice(0, -1))[0] === 1);
    const events = [];
    router.send(`${JSON.stringify(WELCOME)}\x18`);
    const session = await joining;
    const subscribing = session.subscribe('com.t', (args) => events.push(args[0]));
    session.publish('com.t', ['x']);
    assert.equal(await router.frame(), '[32,1,{},"com.t"]\x18[16,2,{},"com.t",["x"]]\x18');
    router.send('[33,1,11]\x18[36,11,1,{},["a"]]\x18[36,11,2,{},["b"]]\x18');
    await subscribing;
    const leaving = session.leave();
    assert.match(await router.frame(), /^\[6,/);
    router.send('[6,{},"wamp.close.goodbye_and_out"]\x18');
    await leaving;
    assert.deepEqual(events, ['a', 'b']);
});

test('the separator can be chosen for a router that does not take that of WAMP', async (t) => {
    const peer = await peerFor(t, { protocol: 'wamp.2.json.batched' });
    const joining = connect({ realm: 'realm1', durable: false, WebSocket, transports: [{ type: 'websocket', url: peer.url, protocols: ['wamp.2.json.batched'], batch_separator: '\x18' }] });
    const router = await peer.connection();
    assert.ok((await router.frame()).endsWith('\x18'));
    router.send(`${JSON.stringify(WELCOME)}\x18`);
    await joining;
});

test('a frame that is no batch ends the session, and says why', async (t) => {
    for (const [protocol, frame, why] of [
        ['wamp.2.json.batched', '[36,11,1,{}]', /separator/],
        ['wamp.2.json.batched', '', /separator/],
        ['wamp.2.msgpack.batched', Buffer.alloc(0), /empty/],
        ['wamp.2.msgpack.batched', Buffer.from([0, 0, 0, 9, 1]), /breaks off/],
        ['wamp.2.msgpack.batched', Buffer.from([0, 0]), /breaks off/],
        ['wamp.2.msgpack.batched', 'text', /text frame/],
    ]) {
        const peer = await peerFor(t, { protocol });
        const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, durable: false, protocols: [protocol], on_internal_error() {} });
        const router = await peer.connection();
        await router.frame();
        router.send(frame);
        await assert.rejects(joining, (error) => error instanceof SessionLost && why.test(error.message), `${protocol} ${frame}`);
    }
});

test('a transport of the application moves the frames', async () => {
    const sent = [];
    let transport;
    const create = (protocols) => {
        transport = { protocols, send: (frame) => sent.push(JSON.parse(frame)), close: () => sent.push('closed') };
        queueMicrotask(() => transport.onopen('wamp.2.json'));
        return transport;
    };
    const connection = new Connection({ realm: 'realm1', serializers: ['json'], transports: [{ type: 'my port', create }] });
    const opened = new Promise((resolve) => (connection.onopen = (session, { transport }) => resolve([session, transport])));
    connection.open();
    while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(transport.protocols, ['wamp.2.json']);
    transport.onmessage(JSON.stringify(WELCOME));
    const [session, info] = await opened;
    assert.deepEqual(info, { type: 'my port', url: null, protocol: 'wamp.2.json' });
    const call = session.call('com.p', [1]);
    assert.deepEqual(sent.at(-1), [48, 1, {}, 'com.p', [1]]);
    transport.onmessage('[50,1,{},["done"]]');
    assert.equal(await call, 'done');
    connection.close();
    transport.onmessage('[6,{},"wamp.close.goodbye_and_out"]');
    await session.closed;
    assert.deepEqual([sent.find(([code]) => code === 6)?.[2], sent.at(-1)], ['wamp.close.normal', 'closed']);
});

test('a transport that closes while its serializer is made ready is not joined on, and the next one is', async () => {
    const made = [];
    const create = () => {
        const transport = { sent: [], send: (frame) => transport.sent.push(JSON.parse(frame)), close() {} };
        made.push(transport);
        return transport;
    };
    // What is lenient has to be loaded.
    const joining = connect({ realm: 'realm1', durable: false, lenient: true, serializers: ['json'], transports: [{ type: 'first', create }, { type: 'second', create }] });
    while (made.length < 1) await new Promise((resolve) => setImmediate(resolve));
    const [first] = made;
    first.onopen('wamp.2.json');
    first.onclose({ code: 1006, reason: '', wasClean: false });
    while (made.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const second = made[1];
    second.onopen('wamp.2.json');
    while (second.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    second.onmessage(JSON.stringify(WELCOME));
    assert.equal((await joining).isOpen, true);
    assert.deepEqual(first.sent, []);
    assert.deepEqual(second.sent.map(([code]) => code), [1]);
});

test('a transport that cannot be loaded now is tried again, and not at all once the connection is closed', async () => {
    const reports = [];
    let tries = 0;
    const create = () => (tries++, Promise.reject(new Error('offline')));
    const options = { realm: 'realm1', initial_retry_delay: 0, retry_delay_jitter: 0, max_retries: 2, on_internal_error: (error) => reports.push(error) };
    const connection = new Connection({ ...options, transports: [{ type: 'own', create }] });
    const ends = [];
    await new Promise((resolve) => {
        connection.onclose = (how, { message, will_retry }) => {
            ends.push([how, message, will_retry]);
            if (!will_retry) resolve();
        };
        connection.open();
    });
    const message = "cannot connect to the transport 'own': offline";
    assert.deepEqual(ends, [['unreachable', message, true], ['unreachable', message, true], ['unreachable', message, false]]);
    let fail;
    let others = 0;
    const slow = new Connection({ ...options, transports: [{ type: 'own', create: () => new Promise((_, reject) => (fail = reject)) }, { type: 'other', create: () => (others++, { close() {} }) }] });
    slow.open();
    while (!fail) await new Promise((resolve) => setImmediate(resolve));
    slow.close();
    fail(new Error('offline'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([others, reports], [0, []]);
});

test('what a transport itself offers counts, whatever the connection offers', async () => {
    const offered = [];
    const create = (protocols) => {
        offered.push(protocols);
        throw new Error('enough');
    };
    const connection = new Connection({ realm: 'realm1', protocols: ['wamp.2.json'], on_internal_error() {}, transports: [{ type: 'own', create, serializers: ['msgpack'] }, { type: 'own', create, protocols: ['wamp.2.cbor'] }, { type: 'own', create }] });
    await new Promise((resolve) => {
        connection.onclose = resolve;
        connection.open();
    });
    assert.deepEqual(offered, [['wamp.2.msgpack'], ['wamp.2.cbor'], ['wamp.2.json']]);
});

test('a serializer of the application is offered by its name, and what it refuses is not sent', async (t) => {
    const reversed = {
        SERIALIZER_ID: 'reversed',
        BINARY: false,
        serialize(message) {
            if (JSON.stringify(message).includes('bad')) throw new Error('no bad words');
            return [...JSON.stringify(message)].reverse().join('');
        },
        unserialize: (text) => JSON.parse([...text].reverse().join('')),
    };
    const peer = await peerFor(t, { protocol: 'wamp.2.reversed' });
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, durable: false, serializers: [reversed] });
    const router = await peer.connection();
    assert.equal(reversed.unserialize(await router.frame())[0], 1);
    router.send(reversed.serialize([2, 7, { roles: { broker: {}, dealer: { features: { progressive_call_invocations: true, call_canceling: true } } } }]));
    const session = await joining;
    await assert.rejects(session.call('com.p', ['bad']), (error) => error instanceof EncodeError && /no bad words/.test(error.message));
    for (const wrong of [new Result('one'), new Result([1], [2])]) {
        await assert.rejects(session.call('com.p', (async function* () { yield wrong; })()), (error) => error instanceof TypeError && /^Result: .* must be an (array|object)/.test(error.message));
    }
    const call = session.call('com.p', ['good'], { a: 1 });
    assert.deepEqual(reversed.unserialize(await router.frame()), [48, 1, {}, 'com.p', ['good'], { a: 1 }]);
    router.send(reversed.serialize([50, 1, {}, ['done']]));
    assert.equal(await call, 'done');
    for (const wrong of [{ ...reversed, BINARY: undefined }, { ...reversed, unserialize: undefined }]) {
        assert.throws(() => new Connection({ url: peer.url, realm: 'r', serializers: [wrong] }), /a serializer needs SERIALIZER_ID, BINARY, serialize and unserialize/);
    }
});

test('null in place of args and kwargs is a violation, unless the connection is lenient', async (t) => {
    const strict = await joined(t, { connect, options: { on_internal_error() {} } });
    const refused = strict.session.call('com.p');
    await strict.router.receive();
    strict.router.send('[50,1,{},["x"],null]');
    await assert.rejects(refused, (error) => error.uri === 'wamp.error.protocol_violation');

    const { session, router } = await joined(t, { connect, options: { lenient: true } });
    const events = [];
    const subscribing = session.subscribe('com.t', (args, kwargs) => events.push([args, kwargs]));
    await router.receive();
    router.send('[33,1,11]', '[36,11,1,{},null,null]', '[36,11,2,{},["a"],null]', '[36,11,3,{},null,{"k":1}]');
    await subscribing;
    const calls = [session.call('com.p'), session.call('com.p')];
    await router.receive();
    await router.receive();
    router.send('[50,2,{},null,null]', '[8,48,3,{},"com.error",null,null]');
    assert.equal(await calls[0], null);
    await assert.rejects(calls[1], (error) => error.uri === 'com.error' && error.args.length === 0);
    assert.deepEqual(events, [[[], {}], [['a'], {}], [[], { k: 1 }]]);
    assert.throws(() => new Connection({ url: 'ws://x', realm: 'r', lenient: 1 }), /<options>.lenient must be a boolean/);
});

test('a transport may answer while it is told to send', async () => {
    const answers = { 1: () => [2, 7, { roles: { broker: {}, dealer: {} } }], 16: (id) => [17, id, 9], 32: (id) => [33, id, 5], 34: (id) => [35, id], 48: (id) => [50, id, {}, [1]], 64: (id) => [65, id, 6], 66: (id) => [67, id] };
    class Prompt {
        constructor() {
            queueMicrotask(() => this.onopen('wamp.2.json'));
        }
        send(frame) {
            const [type, id] = JSON.parse(frame);
            if (answers[type]) this.onmessage(JSON.stringify(answers[type](id)));
        }
        close() {}
    }
    const faults = [];
    const session = await connect({ realm: 'r', protocols: ['wamp.2.json'], transports: [{ type: 'prompt', create: () => new Prompt() }], on_internal_error: (error) => faults.push(error), durable: false });
    const soon = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(() => resolve(faults), 500))]);
    assert.equal(await soon(session.call('com.p')), 1);
    assert.equal((await soon(session.publish('com.t', [], {}, { acknowledge: true }))).id, 9);
    const [subscription, registration] = [await soon(session.subscribe('com.t', () => {})), await soon(session.register('com.p', () => 1))];
    assert.deepEqual([subscription.id, registration.id, session.subscriptions, session.registrations], [5, 6, [[subscription]], [registration]]);
    assert.deepEqual([await soon(subscription.unsubscribe()), await soon(registration.unregister())], [true, undefined]);
    assert.deepEqual(faults, []);
});

test('what a global WebSocket of a package compresses later is what was sent', async (t) => {
    const peer = await peerFor(t, { protocol: 'wamp.2.msgpack', perMessageDeflate: true });
    const { WebSocket: before } = globalThis;
    globalThis.WebSocket = WebSocket;
    t.after(() => (globalThis.WebSocket = before));
    const joining = connect({ url: peer.url, realm: 'r', protocols: ['wamp.2.msgpack'], max_retries: 0 });
    const router = await peer.connection();
    await router.frame();
    // WELCOME, 7, {"roles": {"broker": {}}}
    router.send(Buffer.from('930207 81 a5 726f6c6573 81 a6 62726f6b6572 80'.replaceAll(' ', ''), 'hex'));
    const session = await joining;
    for (const letter of 'abcd') session.publish('com.t', [letter.repeat(3000)]);
    const frames = [];
    for (const _ of 'abcd') frames.push((await router.frame()).toString('latin1'));
    assert.deepEqual(frames.map((frame) => [frame.length, frame.at(-1)]), [...'abcd'].map((letter) => [frames[0].length, letter]));
});

/** A session over a transport that answers while it is told to send: with what `answer` gives, in order. */
async function prompt(answer, options) {
    let far;
    const roles = { broker: {}, dealer: { features: { call_canceling: true } } };
    class Prompt {
        constructor() {
            far = this;
            queueMicrotask(() => this.onopen('wamp.2.json'));
        }
        send(frame) {
            const message = JSON.parse(frame);
            if (message[0] === 1) this.tell([2, 7, { roles }]);
            for (const answered of answer(...message)) this.tell(answered);
        }
        tell(message) {
            this.onmessage(JSON.stringify(message));
        }
        close() {}
    }
    const session = await connect({ realm: 'r', protocols: ['wamp.2.json'], transports: [{ type: 'prompt', create: () => new Prompt() }], durable: false, ...options });
    return { session, tell: (message) => far.tell(message) };
}

test('what comes while the core has something else to say is not delivered before it', async () => {
    const sent = [];
    const { session, tell } = await prompt((type, id) => {
        sent.push([type, id]);
        // The second registration is there, though nobody has been told yet.
        return type === 66 ? [[68, 1, 8, {}, ['early']], [67, id]] : [];
    });
    const registering = session.register('com.p', () => {});
    tell([65, 1, 6]);
    const first = await registering;
    const second = session.register('com.p', ([value]) => value);
    const unregistering = first.unregister();
    tell([65, 2, 8]);
    assert.equal((await second).id, 8);
    await unregistering;
    assert.deepEqual(sent.slice(-2), [[66, 3], [70, 1]], 'the invocation is answered');
});

test('an error that answers the CANCEL of a timeout while it is sent is not taken for the timeout', async () => {
    const { session } = await prompt((type, id) => (type === 49 ? [[8, 48, id, {}, 'wamp.error.canceled', ['another text']]] : []));
    await assert.rejects(session.call('com.p', [], {}, { timeout: 5 }), { error: 'wamp.error.timeout', args: ['no answer within 5 ms'] });
});

test('a transport that fails while what waited is sent is one failure, and the session joins on the next', async () => {
    const lines = [];
    class Failing {
        constructor() {
            this.number = lines.push(this);
            queueMicrotask(() => this.onopen('wamp.2.json'));
        }
        send(frame) {
            const [type, id] = JSON.parse(frame);
            if (type === 1) this.onmessage(JSON.stringify([2, this.number, { roles: { broker: {} } }]));
            if (type !== 32) return;
            if (this.number === 2) throw new Error('no way out');
            this.onmessage(JSON.stringify([33, id, 5]));
        }
        close() {}
    }
    const faults = [];
    const joins = [];
    const transports = [{ type: 'failing', create: () => new Failing() }];
    const session = await connect({ realm: 'r', protocols: ['wamp.2.json'], transports, offline: 'wait', initial_retry_delay: 0.001, on_internal_error: (error) => faults.push(error.message) });
    session.onjoin = () => joins.push(session.id);
    lines[0].onclose({ code: 1006, reason: '', wasClean: false });
    const lost = session.subscribe('com.t', () => {});
    await assert.rejects(lost, { name: 'SessionLost' });
    const subscription = await session.subscribe('com.t', () => {});
    assert.deepEqual([subscription.id, faults, joins], [5, ['no way out'], [3]]);
    session.leave();
});

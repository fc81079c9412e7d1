// The trace: every message, both ways, and no secret in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, Connection, WampError } from '../../pkg/node.js';
import { joined, peerFor, reports, WELCOME, WebSocket } from './peer.mjs';

/** What the trace shows, one line for each message. */
function tracing(options = {}) {
    const entries = [];
    return { entries, options: { trace: (entry) => entries.push(entry), ...options }, lines: () => entries.map(({ direction, type, message }) => `${direction === 'sent' ? '→' : '←'} ${type} ${JSON.stringify(message)}`) };
}

/** Plays the router for a round trip, after which everything is told that was said before. */
async function settled(session, router) {
    const rtt = session.rtt();
    const [, request] = await router.receive();
    router.send([8, 34, request, {}, 'wamp.error.no_such_subscription']);
    await rtt;
    await null;
}

test('every message is shown in order, with its type, time and size, and the summary of its payload', async (t) => {
    const { entries, options, lines } = tracing();
    const before = Date.now();
    const { router, session, hello } = await joined(t, { connect, options });
    const subscribed = session.subscribe('com.t', () => {});
    await router.receive();
    router.send([33, 1, 5], [36, 5, 6, {}, ['secret', 1, null, [], {}], { name: 'secret' }]);
    await subscribed;
    session.register('com.p', () => {
        throw new WampError('com.e', ['secret'], { a: 1 });
    });
    await router.receive();
    router.send([65, 2, 7], [68, 8, 7, {}, ['secret']]);
    await router.receive();
    session.publish('com.t', ['secret'], { key: 'secret' });
    const call = session.call('com.echo', Array(10).fill('secret'));
    await router.receive();
    await router.receive();
    router.send([50, 4, {}, Array(10).fill('secret')]);
    await call;
    await settled(session, router);
    assert.deepEqual(lines().slice(2), [
        '→ SUBSCRIBE [32,1,{},"com.t"]',
        '← SUBSCRIBED [33,1,5]',
        '← EVENT [36,5,6,{},"<5 args: string, number, null, list, dict>","<1 kwargs: string>"]',
        '→ REGISTER [64,2,{},"com.p"]',
        '← REGISTERED [65,2,7]',
        '← INVOCATION [68,8,7,{},"<1 args: string>"]',
        '→ ERROR [8,68,8,{},"com.e","<1 args: string>","<1 kwargs: number>"]',
        '→ PUBLISH [16,3,{},"com.t","<1 args: string>","<1 kwargs: string>"]',
        '→ CALL [48,4,{},"com.echo","<10 args: string, string, string, string, string, string, string, string, 2 more>"]',
        '← RESULT [50,4,{},"<10 args: string, string, string, string, string, string, string, string, 2 more>"]',
        '→ UNSUBSCRIBE [34,5,9007199254740991]',
        '← ERROR [8,34,5,{},"wamp.error.no_such_subscription"]',
    ]);
    assert.ok(!JSON.stringify(entries).includes('secret'));
    assert.deepEqual(entries.filter(({ probe }) => probe).map(({ type }) => type), ['UNSUBSCRIBE', 'ERROR']);
    assert.equal(entries[0].size, JSON.stringify(hello).length);
    assert.ok(entries.every(({ at }) => at >= before && at <= Date.now()));
    assert.deepEqual(Object.keys(entries[0]), ['direction', 'at', 'type', 'message', 'size', 'probe']);
});

test('payloads are shown on request, and are the values themselves', async (t) => {
    const { entries, options, lines } = tracing({ trace_payloads: true });
    const { router, session } = await joined(t, { connect, options });
    const args = ['shown', { a: 1 }];
    session.publish('com.t', args, { k: 2 });
    await router.receive();
    await settled(session, router);
    assert.equal(lines()[2], '→ PUBLISH [16,1,{},"com.t",["shown",{"a":1}],{"k":2}]');
    assert.equal(entries[2].message[4], args);
});

for (const trace_payloads of [false, true]) {
    test(`no secret of authentication is shown, ${trace_payloads ? 'even if payloads are' : 'nor asked for'}`, async (t) => {
        const { entries, options } = tracing({ trace_payloads });
        const peer = await peerFor(t);
        const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, authmethods: ['ticket'], authid: 'joe', authextra: { pubkey: 'secret' }, onchallenge: () => ['secret', { nonce: 'secret' }], ...options });
        const router = await peer.connection();
        await router.receive();
        router.send([4, 'ticket', { challenge: 'secret' }]);
        assert.deepEqual(await router.receive(), [5, 'secret', { nonce: 'secret' }]);
        router.send([2, 7, { ...WELCOME, authid: 'joe', authextra: { scram_server_signature: 'secret' } }]);
        await joining;
        assert.ok(!JSON.stringify(entries).includes('secret'));
        assert.deepEqual(entries.map(({ type }) => type), ['HELLO', 'CHALLENGE', 'AUTHENTICATE', 'WELCOME']);
        assert.deepEqual([entries[0].message[2].authid, entries[3].message[2].authid], ['joe', 'joe']);
    });
}

test('what is no message is shown as that', async (t) => {
    const { options, lines } = tracing();
    const { router, session } = await joined(t, { connect, options: { ...options, on_internal_error: () => {} } });
    router.send('{{');
    await session.closed;
    assert.equal(lines()[2], '← INVALID []');
    assert.match(lines()[3], /^→ ABORT .*protocol_violation/);
});

for (const hostile of ['[]', '[2]', '[1000,"secret"]', '[36,5]', '[36,5,6,{},"secret"]', '[36,5,6,{},[],[],["secret"]]', '[5]', '[4,null,"secret"]', '7', 'null', '{"0":36}', '[36,null,{"__proto__":null},[null]]', '[1,2,null]', '[2,3,{"authextra":"secret"}]']) {
    test(`a trace bears ${hostile}`, async (t) => {
        const { entries, options } = tracing();
        const { router, session } = await joined(t, { connect, options: { ...options, on_internal_error: () => {} } });
        router.send(hostile);
        await session.closed;
        assert.ok(entries.length >= 3);
        assert.ok(!JSON.stringify(entries.filter(({ type }) => type !== 'ABORT')).includes('secret'));
    });
}

test('a hook that throws or rejects is reported and hurts nobody', async (t) => {
    const { list, ...report } = reports();
    let calls = 0;
    const { router, session } = await joined(t, {
        connect,
        options: {
            ...report,
            trace() {
                if (++calls % 2) throw new Error('on purpose');
                return Promise.reject(new Error('on purpose'));
            },
        },
    });
    const call = session.call('com.echo', ['x']);
    await router.receive();
    router.send([50, 1, {}, ['x']]);
    assert.equal(await call, 'x');
    await settled(session, router);
    assert.ok(list.length >= 4);
    for (const [text, error] of list) assert.deepEqual([text, error.message], ['Exception raised from app code while firing trace()', 'on purpose']);
});

test('a hook may use the session: what it sends comes after what it was told of', async (t) => {
    let session;
    let done = false;
    const joining = await joined(t, {
        connect,
        options: {
            trace({ type, message }) {
                if (type !== 'PUBLISH' || message[3] !== 'com.first' || done) return;
                done = true;
                session.publish('com.second');
            },
        },
    });
    session = joining.session;
    session.publish('com.first');
    assert.deepEqual([await joining.router.receive(), await joining.router.receive()], [[16, 1, {}, 'com.first'], [16, 2, {}, 'com.second']]);
});

const reversed = {
    SERIALIZER_ID: 'reversed',
    BINARY: false,
    serialize: (message) => [...JSON.stringify(message)].reverse().join(''),
    unserialize: (text) => JSON.parse([...text].reverse().join('')),
};

test('it sees through serializers of the application, and shows what came before it was forgiven', async (t) => {
    const { options, lines } = tracing();
    const peer = await peerFor(t, { protocol: 'wamp.2.reversed' });
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, serializers: [reversed], lenient: true, ...options });
    const router = await peer.connection();
    const send = (message) => router.send(reversed.serialize(message));
    await router.frame();
    send([2, 7, WELCOME]);
    const session = await joining;
    const call = session.call('com.echo', ['x']);
    await router.frame();
    send([50, 1, {}, ['x'], null]);
    assert.equal(await call, 'x');
    assert.deepEqual(lines().slice(2), ['→ CALL [48,1,{},"com.echo","<1 args: string>"]', '← RESULT [50,1,{},"<1 args: string>","<null>"]']);
});

test('it shows the messages of a batch, not the batch', async (t) => {
    const { entries, options } = tracing();
    const peer = await peerFor(t, { protocol: 'wamp.2.json.batched' });
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, protocols: ['wamp.2.json.batched'], ...options });
    const router = await peer.connection();
    await router.frame();
    router.send(`${JSON.stringify([2, 7, WELCOME])}\x1e`);
    const session = await joining;
    session.publish('com.a');
    session.publish('com.b');
    assert.equal(await router.frame(), '[16,1,{},"com.a"]\x1e[16,2,{},"com.b"]\x1e');
    assert.deepEqual(entries.slice(2).map(({ message, size }) => [message[3], size]), [['com.a', 17], ['com.b', 17]]);
});

test('trace, trace_payloads and log_level are checked', () => {
    for (const [option, value] of [['trace', true], ['trace_payloads', 'yes'], ['log_level', 'verbose'], ['log_level', 3]]) {
        assert.throws(() => new Connection({ url: 'ws://localhost', realm: 'r', [option]: value }), new RegExp(`<options>\\.${option} must be`));
    }
});

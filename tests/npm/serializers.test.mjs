// The same session over each serializer, and what happens to frames that are wrong.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, EncodeError } from '../../pkg/node.js';
import { serializers } from './binary.mjs';
import { WELCOME, peerFor, reports, WebSocket } from './peer.mjs';

async function join(t, name, options) {
    const { encode } = serializers[name];
    const peer = await peerFor(t, { protocol: `wamp.2.${name}` });
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, durable: false, serializers: [name], ...options });
    const router = await peer.connection();
    await router.frame();
    router.send(encode([2, 7, WELCOME]));
    const session = await joining;
    /** The next frame is exactly this message. */
    const expect = async (message) => {
        const frame = await router.frame();
        const [got, wanted] = typeof frame === 'string' ? [frame, encode(message)] : [Buffer.from(frame).toString('hex'), Buffer.from(encode(message)).toString('hex')];
        assert.equal(got, wanted);
    };
    return { session, router, expect, send: (...messages) => router.send(...messages.map(encode)) };
}

const values = [0, -1, 200, 70000, 5e9, -0.5, 1e300, '', 'text', 'ünï𝄞', true, false, null, [], [[1], {}], { a: { b: [1, 2] }, 'ключ': 1 }];
const octets = new Uint8Array([0, 1, 255]);

test('json: 2^53 is an id, and 2^53 + 1 is none although JavaScript rounds it', async (t) => {
    const { session, router, send, expect } = await join(t, 'json');
    const publications = [];
    const subscribing = session.subscribe('com.t', (args, kwargs, { publication }) => publications.push(publication));
    await expect([32, 1, {}, 'com.t']);
    send([33, 1, 5]);
    await subscribing;
    router.send('[36,5,9007199254740992,{}]');
    router.send('[36,5,9007199254740993,{}]');
    assert.match(await router.frame(), /EVENT\.Publication must be an id .*protocol_violation/);
    await session.closed;
    assert.deepEqual(publications, [2 ** 53]);
});

test('json: a payload may nest as deep as the text is long, but not where the core has to read it', async (t) => {
    const { session, router, send, expect } = await join(t, 'json', reports());
    const subscribing = session.subscribe('com.t', (args) => depths.push(depthOf(args)));
    const depths = [];
    const depthOf = (value) => {
        let depth = 0;
        for (; Array.isArray(value); value = value[0]) depth++;
        if (value !== undefined) assert.deepEqual(value, new Uint8Array([0, 255]));
        return depth;
    };
    const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
    await expect([32, 1, {}, 'com.t']);
    send([33, 1, 5]);
    await subscribing;
    router.send(`[36,5,1,{},${nested(1000)}]`);
    router.send(`[36,5,2,{},${nested(100_000)}]`);
    // Octets in it are looked for, and that does not recurse either.
    router.send(`[36,5,3,{},${'['.repeat(100_000)}"\\u0000AP8="${']'.repeat(100_000)}]`);
    const refused = session.call('com.p').catch((error) => error);
    await expect([48, 2, {}, 'com.p']);
    router.send(`[8,48,2,{},"com.example.error",${nested(200)}]`);
    assert.match(await router.frame(), /nesting.*protocol_violation|protocol_violation.*nesting/);
    assert.equal((await refused).uri, 'wamp.error.protocol_violation');
    assert.deepEqual(depths, [1000, 100_000, 100_000]);
});

for (const name of Object.keys(serializers)) {
    test(`${name}: values arrive as they are, both ways`, async (t) => {
        const { session, send, expect } = await join(t, name);
        const call = session.call('com.p', values, { values });
        await expect([48, 1, {}, 'com.p', values, { values }]);
        send([50, 1, {}, values, { values }]);
        const result = await call;
        assert.deepEqual({ ...result }, { args: values, kwargs: { values } });
    });

    test(`${name}: octets arrive as a Uint8Array, both ways`, async (t) => {
        const { session, send, expect } = await join(t, name);
        const call = session.call('com.p', [octets, { in: octets }, new Uint8Array()]);
        await expect([48, 1, {}, 'com.p', [octets, { in: octets }, new Uint8Array()]]);
        send([50, 1, {}, [octets, { in: octets }]]);
        const { args } = await call;
        assert.deepEqual(args, [octets, { in: octets }]);
        assert.ok(args[0] instanceof Uint8Array);
    });

    test(`${name}: Node's Buffer, Map and Set have a form`, async (t) => {
        const { session, expect } = await join(t, name);
        session.publish('com.t', [Buffer.from(octets), new Map([['a', new Map()]]), new Set([1, octets]), new Date(0), [1, , undefined]]);
        await expect([16, 1, {}, 'com.t', [octets, { a: {} }, [1, octets], '1970-01-01T00:00:00.000Z', [1, null, null]]]);
        assert.throws(() => session.publish('com.t', [new Map([[1, 2]])]), EncodeError);
    });

    test(`${name}: a payload nested too deeply fails alone, and one at the limit goes both ways`, async (t) => {
        const { session, send, expect } = await join(t, name);
        const nested = (depth) => (depth === 1 ? [] : [nested(depth - 1)]);
        // The message is the first level of the 128.
        await assert.rejects(session.call('com.p', nested(128)), (error) => error instanceof EncodeError && /nesting exceeds the limit of 128/.test(error.message));
        const call = session.call('com.p', nested(127));
        await expect([48, 1, {}, 'com.p', nested(127)]);
        send([50, 1, {}, nested(127)]);
        assert.deepEqual(await call, nested(126));
    });

    test(`${name}: a session does everything`, async (t) => {
        const { session, router, send, expect } = await join(t, name);
        const events = [];
        const subscribing = session.subscribe('com.t', (args, kwargs, { publication }) => events.push([args, kwargs, publication]), { match: 'prefix' });
        await expect([32, 1, { match: 'prefix' }, 'com.t']);
        send([33, 1, 5], [36, 5, 2 ** 40, { topic: 'com.t.x' }, ['hi'], { k: octets }]);
        await subscribing;
        session.register('com.p', ([n]) => n * 2);
        await expect([64, 2, {}, 'com.p']);
        send([65, 2, 6], [68, 1, 6, {}, [21]]);
        await expect([70, 1, {}, [42]]);
        session.publish('com.t', [], {}, { acknowledge: true }).catch(() => {});
        await expect([16, 3, { acknowledge: true }, 'com.t']);
        const failing = session.call('com.x');
        await expect([48, 4, {}, 'com.x']);
        send([8, 48, 4, {}, 'com.error', [octets], { a: 1 }]);
        await assert.rejects(failing, { uri: 'com.error', args: [octets], kwargs: { a: 1 } });
        assert.deepEqual(events, [[['hi'], { k: octets }, 2 ** 40]]);
        const leaving = session.leave();
        await expect([6, {}, 'wamp.close.normal']);
        send([6, {}, 'wamp.close.goodbye_and_out']);
        await leaving;
        await router.closed;
    });

    test(`${name}: the key __proto__ is an ordinary key`, async (t) => {
        const { session, send, expect } = await join(t, name);
        const call = session.call('com.p');
        await expect([48, 1, {}, 'com.p']);
        const evil = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}');
        send([50, 1, {}, [evil]]);
        const value = await call;
        assert.equal(value.polluted, undefined);
        assert.equal(Object.getPrototypeOf(value), Object.prototype);
        assert.deepEqual(Object.keys(value), ['__proto__', 'a']);
    });

    const malformed = [
        ['an event with a wrong subscription', [36, 0, 1, {}], /EVENT\.Subscription must be an id/],
        ['a result with a wrong detail', [50, 1, { progress: 'yes' }], /RESULT\.Details\.progress must be a bool/],
        ['an invocation with wrong details', [68, 1, 5, []], /INVOCATION\.Details must be a dict/],
        ['arguments that are no list', [36, 5, 1, {}, {}], /EVENT\.Arguments must be a list/],
        ['keyword arguments that are no dict', [36, 5, 1, {}, [], []], /EVENT\.ArgumentsKw must be a dict/],
        ['an unknown type', [99, 1], /unknown message type 99/],
        ['a message of the wrong side', [48, 1, {}, 'com.p'], /CALL/],
        ['no list', { a: 1 }, /list/],
        ['an answer to nothing', [50, 77, {}], /RESULT/],
        ['a second WELCOME', [2, 8, { roles: { broker: {} } }], /WELCOME/],
    ];
    for (const [what, message, text] of malformed) {
        test(`${name}: ${what} is a protocol violation, named in the ABORT`, async (t) => {
            const errors = reports();
            const { session, router, send } = await join(t, name, errors);
            const call = session.call('com.p');
            const rejected = assert.rejects(call, { name: 'SessionLost', uri: 'wamp.error.protocol_violation' });
            await router.frame();
            send(message);
            await rejected;
            const abort = (await router.frame()).toString('latin1');
            assert.match(abort, /wamp\.error\.protocol_violation/);
            assert.match(abort, text);
            await router.closed;
            assert.equal((await session.closed).reason, 'wamp.error.protocol_violation');
            assert.match(errors.list[0][1].message, text);
        });
    }

    test(`${name}: 100,000 nested lists are a protocol violation`, async (t) => {
        // The payload of a message in JSON is the application's, who may be given what the browser can read.
        for (const frame of [serializers[name].nested(100_000), ...(name === 'json' ? [] : [wrapped(name, 100_000)])]) {
            const errors = reports();
            const { session, router } = await join(t, name, errors);
            router.send(frame);
            const abort = (await router.frame()).toString('latin1');
            assert.match(abort, /wamp\.error\.protocol_violation/);
            assert.equal((await session.closed).reason, 'wamp.error.protocol_violation');
        }
    });

    test(`${name}: garbage and the wrong kind of frame are protocol violations`, async (t) => {
        const garbage = name === 'json' ? ['{"a', '', new Uint8Array([0x93])] : [new Uint8Array([0xc1, 0xff]), new Uint8Array(), '[36,1,1,{}]'];
        for (const frame of garbage) {
            const { session, router } = await join(t, name, reports());
            router.send(frame);
            assert.match((await router.frame()).toString('latin1'), /wamp\.error\.protocol_violation/);
            assert.equal((await session.closed).reason, 'wamp.error.protocol_violation');
        }
    });
}

/** A well-formed EVENT with lists nested so deep. */
function wrapped(name, depth) {
    const event = serializers[name].encode([36, 5, 1, {}, []]);
    const frame = new Uint8Array(event.length + depth);
    frame.set(event);
    // The last octet opens an empty list; make it and all but the last that follow lists of one.
    frame.fill(name === 'msgpack' ? 0x91 : 0x81, event.length - 1);
    frame[frame.length - 1] = name === 'msgpack' ? 0x90 : 0x80;
    return frame;
}

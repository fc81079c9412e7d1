// A router that means harm, by the content of its messages: keys that JavaScript gives a meaning, ids that are
// none, frames of the wrong kind, answers to nothing. Nothing it sends touches a prototype, fails inside, or
// leaves anyone waiting.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from '../../pkg/node.js';
import { opened, turn } from './memory.mjs';

const PROTOCOLS = ['wamp.2.json', 'wamp.2.msgpack', 'wamp.2.cbor', 'wamp.2.json.batched', 'wamp.2.msgpack.batched', 'wamp.2.cbor.batched'];
const SERIALIZERS = PROTOCOLS.slice(0, 3);

const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON', '__defineGetter__'];

/** A dict with every one of these keys as its own, as JSON.parse makes it. */
function evil(value = { polluted: true }) {
    const dict = {};
    for (const key of KEYS) Object.defineProperty(dict, key, { value, enumerable: true, configurable: true, writable: true });
    return dict;
}

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, Promise.prototype, Error.prototype, Uint8Array.prototype];
const snapshot = () => PROTOTYPES.map((prototype) => [Object.getOwnPropertyNames(prototype), ({}).polluted, ({}).toString()]);

/** Every such key is there, as an own property, and the object is an ordinary one. */
function assertHarmless(dict, value = { polluted: true }) {
    assert.equal(Object.getPrototypeOf(dict), Object.prototype);
    assert.equal(dict.polluted, undefined);
    for (const key of KEYS) assert.deepEqual(Object.getOwnPropertyDescriptor(dict, key), { value, enumerable: true, configurable: true, writable: true }, key);
}

for (const protocol of PROTOCOLS) {
    test(`${protocol}: __proto__, constructor and their like are ordinary keys wherever a router puts them`, async () => {
        const before = snapshot();
        const roles = { broker: { features: evil(true) }, dealer: { features: evil(false) }, ...evil({}) };
        const { session, feed, closes, faults } = await opened(protocol, { welcome: { ...evil(), roles } });
        assertHarmless(session.details);
        assert.deepEqual(Object.values(session.features), [{}, {}, {}, {}]);

        const seen = [];
        const subscribing = session.subscribe('com.t', (args, kwargs, event) => seen.push([args, kwargs, event.details]));
        const registering = session.register('com.p', (args, kwargs, invocation) => void seen.push([args, kwargs, invocation.details]));
        feed([33, 1, 5], [65, 2, 6]);
        const [subscription, registration] = [await subscribing, await registering];
        feed([36, 5, 1, evil(), [evil(), [[evil()]]], { ...evil(), deep: { er: evil() } }]);
        feed([68, 1, 6, evil(), [evil()], evil()]);
        await turn();
        assert.equal(seen.length, 2);
        for (const [args, kwargs, details] of seen) [args[0], kwargs, details].forEach((dict) => assertHarmless(dict));
        assertHarmless(seen[0][0][1][0][0]);
        assertHarmless(seen[0][1].deep.er);

        const parts = [];
        const result = session.call('com.a', [], {}, { on_progress: (args) => parts.push(args[0]) });
        feed([50, 3, { progress: true, ...evil() }, [evil()]], [50, 3, evil(), [evil()], evil()]);
        assertHarmless((await result).kwargs);
        assertHarmless((await result).args[0]);
        assertHarmless(parts[0]);
        const single = session.call('com.a');
        feed([50, 4, {}, [evil()]]);
        assertHarmless(await single);
        const failing = session.call('com.a').catch((error) => error);
        feed([8, 48, 5, evil(), 'com.example.error', [evil()], evil()]);
        const error = await failing;
        [error.kwargs, error.details, error.args[0]].forEach((dict) => assertHarmless(dict));

        feed([35, 0, { ...evil(), subscription: 5, reason: 'com.gone' }], [67, 0, { registration: 6, ...evil() }]);
        assert.deepEqual([await subscription.on_unsubscribe, subscription.active], ['com.gone', false]);
        await registration.on_unregister;
        assert.deepEqual([session.isOpen, closes, faults], [true, [], []]);
        feed([6, evil('text'), 'com.example.bye']);
        assert.equal((await session.closed).reason, 'com.example.bye');
        assert.deepEqual([snapshot(), faults], [before, []]);
    });
}

for (const protocol of SERIALIZERS) {
    test(`${protocol}: __proto__ and its like are sent as the ordinary keys that they are`, async () => {
        const { session, sent, encoded, feed } = await opened(protocol);
        const dict = evil(1);
        session.publish('com.t', [dict], dict, { __proto__: null, ...dict });
        const acknowledged = session.call('com.p', [{ nested: [dict] }], null, JSON.parse('{"__proto__": {"timeout": 1}, "x_a": 1}'));
        const options = JSON.parse('{"__proto__": {"timeout": 1}, "x_a": 1}');
        assert.deepEqual(await sent(), [encoded([16, 1, dict, 'com.t', [dict], dict]), encoded([48, 2, options, 'com.p', [{ nested: [dict] }]])]);
        feed([50, 2, {}]);
        await acknowledged;
    });

    test(`${protocol}: ids that are none are named in the ABORT, whatever carries them`, async () => {
        const wrong = protocol === 'wamp.2.json' ? [0, -1, 1.5, 2 ** 53 + 2, '1', null, true, [], {}] : [0, -1, 1.5, NaN, Infinity, 2 ** 53 + 2, 2 ** 64, '1', null, true, [], {}, new Uint8Array(8)];
        for (const id of wrong) {
            for (const [message, element] of [
                [[36, id, 1, {}], 'EVENT.Subscription'], [[36, 5, id, {}, ['x']], 'EVENT.Publication'], [[50, id, {}], 'RESULT.CALL.Request|RESULT.Request'],
                [[68, id, 6, {}], 'INVOCATION.Request'], [[68, 1, id, {}], 'INVOCATION.REGISTERED.Registration|INVOCATION.Registration'], [[8, 48, id, {}, 'com.e'], 'ERROR.*Request'],
                [[33, 2, id], 'SUBSCRIBED.Subscription'], [[17, id, 1], 'PUBLISHED.*Request'], [[69, id, {}], 'INTERRUPT.*Request'],
            ]) {
                const { session, feed, sent, faults } = await opened(protocol);
                const call = session.call('com.a').catch((error) => error);
                await sent();
                feed(message);
                const [abort] = await sent();
                assert.match(abort, new RegExp(element), `${JSON.stringify(message)}: ${abort}`);
                assert.match(abort, /wamp\.error\.protocol_violation/);
                assert.equal((await call).uri, 'wamp.error.protocol_violation');
                assert.deepEqual(faults, []);
            }
        }
    });

    test(`${protocol}: frames that no codec makes end the session with an ABORT, also from a transport of the application`, async () => {
        const { session, line, sent, closes, faults } = await opened(protocol);
        const call = session.call('com.a').catch((error) => error);
        await sent();
        const wrong = protocol === 'wamp.2.json' ? new Uint8Array([0x93]) : '[36,1,1,{}]';
        line.onmessage(wrong);
        assert.match((await sent())[0], /protocol_violation/);
        assert.equal((await call).name, 'SessionLost');
        assert.deepEqual([closes.length, faults], [1, []]);
        for (const frame of [new Blob(['[36]']), null, undefined, 5, {}, new DataView(new ArrayBuffer(3))]) {
            const other = await opened(protocol);
            const pending = other.session.call('com.a').catch((error) => error);
            other.line.onmessage(frame);
            await other.session.closed;
            assert.equal((await pending).name, 'SessionLost', String(frame));
            assert.deepEqual(other.faults, [], String(frame));
        }
    });

    test(`${protocol}: a router that answers twice is heard once, and one that answers what nobody asked is a violation`, async () => {
        const { session, feed, sent, faults } = await opened(protocol);
        const asked = [session.call('com.a'), session.publish('com.t', [], {}, { acknowledge: true }), session.subscribe('com.t', () => {}), session.register('com.p', () => {})];
        feed([50, 1, {}, ['first']], [50, 1, {}, ['second']], [8, 48, 1, {}, 'com.e']);
        feed([17, 2, 9], [17, 2, 9], [8, 16, 2, {}, 'com.e']);
        const [result, publication] = await Promise.all(asked.slice(0, 2));
        assert.deepEqual([result, publication.id, session.isOpen], ['first', 9, true]);
        feed([33, 3, 5], [65, 4, 6]);
        const [subscription, registration] = await Promise.all(asked.slice(2));
        // What is set up stays as the first answer made it.
        feed([33, 3, 99], [65, 4, 99]);
        assert.deepEqual([subscription.id, registration.id, session.isOpen], [5, 6, true]);
        await sent();
        feed([50, 5, {}]);
        assert.match((await sent())[0], /RESULT.*protocol_violation/s);
        assert.deepEqual([(await session.closed).reason, faults], ['wamp.error.protocol_violation', []]);
    });

    test(`${protocol}: what was accepted before a violation is delivered, and nothing after it`, async () => {
        const { session, feed, raw, line } = await opened(protocol);
        const events = [];
        const subscribing = session.subscribe('com.t', ([n]) => events.push(n));
        feed([33, 1, 5]);
        await subscribing;
        const call = session.call('com.a');
        feed([36, 5, 1, {}, [1]], [50, 2, {}, ['kept']], [36, 5, 2, {}, [2]], [99], [36, 5, 3, {}, [3]]);
        assert.equal(await call, 'kept');
        await session.closed;
        assert.deepEqual([events, line.closed], [[1, 2], true]);
        raw(protocol === 'wamp.2.json' ? '[36,5,4,{},[4]]' : new Uint8Array([0x90]));
        assert.deepEqual(events, [1, 2]);
    });
}

test('options with __proto__ of their own do not become what they hold', async () => {
    const before = snapshot();
    await assert.rejects(connect(JSON.parse('{"__proto__": {"url": "ws://localhost", "realm": "r"}}')), { name: 'TypeError' });
    const { session } = await opened('wamp.2.json', { options: JSON.parse('{"__proto__": {"onchallenge": 5}}') });
    assert.equal(session.isOpen, true);
    assert.deepEqual(snapshot(), before);
});

test('a CHALLENGE with such keys reaches onchallenge as a plain dict', async () => {
    const asked = [];
    let line;
    const joining = connect({
        realm: 'realm1',
        durable: false,
        authmethods: ['ticket'],
        protocols: ['wamp.2.json'],
        onchallenge: (session, method, extra) => (asked.push(extra), 'sig'),
        transports: [{ type: 'memory', create: () => (line = { frames: [], send: (frame) => line.frames.push(frame), close() {} }) }],
    });
    while (!line?.onopen) await turn();
    line.onopen('wamp.2.json');
    while (!line.frames.length) await turn();
    line.onmessage(JSON.stringify([4, 'ticket', evil()]));
    while (line.frames.length < 2) await turn();
    assertHarmless(asked[0]);
    line.onmessage(JSON.stringify([2, 1, { roles: { broker: {} } }]));
    assert.equal((await joining).isOpen, true);
});

// What becomes of JavaScript values in each serializer: the table of docs/values.md.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, EncodeError } from '../../pkg/node.js';
import { serializers } from './binary.mjs';
import { WELCOME, joined, peerFor, WebSocket } from './peer.mjs';

/** A session whose calls are echoed by the far end, which decodes and encodes nothing: what it got is what it gives. */
async function echoing(t, name) {
    const { encode } = serializers[name];
    const peer = await peerFor(t, { protocol: `wamp.2.${name}` });
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, serializers: [name] });
    const router = await peer.connection();
    await router.frame();
    router.send(encode([2, 7, WELCOME]));
    const session = await joining;
    // CALL, Request, {}, "p", [Args] becomes RESULT, Request, {}, [Args].
    const answer = (frame) => {
        if (name === 'json') return frame.replace('[48,', '[50,').replace(',"p"', '');
        const octets = Buffer.from(frame);
        const at = octets.indexOf(name === 'msgpack' ? Buffer.from([0xa1, 0x70]) : Buffer.from([0x61, 0x70]));
        const rest = Buffer.concat([octets.subarray(0, at), octets.subarray(at + 2)]);
        rest[0] -= 1;
        // The type: one octet in MessagePack, behind 0x18 in CBOR.
        rest[name === 'msgpack' ? 1 : 2] = 50;
        return rest;
    };
    return async (value) => {
        const call = session.call('p', [value]);
        const failed = call.then(() => null, (error) => error);
        // What cannot be sent is rejected before anything else happens.
        const refusal = await Promise.race([failed, new Promise((resolve) => setImmediate(resolve))]);
        if (refusal) throw refusal;
        router.send(answer(await router.frame()));
        return call;
    };
}

class Point {
    constructor() {
        this.x = 1;
    }
    get y() {
        return 2;
    }
}

const octets = new Uint8Array([1, 2]);
const REFUSED = Symbol('refused');

/** What is sent, what comes back, and what comes back where JSON differs. */
const CASES = [
    ['text', 'ünï𝄞', 'ünï𝄞'],
    ['a number', -1.5, -1.5],
    ['minus zero', -0, -0, 0],
    ['2^53 - 1', 2 ** 53 - 1, 2 ** 53 - 1],
    ['NaN', NaN, NaN, null],
    ['Infinity', -Infinity, -Infinity, null],
    ['undefined in an object', { a: undefined, b: () => {}, c: Symbol('x'), d: 1 }, { d: 1 }],
    ['undefined in a list', [undefined, () => {}, Symbol('x'), , 1], [null, null, null, null, 1]],
    ['Uint8Array', octets, octets],
    ['ArrayBuffer', octets.buffer, octets],
    ['Buffer', Buffer.from([1, 2]), octets],
    ['another typed array', new Int16Array([1]), new Uint8Array(new Int16Array([1]).buffer)],
    ['DataView', new DataView(new ArrayBuffer(2), 1), new Uint8Array(1)],
    ['a small BigInt', [5n, -(2n ** 53n) + 1n], [5, -(2 ** 53) + 1]],
    ['a BigInt of 64 bits', 2n ** 63n, 2n ** 63n, REFUSED],
    ['a negative BigInt of 64 bits', -(2n ** 63n), -(2n ** 63n), REFUSED],
    ['a larger BigInt', 2n ** 64n, REFUSED],
    ['Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid Date', new Date(NaN), null],
    ['URL', new URL('http://x/'), 'http://x/'],
    ['toJSON', { toJSON: (key) => [key] }, ['0']],
    ['Map', new Map([['a', new Map([['b', octets]])]]), { a: { b: octets } }],
    ['an empty Map', new Map(), {}],
    ['a Map with a number as key', new Map([[1, 1]]), REFUSED],
    ['Set', new Set([1, octets]), [1, octets]],
    ['an instance of a class', new Point(), { x: 1 }],
    ['boxed values', [new Number(5), new String('a'), new Boolean(false)], [5, 'a', false]],
    ['text that begins with NUL', '\0abc', '\0abc', REFUSED],
    ['half a surrogate pair', '\ud800', '\ufffd', '\ud800'],
    ['the key __proto__', JSON.parse('{"__proto__": {"polluted": 1}}'), JSON.parse('{"__proto__": {"polluted": 1}}')],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
];

for (const name of Object.keys(serializers)) {
    test(`${name}: values become what the table of the documentation says`, async (t) => {
        const echo = await echoing(t, name);
        for (const [what, sent, back, json = back] of CASES) {
            const expected = name === 'json' ? json : back;
            if (expected === REFUSED) await assert.rejects(echo(sent), EncodeError, what);
            else assert.deepStrictEqual(await echo(sent), expected, what);
        }
        const around = [];
        around.push(around);
        await assert.rejects(echo(around), EncodeError, 'a value that contains itself');
        const halves = { '\ud800': 1, '\ud801': 2 };
        if (name === 'json') assert.deepStrictEqual(await echo(halves), halves);
        else await assert.rejects(echo(halves), { name: 'EncodeError', message: /args\[0\]: the key "\\ud801" is the same as another in UTF-8/ });
        assert.equal(await echo('the session goes on'), 'the session goes on');
        assert.equal({}.polluted, undefined);
    });
}

test('keys that become the same text cost the one request that has them, and not the session', async (t) => {
    const halves = { '\ud800': 1, '\ud801': 2 };
    const { session, router } = await joined(t, { connect });
    assert.throws(() => session.subscribe('com.t', () => {}, { _mine: halves }), /occurs twice/);
    assert.throws(() => session.register('com.p', () => {}, { _mine: halves }), /occurs twice/);
    const subscribing = session.subscribe('com.t', () => {}, { _mine: { '\ud800': 1 } });
    assert.deepEqual(await router.receive(), [32, 1, { _mine: { '\ufffd': 1 } }, 'com.t']);
    router.send([33, 1, 5]);
    await subscribing;
});

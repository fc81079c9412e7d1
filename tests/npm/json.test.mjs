// What is sent as JSON: JSON.stringify writes it, and a search in its text finds what that may have written wrongly.
// Whatever a payload holds, and wherever, the frame is what a writer says that looks at each value.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NO_OPTIONS } from '../../pkg/glue/check.js';
import { json } from '../../pkg/glue/json.js';
import { Random } from '../faults/random.js';

const CASES = 20_000;
const URI = 'com.example.topic';

const TEXTS = ['', 'text', '{}', '{"0":1}', '"type":"Buffer"', '\\u0000', '\\', '"', '[[[[', 'a\0b', 'ünï𝄞', '}', 'x'.repeat(300)];
const KEYS = ['a', 'id', 'tags', 't', '0', '00', '1', '', '}', ']', 'type', 'Buffer', '{}', 'ключ', '"', '\\'];
const SPECIAL = [
    () => new Uint8Array([1, 2]),
    () => new Uint8Array(),
    () => new Uint8Array([7]),
    () => new Uint8Array([9, 8]).buffer,
    () => new DataView(new ArrayBuffer(3)),
    () => Buffer.from('ab'),
    () => Buffer.alloc(0),
    () => new Map([['k', new Map()]]),
    () => new Map(),
    () => new Set([1, new Set()]),
    () => new Set(),
    () => new Date(0),
    () => 5n,
    () => undefined,
    () => () => {},
    () => ({ toJSON: () => ({}) }),
    () => ({ type: 'Buffer', data: [1] }),
    () => '\0binary',
];

/** A value in which one in a few is special. */
function anyValue(next, depth) {
    const pick = (list) => list[Math.floor(next() * list.length)];
    const kind = next();
    if (kind < 0.03) return pick(SPECIAL)();
    if (kind < 0.35 || depth === 0) return pick(TEXTS);
    if (kind < 0.6) return pick([0, -1.5, 1e300, true, null, NaN]);
    const count = Math.floor(next() * 5);
    if (kind < 0.8) return Array.from({ length: count }, () => anyValue(next, depth - 1));
    return Object.fromEntries(Array.from({ length: count }, () => [pick(KEYS), anyValue(next, depth - 1)]));
}

const octets = (value) => (value instanceof ArrayBuffer ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength));

/** What JSON has for a value; undefined for what it has nothing for. */
function plain(value) {
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'function' || value === undefined) return undefined;
    if (typeof value === 'string' && value.startsWith('\0')) throw new TypeError('a string that begins with NUL');
    if (typeof value === 'number') return Number.isFinite(value) ? value : null;
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `\0${octets(value).toString('base64')}`;
    if (value instanceof Map) return plain(Object.fromEntries(value));
    if (value instanceof Set) return plain([...value]);
    if (Array.isArray(value)) return value.map((item) => plain(item) ?? null);
    if (typeof value.toJSON === 'function') return plain(value.toJSON());
    const entries = Object.entries(value).map(([key, item]) => [key, plain(item)]);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

test('whatever a payload holds, its frame is what a look at each value says, or neither is there', () => {
    const numbers = new Random(1);
    const next = () => numbers.next();
    let refused = 0;
    for (let i = 0; i < CASES; i++) {
        const args = Array.from({ length: Math.floor(next() * 6) }, () => anyValue(next, 3));
        const kwargs = next() < 0.5 ? { k: anyValue(next, 3), more: anyValue(next, 2) } : undefined;
        let expected;
        try {
            expected = [16, 7, {}, URI, ...(kwargs ? [plain(args), plain(kwargs)] : args.length > 0 ? [plain(args)] : [])];
        } catch {
            refused++;
            assert.throws(() => json.prepare([NO_OPTIONS, URI], args, kwargs), TypeError);
            continue;
        }
        assert.deepEqual(JSON.parse(json.finish([16, 7], json.prepare([NO_OPTIONS, URI], args, kwargs))), expected);
    }
    assert.ok(refused > CASES / 100 && refused < CASES / 2, `${refused} of ${CASES} were refused`);
});

test('a message may nest 128 deep with its payload, however it does, and however large what stands beside', () => {
    const wraps = [(inner) => [inner], (inner) => ({ a: inner }), (inner) => [0, inner, { b: [] }], (inner) => ({ t: '[{', z: inner, more: [[], []] })];
    for (const wrap of wraps) {
        // Deeper than what the wraps put beside it; the lists of the arguments and of the message are the other two.
        let value = [[['x']]];
        for (let levels = 3; levels < 126; levels++) value = wrap(value);
        for (const beside of [[], [Array(500).fill({ a: [1] })], ['"[[[[\\"'.repeat(200)]]) {
            const send = (item) => json.prepare([NO_OPTIONS, URI], [item, ...beside], undefined);
            assert.equal(typeof send(value), 'string');
            assert.throws(() => send(wrap(value)), { name: 'RangeError', message: '<args>: nesting exceeds the limit of 128' });
        }
    }
});

test('a few texts and numbers are written as JSON.stringify writes them, whatever characters and digits they have', () => {
    const texts = ['', 'x'.repeat(63), 'x'.repeat(64), 'a\ud800', '\udc00', '𝄞', '\u2028', '\x7f', '\ud7ff\ue000\uffff'];
    for (let code = 0; code < 0x10000; code++) texts.push(String.fromCharCode(code));
    const numbers = [0, -0, 1e21, 1e-7, 5e-324, 2 ** 53, -1.5, 123456789.123, NaN, Infinity, -Infinity];
    const frame = (args) => json.finish([16, 7], json.prepare([NO_OPTIONS, URI], args, undefined));
    const expected = (args) => `[16,7,{},"${URI}",${JSON.stringify(args)}]`;
    for (const text of texts) {
        if (text.startsWith('\0')) assert.throws(() => frame([1, text]), TypeError);
        else assert.equal(frame([1, text]), expected([1, text]));
    }
    for (const number of numbers) assert.equal(frame([number, 'a']), expected([number, 'a']));
    for (const args of [[1, 2, 3, 4], ['a', 1, 'b', 2, 'c'], [, 1], [null], [true, 'x'], ['a', ['b']], Object.assign(['a'], { toJSON: () => ['other'] })]) {
        assert.equal(frame(args), expected(args));
    }
});

test('a text that is no URI is written where one belongs, also as the first of all', async () => {
    const { json: fresh } = await import('../../pkg/glue/json.js?first');
    assert.equal(fresh.finish([8, 68, 1], fresh.prepare([{}, ''], [1], undefined)), '[8,68,1,{},"",[1]]');
});

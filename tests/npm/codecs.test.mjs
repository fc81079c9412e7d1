// The codecs of the binary serializers: what the writer is given, the reader gives back, and what cannot be sent
// is refused by name. It needs the built package: scripts/build.

import { describe, test } from 'node:test';
import assert from 'node:assert/strict';

const pkg = new URL('../../pkg/', import.meta.url);
const { binary } = await import(new URL('glue/binary.js', pkg));
const [msgpack, cbor] = await Promise.all(['msgpack', 'cbor'].map((name) => import(new URL(`glue/${name}.js`, pkg))));
const CODECS = { 'wamp.2.msgpack': () => binary(msgpack, false), 'wamp.2.cbor': () => binary(cbor, true) };

/** A frame of these octets in hexadecimal. */
const hex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const octets = (frame) => Buffer.from(frame).toString('hex');

/** A source of numbers below n, the same in every run. */
function random(seed) {
    let state = seed;
    return (n) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * n);
    };
}

const TEXTS = ['', 'a', 'temperature', 'Grüße', '€uro', '😀', '\u0000', '\uFEFFbom', 'x'.repeat(5000), 'ß'.repeat(3000)];
const KEYS = ['a', 'b', 'name', 'ключ', '__proto__', 'constructor', 'toString', '0', '', 'a long key of more than sixty-four octets, which no shape has room for'];
const NUMBERS = [0, -0, 1, -1, 0.5, 2 ** 28, -(2 ** 28), 2 ** 28 - 1, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e300, 5e-324, NaN, Infinity, -Infinity];

function anyValue(pick, depth = 0) {
    switch (pick(depth > 4 ? 6 : 9)) {
        case 0:
            return [null, true, false][pick(3)];
        case 1:
            return NUMBERS[pick(NUMBERS.length)];
        case 2:
            return pick(2000) - 1000;
        case 3:
            return [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)][pick(5)];
        case 4:
            return Uint8Array.from({ length: pick(50) }, () => pick(256));
        case 5:
            return TEXTS[pick(TEXTS.length)];
        case 6:
            return Array.from({ length: pick(6) }, () => anyValue(pick, depth + 1));
        default: {
            const entries = Array.from({ length: pick(6) }, () => [KEYS[pick(KEYS.length)], anyValue(pick, depth + 1)]);
            return Object.fromEntries(entries);
        }
    }
}

for (const [subprotocol, made] of Object.entries(CODECS)) {
    describe(subprotocol, () => {
        const codec = made();
        // The frame is there until the next one.
        const frameOf = (args, kwargs) => codec.finish([48, 7], codec.prepare([{}, 'com.example.x'], args, kwargs)).slice();
        const back = (value) => codec.decode(frameOf([value]))[4][0];

        test('a message has its type, its ids, and only the arguments that are there', () => {
            assert.deepEqual(codec.decode(frameOf(undefined, undefined)), [48, 7, {}, 'com.example.x']);
            assert.deepEqual(codec.decode(frameOf([], {})), [48, 7, {}, 'com.example.x']);
            assert.deepEqual(codec.decode(frameOf([1], {})), [48, 7, {}, 'com.example.x', [1]]);
            assert.deepEqual(codec.decode(frameOf(null, { k: 1 })), [48, 7, {}, 'com.example.x', [], { k: 1 }]);
            const error = codec.finish([8, 68, 2 ** 53], codec.prepare([{}, 'com.example.error'], ['x'], undefined));
            assert.deepEqual(codec.decode(error), [8, 68, 2 ** 53, {}, 'com.example.error', ['x']]);
        });

        test('any values come back', () => {
            const pick = random(7);
            for (let i = 0; i < 2000; i++) {
                const value = anyValue(pick);
                assert.deepStrictEqual(back(value), value);
            }
        });

        test('an object with the key __proto__ has an own property and the ordinary prototype', () => {
            for (const other of ['', 'a long key of more than sixty-four octets, which no shape has room for']) {
                const object = back(JSON.parse(`{"${other}": 1, "__proto__": {"polluted": true}}`));
                assert.equal(Object.getPrototypeOf(object), Object.prototype);
                assert.equal(object.polluted, undefined);
                assert.deepEqual(Object.keys(object), [other, '__proto__']);
            }
            assert.equal({}.polluted, undefined);
        });

        test('records with many different keys come back, far beyond what the table of shapes holds', () => {
            for (let round = 0; round < 3; round++) {
                const records = Array.from({ length: 3000 }, (_, i) => ({ id: i, [`k${round}.${i}`]: i, tail: 'x' }));
                assert.deepEqual(back(records), records);
            }
            const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`w${i}`, i]));
            assert.deepEqual(back([wide, wide]), [wide, wide]);
        });

        test('frequent records come back, more kinds of them than have code of their own, in the order of JSON.parse', () => {
            const numbered = ['2', '1', 'b', '-1', '01', '1.5', '10', 'a'];
            const wide = (count) => Array.from({ length: count }, (_, i) => `key ${i}`);
            const kinds = [['a'], numbered, wide(16), wide(17), wide(64), wide(65), wide(90), ['__proto__', 'a'], ['a', '__proto__']];
            for (let i = 0; i < 20; i++) kinds.push([`only ${i}`, 'a', 'a key of more than sixteen octets']);
            const values = [1, 'text', 0.5, null, true, [1, 'two'], { a: { a: { a: 1 } } }, 'ß', -1];
            for (let round = 0; round < 30; round++) {
                const records = kinds.map((keys) => {
                    const entries = keys.map((key, i) => `${JSON.stringify(key)}:${JSON.stringify(values[(i + round) % values.length])}`);
                    return JSON.parse(`{${entries.join()}}`);
                });
                const read = back(records);
                assert.deepStrictEqual(read, records);
                assert.deepEqual(read.map(Object.keys), records.map(Object.keys));
                for (const record of read) assert.equal(Object.getPrototypeOf(record), Object.prototype);
            }
        });

        test('a record with records of the same kind in it comes back', () => {
            let tree = { left: null, right: null, name: 'leaf' };
            for (let i = 0; i < 40; i++) tree = { left: tree, right: { left: null, right: null, name: `${i}` }, name: 'node' };
            for (let i = 0; i < 20; i++) assert.deepStrictEqual(back(tree), tree);
        });

        test('a large binary comes back wherever in its message it is', () => {
            const binary = Uint8Array.from({ length: 70_000 }, (_, i) => i * 7);
            for (const [args, kwargs] of [[[binary]], [[binary, 1]], [[1, 'x'.repeat(600), binary]], [[binary, binary]], [[], { binary }], [[], { binary, more: [binary] }]]) {
                const frame = frameOf(args, kwargs);
                for (const given of [frame, frame.buffer]) {
                    const message = codec.decode(given);
                    assert.deepEqual(message.slice(4), kwargs ? [args, kwargs] : [args]);
                }
            }
        });

        test('what JSON.stringify does with special values is done here too', () => {
            class Point {
                constructor() {
                    this.x = 1;
                }
                get length() {
                    return 2;
                }
            }
            const date = new Date(0);
            assert.equal(back(date), date.toJSON());
            assert.deepEqual(back([undefined, () => {}, Symbol('s')]), [null, null, null]);
            assert.deepEqual(back({ a: undefined, b: () => {}, c: Symbol('s'), d: 1 }), { d: 1 });
            assert.deepEqual(back({ a: { toJSON: () => undefined }, b: { toJSON: (key) => key } }), { b: 'b' });
            assert.deepEqual(back(new Point()), { x: 1 });
            assert.deepEqual(back([Object(1), Object('a'), Object(true)]), [1, 'a', true]);
            assert.deepEqual(back(Object.create(null, { a: { value: 1, enumerable: true }, b: { value: 2 } })), { a: 1 });
            // eslint-disable-next-line no-sparse-arrays
            assert.deepEqual(back([, 1]), [null, 1]);
        });

        test('octets, Map and Set have a form too', () => {
            const buffer = Uint8Array.of(9, 1, 2, 3).buffer;
            assert.deepEqual(back(buffer), Uint8Array.of(9, 1, 2, 3));
            assert.deepEqual(back(new DataView(buffer, 1, 2)), Uint8Array.of(1, 2));
            assert.deepEqual(back(new Uint16Array([1]).subarray(0)), Uint8Array.of(1, 0));
            assert.deepEqual(back(new Map([['a', new Set([1, 2])]])), { a: [1, 2] });
        });

        test('in a frame that is a Buffer of Node a binary is a copy all the same, and no Buffer', () => {
            const frame = Buffer.from(frameOf([Uint8Array.of(1, 2), new Uint8Array(5000).fill(3)]));
            const [short, long] = codec.decode(frame)[4];
            frame.fill(9);
            assert.deepStrictEqual([short, long], [Uint8Array.of(1, 2), new Uint8Array(5000).fill(3)]);
        });

        test('a binary is a copy that outlives the frame', () => {
            const frame = frameOf([Uint8Array.of(1, 2, 3)]);
            const value = codec.decode(frame)[4][0];
            frame.fill(0);
            codec.decode(frameOf(['another']));
            assert.deepEqual(value, Uint8Array.of(1, 2, 3));
            assert.equal(value.buffer.byteLength, 3);
        });

        test('lone surrogates become U+FFFD', () => {
            assert.equal(back('a\uD800b'), 'a\uFFFDb');
            assert.deepEqual(back({ '\uDC00': 1 }), { '\uFFFD': 1 });
        });

        test('keys that become the same text are refused with their place, in one dict only', () => {
            const same = (key) => ({ name: 'TypeError', message: `${key} is the same as another in UTF-8` });
            const [high, low] = ['\ud800', '\udc00'];
            for (let n = 0; n < 3; n++) {
                assert.throws(() => frameOf(undefined, { [high]: 1, [low]: 1 }), same('kwargs: the key "\\udc00"'));
                assert.throws(() => frameOf([0, { in: [{ a: 1, [high]: { [high]: 1 }, b: 2, [low]: 1 }] }]), same('args[1].in[0]: the key "\\udc00"'));
                assert.throws(() => frameOf([{ [high]: 1, '\ufffd': 1 }]), same('args[0]: the key "\ufffd"'));
                assert.throws(() => frameOf([{ '\ufffd': 1, [high]: 1 }]), same('args[0]: the key "\\ud800"'));
                assert.throws(() => frameOf([new Map([[`x${high}`, 1], [`x${low}`, 1]])]), same('args[0]: the key "x\\udc00"'));
                const long = 'x'.repeat(300);
                assert.throws(() => frameOf([{ [long + high]: 1, [long + low]: 1 }]), TypeError);
                assert.throws(() => codec.prepare([{ [high]: 1, [low]: 2 }, 'com.x'], undefined, undefined), same('options: the key "\\udc00"'));
                // A key that is left out does not count, nor does one in another dict or in a message that is sent meanwhile.
                assert.deepEqual(back({ [high]: 1, [low]: undefined }), { '\ufffd': 1 });
                const shared = { [high]: 1 };
                const dicts = { [low]: shared, a: [shared, shared, { [low]: { toJSON: () => frameOf([{ [high]: 1 }]).length } }], '\ufffd\ufffd': shared };
                assert.deepEqual(Object.keys(back(dicts)), ['\ufffd', 'a', '\ufffd\ufffd']);
                assert.deepEqual(back({ [high + low]: 1, [low + high]: 2, '\ufffd': 3 }), { '\u{10000}': 1, '\ufffd\ufffd': 2, '\ufffd': 3 });
            }
        });

        test('what cannot be sent is a TypeError that says where it is', () => {
            const self = { list: [] };
            self.list.push(self);
            assert.throws(() => frameOf([1, { big: [2n ** 64n] }]), { name: 'TypeError', message: 'args[1].big[0]: a BigInt that does not fit 64 bits cannot be sent' });
            assert.throws(() => frameOf(undefined, { big: -(2n ** 63n) - 1n }), { name: 'TypeError', message: /^kwargs\.big: a BigInt/ });
            assert.throws(() => frameOf([new Map([[1, 2]])]), { name: 'TypeError', message: /^args.*: a Map with a key that is no string/ });
            assert.throws(() => frameOf([self]), { name: 'TypeError', message: 'args: a value that contains itself cannot be sent' });
            assert.throws(() => codec.prepare([{ toJSON: () => 1 }, 'x'], undefined, undefined), { name: 'TypeError', message: 'options must become a dict' });
            assert.throws(() => frameOf(Object.assign([1], { toJSON: () => 'x' })), { name: 'TypeError', message: 'args must become a list' });
            assert.deepEqual(back('still fine'), 'still fine');
        });

        test('nesting is limited on both sides, whatever its depth', () => {
            let deep = 0;
            for (let i = 0; i < 126; i++) deep = [deep];
            assert.deepEqual(back(deep), deep);
            assert.throws(() => back([deep]), { name: 'RangeError', message: 'args: nesting exceeds the limit of 128' });
            for (let i = 0; i < 100_000; i++) deep = [deep];
            assert.throws(() => back(deep), { name: 'RangeError', message: 'args: nesting exceeds the limit of 128' });
            const frame = new Uint8Array(100_000).fill(subprotocol === 'wamp.2.cbor' ? 0x81 : 0x91);
            assert.throws(() => codec.decode(frame), { message: 'nesting exceeds the limit of 128' });
        });

        test('code that runs during the encoding may send and receive messages of its own', () => {
            let inner;
            const chatty = {
                before: 'text',
                get now() {
                    inner = codec.decode(frameOf([{ nested: 'x'.repeat(3_000_000) }, 0.5]));
                    return 1.5;
                },
                after: { toJSON: () => codec.decode(frameOf([2.5]))[4][0] },
            };
            assert.deepEqual(back(chatty), { before: 'text', now: 1.5, after: 2.5 });
            assert.equal(inner[4][0].nested.length, 3_000_000);
        });

        test('keys are right whatever came before them, also where sending in between writes the same ones', () => {
            const orders = [{ a: 1, b: 2, c: 3 }, { c: 1, b: 2, a: 3 }, { b: 1, a: { c: 1, a: 2 } }, {}, { a: 1, ключ: 2, 'twenty-three octets, long': 3, b: 4 }];
            for (let i = 0; i < 50; i++) {
                const list = Array.from({ length: 6 }, (_, n) => orders[(i * (n + 1) + n) % orders.length]);
                assert.deepStrictEqual(back(list), list);
                const chatty = { a: { toJSON: () => back(list)[0] }, b: 2, get c() { return back({ b: 1, [`new ${i}`]: 2 }); } };
                assert.deepStrictEqual(back(chatty), { a: list[0], b: 2, c: { b: 1, [`new ${i}`]: 2 } });
            }
        });

        test('an object that changes while it is written is what it was found to be', () => {
            const changing = { a: { toJSON: () => { delete changing.b; changing.c = 3; return 1; } }, b: 2 };
            assert.deepEqual(back(changing), { a: 1 });
        });

        test('a text frame and broken octets are errors that say what is wrong', () => {
            assert.throws(() => codec.decode('[]'), { message: 'text frame on a connection that uses binary frames' });
            const name = subprotocol === 'wamp.2.cbor' ? 'CBOR' : 'MessagePack';
            assert.throws(() => codec.decode(new ArrayBuffer(0)), { message: `not ${name}: the octets end too early at byte 0` });
            const frame = frameOf([{ a: 'text' }]);
            for (let end = 0; end < frame.length; end++) assert.throws(() => codec.decode(frame.slice(0, end)), { message: /^not/ });
            assert.deepEqual(codec.decode(frame)[4], [{ a: 'text' }]);
        });
    });
}

test('MessagePack is written in its smallest form', () => {
    const codec = CODECS['wamp.2.msgpack']();
    const frame = codec.finish([16, 1], codec.prepare([{ acknowledge: true }, 'com.x'], [1, -1, 300, 0.5, 'ä', null], undefined));
    assert.equal(octets(frame), '95100181ab61636b6e6f776c65646765c3a5636f6d2e789601ffcd012ccb3fe0000000000000a2c3a4c0');
});

test('what other peers write is read: floats for ids, undefined, wide headers, strings in pieces', () => {
    const msgpack = CODECS['wamp.2.msgpack']();
    assert.deepEqual(msgpack.decode(hex('dc0003 24 cb41f488f41db00000 d40000')), [36, 5512315355, null]);
    assert.deepEqual(msgpack.decode(hex('91 de0001 a161 c0')), [{ a: null }]);
    const cbor = CODECS['wamp.2.cbor']();
    assert.deepEqual(cbor.decode(hex('9f 1824 fb41f488f41db00000 f7 f93c00 ff')), [36, 5512315355, null, 1]);
    assert.deepEqual(cbor.decode(hex('83 5f 4101 420203 ff bf 6161 7f 6162 6163 ff ff c1 1a514b67b0')), [Uint8Array.of(1, 2, 3), { a: 'bc' }, 1363896240]);
});

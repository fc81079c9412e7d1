// The codec of CBOR in JavaScript says what the one in Rust says: the same octets are the same values or are refused,
// and what it writes is what Rust writes, octet for octet: here, what a plain encoder writes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { read } from '../../pkg/glue/cbor/reader.js';
import { finish, prepare, write } from '../../pkg/glue/cbor/writer.js';
import { testAgreement } from './agreement.mjs';
import { serializers } from './binary.mjs';
import { Chance } from './fuzzer.mjs';
import { tape } from './tape.mjs';

const hex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const shown = (octets) => Buffer.from(octets).toString('hex');

function byJavaScript(octets) {
    try {
        return { value: read(octets) };
    } catch (error) {
        return { error: error.message };
    }
}

/** Both say the same of these octets; whether they are a value. */
function agree(octets) {
    const [ours, rust] = [byJavaScript(octets), tape.read(octets, true)];
    assert.equal(ours.error === undefined, rust !== undefined, `${shown(octets)}: ${ours.error}`);
    if (rust !== undefined) assert.deepStrictEqual(ours.value, rust, shown(octets));
    return rust !== undefined;
}

testAgreement(agree, write, (chance) => chance.of([0, 1, 0x41, 0x60, 0x61, 0xff]));

test('every form of a number, a length and a simple value is read alike, at both of its ends', () => {
    const forms = [
        '00', '17', '18 00', '18 18', '18 ff', '19 0000', '19 ffff', '1a 00000000', '1a ffffffff', '1b 0000000000000000', '1b 001fffffffffffff', '1b 0020000000000000', '1b 0020000000000001',
        '1b 7fffffffffffffff', '1b 8000000000000000', '1b ffffffffffffffff', '20', '37', '38 00', '38 ff', '39 ffff', '3a ffffffff', '3b 0000000000000000', '3b 001fffffffffffff', '3b 0020000000000000',
        '3b 7fffffffffffffff', '3b 8000000000000000', '3b ffffffffffffffff', '40', '41 ff', '58 00', '58 02 0102', '59 0001 ff', '5a 00000001 ff', '5b 0000000000000001 ff', '60', '63 e282ac', '78 00',
        '78 03 e282ac', '79 0001 61', '7a 00000001 61', '7b 0000000000000001 61', '80', '81 00', '98 00', '98 01 f6', '99 0001 f6', '9a 00000001 f6', '9b 0000000000000001 f6', 'a0', 'b8 01 61 61 f6',
        'b9 0001 6161 f6', 'ba 00000001 6161 f6', 'bb 0000000000000001 6161 f6', 'f4', 'f5', 'f6', 'f7', 'f9 0000', 'f9 8000', 'f9 0001', 'f9 03ff', 'f9 0400', 'f9 3c00', 'f9 3e00', 'f9 7bff', 'f9 7c00',
        'f9 fc00', 'f9 7e00', 'f9 7c01', 'f9 c400', 'fa 47c35000', 'fa 7f800000', 'fa 7fc00000', 'fa 80000000', 'fb 3ff199999999999a', 'fb 8000000000000000', 'fb 7ff8000000000000', 'fb 4340000000000001',
        'c0 00', 'd7 00', 'd8 18 00', 'd9 d9f7 81 01', 'da 00000000 60', 'db 0000000000000000 a0', 'c1 c1 c1 f4', 'a1 c0 6161 f6', '5f ff', '5f 41 01 58 01 02 40 ff', '7f ff', '7f 61 61 78 01 62 60 ff',
        '9f ff', '9f 01 9f ff bf ff ff', 'bf ff', 'bf 6161 01 7f 61 62 61 63 ff 02 ff', '81 9f ff', 'a1 69 5f5f70726f746f5f5f 01', 'bf 69 5f5f70726f746f5f5f 01 ff', 'a2 6130 01 6131 02', '64 f09f9880', '63 efbbbf',
    ];
    for (const form of forms) assert.equal(agree(hex(form)), true, form);
    const refused = [
        '', '18', '19 00', '1a 000000', '1b 00000000000000', '1c', '1d', '1e', '1f', '3c', '3f', '5c', '7e', '9d', 'bc', 'dc', 'df', 'e0', 'f3', 'f8 18', 'f8', 'fc', 'fd', 'fe', 'ff', 'f9 00', 'fa 000000', 'fb 00000000000000',
        '41', '58', '58 01', '5b ffffffffffffffff', '7b 0020000000000001', '9b 8000000000000000', 'bb ffffffffffffffff', '9a ffffffff', 'a2 60 60', '61', '62 61', '81', 'a1', 'a1 6161', '9f', '9f 00', 'bf', 'bf 6161', 'bf 6161 ff',
        'bf 6161 01', 'bf 01 02 ff', 'a1 01 02', 'a1 f6 f6', 'a1 41 61 f6', 'a2 6161 01 6161 02', 'a2 6161 01 780161 02', 'bf 6161 01 6161 02 ff', '82 01 ff', '81 ff', 'a1 ff', 'a1 6161 ff', 'c1', 'c1 ff', '9f c1 ff', 'd8', 'db 00',
        '5f', '5f 41', '5f 61 61 ff', '5f 5f ff ff', '5f 01 ff', '7f 41 01 ff', '7f 7f ff ff', '7f f6 ff', '7f 7c ff', '7f 61 c3 61 a4 ff', '61 80', '62 c080', '63 eda080', '64 f4908080', '62 61ff', '00 00', 'a0 ff', '81 00 00',
    ];
    for (const form of refused) assert.equal(agree(hex(form)), false, form);
});

test('what is refused is named as Rust names it', () => {
    const texts = {
        '': 'the octets end too early at byte 0', '1c': 'additional information 28 at byte 0', df: 'additional information 31 at byte 0', fc: 'additional information 28 at byte 0', c1ff: 'a simple value without a meaning at byte 1',
        f818: 'a simple value without a meaning at byte 0', '7f4101ff': 'a string with a chunk that is none of its kind at byte 1', '9affffffff': 'a length of 4294967295, with 0 octets left at byte 5',
        '5bffffffffffffffff': 'a length of 18446744073709551615, with 0 octets left at byte 9', a26060: 'a length of 2, with 2 octets left at byte 1', ff: 'an end where nothing can end at byte 1', '8201ff': 'an end where nothing can end at byte 3',
        a10102: 'a key that is no text at byte 2', a2616101616102: "key 'a' occurs twice at byte 6", '0000': 'octets behind the message at byte 1',
    };
    for (const [octets, text] of Object.entries(texts)) assert.equal(byJavaScript(hex(octets)).error, `not CBOR: ${text}`);
    const deep = new Uint8Array(100_000);
    for (const first of [0x81, 0x9f, 0xbf]) assert.equal(byJavaScript(deep.fill(first)).error, 'nesting exceeds the limit of 128');
    assert.equal(byJavaScript(deep.fill(0xc1)).error, 'not CBOR: the octets end too early at byte 100000');
});

test('a list or dict counts as a level, however empty it is', () => {
    const nested = (innermost) => Uint8Array.from([...new Array(127).fill(0x81), ...innermost]);
    for (const innermost of [[0x80], [0xa0], [0x9f, 0xff], [0xbf, 0xff]]) {
        assert.equal(agree(nested(innermost)), true);
        assert.equal(agree(nested([0x81, ...innermost])), false);
    }
});

test('a frequent list of keys takes no other for it, and none twice', () => {
    const object = (...keys) => [0xa0 + keys.length, ...keys.flatMap((key, n) => [...(key.length < 24 ? [0x60 + key.length] : [0x78, key.length]), ...Buffer.from(key, 'latin1'), n])];
    const same = Uint8Array.from(object('first', 'b', 'c'));
    for (let n = 0; n < 40; n++) assert.equal(agree(same), true);
    for (const keys of [['first', 'b', 'd'], ['first', 'b', 'first'], ['first', 'b', 'b'], ['first', 'c', 'b'], ['first', 'b', '\xe4'], ['first', '__proto__', 'c'], ['first', '1', '0']]) {
        for (let n = 0; n < 3; n++) agree(Uint8Array.from(object(...keys)));
        assert.equal(agree(same), true);
    }
    for (const length of [22, 23, 24, 25, 31, 32, 33]) {
        const long = Uint8Array.from(object('x'.repeat(length), '\x18'.repeat(length)));
        for (let n = 0; n < 20; n++) assert.equal(agree(long), true);
    }
});

test('what is written is what a plain encoder writes', () => {
    const { encode } = serializers.cbor;
    const chance = new Chance(3);
    for (let n = 0; n < 3000; n++) {
        const value = chance.value(4);
        // It knows integers only where they are safe.
        assert.equal(shown(write(value)), shown(encode(value)));
    }
    for (const size of [0, 1, 22, 23, 24, 25, 31, 32, 95, 96, 97, 255, 256, 257, 65_535, 65_536]) {
        for (const value of ['x'.repeat(size), 'ä'.repeat(size)]) assert.equal(shown(write(value)), shown(encode(value)), `${size}`);
        const octets = write(new Uint8Array(size).fill(7)).slice();
        assert.deepStrictEqual(read(octets), new Uint8Array(size).fill(7));
        if (size > 300) continue;
        const list = Array.from({ length: size }, (_, n) => n * 3 - 40);
        const dict = Object.fromEntries(list.map((item, n) => [`${'k'.repeat(n % 40)}${n}`, item]));
        assert.equal(shown(write([list, dict])), shown(encode([list, dict])), `${size}`);
    }
    const wide = Object.fromEntries(Array.from({ length: 70_000 }, (_, n) => [`k${n}`, n]));
    assert.deepEqual(read(write({ wide, behind: [wide] })), { wide, behind: [wide] });
});

test('every number has its smallest form, and a float remains one', () => {
    const numbers = [
        [0, '00'], [23, '17'], [24, '1818'], [255, '18ff'], [256, '190100'], [65_535, '19ffff'], [65_536, '1a00010000'], [2 ** 31, '1a80000000'], [2 ** 32 - 1, '1affffffff'], [2 ** 32, '1b0000000100000000'],
        [2 ** 53, '1b0020000000000000'], [-1, '20'], [-24, '37'], [-25, '3818'], [-256, '38ff'], [-257, '390100'], [-65_536, '39ffff'], [-65_537, '3a00010000'], [-(2 ** 31), '3a7fffffff'], [-(2 ** 31) - 1, '3a80000000'],
        [-(2 ** 32), '3affffffff'], [-(2 ** 32) - 1, '3b0000000100000000'], [-(2 ** 53), '3b001fffffffffffff'], [-0, 'fb8000000000000000'], [0.5, 'fb3fe0000000000000'], [1e16, 'fb4341c37937e08000'], [-1e16, 'fbc341c37937e08000'],
        [NaN, 'fb7ff8000000000000'], [Infinity, 'fb7ff0000000000000'], [5n, '05'], [-5n, '24'], [2n ** 53n, '1b0020000000000000'], [2n ** 63n, '1b8000000000000000'], [2n ** 64n - 1n, '1bffffffffffffffff'],
        [-(2n ** 53n), '3b001fffffffffffff'], [-(2n ** 53n) - 1n, '3b0020000000000000'], [-(2n ** 63n), '3b7fffffffffffffff'],
    ];
    for (const [number, octets] of numbers) assert.equal(shown(write(number)), octets, String(number));
    assert.equal(shown(write([null, true, false, undefined])), '84f6f5f4f6');
});

test('a message is right wherever its room ends, and after a large one gave its room back', () => {
    for (let size = 3900; size < 4200; size++) {
        const outer = { toJSON: () => read(finish([16, 2 ** 40], prepare([{}, 'com.inner'], ['y'.repeat(size)]))).length };
        const frame = finish([48, 2 ** 53], prepare([{}, 'com.a'], ['x'.repeat(size), outer], { k: 1 }));
        assert.deepEqual(read(frame), [48, 2 ** 53, {}, 'com.a', ['x'.repeat(size), 5], { k: 1 }]);
    }
    const large = 'z'.repeat(5_000_000);
    assert.equal(read(finish([48, 1], prepare([{}, 'com.a'], [large])))[4][0], large);
    assert.deepEqual(read(finish([48, 1], prepare([{}, 'com.a'], ['small']))), [48, 1, {}, 'com.a', ['small']]);
    assert.ok(finish([48, 1], prepare([{}, 'com.a'], ['small'])).buffer.byteLength < 100_000);
});

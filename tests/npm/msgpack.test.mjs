// The codec of MessagePack in JavaScript says what the one in Rust says: the same octets are the same values or are
// refused by both, and what one writes the other reads. Rust is asked by way of a HELLO, whose details it reads and
// writes again.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { read } from '../../pkg/glue/msgpack/reader.js';
import { finish, prepare, write } from '../../pkg/glue/msgpack/writer.js';
import { init } from '../../pkg/node.js';
import { Core } from '../../pkg/wasm/wamp_wasm.js';
import { testAgreement } from './agreement.mjs';

await init(readFileSync(new URL('../../pkg/wasm/wamp_wasm_bg.wasm', import.meta.url)));

const concat = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
/** HELLO, "r", {"roles": {"caller": {}}, "x": … */
const FRONT = [0x93, 0x01, 0xa1, 0x72, 0x82, 0xa5, ...Buffer.from('roles'), 0x81, 0xa6, ...Buffer.from('caller'), 0x80, 0xa1, 0x78];

/** What Rust makes of a value in octets: the same in its own octets, or why not. */
function byRust(octets) {
    const core = new Core(false);
    try {
        core.on_open(0);
        if (core.command(0, concat(FRONT, octets)) < 0) return { error: core.take_text() };
        // Op.Send
        assert.equal(core.poll(), 1);
        return { octets: core.take_octets() };
    } finally {
        core.free();
    }
}

/** Its value in them. */
const inHello = (octets) => read(octets)[2].x;

function byJavaScript(octets) {
    try {
        return { value: read(octets) };
    } catch (error) {
        return { error: error.message };
    }
}

/** Both say the same of these octets; whether they are a value. */
function agree(octets) {
    const hex = Buffer.from(octets).toString('hex');
    // Rust reads no further than to the end of the value: octets behind it are seen only here.
    const [ours, whole, rust] = [byJavaScript(octets), byJavaScript(concat([0x91], octets)), byRust(octets)];
    assert.equal('value' in ours, 'value' in whole, hex);
    // Nor does it look for keys that occur twice: of the application's the glue has none, and of a router's they do no harm.
    if (ours.error?.includes('octets behind') || ours.error?.includes('occurs twice')) return false;
    assert.equal(ours.error === undefined, rust.error === undefined, `${hex}: ${ours.error} / ${rust.error}`);
    if (ours.error) return false;
    assert.deepStrictEqual(inHello(rust.octets), ours.value, hex);
    const written = byRust(write(ours.value).slice());
    assert.deepStrictEqual(inHello(written.octets), ours.value, hex);
    return true;
}

const hex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

testAgreement(agree, write, (chance) => chance.below(3));

test('every form of a number, a length and an extension is read alike, at both of its ends', () => {
    const forms = [
        '00', '7f', 'e0', 'ff', 'cc 00', 'cc ff', 'cd 0000', 'cd ffff', 'ce 00000000', 'ce ffffffff', 'cf 0000000000000000', 'cf 001fffffffffffff', 'cf 0020000000000000',
        'cf 0020000000000001', 'cf 7fffffffffffffff', 'cf 8000000000000000', 'cf ffffffffffffffff', 'd0 80', 'd0 7f', 'd1 8000', 'd1 7fff', 'd2 80000000', 'd2 7fffffff',
        'd3 8000000000000000', 'd3 7fffffffffffffff', 'd3 ffe0000000000000', 'd3 ffdfffffffffffff', 'd3 ffffffffffffffff', 'd3 0020000000000001', 'ca 3fc00000', 'ca 7fc00000', 'ca 80000000',
        'cb 8000000000000000', 'cb 7ff0000000000000', 'cb 7ff8000000000000', 'cb 4340000000000001', 'd4 00 00', 'd4 00 01', 'd4 01 00', 'd5 00 0000', 'd6 ff 51 4b 67 b0', 'd8 05 000102030405060708090a0b0c0d0e0f',
        'c7 00 00', 'c7 01 00 00', 'c8 0001 00 00', 'c9 00000002 07 0102', 'c4 00', 'c4 02 0102', 'c5 0001 ff', 'c6 00000001 ff', 'd9 00', 'd9 03 e282ac', 'da 0001 61', 'db 00000001 61',
        'dc 0000', 'dc 0001 c0', 'dd 00000001 c0', 'de 0000', 'de 0001 a161 c0', 'df 00000001 a161 c0', '82 a161 01 a162 02', '82 a0 01 a161 02', '81 da0001 61 c0', '81 a9 5f5f70726f746f5f5f 01',
        '82 a130 01 a131 02', 'a4 f09f9880', 'a3 efbbbf', 'a2 c3a4', 'c2', 'c3', 'c0',
    ];
    for (const form of forms) assert.equal(agree(hex(form)), true, form);
    const refused = [
        '', 'c1', 'cc', 'cd 00', 'ce 000000', 'cf 00000000000000', 'ca 000000', 'cb 00000000000000', 'd0', 'd3 00', 'a1', 'a2 61', 'd9', 'd9 01', 'da 00', 'db 000000', 'c4', 'c4 01', 'c6 ffffffff', 'd4 00', 'd5 00 00',
        'c7 01 00', 'c9 ffffffff 00', '91', 'dc 0001', 'dd ffffffff', '81 a161', '81', 'de 0001', 'df ffffffff', '81 01 02', '81 c0 c0', '81 c4 01 61 c0', '82 a161 01 a161 02', '82 a161 01 d901 61 02',
        'a1 80', 'a1 ff', 'a2 c080', 'a3 eda080', 'a4 f4908080', 'a2 c328', 'a4 f8808080',
    ];
    for (const form of refused) assert.equal(agree(hex(form)), false, form);
});

test('a frequent list of keys takes no other for it, and none twice', () => {
    const object = (...keys) => [0x80 + keys.length, ...keys.flatMap((key, n) => [0xa0 + key.length, ...Buffer.from(key, 'latin1'), n])];
    const same = Uint8Array.from(object('first', 'b', 'c'));
    for (let n = 0; n < 40; n++) assert.equal(agree(same), true);
    for (const keys of [['first', 'b', 'd'], ['first', 'b', 'first'], ['first', 'b', 'b'], ['first', 'c', 'b'], ['first', 'b', '\xe4'], ['first', '__proto__', 'c'], ['first', '1', '0']]) {
        for (let n = 0; n < 3; n++) agree(Uint8Array.from(object(...keys)));
        assert.equal(agree(same), true);
    }
    // 'Ã' has two octets in UTF-8, and must not be taken for the one that is its number.
    for (let n = 0; n < 20; n++) assert.equal(agree(hex('81 a2 c383 01')), true);
    assert.equal(agree(hex('81 a1 c3 01')), false);
});

test('lists, dicts and texts of every size around a change of form are written and read alike', () => {
    for (const size of [0, 1, 15, 16, 17, 31, 32, 33, 95, 96, 97, 255, 256, 257, 65_535, 65_536]) {
        assert.equal(agree(write('x'.repeat(size)).slice()), true);
        assert.equal(agree(write('ä'.repeat(size)).slice()), true);
        assert.equal(agree(write(new Uint8Array(size)).slice()), true);
        if (size > 300) continue;
        assert.equal(agree(write([Array.from({ length: size }, (_, n) => n)]).slice()), true);
        assert.equal(agree(write(Object.fromEntries(Array.from({ length: size }, (_, n) => [`k${n}`, n]))).slice()), true);
    }
    const wide = Object.fromEntries(Array.from({ length: 70_000 }, (_, n) => [`k${n}`, n]));
    assert.deepEqual(read(write({ wide, behind: [wide] })), { wide, behind: [wide] });
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

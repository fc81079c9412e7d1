// Large frames, which the tape in Rust reads once its module is here: the same octets are the same values as those
// that JavaScript reads, or are refused by both; and whether and when the module is here nobody notices.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { readerOf } from '../../pkg/glue/large/index.js';
import { read as readCbor } from '../../pkg/glue/cbor/reader.js';
import { write as writeCbor } from '../../pkg/glue/cbor/writer.js';
import { read as readMsgpack } from '../../pkg/glue/msgpack/reader.js';
import { write as writeMsgpack } from '../../pkg/glue/msgpack/writer.js';
import { Chance } from './fuzzer.mjs';
import { tape } from './tape.mjs';

const concat = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const hex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** What is frequent the tape reads in a loop of its own, which leaves to others what is near the end of a frame. */
const BEHIND = 'twenty characters here';

/** The reader in JavaScript, what writes, and the head of a list of two. */
const SERIALIZERS = {
    msgpack: { isCbor: false, read: readMsgpack, encode: (value) => writeMsgpack(value).slice(), pair: [0x92] },
    cbor: { isCbor: true, read: readCbor, encode: (value) => writeCbor(value).slice(), pair: [0x82] },
};

function byJavaScript(read, octets) {
    try {
        return { value: read(octets) };
    } catch (error) {
        return { error: error.message };
    }
}

for (const [name, { isCbor, read, encode, pair }] of Object.entries(SERIALIZERS)) {
    const behind = encode(BEHIND);

    /** Both say the same of these octets, alone and with others around them; whether they are a value. */
    const agree = (octets) => {
        for (const frame of [octets, concat(pair, octets, behind)]) {
            const [ours, theirs] = [byJavaScript(read, frame), tape.read(frame, isCbor)];
            const shown = () => `${Buffer.from(frame).toString('hex')}: ${ours.error}`;
            assert.equal(ours.error === undefined, theirs !== undefined, shown());
            if (theirs !== undefined) assert.deepStrictEqual(theirs, ours.value, shown());
        }
        return byJavaScript(read, octets).error === undefined;
    };

    test(`${name}: every first octet, with whatever behind it, is the same value or refused`, () => {
        const chance = new Chance(3);
        for (let first = 0; first < 256; first++) {
            for (let n = 0; n < 40; n++) {
                agree(Uint8Array.from([first, ...Array.from({ length: n }, () => (chance.one(2) ? chance.below(256) : chance.below(3)))]));
            }
        }
    });

    test(`${name}: values of all kinds, whole and with octets changed, are the same or refused`, () => {
        const chance = new Chance(11);
        let values = 0;
        for (let n = 0; n < 4000; n++) {
            const octets = encode(chance.value(4));
            assert.equal(agree(octets), true);
            for (let bent = 0; bent < 4; bent++) values += agree(chance.broken(octets));
        }
        assert.ok(values > 2000 && values < 15_000, `${values} of 16,000 were still values`);
    });

    test(`${name}: lists of records, whole and with octets changed, are the same or refused`, () => {
        const chance = new Chance(5);
        const record = (n) => ({
            id: n, name: `record ${n}`, tags: ['a', chance.of(['b', 'ü', '', 'x'.repeat(30)])], position: { x: n * 7, y: -n, z: n / 4 },
            ...(chance.one(4) ? { [chance.of(['note', '__proto__', '7', 'a key of more than sixteen octets'])]: null } : {}),
            at: 1_700_000_000_000 + n, wide: chance.of([2 ** 53 - 1, -(2 ** 40), 1e300, -0.5, 2 ** 28, -(2 ** 28) - 1]), ok: chance.one(2),
        });
        for (let n = 0; n < 300; n++) {
            const octets = encode([36, 1, n, {}, [Array.from({ length: 1 + chance.below(40) }, (_, i) => record(n * i))], { k: BEHIND }]);
            assert.equal(agree(octets), true);
            for (let bent = 0; bent < 3; bent++) agree(chance.broken(octets));
        }
    });

    test(`${name}: lists, dicts, texts and binaries of every size around a change of form are read alike`, () => {
        for (const size of [0, 1, 7, 8, 9, 15, 16, 17, 23, 24, 31, 32, 33, 255, 256, 257, 4095, 4096, 4097, 65_535, 65_536]) {
            for (const value of ['x'.repeat(size), 'ä'.repeat(size), `${'x'.repeat(size)}😀`, new Uint8Array(size).fill(7)]) agree(encode([value, value, 1]));
            if (size > 5000) continue;
            agree(encode(Array.from({ length: size }, (_, n) => n)));
            agree(encode(Object.fromEntries(Array.from({ length: size }, (_, n) => [`k${n}`, n]))));
        }
    });

    test(`${name}: endless new keys are read alike, and forgotten in time`, () => {
        for (let n = 0; n < 12_000; n++) {
            const frame = encode([{ [`key ${n}`]: n, [`other ${n % 100}`]: { [`inner ${n}`]: BEHIND } }, BEHIND]);
            assert.deepStrictEqual(tape.read(frame, isCbor), read(frame));
        }
        assert.ok(tape.lastKeys.length <= 4096, `${tape.lastKeys.length} keys are kept`);
    });

    test(`${name}: a frame that is little but a binary is left to JavaScript, which copies none of it`, () => {
        for (const size of [20_000, 65_536, 300_000]) {
            const binary = new Uint8Array(size).fill(9);
            assert.equal(tape.read(encode([36, 1, 2, {}, [1, binary]]), isCbor), undefined);
            if (size > 65_535) assert.equal(tape.read(encode([36, 1, 2, {}, [binary], { k: [BEHIND] }]), isCbor), undefined);
            const message = [36, 1, 2, {}, [Array(400).fill(1), binary, binary.subarray(0, 300)]];
            assert.deepStrictEqual(tape.read(encode(message), isCbor), message);
        }
        const text = [36, 1, 2, {}, ['ł ŻŹ Å '.repeat(4000), 'YZ'.repeat(20_000)]];
        assert.deepStrictEqual(tape.read(encode(text), isCbor), text);
    });

    test(`${name}: a text that is kept does not keep a large frame alive`, () => {
        setFlagsFromString('--expose-gc');
        const gc = runInNewContext('gc');
        const kept = [];
        const keep = (n) => kept.push(tape.read(encode([36, 1, 2, {}, [Array.from({ length: 3000 }, (_, i) => `a text of its own, number ${n} of ${i}`)]]), isCbor)[4][0][1500]);
        for (let n = 0; n < 5; n++) keep(n);
        gc();
        const before = process.memoryUsage().heapUsed;
        for (let n = 0; n < 60; n++) keep(n);
        gc();
        const each = (process.memoryUsage().heapUsed - before) / 60;
        assert.ok(each < 10_000, `${Math.round(each)} octets for a text of 35 from a frame of 100 kB`);
        assert.ok(kept.length === 65);
    });
}

test('where the application froze the prototypes, keys that these have are keys like any other', () => {
    const frozen = (module) => `
        import { readFileSync } from 'node:fs';
        import { importsOf, joined } from '${new URL('../../pkg/glue/load.js', import.meta.url)}';
        import { readerOf } from '${new URL('../../pkg/glue/large/index.js', import.meta.url)}';
        import * as made from '${new URL('../../pkg/wasm/wamp_wasm_large.js', import.meta.url)}';
        import { read } from '${new URL(`../../pkg/glue/${module}/reader.js`, import.meta.url)}';
        import { write } from '${new URL(`../../pkg/glue/${module}/writer.js`, import.meta.url)}';
        const wasm = new WebAssembly.Module(readFileSync(new URL('${new URL('../../pkg/wasm/wamp_wasm_large_bg.wasm', import.meta.url)}')));
        const { Large, memory } = joined(made, new WebAssembly.Instance(wasm, importsOf('wamp_wasm_large', made)));
        const readLarge = readerOf(new Large(), memory);
        Object.freeze(Object.prototype);
        const records = '[' + Array(20).fill('{"constructor":1,"a":{"toString":2},"__proto__":3}') + ',{"${'x'.repeat(80)}":1,"valueOf":2}]';
        const octets = write(JSON.parse(records)).slice();
        for (const value of [read(octets), readLarge(octets, ${module === 'cbor'}, false)]) console.log(JSON.stringify(value) === records);`;
    for (const name of Object.keys(SERIALIZERS)) {
        assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', frozen(name)], { encoding: 'utf8' }), 'true\ntrue\n', name);
    }
});

test('a tape that failed once is not asked again', () => {
    let asked = 0;
    const broken = { report: () => 0, frame: () => 0, read: () => { asked++; throw new WebAssembly.RuntimeError('unreachable'); } };
    const read = readerOf(broken, new WebAssembly.Memory({ initial: 1 }));
    for (let n = 0; n < 3; n++) assert.equal(read(new Uint8Array(600), false, true), undefined);
    assert.equal(asked, 1);
});

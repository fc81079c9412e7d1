// What scripts/order.mjs makes of a WebAssembly module: one that does the same, or an error that says what it does not know.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/order.mjs', import.meta.url));

const section = (id, ...octets) => [id, octets.length, ...octets];
const list = (...items) => [items.length, ...items.flat()];
const name = (text) => [text.length, ...Buffer.from(text)];
const body = (...octets) => [octets.length + 2, 0, ...octets, 0x0b];

/** An addition, and how often: functions that are alike. @param {number} number of 128 or less than 2^13 */
const adding = (number) => body(0x41, (number & 0x7f) | 0x80, number >> 7, 0x41, 0xaa, 0x01, 0x6a, 0x41, 0xaa, 0x01, 0x6a, 0x41, 0xaa, 0x01, 0x6a);

/**
 * A module that imports a function, has a table and a start, and functions of two types, in an order that is not that of their likeness.
 * @param {{ last?: number[], extra?: number[], global?: number[] }} [changes]
 */
const source = ({ last = body(0x41, 7), extra = [], global = [0x41, 5, 0x0b] } = {}) => Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, ...list([0x60, 0, 1, 0x7f], [0x60, 0, 0])),
    ...section(2, ...list([...name('m'), ...name('started'), 0, 1])),
    // 1 to 6.
    ...section(3, ...list(0, 1, 0, 0, 0, 0)),
    ...section(4, ...list([0x70, 0, 3])),
    ...section(6, ...list([0x7f, 0, ...global])),
    ...section(7, ...list([...name('first'), 0, 1], [...name('alike'), 0, 4], [...name('calls'), 0, 3], [...name('table'), 1, 0], [...name('last'), 0, 6])),
    ...section(8, 2),
    ...section(9, ...list([0, 0x41, 0, 0x0b, ...list(4, 1, 5)])),
    ...section(10, ...list(
        adding(200), body(0x10, 0), body(0x10, 1, 0x10, 4, 0x6a, 0x41, 1, 0x11, 0, 0, 0x6a), adding(300),
        // Branches, a typed choice, floats and a copy.
        body(0x02, 0x40, 0x41, 0, 0x0e, 1, 0, 0, 0x0b, 0x43, 0x10, 0x10, 0x10, 0x10, 0x1a, 0x44, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0xfc, 2, 0x41, 2, 0x41, 0, 0x1c, 1, 0x7f),
        last,
    )),
    ...extra,
]);

/** The module in its order, or the error. @param {Buffer} module */
function ordered(module) {
    const dir = mkdtempSync(join(tmpdir(), 'order-'));
    const file = join(dir, 'module.wasm');
    try {
        writeFileSync(file, module);
        const { status, stderr } = spawnSync(process.execPath, [SCRIPT, file], { encoding: 'utf8', timeout: 10_000 });
        return status === 0 ? { made: readFileSync(file) } : { error: /Error: .*/.exec(stderr)?.[0] ?? `status ${status}` };
    } finally {
        rmSync(dir, { recursive: true });
    }
}

/** What a module does. @param {Buffer} module */
function behaviour(module) {
    let started = 0;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { m: { started: () => void started++ } });
    const call = (/** @type {any} */ f) => f();
    const { first, alike, calls, last, table } = /** @type {any} */ (exports);
    return { started, results: [first, alike, calls, last].map(call), table: [0, 1, 2].map((at) => call(table.get(at))) };
}

test('a module in another order does the same, and is made the same every time', () => {
    const module = source();
    const { made, error } = ordered(module);
    assert.equal(error, undefined);
    assert.ok(made);
    assert.equal(made.length, module.length);
    assert.notDeepEqual(made, module);
    assert.deepEqual(behaviour(made), behaviour(module));
    assert.equal(behaviour(made).started, 1);
    assert.deepEqual(ordered(module).made, made);
    // A reference by its index.
    const { made: other } = ordered(source({ last: body(0xd2, 4, 0xd1) }));
    assert.equal(behaviour(/** @type {Buffer} */ (other)).results[3], 0);
});

test('what is not known is an error, and no module that does something else', () => {
    for (const [module, problem] of /** @type {[Buffer, RegExp][]} */ ([
        [source({ last: body(0x12, 1) }), /does not know the instruction 0x12$/],
        [source({ last: body(0xfc, 18, 0) }), /does not know the instruction 0xfc 18$/],
        [source({ last: body(0xfd, 12) }), /does not know the instruction 0xfd$/],
        [source({ global: [0xd2, 4, 0x0b] }), /does not know a global that begins with 0xd2$/],
        [source({ extra: section(0, ...name('name'), 0) }), /does not know the section "name"$/],
        [source().subarray(0, -3), /no WebAssembly module, or a part of one$/],
    ])) {
        assert.match(ordered(module).error ?? 'accepted', problem);
    }
});

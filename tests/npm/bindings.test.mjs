// What scripts/bindings.mjs leaves of the JavaScript of wasm-bindgen: all of it, or it fails and says what it does not know.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/bindings.mjs', import.meta.url));

/** As wasm-bindgen writes a module with one class and one function. @param {string} method one more of the class */
const source = (method) => `export class Core {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_core_free(ptr, 0);
    }
    constructor(durable) {
        const ret = wasm.core_new(durable);
        this.__wbg_ptr = ret;
        CoreFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
${method}}

export function is_uri(utf8) {
    const ptr0 = passArray8ToWasm0(utf8, wasm.__wbindgen_malloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.is_uri(ptr0, len0);
    return ret !== 0;
}
export function __wbg___wbindgen_throw_1234(arg0, arg1) {
    throw new Error(getStringFromWasm0(arg0, arg1));
}
export function __wbindgen_init_externref_table() {
    const table = wasm.__wbindgen_externrefs;
}
`;

/** What the script makes of it and of a module, or its error. @param {string} text @param {Buffer} [wasm] */
function made(text, wasm) {
    const dir = mkdtempSync(join(tmpdir(), 'bindings-'));
    const file = join(dir, 'module.js');
    try {
        writeFileSync(file, text);
        const module = join(dir, 'module.wasm');
        if (wasm) writeFileSync(module, wasm);
        const { status, stderr } = spawnSync(process.execPath, [SCRIPT, file, ...(wasm ? [module] : [])], { encoding: 'utf8' });
        return status === 0 ? { text: readFileSync(file, 'utf8'), module: wasm && readFileSync(module) } : { error: /Error: .*/.exec(stderr)?.[0] };
    } finally {
        rmSync(dir, { recursive: true });
    }
}

test('what is known stays, in fewer lines', () => {
    const { text, error } = made(source('    get a() {\n        const ret = wasm.core_a(this.__wbg_ptr);\n        return ret;\n    }\n'));
    assert.equal(error, undefined);
    assert.match(text, /^export class Core extends Owned \{\n {4}constructor\(durable\) \{\n {8}super\(wasm\.core_new\(durable\), wasm\.__wbg_core_free\);/m);
    assert.match(text, /^ {4}get a\(\) \{\n {8}return wasm\.core_a\(this\.__wbg_ptr\);/m);
    assert.match(text, /^ {4}return wasm\.is_uri\(pass\(utf8\), passed\) !== 0;/m);
});

test('what is not known is an error, and nothing is left out', () => {
    const method = (head, body) => source(`    ${head} {\n        ${body}\n    }\n`);
    for (const [text, problem] of [
        [method('set a(value)', 'wasm.core_set_a(this.__wbg_ptr, value);'), /no function around wasm\.core_set_a$/],
        [method('static of(value)', 'wasm.core_of(value);'), /no function around wasm\.core_of$/],
        [source('').replace('export class', 'class'), /no function around wasm\.__wbg_core_free, wasm\.core_new$/],
        [method('on(flag)', 'wasm.core_on(this.__wbg_ptr, isLikeNone(flag) ? 0xFFFFFF : flag ? 1 : 0);'), /how this is passed: isLikeNone\(flag\)/],
        [method('on(list)', 'const ptr0 = passArrayF64ToWasm0(list, wasm.__wbindgen_malloc);'), /Core\.on has a line that .* does not know/],
        [source('').replace('wbindgen_throw', 'wbindgen_random'), /imports more than/],
    ]) {
        assert.match(made(text).error ?? 'accepted', problem);
    }
});

test('a module keeps the exports that are called, under short names, and nothing else changes', () => {
    const section = (id, ...octets) => [id, octets.length, ...octets];
    const name = (text) => [text.length, ...Buffer.from(text)];
    // Two functions that give nothing, of which one is called, and a memory.
    const wasm = Buffer.from([
        0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...section(1, 1, 0x60, 0, 0), ...section(3, 2, 0, 0), ...section(5, 1, 0, 1),
        ...section(7, 3, ...name('core_new'), 0, 0, ...name('memory'), 2, 0, ...name('unused'), 0, 1), ...section(10, 2, 2, 0, 0x0b, 2, 0, 0x0b),
    ]);
    const { text, module } = made(source(''), wasm);
    assert.match(text, /super\(wasm\.[a-z]\(durable\), wasm\.[a-z]\)/);
    const exported = WebAssembly.Module.exports(new WebAssembly.Module(module)).map((each) => each.name);
    assert.deepEqual(exported.sort(), [/super\(wasm\.([a-z])\(/.exec(text)?.[1], 'memory'].sort());
    assert.deepEqual(module.subarray(-8), wasm.subarray(-8));
});

// scripts/bindings.mjs FILE [MODULE]: makes the JavaScript that wasm-bindgen wrote around a module smaller. It reads which
// classes and functions there are, and writes them with helpers that are shared; in the module itself, it leaves the exports that
// these call, under names of a letter or two. One rule: a line that it does not know is an error, so that whatever
// wasm-bindgen or Rust's signatures may need one day is noticed here.

import { readFileSync, writeFileSync } from 'node:fs';
import { changed, exportsRenamed } from './wasm.mjs';

/** The section of a module that says what it exports. */
const EXPORTS = 7;

const [file, module] = process.argv.slice(2);
const source = readFileSync(file, 'utf8');

/** The lines of a function that wasm-bindgen writes where numbers, octets and texts cross, and what each says. */
const LINES = [
    [/^(?:const|var) ptr(\d) = (?:isLikeNone\(\w+\) \? 0 : )?passArray8ToWasm0\((\w+), wasm\.__wbindgen_malloc\);$/, (its, n, name) => its.given.set(`ptr${n}`, `pass(${name})`)],
    [/^(?:const|var) len(\d) = WASM_VECTOR_LEN;$/, (its, n) => its.given.set(`len${n}`, 'passed')],
    [/^const (val\d) = \+(\w+);$/, (its, value, name) => its.given.set(value, name)],
    [/^(?:const ret = )?wasm\.(?!__wbindgen)(\w+)\((.*)\);$/, (its, name, args) => Object.assign(its, { name, args })],
    [/^return ret;$/, (its) => (its.gives = (call) => call)],
    [/^return ret !== 0;$/, (its) => (its.gives = (call) => `${call} !== 0`)],
    [/^return ret >>> 0;$/, (its) => (its.gives = (call) => `${call} >>> 0`)],
    [/^(?:return |v\d = )getStringFromWasm0\(ret\[0\], ret\[1\]\);$/, (its) => (its.gives = (call) => `text(${call})`)],
    [/^var v\d = getArrayU8FromWasm0\(ret\[0\], ret\[1\]\)\.slice\(\);$/, (its) => (its.gives = (call) => `taken(${call})`)],
    // Parts of these, and of constructors.
    [/^(?:let (?:v\d|deferred\d_\d)|deferred\d_\d = ret\[\d\]|return v\d|this\.__wbg_ptr = ret|return this|wasm\.__wbindgen_free\(.*\));$/, () => {}],
    [/^(?:if \(ret\[0\] !== 0\) \{|try \{|\} finally \{|\})$/, () => {}],
    [/^\w+Finalization\.register\(this, this\.__wbg_ptr, this\);$/, () => {}],
];

/** How a number that may be absent is passed. */
const LIKE_NONE = /isLikeNone\((\w+)\) \? Number\.MAX_SAFE_INTEGER : \(\1\) >>> 0/g;

/** What a function does: its call into the module, and what it makes of the answer. */
function read(where, body) {
    const its = { given: new Map() };
    for (const line of body.split('\n').map((line) => line.trim()).filter(Boolean)) {
        const known = LINES.find(([pattern]) => pattern.test(line));
        if (!known) throw new Error(`${file}: ${where} has a line that scripts/bindings.mjs does not know: ${line}`);
        known[1](its, ...known[0].exec(line).slice(1));
    }
    const args = its.args.replace(LIKE_NONE, '$1 ?? Number.MAX_SAFE_INTEGER').replace(/\b(?:ptr|len|val)\d\b/g, (name) => its.given.get(name));
    const call = `wasm.${its.name}(${args})`;
    return { call, statement: its.gives ? `return ${its.gives(call)};` : `${call};` };
}

/** A class, without what all have in common. */
function classOf(name, body) {
    const methods = body.matchAll(/^(    \/\*\*\n(?:     \*[^\n]*\n)+)?    ((?:get )?(\w+)\([^\n]*\)) \{\n(.*?)^    \}/gms);
    const written = [...methods].filter(([, , , method]) => method !== '__destroy_into_raw' && method !== 'free').map(([, text = '', head, method, body]) => {
        const { call, statement } = read(`${name}.${method}`, body);
        return `${text}    ${head} {\n        ${method === 'constructor' ? `super(${call}, wasm.__wbg_${name.toLowerCase()}_free);` : statement}\n    }`;
    });
    return `export class ${name} extends Owned {\n${written.join('\n')}\n}`;
}

const classes = [...source.matchAll(/^export class (\w+) \{\n(.*?)^\}/gms)].map(([, name, body]) => classOf(name, body));
const functions = [...source.matchAll(/^(\/\*\*\n(?: \*[^\n]*\n)+)?export function ((?!__)(\w+)\([^\n]*\)) \{\n(.*?)^\}/gms)].map(([, text = '', head, name, body]) => `${text}export function ${head} {\n    ${read(name, body).statement}\n}`);
const imports = [...source.matchAll(/^export function (__(?!wbg_set_wasm)\w+)\(/gms)].map(([, name]) => name);
const [thrower, ...others] = imports.filter((name) => name !== '__wbindgen_init_externref_table');
if (!/^__wbg___wbindgen_throw_/.test(thrower) || others.length > 0) throw new Error(`${file}: the module imports more than scripts/bindings.mjs knows: ${imports}`);

const written = [...classes, ...functions].join('\n\n');
/** What the generated code calls in the module, but for what the helpers below do themselves. */
const called = [...new Set(source.match(/\bwasm\.\w+/g))].filter((name) => !/^wasm\.(?:memory|__wbindgen_(?:malloc|free|externrefs))$/.test(name));
const left = called.filter((name) => !new RegExp(`\\b${name.replace('.', '\\.')}\\b`).test(written));
if (left.length > 0) throw new Error(`${file}: scripts/bindings.mjs found no function around ${left.join(', ')}`);
const [unknown] = /\b(?:isLikeNone|WASM_VECTOR_LEN|passArray\w+|(?:ptr|len|val)\d)\b.*/.exec(written) ?? [];
if (unknown) throw new Error(`${file}: scripts/bindings.mjs does not know how this is passed: ${unknown}`);

const text = `// The classes and functions of a WebAssembly module: what wasm-bindgen wrote, made smaller by scripts/bindings.mjs.

/** What the module exports. @type {any} */
let wasm;
/** How many octets were passed last. */
let passed = 0;

/** Octets for the module, which frees them; gives where they are. @param {ArrayLike<number> | null | undefined} octets */
function pass(octets) {
    passed = octets?.length ?? 0;
    if (!octets) return 0;
    const at = wasm.__wbindgen_malloc(passed, 1) >>> 0;
    new Uint8Array(wasm.memory.buffer, at).set(octets);
    return at;
}

/** Octets of the module's, which it has no more. @param {[number, number]} place */
function taken([at, size]) {
    const octets = new Uint8Array(wasm.memory.buffer, at >>> 0, size).slice();
    wasm.__wbindgen_free(at, size, 1);
    return octets;
}

/** @param {[number, number]} place @returns {any} */
function text(place) {
    return place[0] ? decoded(taken(place)) : undefined;
}

/** @param {Uint8Array} octets */
function decoded(octets) {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
}

/** Frees what the garbage collector finds. */
const lost = new FinalizationRegistry(([free, at]) => free(at, 1));

/** Something in the memory of the module. */
class Owned {
    /** @param {number} at @param {(at: number, byCollector: number) => void} free */
    constructor(at, free) {
        this.__wbg_ptr = at;
        this.freed = free;
        lost.register(this, [free, at], this);
    }
    __destroy_into_raw() {
        const at = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        lost.unregister(this);
        return at;
    }
    /** Once: what was given up is not there any more. */
    free() {
        const at = this.__destroy_into_raw();
        if (at !== 0) this.freed(at, 0);
    }
}

${written}

/** @param {any} exports */
export function __wbg_set_wasm(exports) {
    wasm = exports;
}

/** @param {number} at @param {number} size */
export function ${thrower}(at, size) {
    throw new Error(decoded(new Uint8Array(wasm.memory.buffer, at >>> 0, size)));
}

/** What the module imports, and what takes its exports: a page needs nothing else of all this by name. */
export const made = { __wbg_set_wasm, ${thrower} };
`;

/** The name of one letter, or of two. */
const letter = (index) => (index < 26 ? '' : letter(Math.floor(index / 26) - 1)) + String.fromCharCode(97 + (index % 26));
const names = new Map([...new Set(text.match(/\bwasm\.\w+/g))].filter((name) => name !== 'wasm.memory').map((name, index) => [name.slice(5), letter(index)]));
names.set('memory', 'memory');
if (module) {
    // No object crosses, so that there is no table of them either, and nothing to be done at the start.
    writeFileSync(module, changed(readFileSync(module), { [EXPORTS]: exportsRenamed((name) => names.get(name)) }));
}
writeFileSync(file, module ? text.replace(/\bwasm\.(\w+)/g, (_, name) => `wasm.${names.get(name)}`) : text);

// What a page loads of the package, and what is in its WebAssembly module.
// One rule: sizes are those of the wire, after brotli at its best, as a server sends static files.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { bundled } from './bundle.mjs';

const root = join(import.meta.dirname, '..');
const BUDGET = 'bench/size-budget.json';
/** The module that every page loads; the others are wamp_wasm_NAME. */
const MAIN = 'wamp_wasm';
const WASM = '_bg.wasm';

const check = process.argv.includes('--check');
const [count = 30, name = MAIN] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const modules = readdirSync(join(root, 'pkg/wasm')).filter((file) => file.endsWith(WASM)).map((file) => file.slice(0, -WASM.length));
if (!(Number(count) >= 0)) fail(`'${count}' is no number of functions (see --help)`);
if (!modules.includes(name)) fail(`there is no module '${name}' in pkg/, only ${modules.join(', ')}`);
if (!modules.includes(MAIN)) fail('pkg/ has no module that every page loads: run scripts/build');

// What a page loads later: of the package, and of the one part that nothing but the application imports.
const chunks = [...(await bundled(join(root, 'pkg/index.js'))), ...(await bundled(join(root, 'pkg/e2ee.js'))).filter((chunk) => !chunk.isFirst)];
const first = size([octets(MAIN), ...chunks.filter((chunk) => chunk.isFirst).map((chunk) => chunk.code)]);
const sizes = { wasm: size([octets(MAIN)]), glue: size(chunks.filter((chunk) => chunk.isFirst).map((chunk) => chunk.code)), 'first load': first };
for (const module of modules.filter((module) => module !== MAIN)) {
    const own = chunks.find((chunk) => !chunk.isFirst && chunk.files.some((path) => path.endsWith(`/${module}.js`)));
    if (!own) fail(`nothing in pkg/ loads the module '${module}': run scripts/build`);
    sizes[module.slice(MAIN.length + 1)] = size([octets(module), own.code]);
}
// The codec of CBOR has no module.
sizes.cbor = size(chunks.filter((chunk) => !chunk.isFirst && chunk.files.some((path) => path.endsWith('/cbor.js'))).map((chunk) => chunk.code));

const budget = JSON.parse(readFileSync(join(root, BUDGET), 'utf8'));
console.log(row('brotli bytes of', 'raw', 'gzip', 'brotli', 'budget'));
let isOver = false;
for (const [what, { raw, gzip, brotli }] of Object.entries(sizes)) {
    const over = !(brotli <= budget[what]);
    console.log(row(what, raw, gzip, brotli, budget[what] ?? 'none') + (over ? '  above the budget' : ''));
    isOver ||= over;
}
const missing = Object.keys(budget).filter((what) => !(what in sizes));
if (missing.length > 0) fail(`pkg/ has nothing of what ${BUDGET} names ${missing.join(', ')}: run scripts/build`);
if (isOver && check) fail('the package is above its budget: find out what came in with scripts/size');
if (!check) functions(join(root, `target/modules/wasm/${name}/${name}.wasm`));

function fail(problem) {
    console.error(`scripts/size: ${problem}`);
    process.exit(1);
}

/** The octets of a WebAssembly module. */
function octets(module) {
    return readFileSync(join(root, `pkg/wasm/${module}_bg.wasm`));
}

function size(files) {
    const sum = (measure) => files.reduce((total, file) => total + measure(file).length, 0);
    return { raw: sum((file) => file), gzip: sum((file) => gzipSync(file, { level: 9 })), brotli: sum((file) => brotliCompressSync(file)) };
}

function row(what, ...numbers) {
    return what.padEnd(18) + numbers.map((number) => String(number).padStart(10)).join('');
}

/** Prints the largest functions of a module that still has names. */
function functions(file) {
    if (!existsSync(file)) return console.log('\nscripts/build makes the module that has the names of the functions');
    const all = read(readFileSync(file)).filter(({ name }) => !name.startsWith('__wbindgen_describe'));
    all.sort((a, b) => b.size - a.size);
    console.log(`\nthe largest functions of ${name} before wasm-opt, of ${all.reduce((sum, { size }) => sum + size, 0)} octets of code`);
    for (const { size, name } of all.slice(0, Number(count))) console.log(`${String(size).padStart(8)}  ${readable(name)}`);
}

/** The functions of a module: sizes from the code section, names from the name section. */
function read(octets) {
    let at = 8;
    const number = () => {
        for (let value = 0, shift = 0; ; shift += 7) {
            const octet = octets[at++];
            value += (octet & 0x7f) * 2 ** shift;
            if (octet < 0x80) return value;
        }
    };
    const text = () => {
        const length = number();
        at += length;
        return octets.toString('utf8', at - length, at);
    };
    const list = (item) => Array.from({ length: number() }, item);
    const sizes = [];
    const names = new Map();
    let imported = 0;
    while (at < octets.length) {
        const section = octets[at++];
        const length = number();
        const end = at + length;
        if (section === 2) imported = importedFunctions(list, text, number, () => octets[at++]);
        if (section === 10) list(() => { const size = number(); at += size; sizes.push(size); });
        if (section === 0 && text() === 'name') {
            while (at < end) {
                const kind = octets[at++];
                const next = number() + at;
                if (kind === 1) list(() => names.set(number(), text()));
                at = next;
            }
        }
        at = end;
    }
    return sizes.map((size, i) => ({ size, name: names.get(i + imported) ?? `function ${i + imported}` }));
}

function importedFunctions(list, text, number, octet) {
    const limits = () => { if (number() & 1) { number(); number(); } else number(); };
    let functions = 0;
    list(() => {
        text();
        text();
        switch (octet()) {
            case 0: functions++; number(); break;
            case 1: octet(); limits(); break;
            case 2: limits(); break;
            default: octet(); octet();
        }
    });
    return functions;
}

/** A mangled name of Rust, as far as it can be read without a demangler. */
function readable(name) {
    const parts = [];
    const rest = name.replace(/^_+(ZN|R)/, '');
    if (rest === name) return name;
    for (let at = 0; at < rest.length; at++) {
        const length = /^\d+/.exec(rest.slice(at))?.[0];
        if (!length) continue;
        at += length.length + (rest[at + length.length] === '_' ? 1 : 0);
        parts.push(rest.slice(at, at + Number(length)));
        at += Number(length) - 1;
    }
    const path = parts.filter((part) => !/^h[0-9a-f]{16}$/.test(part)).join('::');
    return path.replaceAll('$LT$', '<').replaceAll('$GT$', '>').replaceAll('$u20$', ' ').replaceAll('$C$', ',').replaceAll('..', '::').slice(0, 140);
}

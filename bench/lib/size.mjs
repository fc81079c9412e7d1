// What a page loads: each client bundled and minified with esbuild; wamp-wasm with its wasm, and what it
// loads only when it is needed.

import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { table } from './table.mjs';

export async function size({ clients, out, pkg }) {
    const print = table('What a page loads (bytes)', [
        { name: 'client', width: 26 },
        { name: 'serializer', width: 22 },
        { name: 'minified', width: 10 },
        { name: 'gzip', width: 10 },
        { name: 'brotli', width: 10 },
    ]);
    const results = [];
    const row = (name, what, files) => {
        const sum = (f) => files.reduce((total, file) => total + f(file).length, 0);
        const figures = {
            name,
            what,
            minified: sum((f) => f),
            gzip: sum((f) => gzipSync(f, { level: 9 })),
            brotli: sum((f) => brotliCompressSync(f, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })),
        };
        print([name, what, ...['minified', 'gzip', 'brotli'].map((k) => String(figures[k]))]);
        results.push(figures);
    };
    for (const name of clients.filter((c) => c === 'autobahn' || c === 'wampy')) {
        row(name, 'json, msgpack, cbor', [await readFile(join(out, `clients/${name}.mjs`))]);
    }
    if (clients.includes('wamp-wasm')) {
        const { metafile, outputFiles } = await build({
            entryPoints: [join(pkg, 'index.js')],
            bundle: true,
            splitting: true,
            outdir: out,
            minify: true,
            format: 'esm',
            write: false,
            metafile: true,
            logLevel: 'error',
        });
        // A chunk that is loaded later is what wasm-bindgen made for a module of WebAssembly, which is loaded with it.
        const chunks = Object.values(metafile.outputs).map(({ entryPoint }, i) => ({ name: basename(entryPoint ?? '', '.js'), code: outputFiles[i].contents }));
        const first = chunks.filter(({ name }) => !name.startsWith('wamp_wasm_')).map(({ code }) => code);
        const wasm = (name) => readFile(join(pkg, `wasm/${name}_bg.wasm`));
        const main = await wasm('wamp_wasm');
        row('wamp-wasm', 'glue', first);
        row('wamp-wasm', 'wasm', [main]);
        row('wamp-wasm', 'glue + wasm', [...first, main]);
        for (const { name, code } of chunks.filter(({ name }) => name.startsWith('wamp_wasm_'))) {
            row('wamp-wasm', `later: ${name.slice('wamp_wasm_'.length)}`, [code, await wasm(name)]);
        }
    }
    return results;
}

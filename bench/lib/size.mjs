// What a page loads: each client bundled and minified with esbuild; wamp-wasm with its wasm.

import { build } from 'esbuild';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
        const { outputFiles } = await build({
            entryPoints: [join(pkg, 'index.js')],
            bundle: true,
            minify: true,
            format: 'esm',
            write: false,
            logLevel: 'error',
        });
        const wasm = (await readdir(pkg, { recursive: true })).filter((file) => file.endsWith('.wasm'));
        const files = await Promise.all(wasm.map((file) => readFile(join(pkg, file))));
        row('wamp-wasm', 'glue', [outputFiles[0].contents]);
        row('wamp-wasm', 'wasm', files);
        row('wamp-wasm', 'glue + wasm', [outputFiles[0].contents, ...files]);
    }
    return results;
}

// What a page loads: each client bundled and minified by the same bundler; wamp-wasm with its wasm, and what it
// loads only when it is needed.

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { bundled } from '../../scripts/bundle.mjs';
import { ofSize } from './bars.mjs';
import { table } from './table.mjs';

export async function size({ clients, out, pkg, markdown }) {
    const columns = [
        { name: 'client', width: 26 },
        { name: 'serializer', width: 22 },
        { name: 'minified', width: 10 },
        { name: 'gzip', width: 10 },
        { name: 'brotli', width: 10 },
        { name: 'bar', width: 20 },
    ];
    const print = table('What a page loads (bytes)', columns, markdown);
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
        print([name, what, ...['minified', 'gzip', 'brotli'].map((k) => figures[k].toLocaleString('en')), what === 'glue + wasm' ? ofSize(figures.brotli) : '']);
        results.push(figures);
    };
    for (const name of clients.filter((c) => c === 'autobahn' || c === 'wampy')) {
        row(name, 'json, msgpack, cbor', (await bundled(join(out, `clients/${name}.mjs`))).map(({ code }) => code));
    }
    if (clients.includes('wamp-wasm')) {
        const chunks = await bundled(join(pkg, 'index.js'));
        // What nothing but the application imports.
        const ring = (await bundled(join(pkg, 'e2ee.js'))).filter(({ files }) => files.some((path) => path.endsWith('/wamp_wasm_e2ee.js')));
        const first = chunks.filter(({ isFirst }) => isFirst).map(({ code }) => code);
        const wasm = (name) => readFile(join(pkg, `wasm/${name}_bg.wasm`));
        const main = await wasm('wamp_wasm');
        row('wamp-wasm', 'glue', first);
        row('wamp-wasm', 'wasm', [main]);
        row('wamp-wasm', 'glue + wasm', [...first, main]);
        // A chunk with what wasm-bindgen made for another module is loaded together with it.
        for (const { code, files, isFirst } of [...chunks, ...ring]) {
            const name = files.map((file) => basename(file, '.js')).find((file) => file.startsWith('wamp_wasm_'));
            if (!isFirst && files.some((file) => basename(file) === 'cbor.js')) row('wamp-wasm', 'later: cbor', [code]);
            if (name && !isFirst) row('wamp-wasm', `later: ${name.slice('wamp_wasm_'.length)}`, [code, await wasm(name)]);
        }
    }
    return results;
}

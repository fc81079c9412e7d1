// Bundles the clients and the page, minified as their users ship them: by esbuild; wamp-wasm, which loads some of itself only
// when it is needed, by Rolldown, which makes one file of all that it loads first.

import { build } from 'esbuild';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled } from '../../scripts/bundle.mjs';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const shims = { stream: 'stream-browserify', util: 'util/', assert: 'assert/', events: 'events/', buffer: 'buffer/' };

// autobahn is written for Node: in a browser it needs stand-ins for Node's modules, as its users configure them.
const polyfills = {
    name: 'polyfills',
    setup(plugin) {
        plugin.onResolve({ filter: /^(stream|util|assert|events|buffer)$/ }, ({ path, resolveDir }) =>
            plugin.resolve(shims[path], { resolveDir, kind: 'require-call' }),
        );
        plugin.onResolve({ filter: /^(fs|net|tls|http|https|path|os|crypto|zlib|websocket|when)$/ }, ({ path }) => ({
            path,
            namespace: 'empty',
        }));
        plugin.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
    },
};

export async function bundle(out, pkg) {
    const common = {
        bundle: true,
        minify: true,
        format: 'esm',
        platform: 'browser',
        target: 'es2022',
        logLevel: 'warning',
        outdir: out,
        outbase: here('.'),
        outExtension: { '.js': '.mjs' },
        absWorkingDir: here('.'),
    };
    const plain = ['clients/floor.mjs', 'clients/wampy.mjs', 'page/index.mjs', 'page/side.mjs'];
    await build({ ...common, entryPoints: plain });
    for (const { name, code } of await bundled(here('clients/wamp-wasm.mjs'), { 'wamp-wasm': join(pkg, 'index.js') })) {
        await writeFile(join(out, 'clients', name), code);
    }
    // Vite does this by itself.
    await cp(join(pkg, 'wasm'), join(out, 'wasm'), { recursive: true, filter: (path) => !path.endsWith('.js') });
    await build({
        ...common,
        entryPoints: ['clients/autobahn.mjs'],
        define: { global: 'globalThis' },
        inject: [here('lib/node-globals.mjs')],
        plugins: [polyfills],
    });
}

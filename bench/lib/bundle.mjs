// Bundles the clients and the page with esbuild, minified as their users ship them.

import { build } from 'esbuild';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
        alias: { 'wamp-wasm': join(pkg, 'index.js') },
        outdir: out,
        outbase: here('.'),
        outExtension: { '.js': '.mjs' },
        absWorkingDir: here('.'),
    };
    const plain = ['clients/floor.mjs', 'clients/wampy.mjs', 'page/index.mjs', 'page/side.mjs'];
    await build({ ...common, entryPoints: plain });
    // What is loaded only when it is needed stays a file of its own.
    await build({ ...common, entryPoints: ['clients/wamp-wasm.mjs'], splitting: true });
    // A bundler that knows `new URL(…, import.meta.url)` puts the module where it finds it; esbuild leaves that to us.
    await cp(join(pkg, 'wasm'), join(out, 'wasm'), { recursive: true, filter: (path) => !path.endsWith('.js') });
    await build({
        ...common,
        entryPoints: ['clients/autobahn.mjs'],
        define: { global: 'globalThis' },
        inject: [here('lib/node-globals.mjs')],
        plugins: [polyfills],
    });
}

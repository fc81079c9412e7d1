// Bundles the clients and the page with esbuild, minified as their users ship them.

import { build } from 'esbuild';
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

export async function bundle(out) {
    const common = {
        bundle: true,
        minify: true,
        format: 'esm',
        platform: 'browser',
        target: 'es2022',
        logLevel: 'warning',
        external: ['/pkg/*'],
        outdir: out,
        outbase: here('.'),
        outExtension: { '.js': '.mjs' },
        absWorkingDir: here('.'),
    };
    const plain = ['clients/floor.mjs', 'clients/wampy.mjs', 'clients/wamp-wasm.mjs', 'page/index.mjs'];
    await build({ ...common, entryPoints: plain });
    await build({
        ...common,
        entryPoints: ['clients/autobahn.mjs'],
        define: { global: 'globalThis' },
        inject: [here('lib/node-globals.mjs')],
        plugins: [polyfills],
    });
}

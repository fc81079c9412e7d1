// The routers of the tests: ours and Crossbar.io. Both serve the test page and the package, so that a
// page has the router's origin. Both print "listening on URL" when they are ready.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, start } from './process.js';

const www = join(root, 'tests/interop/peers');
const pkg = join(root, 'pkg');

/** Our native router, as scripts/test-interop built it. */
export const wamp_wasm = {
  name: 'wamp-wasm-router',
  async start() {
    const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
    const binary = join(target, 'debug/wamp-wasm-router');
    if (!existsSync(binary)) throw new Error('the router is not built: cargo build -p wamp-wasm-router');
    return ready(
      start('wamp-wasm-router', binary, ['--port', '0', '--www', www, '--pkg', pkg, '--deny', 'com.example.forbidden']),
      10,
    );
  },
};

/** Crossbar.io from PyPI; the first start may have to install it. */
export const crossbar = {
  name: 'Crossbar.io',
  start: () => ready(start('Crossbar.io', join(root, 'tests/interop/crossbar/start'), ['--www', www, '--pkg', pkg]), 600),
};

async function ready(child, seconds) {
  const [, http] = await child.line(/^listening on (http:\/\/\S+)/, seconds);
  return { http, url: `${http.replace('http', 'ws')}/ws`, stop: () => child.stop(), child };
}

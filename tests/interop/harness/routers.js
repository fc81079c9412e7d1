// The routers of the tests: ours, Crossbar.io, xconn and fox-wamp. The first two serve the test page and the
// package, so that a page has the router's origin. All print "listening on URL" when they are ready.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, start } from './process.js';

const peers = join(root, 'tests/interop/peers');
/** The page of the features, for `start`. */
export const FEATURES = join(root, 'tests/interop/features');
const pkg = join(root, 'pkg');

/** Our native router, as scripts/test-interop built it. */
export const wamp_wasm = {
  name: 'wamp-wasm-router',
  ours: true,
  start: (www = peers) => our_router(['--www', www, '--deny', 'com.example.forbidden']),
};

/** Crossbar.io from PyPI; the first start may have to install it. */
export const crossbar = {
  name: 'Crossbar.io',
  async start(www = peers) {
    const running = await ready(start('Crossbar.io', join(root, 'tests/interop/crossbar/start'), ['--www', www, '--pkg', pkg]), 600);
    // Its script does the killing.
    return { ...running, auth_url: running.url.replace(/ws$/, 'auth'), kill: () => running.child.kill('SIGUSR1') };
  },
};

/** xconn's engine, from crates.io; the first start builds it. It asks who one is at `auth_url`. */
export const xconn = {
  name: 'xconn',
  async start() {
    const child = start('xconn', join(root, 'tests/interop/xconn/start'), []);
    const [, auth] = await child.line(/^authentication on http(:\/\/\S+)/, 900);
    return { ...(await ready(child, 10)), auth_url: `ws${auth}/ws` };
  },
};

/** fox-wamp, from npm; the first start installs it. */
export const fox = {
  name: 'fox-wamp',
  start: () => ready(start('fox-wamp', join(root, 'tests/interop/fox/start'), []), 300),
};

function our_router(args) {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  const binary = join(target, 'debug/wamp-wasm-router');
  if (!existsSync(binary)) throw new Error('the router is not built: cargo build -p wamp-wasm-router');
  return ready(start('wamp-wasm-router', binary, ['--port', '0', '--pkg', pkg, ...args]), 10);
}

async function ready(child, seconds) {
  const [, http] = await child.line(/^listening on (http:\/\/\S+)/, seconds);
  return { http, url: `${http.replace('http', 'ws')}/ws`, stop: () => child.stop(), kill: () => child.kill(), child };
}

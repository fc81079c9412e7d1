// The native router as the tests start it: on a free port, with the page, the package and the demo's
// forbidden procedure. It can be stopped and started again on the port it had.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const binary = process.env.WAMP_ROUTER ?? `${root}target/debug/wamp-wasm-router`;

export class Router {
  #child = null;
  #port = 0;
  #www;

  /** Starts a router that serves the demo page, or another folder, and resolves when it listens. */
  static async start({ www = `${root}www` } = {}) {
    const router = new Router();
    router.#www = www;
    await router.start();
    return router;
  }

  async start() {
    const options = ['--port', String(this.#port), '--www', this.#www, '--pkg', `${root}pkg`];
    const child = spawn(binary, [...options, '--deny', 'com.example.forbidden'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (data) => (complaint += data));
    const failed = once(child, 'error').then(([error]) => Promise.reject(error));
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the router ended (${code}): ${complaint}`)));
    ended.catch(() => {});
    failed.catch(() => {});
    const ready = once(createInterface(child.stdout), 'line').then(([line]) => line);
    const line = await Promise.race([ready, ended, failed]);
    const address = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line);
    if (!address) throw new Error(`not the line that says it is ready: ${line}`);
    child.stdout.resume();
    this.#child = child;
    this.#port = Number(address[1]);
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  get socket() {
    return `ws://127.0.0.1:${this.#port}/ws`;
  }

  /** Ends the router at once, as a crash would; it says goodbye to nobody. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Ends the router in order. */
  async stop() {
    await this.#end('SIGTERM');
  }

  async #end(signal) {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
}

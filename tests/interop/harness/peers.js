// The peers of the tests, each behind one function: request(command) → answer.
// A host is what peers live in (a process, a browser); it is started once and gives any number of peers.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root, start } from './process.js';

const file = (name) => join(root, 'tests/interop/peers', name);

/** What the values of a library can be beyond the common ones, by serializer. */
const ours = { json: ['binary'], msgpack: ['binary', 'wide'], cbor: ['binary', 'wide'] };

export const wamp_wasm_node = {
  name: 'wamp-wasm (Node.js)',
  carries: ours,
  open: () => process_host('wamp-wasm (Node.js)', process.execPath, [file('wamp_wasm_node.js')]),
};

/** Our drop-in for autobahn-js, under the very lines that drive autobahn-js. */
export const drop_in = {
  name: 'wamp-wasm/autobahn',
  carries: ours,
  open: () => process_host('wamp-wasm/autobahn', process.execPath, [file('autobahn_js.js'), 'wamp-wasm']),
};

export const autobahn_js = {
  name: 'autobahn-js',
  // Its JSON has no binary strings, and its integers are JavaScript's numbers.
  carries: { json: [], msgpack: ['binary'], cbor: ['binary'] },
  open: () => process_host('autobahn-js', process.execPath, [file('autobahn_js.js')]),
};

export const autobahn_python = {
  name: 'autobahn-python',
  carries: { json: ['binary', 'wide'], msgpack: ['binary', 'wide'], cbor: ['binary', 'wide'] },
  async open() {
    const venv = execFileSync(join(root, 'tests/interop/crossbar/install'), { encoding: 'utf8' }).trim();
    return process_host('autobahn-python', join(venv, 'bin/python'), [file('autobahn_python.py')]);
  },
};

export const chromium = in_browser('wamp-wasm (Chromium)', () => import('../../browser/support/chromium.js'));

export const firefox = in_browser('wamp-wasm (Firefox)', () => import('../../browser/support/firefox.js'));

/** Our client in a browser: every peer is a window of its own, with a page from the router's origin. */
function in_browser(name, support) {
  return {
    name,
    carries: ours,
    async open(router) {
      const { launch } = await support();
      const browser = await launch();
      // WebDriver speaks to one window at a time.
      let turn = Promise.resolve();
      const in_turn = (act) => (turn = turn.then(act, act));
      return {
        async peer() {
          const page = await in_turn(() => browser.window());
          const run = (...parameters) => in_turn(() => page.driver.run(...parameters));
          await in_turn(() => page.open(router.http));
          // A module script has run when its page is loaded.
          if (!(await run('() => "answer" in window'))) throw new Error(`${name}: the page did not start: ${browser.errors.join('\n')}`);
          return named(name, (command) => run('(command) => window.answer(command)', command), () => browser.errors.join('\n'));
        },
        close: () => browser.close(),
      };
    },
  };
}

async function process_host(name, command, args) {
  const children = [];
  return {
    async peer() {
      const child = start(name, command, args, { cwd: join(root, 'tests') });
      children.push(child);
      await child.line(/"ready"/, 30);
      const waiting = new Map();
      let last = 0;
      child.on_line = (line) => {
        const { id, ...answer } = JSON.parse(line);
        waiting.get(id)?.(answer);
        waiting.delete(id);
      };
      child.ended.then(() => waiting.forEach((settle) => settle({ failed: child.failure })));
      const send = (parameters) =>
        new Promise((resolve) => {
          if (child.failure) return resolve({ failed: child.failure });
          waiting.set(++last, resolve);
          child.send(JSON.stringify({ id: last, ...parameters }));
        });
      return named(name, send, () => child.complaints);
    },
    close: () => Promise.all(children.map((child) => child.stop())),
  };
}

/** A peer: request() gives the answer's `ok`, or throws what the peer reports; never waits for ever. */
function named(name, send, complaints) {
  const ask = (command) => {
    let late;
    const timeout = new Promise((_, reject) => {
      const report = () => reject(new Error(`${name}: no answer to ${JSON.stringify(command).slice(0, 200)}\n${complaints()}`));
      late = setTimeout(report, 15_000);
    });
    return Promise.race([send(command), timeout]).finally(() => clearTimeout(late));
  };
  return {
    name,
    /** False once it gave no answer, or one that WAMP does not have. */
    usable: true,
    /** What the command gives; a WAMP error is thrown with its `uri`, `args` and `kwargs`. */
    async request(command) {
      const answer = await ask(command).catch((error) => ({ failed: error.message }));
      if (answer.failed) this.usable = false;
      if ('ok' in answer) return answer.ok;
      if (answer.error) throw Object.assign(new Error(`${name}: ${JSON.stringify(answer.error)}`), answer.error);
      throw new Error(`${name}: ${command.do} failed: ${answer.failed}\n${complaints()}`);
    },
  };
}

// The peers of the tests, each behind one function: request(command) → answer.
// A host is what peers live in (a process, a browser); it is started once and gives any number of peers.

import { join } from 'node:path';
import { root, start, which } from './process.js';
import { execFileSync } from 'node:child_process';

const file = (name) => join(root, 'tests/interop/peers', name);

/** Which values a peer's library can carry, by serializer. A limit of the peer, never of ours. */
const everything = { json: ['binary'], msgpack: ['binary'], cbor: ['binary'] };

export const wamp_wasm_node = {
  name: 'wamp-wasm (Node.js)',
  carries: everything,
  open: () => process_host('wamp-wasm (Node.js)', process.execPath, [file('wamp_wasm_node.js')]),
};

export const autobahn_js = {
  name: 'autobahn-js',
  // Its JSON serializer has no notion of WAMP's binary strings.
  carries: { ...everything, json: [] },
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

/** Our client in Chromium: every peer is a page of its own. */
export const chromium = {
  name: 'wamp-wasm (Chromium)',
  carries: everything,
  async open(router) {
    const { chromium: driver } = await import('playwright-core');
    const executablePath = (await which('chromium')) ?? (await which('google-chrome'));
    if (!executablePath) throw new Error('Chromium is not installed: run scripts/setup');
    const browser = await driver.launch({ executablePath, args: ['--no-sandbox'] });
    return {
      async peer() {
        const page = await browser.newPage();
        const complaints = [];
        page.on('pageerror', (error) => complaints.push(error.stack));
        page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
        await page.goto(router.http);
        await page.waitForFunction(() => 'answer' in window, null, { timeout: 20_000 }).catch(() => {
          throw new Error(`Chromium: the page is not ready: ${complaints.join('\n')}`);
        });
        const send = (command) => page.evaluate((parameters) => window.answer(parameters), command);
        return named('wamp-wasm (Chromium)', send, () => complaints.join('\n'));
      },
      close: () => browser.close(),
    };
  },
};

/** Our client in Firefox, driven over WebDriver: every peer is a window of its own. */
export const firefox = {
  name: 'wamp-wasm (Firefox)',
  carries: everything,
  async open(router) {
    const { Builder } = await import('selenium-webdriver');
    const { default: options, ServiceBuilder } = await import('selenium-webdriver/firefox.js').then((m) => ({ default: m.default?.Options ?? m.Options, ServiceBuilder: m.default?.ServiceBuilder ?? m.ServiceBuilder }));
    const binary = (await which('firefox-esr')) ?? (await which('firefox'));
    const geckodriver = await which('geckodriver');
    if (!binary || !geckodriver) throw new Error('Firefox or geckodriver is not installed: run scripts/setup');
    const browser = await new Builder()
      .forBrowser('firefox')
      .setFirefoxOptions(new options().setBinary(binary).addArguments('-headless'))
      .setFirefoxService(new ServiceBuilder(geckodriver))
      .build();
    await browser.manage().setTimeouts({ script: 20_000 });
    let turn = Promise.resolve();
    // WebDriver speaks to one window at a time.
    const in_window = (handle, action) =>
      (turn = turn.catch(() => {}).then(() => browser.switchTo().window(handle)).then(action));
    return {
      async peer() {
        await turn.catch(() => {});
        await browser.switchTo().newWindow('tab');
        const handle = await browser.getWindowHandle();
        await browser.get(router.http);
        await browser.wait(() => browser.executeScript('return "answer" in window'), 20_000, 'Firefox: the page is not ready');
        const send = (command) =>
          in_window(handle, () =>
            browser.executeAsyncScript('const done = arguments[1]; window.answer(arguments[0]).then(done)', command),
          );
        return named('wamp-wasm (Firefox)', send, () => '');
      },
      close: () => browser.quit(),
    };
  },
};

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

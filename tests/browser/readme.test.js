// The JavaScript of the README, run in a browser as it stands. What its comments say it prints is what it
// has to print, in that order.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch } from './support/chromium.js';
import { Router } from './support/router.js';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/^```js\n([^]*?)^```/gm)].map(([, code]) => code);
const imports = { 'wamp-wasm': '/pkg/index.js' };

describe('the examples of the README', () => {
  let browser;
  let router;
  let www;

  before(async () => {
    www = await mkdtemp(join(tmpdir(), 'readme-'));
    [browser, router] = await Promise.all([launch(), Router.start({ www })]);
  });
  after(async () => {
    await browser?.close();
    await router?.stop();
    await rm(www, { recursive: true });
  });

  test('there are some', () => assert.ok(examples.length >= 2));

  for (const [index, code] of examples.entries()) {
    test(`example ${index + 1} prints what it says`, async () => {
      const { driver } = await browser.window();
      const promised = [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, text]) => text.trim());
      assert.ok(promised.length > 0, 'it says what it prints');
      assert.ok(code.includes('ws://localhost:8080/ws'), 'it connects where scripts/demo listens');

      const printed = [];
      const all = new Promise((resolve) => {
        driver.page.on('console', (message) => {
          printed.push(message.text());
          if (printed.length >= promised.length) resolve();
        });
        driver.page.on('pageerror', (error) => {
          printed.push(String(error));
          resolve();
        });
      });
      await writeFile(
        join(www, 'example.html'),
        `<!doctype html><link rel="icon" href="data:,">
        <script type="importmap">${JSON.stringify({ imports })}</script>
        <script type="module">${code.replaceAll('ws://localhost:8080/ws', router.socket)}</script>`,
      );
      await driver.go(`${router.url}/example.html`);
      await all;
      assert.deepEqual(printed, promised);
      await driver.close();
    });
  }
});

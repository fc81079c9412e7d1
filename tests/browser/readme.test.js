// The JavaScript of the README, run in a browser as it stands. What its comments say it prints is what it
// has to print, in that order.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { launch } from './support/chromium.js';
import { Router } from './support/router.js';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/^```js\n([^]*?)^```/gm)].map(([, code]) => code);
const imports = { 'wamp-wasm': '/pkg/index.js' };

describe('the examples of the README', () => {
  let browser;
  let router;

  before(async () => {
    [browser, router] = await Promise.all([launch(), Router.start()]);
  });
  after(async () => {
    await browser?.close();
    await router?.stop();
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
      await driver.page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
      // Any document of the router will do: it lends its origin.
      await driver.go(`${router.url}/pkg/package.json`);
      await driver.page.setContent(
        `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>
        <script type="module">${code.replaceAll('ws://localhost:8080/ws', router.socket)}</script>`,
      );
      await all;
      assert.deepEqual(printed, promised);
      await driver.close();
    });
  }
});

// Chromium, driven by Playwright: the system's own browser, with an empty profile.

import { chromium } from 'playwright-core';
import { Window } from './window.js';

export const name = 'Chromium';

/**
 * Starts the browser; `window()` opens one more, `errors` is what their consoles complained of. Other options are
 * Playwright's. It and a window's driver have their `devtools`.
 */
export async function launch(options = {}) {
  const browser = await chromium.launch({
    ...options,
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  const errors = [];
  return {
    errors,
    devtools: () => browser.newBrowserCDPSession(),
    window: async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on('pageerror', (error) => errors.push(String(error)));
      return new Window({
        page,
        devtools: () => context.newCDPSession(page),
        go: (url) => page.goto(url),
        run: (code, ...args) => page.evaluate(`(${code})(...${JSON.stringify(args)})`),
        click: (selector) => page.click(selector),
        press: (key) => page.keyboard.press(key),
        type: (text) => page.keyboard.type(text),
        resize: (width, height) => page.setViewportSize({ width, height }),
        close: () => page.close({ runBeforeUnload: false }).then(() => context.close()),
      });
    },
    close: () => browser.close(),
  };
}

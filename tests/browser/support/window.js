// What the tests ask of a browser window, whichever browser it is. A driver gives `run(code, ...args)`,
// which evaluates in the page, `press`, `type`, `click`, `resize`, `go`, and `errors`, the list of what the
// console called an error; everything here is built on these.

import assert from 'node:assert/strict';

const PATIENCE = 15_000;

export class Window {
  constructor(driver) {
    this.driver = driver;
  }

  open(url) {
    return this.driver.go(url);
  }

  text(selector) {
    return this.driver.run('(s) => document.querySelector(s)?.innerText ?? ""', selector);
  }

  /** Waits until the text of an element matches. */
  async sees(selector, pattern) {
    await this.until(async () => {
      const text = await this.text(selector);
      return pattern.test(text) ? null : `${selector} never matched ${pattern}; it says ${JSON.stringify(text)}`;
    });
  }

  /** Waits until the badge shows a state: connecting, open, waiting or refused. */
  async is(state) {
    await this.until(async () => {
      const found = await this.driver.run('() => document.querySelector("#badge")?.dataset.state');
      return found === state ? null : `the badge never became ${state}; it is ${found}: ${await this.text('#notice')}`;
    });
  }

  /** Replaces the text of a field. */
  async fill(selector, text) {
    await this.driver.run('(s) => { const field = document.querySelector(s); field.focus(); field.select(); }', selector);
    await this.driver.type(text);
  }

  click(selector) {
    return this.driver.click(selector);
  }

  /** Presses Tab until the element with this id has the focus; fails after a whole round. */
  async tabTo(id) {
    const passed = [];
    for (let presses = 0; presses < 40; presses += 1) {
      await this.driver.press('Tab');
      const focused = await this.driver.run('() => document.activeElement?.id || document.activeElement?.value || document.activeElement?.tagName');
      passed.push(focused);
      if (focused === id) return;
    }
    assert.fail(`Tab never reached ${id}; it passed ${passed.join(', ')}`);
  }

  press(key) {
    return this.driver.press(key);
  }

  type(text) {
    return this.driver.type(text);
  }

  /** Waits until `problem()` resolves to null; fails with its last answer. */
  async until(problem) {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const found = await problem();
      if (found === null) return;
      if (Date.now() > end) assert.fail(found);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

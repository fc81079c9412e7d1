// The demo page in real browsers, through our router: two windows talk to each other, call the procedures
// and see what the page says when things go wrong. Anything the console calls an error fails the test.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import * as chromium from './support/chromium.js';
import * as firefox from './support/firefox.js';
import { Router } from './support/router.js';

for (const kind of [chromium, firefox]) {
  describe(kind.name, () => {
    let browser;
    let router;
    let windows;

    before(async () => {
      browser = await kind.launch();
    });
    after(() => browser?.close());
    beforeEach(async () => {
      router = await Router.start();
      windows = [];
      browser.errors.length = 0;
    });
    afterEach(async () => {
      for (const window of windows) await window.driver.close();
      await router.stop();
      assert.deepEqual(browser.errors, [], 'the console shows no error');
    });

    /** Opens the page and waits until its session is open, unless another state is expected. */
    async function open(query = '', state = 'open') {
      const window = await browser.window();
      windows.push(window);
      await window.open(`${router.url}/${query}`);
      await window.is(state);
      return window;
    }

    async function close(window) {
      windows.splice(windows.indexOf(window), 1);
      await window.driver.close();
    }

    async function say(window, text) {
      await window.fill('#chat-text', text);
      await window.press('Enter');
    }

    for (const serializer of ['json', 'msgpack']) {
      describe(serializer, () => {
        const query = `?serializer=${serializer}`;

        test('two windows chat with each other, and each sees who said what', async () => {
          const [ada, bob] = [await open(query), await open(query)];
          await ada.fill('#chat-name', 'Ada');
          await bob.fill('#chat-name', 'Bob');
          await say(ada, 'Grüße, Bob! 👋');
          await bob.sees('#chat-list', /^AD?\s*Ada\s[^]*Grüße, Bob! 👋$/m);
          await ada.sees('#chat-list', /Ada \(you\)[^]*Grüße, Bob! 👋/);
          await say(bob, 'Hello Ada');
          await ada.sees('#chat-list', /Bob[^]*Hello Ada/);
          assert.notEqual(await ada.text('#session-id'), await bob.text('#session-id'));
          await ada.sees('#log-list', /HELLO\s+realm realm1[^]*WELCOME\s+session \d+/);
        });

        test('echo gives back the argument, whichever window serves it', async () => {
          const [first, second] = [await open(query), await open(query)];
          await first.sees('#service', /this window/);
          await second.sees('#service', /another window/);
          for (const window of [first, second]) {
            await window.fill('#echo-text', 'naïve "quotes" 💡');
            await window.click('#echo-form button');
            await window.sees('#answer', /RESULT com\.example\.echo\s+value\s+"naïve \\"quotes\\" 💡"/);
          }
        });

        test('an error of a procedure arrives with its URI, args and kwargs', async () => {
          await open(query);
          const caller = await open(query);
          await caller.click('#throw-form button');
          await caller.sees('#answer', /ERROR com\.example\.throw/);
          await caller.sees('#answer', /uri\s+com\.example\.error\.on_purpose/);
          await caller.sees('#answer', /args\s+\["Thrown on purpose"\]/);
          await caller.sees('#answer', /kwargs\s+\{"harmless":true,"tries":1\}/);
        });

        test('a call that the router does not authorize is refused with wamp.error.not_authorized', async () => {
          const window = await open(query);
          await window.click('#forbidden-form button');
          await window.sees('#answer', /ERROR com\.example\.forbidden\s+uri\s+wamp\.error\.not_authorized/);
        });
      });
    }

    test('a window on JSON and a window on MessagePack understand each other', async () => {
      const [json, msgpack] = [await open('?serializer=json'), await open('?serializer=msgpack')];
      await say(json, 'from JSON');
      await msgpack.sees('#chat-list', /from JSON/);
      await say(msgpack, 'from MessagePack');
      await json.sees('#chat-list', /from MessagePack/);
    });

    test('when the window that serves the procedures is closed, another takes over', async () => {
      const serving = await open();
      const waiting = await open();
      await waiting.sees('#service', /another window/);
      await close(serving);
      await waiting.click('#echo-form button');
      await waiting.sees('#answer', /RESULT com\.example\.echo/);
      await waiting.sees('#service', /this window/);
    });

    test('what people write is shown as text and never becomes part of the page', async () => {
      const window = await open();
      const hostile = '<img src=x onerror="document.title=1"><b>bold</b>';
      await window.fill('#chat-name', '<i>Eve</i>');
      await say(window, hostile);
      await window.sees('#chat-list', /<img src=x onerror="document\.title=1"><b>bold<\/b>/);
      await window.sees('#log-list', /EVENT[^]*<img/);
      assert.equal(await window.driver.run('() => document.querySelectorAll("main img, main i, #chat-list b").length'), 0);
    });

    test('a router that dies and comes back: the page goes on without being loaded again', async () => {
      const window = await open();
      await window.driver.run('() => { window.notLoadedAgain = true; }');
      await window.sees('#service', /this window/);
      await say(window, 'before');
      await window.sees('#chat-list', /before/);
      const before = await window.text('#session-id');
      await router.kill();
      await window.is('waiting');
      await window.sees('#badge', /^Waiting\s+\d+ s$/);
      await window.sees('#notice', /The connection was lost|The router is not there/);
      assert.equal(await window.text('#session-id'), 'none');
      await window.sees('#service', /Nobody/);
      await window.click('#log-clear');
      await router.start();
      await window.click('#notice-action');
      await window.is('open');
      assert.notEqual(await window.text('#session-id'), before);
      await window.sees('#service', /this window/);
      await say(window, 'back again');
      await window.sees('#chat-list', /before[^]*back again/);
      await window.click('#echo-form button');
      await window.sees('#answer', /RESULT/);
      await window.sees('#log-list', /you\s+→\s+HELLO[^]*you\s+←\s+WELCOME[^]*you\s+→\s+SUBSCRIBE\s+com\.example\.chat[^]*you\s+←\s+EVENT\s+com\.example\.chat\s+\["back again"\]/);
      await window.sees('#log-list', /service\s+→\s+REGISTER\s+com\.example\.echo/);
      assert.equal(await window.driver.run('() => window.notLoadedAgain'), true);
      forgive(/WebSocket|ws:\/\//);
    });

    test('two windows whose router comes back talk again, and one of them serves the procedures', async () => {
      const [first, second] = [await open(), await open()];
      await first.sees('#service', /this window/);
      await second.sees('#service', /another window/);
      await router.kill();
      for (const window of [first, second]) await window.is('waiting');
      await router.start();
      for (const window of [first, second]) await window.is('open');
      await say(first, 'anybody here?');
      await second.sees('#chat-list', /anybody here\?/);
      for (const window of [first, second]) {
        await window.click('#echo-form button');
        await window.sees('#answer', /RESULT com\.example\.echo/);
      }
      forgive(/WebSocket|ws:\/\//);
    });

    test('the wire shows every message, holds still when it is paused, and goes on afterwards', async () => {
      const window = await open();
      await window.sees('#service', /this window/);
      await say(window, 'one');
      await window.sees('#log-list', /PUBLISH\s+com\.example\.chat\s+\["one"\][^]*EVENT\s+com\.example\.chat\s+\["one"\] [^]* B/);
      await window.click('#log-pause');
      await say(window, 'two');
      await window.sees('#chat-list', /two/);
      await window.sees('#log-pause', /^Paused: \d+ more$/);
      assert.doesNotMatch(await window.text('#log-list'), /two/);
      await window.click('#log-pause');
      await window.sees('#log-list', /EVENT\s+com\.example\.chat\s+\["two"\]/);
    });

    test('the round trip to the router is measured, drawn, and said in words', async () => {
      const window = await open();
      await window.sees('#latency-text', /^\d+(\.\d)? ms median \d+(\.\d)? ms, worst \d+(\.\d)? ms of the last \d+$/);
      assert.match(await window.driver.run('() => document.querySelector("#latency-line").getAttribute("points")'), /^\d+\.\d,\d+\.\d/);
      assert.doesNotMatch(await window.text('#log-list'), /are you there/, 'unless somebody asks for it');
      await window.click('#log-probes');
      await window.sees('#log-list', /UNSUBSCRIBE\s+.*are you there/);
    });

    test('a realm that does not exist is a refusal with its reason and a way out', async () => {
      const window = await open('?realm=nowhere', 'refused');
      await window.sees('#notice', /The router refused the session[^]*wamp\.error\.no_such_realm[^]*--realm nowhere/);
      await window.click('#notice-action');
      await window.is('open');
      await window.sees('#realm', /^realm1$/);
    });

    test('everything can be done with the keyboard alone, and the focus is always seen', async () => {
      const window = await open();
      await window.tabTo('second-window');
      await window.tabTo('json');
      await window.tabTo('chat-text');
      const outline = await window.driver.run('() => getComputedStyle(document.activeElement).outlineStyle');
      assert.equal(outline, 'solid');
      await window.type('typed only');
      await window.press('Enter');
      await window.sees('#chat-list', /typed only/);
      await window.tabTo('echo-text');
      await window.press('Enter');
      await window.sees('#answer', /RESULT/);
      await window.tabTo('throw');
      await window.press('Enter');
      await window.sees('#answer', /on_purpose/);
      await window.tabTo('forbidden');
      await window.press('Enter');
      await window.sees('#answer', /not_authorized/);
      await window.tabTo('log-clear');
      await window.press('Enter');
      await window.sees('#log-empty', /two sessions/);
    });

    for (const width of [320, 390]) {
      test(`nothing is wider than a phone of ${width} pixels, however long the words`, async () => {
        const window = await open();
        await window.driver.resize(width, 800);
        await say(window, 'Donaudampfschifffahrtsgesellschaft'.repeat(5));
        await window.sees('#chat-list', /Donau/);
        await window.click('#throw-form button');
        await window.sees('#answer', /on_purpose/);
        const wide = await window.driver.run('() => document.documentElement.scrollWidth - document.documentElement.clientWidth');
        assert.equal(wide, 0);
      });
    }

    function forgive(pattern) {
      const left = browser.errors.filter((text) => !pattern.test(text));
      browser.errors.splice(0, browser.errors.length, ...left);
    }
  });
}

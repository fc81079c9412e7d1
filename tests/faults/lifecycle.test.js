// What a browser does to a page that stays open all day, through the DevTools protocol in Chromium: the network goes and
// comes, the machine sleeps, the user leaves and comes back. Where the heartbeat is as an application has it, half a minute
// apart, what makes a session work again in seconds is that the client sees what happened.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { serve } from '../../bench/lib/serve.mjs';
import { launch } from '../browser/support/chromium.js';
import { root } from '../interop/harness/process.js';
import { wamp_wasm } from '../interop/harness/routers.js';
import { Proxy } from './proxy/proxy.js';

/** How long it may take until all works again, in ms. */
const SOON = 20_000;
/** A heartbeat whose time passes while the machine sleeps. */
const QUICK = { interval: 1000, timeout: 1000 };
const SLEEP = 3000;

describe('a durable session in a page', { timeout: 120_000 }, () => {
  let router, files, browser, proxy, window, devtools;
  before(async () => {
    router = await wamp_wasm.start();
    files = await serve({ '/rig/': `${root}tests/faults/page`, '/pkg/': `${root}pkg` });
    browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  });
  after(async () => {
    await browser?.close();
    files?.close();
    await router?.stop();
  });
  beforeEach(async () => {
    proxy = await Proxy.to(Number(new URL(router.http).port));
    window = await browser.window();
    devtools = await window.driver.devtools();
    await devtools.send('Network.enable');
    await window.open(`${files.url}/rig/index.html`);
  });
  afterEach(async () => {
    await window.driver.close();
    proxy.stop();
  });

  const run = (...parameters) => window.driver.run(...parameters);
  const open = async (options) => {
    await run('(url, options) => rig.start([url], { serializers: ["json"], ...options }, 0)', `ws://127.0.0.1:${proxy.port}/ws`, options);
    await works();
  };
  const [member, id] = ['() => rig.members()[0]', '() => rig.members()[0].id'];
  /** Waits until handlers and procedures work; gives how long that took. */
  const works = async () => {
    const started = Date.now();
    const { wrong } = await run('(late) => rig.recovered([0], late)', SOON);
    assert.deepEqual(wrong, []);
    return Date.now() - started;
  };
  const network = (offline) => devtools.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  /** The page sleeps, as when the machine does: its process is stopped, and time goes on. */
  const sleeps = async (act = () => {}) => {
    const { processInfo } = await (await browser.devtools()).send('SystemInfo.getProcessInfo');
    const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    pages.forEach((pid) => process.kill(pid, 'SIGSTOP'));
    act();
    await new Promise((resolve) => setTimeout(resolve, SLEEP));
    pages.forEach((pid) => process.kill(pid, 'SIGCONT'));
  };

  /** Does something to the page, then waits until its session works again, which has to be another one for the router. */
  const survives = async (t, act, options = {}) => {
    await open(options);
    const before = await run(id);
    await act();
    const took = await works();
    assert.notEqual(await run(id), before);
    assert.deepEqual((await run(member)).handles, ['active', 'active', 'active', 'active']);
    t.diagnostic(`works again after ${took} ms`);
  };

  test('works again when the network is back, although its old connection was never closed', (t) =>
    survives(t, async () => {
      await network(true);
      proxy.forget();
      await proxy.listen(false);
      assert.equal(await run('() => navigator.onLine'), false);
      await proxy.listen(true);
      await network(false);
    }));

  test('works again when the machine wakes up and the router has forgotten it', (t) =>
    survives(t, () => sleeps(() => proxy.forget()), { heartbeat: QUICK }));

  test('is the same session when the machine wakes up and the connection has lived on', async () => {
    await open({ heartbeat: QUICK });
    const before = await run(id);
    await sleeps();
    await works();
    assert.equal(await run(id), before);
  });

  test('works again when the user comes back to the page by the back button', (t) =>
    survives(t, async () => {
      await run('() => addEventListener("pageshow", ({ persisted }) => (window.persisted = persisted))');
      await window.open(`${files.url}/rig/elsewhere.html`);
      await run('() => void history.back()').catch(() => {});
      await window.until(async () => ((await run('() => "rig" in window').catch(() => false)) ? null : 'the page did not come back'));
      assert.equal(await run('() => window.persisted'), true, 'the page comes from the back/forward cache');
    }));
});

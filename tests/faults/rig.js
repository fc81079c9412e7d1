// The fault rig: ten sessions in a page, each behind a proxy of its own, a router that is ended and started again, and
// faults at random, one batch after the other. One rule: after each batch everybody has to work again before the next.

import { serve } from '../../bench/lib/serve.mjs';
import { launch } from '../browser/support/chromium.js';
import { root } from '../interop/harness/process.js';
import { Audit } from './audit.js';
import { routers as router_faults, ways } from './kinds.js';
import { Observer } from './observer.js';
import { Proxy } from './proxy/proxy.js';
import { Random } from './random.js';

const MEMBERS = 10;
const everybody = Array.from({ length: MEMBERS }, (_, index) => index);
const NEWS = 'com.example.rig.news';

/** An event with a number. */
const EVENT = /^\[36,.*\[(\d+)\]\]$/;

/** Quick enough for a thousand faults in minutes; otherwise as an application has it. */
const CLIENT = {
  serializers: ['json'],
  connect_timeout: 2000,
  heartbeat: { interval: 400, timeout: 1600 },
  initial_retry_delay: 0.02,
  max_retry_delay: 0.2,
  call_timeout: 10_000,
};
/** When a session is given up, it may have been dead for so long, in ms. */
const DOUBT = 3000;
/** Between two publications, and two calls, of a member. */
const EVERY = 300;
/** How long it may take at most until all work again, in ms. */
const LATE = 30_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs so many faults against a router of tests/interop/harness/routers.js. */
export async function rig(router, { faults, seed, progress }) {
  const stage = await prepared(router);
  const random = new Random(seed);
  const report = { router: router.name, ours: router.ours === true, faults: [], unprovoked: [], given_up: 0, stuck: null };
  const started = Date.now();
  try {
    while (report.faults.length < faults && !report.stuck) {
      const hit = await batch(stage, random, report, faults - report.faults.length);
      const books = await stage.page.run('() => rig.take()');
      stage.audit.add(books);
      await bystanders(stage, report, books.ends.filter(([index]) => !hit.has(index)));
      progress(report.faults.length);
    }
    await ended(stage, report);
  } finally {
    await stage.close();
  }
  return { ...report, ...stage.audit.verdict(), complaints: stage.audit.complaints, seconds: (Date.now() - started) / 1000 };
}

async function prepared(router) {
  const audit = new Audit(MEMBERS);
  const stage = { router, audit, running: await router.start(), observer: new Observer(NEWS, (number) => audit.observed(number)) };
  await stage.observer.join(stage.running.url);
  stage.proxies = await Promise.all(everybody.map(() => Proxy.to(portOf(stage.running))));
  stage.proxies.forEach((proxy, index) => (proxy.tap = (text) => EVENT.test(text) && audit.sent(index, Number(EVENT.exec(text)[1]))));
  const files = await serve({ '/rig/': `${root}tests/faults/page`, '/pkg/': `${root}pkg` });
  const browser = await launch();
  const window = await browser.window();
  await window.open(`${files.url}/rig/index.html`);
  stage.page = { run: (...parameters) => window.driver.run(...parameters) };
  stage.close = async () => {
    await browser.close();
    stage.observer.leave();
    stage.proxies.forEach((proxy) => proxy.stop());
    files.close();
    await stage.running.stop();
  };
  const urls = stage.proxies.map(({ port }) => `ws://127.0.0.1:${port}/ws`);
  await stage.page.run('(...parameters) => rig.start(...parameters)', urls, CLIENT, EVERY);
  return stage;
}

const portOf = ({ http }) => Number(new URL(http).port);

/** One fault of the router, or up to five at a time on the ways of different sessions. */
async function batch(stage, random, report, most) {
  const weights = [ways, router_faults].map((kinds) => kinds.reduce((sum, { weight }) => sum + weight, 0));
  const hit = new Set();
  const running = [];
  if (random.between(0, weights[0] + weights[1]) < weights[1]) {
    everybody.forEach((index) => hit.add(index));
    running.push(router_fault(stage, random.fork(), report));
  } else {
    for (let left = Math.min(random.whole(1, 5), most); left > 0 && hit.size < MEMBERS; left--) {
      const free = everybody.filter((index) => !hit.has(index));
      // Now and then the whole network.
      const whom = random.some(free, left === 1 && random.next() < 0.1 ? MEMBERS : random.whole(1, 2));
      whom.forEach((index) => hit.add(index));
      running.push(way_fault(stage, random.fork(), report, whom));
    }
  }
  await Promise.all(running);
  return hit;
}

/**
 * Sessions that ended although nothing was done to them: none should, but for those that were given up because the machine was
 * too busy to answer them in time.
 */
async function bystanders({ page, audit }, report, ends) {
  for (const [index, at, message] of ends) {
    if (/no answer within|not answered within/.test(message)) report.given_up += 1;
    else report.unprovoked.push(`session ${index}: ${message}`);
    const { at: over, wrong } = await page.run('(...parameters) => rig.recovered(...parameters)', [index], LATE);
    if (wrong.length > 0) report.stuck ??= `session ${index} does not work again after "${message}"`;
    audit.hit([index], at - DOUBT, wrong.length > 0 ? Infinity : over);
  }
}

async function way_fault(stage, random, report, whom) {
  const kind = random.weighed(ways.map((kind) => [kind.weight, kind]));
  const [wait, lasts] = [random.between(0, 150), random.between(...kind.lasts)];
  const proxies = whom.map((index) => stage.proxies[index]);
  await pause(wait);
  const from = Date.now();
  await Promise.all(proxies.map((proxy) => kind.begin(proxy, random)));
  await pause(lasts);
  proxies.forEach((proxy) => kind.end?.(proxy));
  await Promise.all(proxies.map((proxy) => proxy.calm()));
  await recovered(stage, report, kind, whom, from);
}

async function router_fault(stage, random, report) {
  const kind = random.weighed(router_faults.map((kind) => [kind.weight, kind]));
  const from = Date.now();
  if (kind.crash) stage.audit.crashed(from);
  await kind.begin(stage.running);
  stage.proxies.forEach((proxy) => proxy.refuse('reset'));
  await pause(random.between(...kind.lasts));
  stage.running = await stage.router.start();
  // It has to be there before anybody publishes.
  await stage.observer.join(stage.running.url);
  for (const proxy of stage.proxies) {
    proxy.target = portOf(stage.running);
    await proxy.calm();
  }
  await recovered(stage, report, kind, everybody, from);
}

/** Waits until these work again, and notes how long that took from now. */
async function recovered(stage, report, kind, whom, from) {
  const over = Date.now();
  const { at, wrong } = await stage.page.run('(...parameters) => rig.recovered(...parameters)', whom, LATE);
  stage.audit.hit(whom, from, wrong.length > 0 ? Infinity : at);
  report.faults.push({ kind: kind.name, sessions: whom.length, took: at - over });
  if (wrong.length > 0) report.stuck ??= `after "${kind.name}" these do not work again: ${JSON.stringify(wrong)}`;
}

/** When nothing is open any more: what still waits, and whether every handler and every procedure is there. */
async function ended(stage, report) {
  const { page, observer, audit } = stage;
  await page.run('(late) => rig.quiet(late)', 15_000);
  audit.add(await page.run('() => rig.take()'));
  const waiting = (await page.run('() => rig.members()')).map(({ waiting }) => waiting);
  report.unsettled = { calls: sum(waiting.map(({ calls }) => calls)), publications: sum(waiting.map(({ publications }) => publications)) };

  // The observer's numbers are beyond those of the members.
  const numbers = { [NEWS]: MEMBERS * 1_000_000 + 1 };
  report.lost_handlers = [];
  await observer.publish(NEWS, numbers[NEWS]);
  for (const index of everybody) {
    const own = `com.example.rig.own.${index}`;
    await observer.publish(own, (numbers[own] = MEMBERS * 1_000_000 + 2 + index));
    for (const name of ['work', 'answer']) {
      const procedure = `com.example.rig.${name}.${index}`;
      const number = MEMBERS * 1_000_000 + 100 + index * 2 + (name === 'work' ? 0 : 1);
      const answer = await observer.call(procedure, number).catch((error) => error.message);
      if (answer !== number) report.lost_handlers.push(`${procedure}: ${answer}`);
    }
  }
  const expected = (index) => [numbers[NEWS], numbers[`com.example.rig.own.${index}`]];
  const came = await page.run('(expected) => rig.came(expected)', everybody.map(expected));
  came.forEach((missing, index) => missing.forEach((number) => report.lost_handlers.push(`session ${index} did not receive ${number}`)));
  audit.add(await page.run('() => rig.take()'));
}

const sum = (list) => list.reduce((total, each) => total + each, 0);

// What so many reconnects of a session with a hundred subscriptions leave behind in Chromium: on the
// JavaScript heap after a garbage collection, in the memory of the WebAssembly module, and of event listeners.

import { serve } from '../../bench/lib/serve.mjs';
import { launch } from '../browser/support/chromium.js';
import { root } from '../interop/harness/process.js';

/** Cycles before the first look, of those that are asked for: caches fill, code is compiled, which lies on the heap too. */
const warming = (cycles) => Math.max(100, cycles / 5);
const AT_ONCE = 100;

/** In octets: a heap is never of quite the same size, and code that is compiled late lies on it too. */
const NOISE = 100_000;

/** What should not have grown, a line each. */
export function growth({ before, after }) {
  const found = [];
  if (after.heap - before.heap > NOISE) found.push(`the heap grew by ${after.heap - before.heap} octets`);
  if (after.wasm !== before.wasm) found.push(`the memory of the module grew by ${after.wasm - before.wasm} octets`);
  if (after.listeners > before.listeners) found.push(`${after.listeners - before.listeners} event listeners were left`);
  return found;
}

/** Gives `{ before, after, cycles, seconds }`; both have `heap`, `wasm` (octets) and `listeners`. */
export async function memory(cycles, progress = () => {}) {
  const files = await serve({ '/rig/': `${root}tests/faults/page`, '/pkg/': `${root}pkg` });
  const browser = await launch();
  try {
    const window = await browser.window();
    const devtools = await window.driver.devtools();
    await devtools.send('Performance.enable');
    await window.open(`${files.url}/rig/memory.html`);
    await window.until(async () => ((await window.driver.run('() => "memory" in window')) ? null : `the page did not start: ${browser.errors.join('\n')}`));

    const cycle = async (count, done = 0) => {
      for (; done < count; done += AT_ONCE) {
        await window.driver.run('(count) => memory.cycle(count)', Math.min(AT_ONCE, count - done));
        progress(done);
      }
    };
    const look = async () => {
      // Twice: what was kept by finalizers goes the second time.
      for (let i = 0; i < 4; i++) await devtools.send('HeapProfiler.collectGarbage');
      const { metrics } = await devtools.send('Performance.getMetrics');
      return {
        heap: (await devtools.send('Runtime.getHeapUsage')).usedSize,
        wasm: await window.driver.run('() => memory.wasm()'),
        listeners: metrics.find(({ name }) => name === 'JSEventListeners').value,
      };
    };
    await cycle(warming(cycles));
    const before = await look();
    const started = Date.now();
    await cycle(cycles);
    return { before, after: await look(), cycles, seconds: (Date.now() - started) / 1000 };
  } finally {
    await browser.close();
    files.close();
  }
}

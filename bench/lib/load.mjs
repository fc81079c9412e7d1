// From `import` to an open session, in a fresh page without caches, over the stand-in socket.

import { ofLoad } from './bars.mjs';
import { summary, table } from './table.mjs';

/** Milliseconds after which a new window is at rest. */
const SETTLED = 400;

export async function load({ openPage, clients, rounds, markdown }) {
    const columns = [
        { name: 'client', width: 26 },
        { name: 'serializer', width: 10 },
        { name: 'median', width: 10 },
        { name: 'middle half', width: 16 },
        { name: 'bar', width: 30 },
    ];
    const print = table('From import to an open session, fresh page (ms)', columns, markdown);
    const times = Object.fromEntries(clients.map((name) => [name, []]));
    for (let round = 0; round < Math.min(rounds, 20); round++) {
        for (const name of clients) {
            const page = await openPage([]);
            // A new window is work for the browser itself, too.
            await new Promise((resolve) => setTimeout(resolve, SETTLED));
            times[name].push(await page.evaluate((n) => globalThis.bench.firstOpen(n), name));
            await page.close();
        }
    }
    const results = clients.map((name) => ({ name, ...summary(times[name]) }));
    const bar = ofLoad(Object.fromEntries(results.map(({ name, median }) => [name, median])));
    for (const { name, median, low, high } of results) {
        print([name, 'json', median.toFixed(1), `${low.toFixed(1)}–${high.toFixed(1)}`, name === 'wamp-wasm' ? bar : '']);
    }
    return results;
}

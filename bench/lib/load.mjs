// From `import` to an open session, in a fresh page without caches, over the stand-in socket.

import { summary, table } from './table.mjs';

export async function load({ openPage, clients, rounds }) {
    const print = table('From import to an open session, fresh page (ms)', [
        { name: 'client', width: 26 },
        { name: 'serializer', width: 10 },
        { name: 'median', width: 10 },
        { name: 'middle half', width: 16 },
    ]);
    const times = Object.fromEntries(clients.map((name) => [name, []]));
    for (let round = 0; round < Math.min(rounds, 15); round++) {
        for (const name of clients) {
            const page = await openPage([]);
            times[name].push(await page.evaluate((n) => globalThis.bench.firstOpen(n), name));
            await page.close();
        }
    }
    return clients.map((name) => {
        const figures = summary(times[name]);
        print([name, 'json', figures.median.toFixed(1), `${figures.low.toFixed(1)}–${figures.high.toFixed(1)}`]);
        return { name, ...figures };
    });
}

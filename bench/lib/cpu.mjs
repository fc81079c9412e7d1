// The client's own CPU time a message, over a socket that never leaves the page.

import { spread, table } from './table.mjs';

export async function cpu({ openPage, clients, rounds, wants }) {
    const others = clients.filter((name) => name !== 'floor');
    const print = table("CPU time of the client a message, over the in-page stand-in; others as a ratio to the floor", [
        { name: 'workload', width: 26 },
        { name: 'serializer', width: 10 },
        { name: 'floor µs', width: 10 },
        ...others.map((name) => ({ name: `${name} ×`, width: 20 })),
    ]);
    const page = await openPage(clients);
    const rows = (await page.evaluate(() => globalThis.bench.rows())).filter(wants);
    const results = [];
    for (const [name, serializer] of rows) {
        const row = await page.evaluate(([n, s, r]) => globalThis.bench.row(n, s, r), [name, serializer, rounds]);
        print([name, serializer, row.floor.us.median.toFixed(2), ...others.map((c) => spread(row[c].ratio))]);
        results.push({ name, serializer, ...row });
    }
    await page.context().close();
    return results;
}

// What stays behind: JavaScript heap after a garbage collection, and the wasm memory, before and after many messages.

import { ofMemory } from './bars.mjs';
import { table } from './table.mjs';

const amounts = { 'EVENT small': 1_000_000, 'CALL small → RESULT, 100 in flight': 100_000 };

export async function memory({ openPage, clients, wants, markdown }) {
    const columns = [
        { name: 'workload', width: 45 },
        { name: 'serializer', width: 10 },
        ...clients.map((name) => ({ name, width: 12 })),
        { name: 'bar', width: 12 },
    ];
    const print = table('Growth after many messages (kB of JavaScript heap; kB of wasm memory)', columns, markdown);
    const results = [];
    for (const [workload, amount] of Object.entries(amounts)) {
        for (const serializer of ['json', 'msgpack'].filter((s) => wants([workload, s]))) {
            const row = {};
            for (const name of clients.filter((c) => c !== 'autobahn' || serializer === 'json')) {
                const page = await openPage([name]);
                const cdp = await page.devtools();
                const used = async () => {
                    for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
                    return (await cdp.send('Runtime.getHeapUsage')).usedSize;
                };
                const push = (n) =>
                    page.evaluate(([c, s, w, k]) => globalThis.bench.push(c, s, w, k), [name, serializer, workload, n]);
                const wasmBefore = await push(amount / 20);
                const before = await used();
                const wasmAfter = await push(amount);
                row[name] = { heap: (await used()) - before, wasm: wasmAfter - wasmBefore };
                await page.close();
            }
            const kB = (n) => (n / 1024).toFixed(0);
            print([`${workload} × ${amount / 1000}k`, serializer, ...clients.map((c) => (row[c] ? `${kB(row[c].heap)}; ${kB(row[c].wasm)}` : '–')), ofMemory(workload, serializer, row)]);
            results.push({ name: workload, serializer, amount, ...row });
        }
    }
    return results;
}

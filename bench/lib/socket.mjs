// Over a real WebSocket to a scripted peer in a process of its own: wall time and main-thread CPU time.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { summary, table } from './table.mjs';

export async function socket({ openPage, clients, rounds, wants }) {
    const peer = spawn(process.execPath, [fileURLToPath(new URL('peer.mjs', import.meta.url))], {
        stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [port] = await once(peer.stdout, 'data');
    const print = table('Over a real socket: µs a message, wall / CPU of the main thread', [
        { name: 'workload', width: 26 },
        { name: 'serializer', width: 10 },
        ...clients.map((name) => ({ name, width: 16 })),
    ]);
    const results = [];
    // A page for each client, so that the CPU time of a page is that of its client.
    const pages = {};
    for (const name of clients) {
        const page = await openPage([name]);
        const cdp = await page.context().newCDPSession(page);
        await cdp.send('Performance.enable');
        pages[name] = { page, cdp };
    }
    const workloads = await pages[clients[0]].page.evaluate(() => globalThis.bench.socketRows());
    for (const serializer of ['json', 'msgpack', 'cbor']) {
        for (const [name, { page }] of Object.entries(pages)) {
            const url = `ws://127.0.0.1:${String(port).trim()}/ws`;
            await page.evaluate(([n, s, u]) => globalThis.bench.openSocket(n, s, u), [name, serializer, url]);
        }
        for (const workload of workloads.filter((w) => wants([w, serializer]))) {
            const figures = Object.fromEntries(clients.map((name) => [name, { wall: [], cpu: [] }]));
            for (let round = -1; round < Math.min(rounds, 15); round++) {
                for (const [name, { page, cdp }] of Object.entries(pages)) {
                    const before = await taskSeconds(cdp);
                    const [wall, count] = await page.evaluate(
                        async ([n, s, w]) => [await globalThis.bench.socketBatch(n, s, w), globalThis.bench.socketCount(w)],
                        [name, serializer, workload],
                    );
                    const cpu = ((await taskSeconds(cdp)) - before) * 1e6;
                    if (round >= 0) {
                        figures[name].wall.push(wall);
                        figures[name].cpu.push(cpu / count);
                    }
                }
            }
            const row = Object.fromEntries(
                clients.map((name) => [name, { wall: summary(figures[name].wall), cpu: summary(figures[name].cpu) }]),
            );
            print([workload, serializer, ...clients.map((c) => `${row[c].wall.median.toFixed(1)} / ${row[c].cpu.median.toFixed(1)}`)]);
            results.push({ name: workload, serializer, ...row });
        }
    }
    for (const { page } of Object.values(pages)) await page.context().close();
    peer.kill();
    return results;
}

async function taskSeconds(cdp) {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
}

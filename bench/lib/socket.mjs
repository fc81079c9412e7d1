// Over a real WebSocket to a scripted peer in a process of its own: wall time and main-thread CPU time.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { socketWorkloads } from '../page/socket.mjs';
import { ofSocket } from './bars.mjs';
import { summary, table } from './table.mjs';

// Milliseconds that a batch may take.
const LIMIT = 30_000;

export async function socket({ openPage, clients, rounds, wants, markdown }) {
    const peer = spawn(process.execPath, [fileURLToPath(new URL('peer.mjs', import.meta.url))], {
        stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [port] = await once(peer.stdout, 'data');
    const columns = [
        { name: 'workload', width: 26 },
        { name: 'serializer', width: 10 },
        ...clients.map((name) => ({ name, width: 16 })),
        { name: 'bar', width: 8 },
    ];
    const print = table('Over a real socket: µs a message, wall / CPU of the main thread', columns, markdown);
    const results = [];
    for (const serializer of ['json', 'msgpack', 'cbor']) {
        const workloads = Object.keys(socketWorkloads).filter((workload) => wants([workload, serializer]));
        if (workloads.length === 0) continue;
        // A page for each client, so that the CPU time of a page is that of its client.
        const pages = new Map();
        for (const name of clients) pages.set(name, await openClient(openPage, name, serializer, Number(port)));
        for (const workload of workloads) {
            const figures = {};
            for (let round = -1; round < Math.min(rounds, 15); round++) {
                for (const [name, page] of pages) {
                    const batch = await measured(page, name, serializer, workload);
                    if (!batch) {
                        console.error(`${name} did not finish '${workload}' in ${serializer} within ${LIMIT / 1000} s and is left out of what follows`);
                        pages.delete(name);
                        delete figures[name];
                        await page.close();
                    } else if (round >= 0) {
                        figures[name] ??= { wall: [], cpu: [] };
                        figures[name].wall.push(batch.wall);
                        figures[name].cpu.push(batch.cpu);
                    }
                }
            }
            const row = Object.fromEntries(Object.entries(figures).map(([name, { wall, cpu }]) => [name, { wall: summary(wall), cpu: summary(cpu) }]));
            print([workload, serializer, ...clients.map((c) => (row[c] ? `${row[c].wall.median.toFixed(1)} / ${row[c].cpu.median.toFixed(1)}` : '–')), ofSocket(workload, serializer, row)]);
            results.push({ name: workload, serializer, ...row });
        }
        for (const page of pages.values()) await page.close();
    }
    peer.kill();
    return results;
}

async function openClient(openPage, name, serializer, port) {
    const page = await openPage([name]);
    page.cdp = await page.devtools();
    await page.cdp.send('Performance.enable');
    await page.evaluate(([n, s, u]) => globalThis.bench.openSocket(n, s, u), [name, serializer, `ws://127.0.0.1:${port}/ws`]);
    return page;
}

// One batch: microseconds a message, or null when it takes too long, as it does when a client loses a message.
async function measured(page, name, serializer, workload) {
    const before = await taskSeconds(page.cdp);
    const run = page.evaluate(([n, s, w]) => globalThis.bench.socketBatch(n, s, w), [name, serializer, workload]);
    run.catch(() => {});
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, LIMIT)));
    const wall = await Promise.race([run, late]);
    clearTimeout(timer);
    if (!wall) return null;
    return { wall, cpu: (((await taskSeconds(page.cdp)) - before) * 1e6) / socketWorkloads[workload].count };
}

async function taskSeconds(cdp) {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
}

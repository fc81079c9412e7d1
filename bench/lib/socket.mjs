// Over a real socket to a scripted peer in a process of its own: time by the clock, and CPU time of the page's main thread.
// Each client has a page for itself, so that what the page needs is what its client needs; they take turns, batch by batch.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SERIALIZERS } from '../page/workloads.mjs';
import { socketWorkloads } from '../page/socket.mjs';
import { ofSocket } from './bars.mjs';
import { summary, table } from './table.mjs';

/** Milliseconds that a batch may take. */
const LIMIT = 30_000;
/** So many rounds are enough: a batch is half a second. */
const ROUNDS = 20;

export async function socket({ openPage, clients, rounds, wants, markdown }) {
    const peer = spawn(process.execPath, [fileURLToPath(new URL('peer.mjs', import.meta.url))], {
        stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [port] = await once(peer.stdout, 'data');
    const columns = [
        { name: 'workload', width: 26 },
        { name: 'serializer', width: 10 },
        { name: 'floor µs', width: 16 },
        ...clients.slice(1).map((name) => ({ name: `${name} ×`, width: 16 })),
        { name: 'bar', width: 8 },
    ];
    const print = table('Over a real socket, by the clock / CPU time of the main thread: µs a message, others as a ratio to the floor', columns, markdown);
    const results = [];
    for (const serializer of SERIALIZERS) {
        const workloads = Object.keys(socketWorkloads).filter((workload) => wants([workload, serializer]));
        if (workloads.length === 0) continue;
        const pages = [];
        for (const name of clients) pages.push(await openClient(openPage, name, serializer, Number(port)));
        for (const workload of workloads) {
            const row = await measure(pages, serializer, workload, Math.min(rounds, ROUNDS));
            const { wall, cpu } = row.floor.us;
            const ratio = (name) => (row[name] ? `${row[name].wall.median.toFixed(2)} / ${row[name].cpu.median.toFixed(2)}` : '–');
            print([workload, serializer, `${wall.median.toFixed(1)} / ${cpu.median.toFixed(1)}`, ...clients.slice(1).map(ratio), ofSocket(workload, serializer, row)]);
            results.push({ name: workload, serializer, ...row });
        }
        for (const { page } of pages) await page.close();
    }
    peer.kill();
    return results;
}

async function openClient(openPage, name, serializer, port) {
    const page = await openPage([name]);
    const devtools = await page.devtools();
    // CPU seconds, not those of the clock.
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.evaluate(([n, s, u]) => globalThis.bench.openSocket(n, s, u), [name, serializer, `ws://127.0.0.1:${port}/ws`]);
    const seconds = async () => (await devtools.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'TaskDuration').value;
    return { name, page, seconds };
}

/** One row: {client: {us, wall, cpu}}, the last two as ratios to the floor of the same round. */
async function measure(pages, serializer, workload, rounds) {
    const batches = Object.fromEntries(pages.map(({ name }) => [name, []]));
    for (let round = -1; round < rounds; round++) {
        const turn = pages.map((_, i) => pages[(i + round + pages.length) % pages.length]);
        for (const client of turn.filter(({ name }) => batches[name])) {
            const figures = await batch(client, serializer, workload);
            if (!figures) delete batches[client.name];
            // The first is for the compiler.
            else if (round >= 0) batches[client.name].push(figures);
        }
    }
    const { floor } = batches;
    const ratios = (all, what) => summary(all.map((figures, round) => figures[what] / floor[round][what]));
    const times = (all, what) => summary(all.map((figures) => figures[what]));
    return Object.fromEntries(
        Object.entries(batches).map(([name, all]) => [
            name,
            { us: { wall: times(all, 'wall'), cpu: times(all, 'cpu') }, wall: ratios(all, 'wall'), cpu: ratios(all, 'cpu') },
        ]),
    );
}

/** Microseconds a message; nothing when it takes too long, as it does when a client loses a message. */
async function batch({ name, page, seconds }, serializer, workload) {
    const before = await seconds();
    const run = page.evaluate(([n, s, w]) => globalThis.bench.socketBatch(n, s, w), [name, serializer, workload]);
    run.catch(() => {});
    let timer;
    const wall = await Promise.race([run, new Promise((resolve) => (timer = setTimeout(resolve, LIMIT)))]);
    clearTimeout(timer);
    if (wall) return { wall, cpu: (((await seconds()) - before) * 1e6) / socketWorkloads[workload].count };
    console.error(`${name} did not finish '${workload}' in ${serializer} within ${LIMIT / 1000} s`);
}

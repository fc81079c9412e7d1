// Runs in the page: opens every client on stand-in sockets and measures them in interleaved rounds, so
// that whatever else the machine does meets all of them alike. Only ratios within a round are compared.

import { summary } from '../lib/table.mjs';
import { StandIn } from './standin.mjs';
import { workloads } from './workloads.mjs';

// Milliseconds a client and round.
const ROUND = 5;

async function join(open, serializer) {
    const before = StandIn.made.length;
    const client = await open({ url: 'ws://stand-in.invalid/ws', serializer });
    return { client, serializer, socket: StandIn.made[before] };
}

// A client on a socket of its own, ready to run batches of a workload.
export async function runner(open, serializer, name) {
    const [prepare] = workloads[name];
    return prepare(await join(open, serializer));
}

// One row: {name: {us, ratio}} with microseconds a message and the ratio to the floor of the same round.
export async function row(name, serializer, clients, rounds) {
    const [, batch] = workloads[name];
    const runs = [];
    for (const [client, open] of Object.entries(clients)) {
        const run = await runner(open, serializer, name);
        // Each round takes about 5 ms a client, whatever the client and the machine: short enough that most
        // rounds are not interrupted by whatever else runs.
        await run(batch >> 2 || 1);
        const trial = await run(batch);
        runs.push({ client, run, count: Math.max(1, Math.min(batch * 20, Math.round((batch * ROUND) / Math.max(trial, 0.05)))) });
    }
    for (const r of runs) if (/flight/.test(name)) r.count = Math.max(100, Math.round(r.count / 100) * 100);
    const times = Object.fromEntries(runs.map(({ client }) => [client, []]));
    for (let round = 0; round < rounds; round++) {
        const order = runs.map((_, i) => runs[(i + round) % runs.length]);
        for (const { client, run, count } of order) {
            times[client].push(((await run(count)) * 1000) / count);
            await new Promise((resolve) => setTimeout(resolve));
        }
    }
    const floor = times.floor;
    return Object.fromEntries(
        Object.entries(times).map(([client, us]) => [
            client,
            { us: summary(us), ratio: summary(us.map((t, round) => t / floor[round])) },
        ]),
    );
}

export { workloads };

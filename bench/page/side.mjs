// One client together with all that measures it. A page imports this module once for each of its clients, so that no
// function here has ever seen another client: each is compiled for the one that it measures, as in a page of its own.

import { StandIn } from './standin.mjs';
import { workloads } from './workloads.mjs';

/** Milliseconds a round: so short that most are not interrupted by whatever else runs. */
const ROUND = 5;

/** Where the client's sockets stay within the page from now on. */
export function standIn() {
    // A browser's own class has taken the octets when send() returns, and so has this: it looks like one, or a client
    // that minds would copy for it what it copies for no browser.
    globalThis.WebSocket = new Proxy(StandIn, {});
}

/** A function that runs so many messages of a workload on a client and socket of their own. */
export async function runner(open, serializer, workload) {
    standIn();
    const client = await open({ url: 'ws://stand-in.invalid/ws', serializer });
    return workloads[workload].prepare({ client, serializer, socket: StandIn.last });
}

/** The next number of messages that go together. */
const whole = (count, together) => Math.max(1, Math.round(count / together)) * together;

/**
 * A little of everything, so that a row finds the client as a page that uses all of it does, whichever rows are asked for. Twice,
 * because what a client loads when it first needs it is there the second time.
 */
export async function warmUp(open, serializer) {
    for (const [name, { batch, together, serializers }] of [...Object.entries(workloads), ...Object.entries(workloads)]) {
        if (!serializers.includes(serializer)) continue;
        const run = await runner(open, serializer, name);
        await run(whole(batch / 10, together));
    }
}

/** A function that runs a round of a workload and gives microseconds a message. */
export async function rounds(open, serializer, workload) {
    const { batch, together } = workloads[workload];
    const run = await runner(open, serializer, workload);
    await run(whole(batch / 4, together));
    const trial = await run(batch);
    const count = whole(Math.min(batch * 20, (batch * ROUND) / Math.max(trial, 0.05)), together);
    return async () => ((await run(count)) * 1000) / count;
}

// The workloads over a real socket: wall time here, CPU time from the browser (see run.mjs).

import { payloads } from './payloads.mjs';

// So few messages a batch that the slowest client (6 ms for 4 kB in CBOR) needs about a second for it.
export const socketWorkloads = {
    'EVENT small': { count: 2_000, run: flood('small') },
    'EVENT medium': { count: 1_000, run: flood('medium') },
    'EVENT 4 kB': { count: 200, run: flood('k4') },
    'CALL small, 100 in flight': { count: 1_000, run: calls('small', 100) },
    'CALL medium, 100 in flight': { count: 1_000, run: calls('medium', 100) },
    'CALL small, one by one': { count: 200, run: calls('small', 1) },
};

function flood(size) {
    return async (client, count) => {
        let left = count;
        let done;
        const all = new Promise((resolve) => (done = resolve));
        client.count = () => --left === 0 && done();
        if (!client.subscribed) client.subscribed = await client.subscribe('com.example.topic', () => client.count()) ?? true;
        client.publish('com.example.flood', [count, size], {});
        await all;
    };
}

function calls(size, together) {
    return async (client, count) => {
        for (let begun = 0; begun < count; begun += together) {
            const pending = [];
            for (let i = 0; i < together; i++) pending.push(client.call('com.example.procedure', ...payloads[size](i)));
            await Promise.all(pending);
        }
    };
}

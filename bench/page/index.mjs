// The entry of the measuring page: what the runner calls.

import { row, runner, workloads } from './measure.mjs';
import { socketWorkloads } from './socket.mjs';
import { StandIn } from './standin.mjs';

const RealSocket = globalThis.WebSocket;
const clients = {};
const open = {};
const runners = {};
const memories = watchWasm();

globalThis.bench = {
    async load(name, url) {
        clients[name] = (await import(url)).open;
    },

    // The client's own CPU time, over stand-in sockets.
    rows: () => Object.entries(workloads).flatMap(([name, [, , serializers]]) => serializers.map((s) => [name, s])),
    row(name, serializer, rounds) {
        globalThis.WebSocket = StandIn;
        return row(name, serializer, clients, rounds);
    },

    // So many messages, and the size of the wasm memory afterwards.
    async push(name, serializer, workload, count) {
        globalThis.WebSocket = StandIn;
        const run = (runners[workload] ??= await runner(clients[name], serializer, workload));
        for (let done = 0; done < count; done += 10_000) await run(Math.min(10_000, count - done));
        return memories.reduce((total, memory) => total + memory.buffer.byteLength, 0);
    },

    async firstOpen(name) {
        globalThis.WebSocket = StandIn;
        const started = performance.now();
        const client = await import(`/clients/${name}.mjs`);
        await client.open({ url: 'ws://stand-in.invalid/ws', serializer: 'json' });
        return performance.now() - started;
    },

    // Over a real socket: opened once a client and serializer, then one batch at a time.
    socketRows: () => Object.keys(socketWorkloads),
    socketCount: (workload) => socketWorkloads[workload].count,
    async openSocket(name, serializer, url) {
        globalThis.WebSocket = RealSocket;
        open[`${name} ${serializer}`] = await clients[name]({ url, serializer });
    },
    async socketBatch(name, serializer, workload) {
        const { run, count } = socketWorkloads[workload];
        const started = performance.now();
        await run(open[`${name} ${serializer}`], count);
        return ((performance.now() - started) * 1000) / count;
    },
};

// The memories of every wasm module that is instantiated from here on.
function watchWasm() {
    const found = [];
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const original = WebAssembly[name];
        WebAssembly[name] = async (...args) => {
            const result = await original.apply(WebAssembly, args);
            const { exports } = result.instance ?? result;
            if (exports.memory) found.push(exports.memory);
            return result;
        };
    }
    return found;
}

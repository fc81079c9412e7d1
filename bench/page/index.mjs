// The entry of the measuring page: which clients are in it, and what the runner asks of them.

import { socketWorkloads } from './socket.mjs';

const RealSocket = globalThis.WebSocket;
/** By name of the client: how it opens a session, and what measures it. */
const sides = {};
const ready = {};
const runners = {};
const open = {};
const memories = watchWasm();
const sideOf = (harness) => import(`/page/side.mjs?${harness}`);

globalThis.bench = {
    /** A client, with a harness that it shares with the others of the same `harness` in this page. */
    async load(name, harness) {
        const [client, side] = await Promise.all([import(`/clients/${name}.mjs`), sideOf(harness)]);
        sides[name] = { open: client.open, side };
    },

    async warmUp(serializer) {
        for (const { open, side } of Object.values(sides)) await side.warmUp(open, serializer);
    },

    // The client's own CPU time, over stand-in sockets.
    async ready(serializer, workload) {
        for (const [name, { open, side }] of Object.entries(sides)) ready[name] = await side.rounds(open, serializer, workload);
    },

    /** One round of each client in turn, begun by another one each time: {name: microseconds a message}. */
    async round(n) {
        const names = Object.keys(sides);
        const us = {};
        for (let i = 0; i < names.length; i++) {
            const name = names[(n + i) % names.length];
            us[name] = await ready[name]();
            await new Promise((resolve) => setTimeout(resolve));
        }
        return us;
    },

    // So many messages, and the size of the wasm memory afterwards.
    async push(name, serializer, workload, count) {
        const { open, side } = sides[name];
        const run = (runners[workload] ??= await side.runner(open, serializer, workload));
        for (let done = 0; done < count; done += 10_000) await run(Math.min(10_000, count - done));
        return memories.reduce((total, memory) => total + memory.buffer.byteLength, 0);
    },

    async firstOpen(name) {
        const { standIn } = await sideOf('');
        standIn();
        const started = performance.now();
        const client = await import(`/clients/${name}.mjs`);
        await client.open({ url: 'ws://stand-in.invalid/ws', serializer: 'json' });
        return performance.now() - started;
    },

    // Over a real socket: opened once a client and serializer, then one batch at a time.
    async openSocket(name, serializer, url) {
        globalThis.WebSocket = RealSocket;
        open[`${name} ${serializer}`] = await sides[name].open({ url, serializer });
    },
    async socketBatch(name, serializer, workload) {
        const { run, count } = socketWorkloads[workload];
        const started = performance.now();
        await run(open[`${name} ${serializer}`], count);
        return ((performance.now() - started) * 1000) / count;
    },
};

/** The memories of every wasm module that is instantiated from here on. */
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

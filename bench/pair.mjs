// Two builds of this package against each other, in one process of Node.js: node bench/pair.mjs OLD NEW [ROUNDS], each the
// folder of a build, as pkg/. They take turns in short rounds, CPU time is taken, and the median of the ratios is printed: so
// that a change of a few per cent is seen on a machine that does other things, too.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Encoder as CborEncoder } from 'cbor-x';
import { Packr } from 'msgpackr';

const [, , old, now, rounds = '300'] = process.argv;
if (!now) {
    console.error('usage: node bench/pair.mjs OLD NEW [ROUNDS]');
    process.exit(1);
}

const SERIALIZERS = {
    json: (message) => JSON.stringify(message),
    msgpack: (message) => new Packr({ useRecords: false }).pack(message).slice(),
    cbor: (message) => new CborEncoder({ useRecords: false, tagUint8Array: false }).encode(message).slice(),
};
const TEXT = 'a text of twenty cha';
const TIMES = 1000;

/** An open session, over a transport whose other end is this program. */
async function open(folder, serializer) {
    const { connect } = await import(pathToFileURL(resolve(folder, 'node.js')).href);
    const encode = SERIALIZERS[serializer];
    const transport = { send: () => {}, close: () => {} };
    const frame = (octets) => transport.onmessage(octets);
    const receive = (message) => frame(encode(message));
    const create = ([protocol]) => {
        queueMicrotask(() => transport.onopen(protocol));
        return transport;
    };
    const hello = new Promise((told) => (transport.send = told));
    const connecting = connect({ realm: 'realm1', transports: [{ type: 'here', create }], serializers: [serializer] });
    await hello;
    receive([2, 7, { roles: { broker: {}, dealer: {} } }]);
    return { session: await connecting, encode, receive, frame };
}

/** What is done TIMES times a round; `ready` is done once. */
const WORKLOADS = {
    'EVENT small': {
        async ready({ session, encode, receive }) {
            const subscribing = session.subscribe('com.example.topic', () => {});
            receive([33, 1, 5]);
            await subscribing;
            return encode([36, 5, 1, {}, [TEXT]]);
        },
        run: ({ frame }, event) => {
            for (let i = 0; i < TIMES; i++) frame(event);
        },
    },
    'PUBLISH small': {
        ready: () => null,
        run: ({ session }) => {
            for (let i = 0; i < TIMES; i++) session.publish('com.example.topic', [TEXT]);
        },
    },
    'CALL small, 100 in flight': {
        ready: () => ({ request: 0 }),
        // The answers are encoded within the time, for both builds alike.
        run: async ({ session, receive }, state) => {
            for (let done = 0; done < TIMES; done += 100) {
                const calls = Array.from({ length: 100 }, () => session.call('com.example.echo', [TEXT]));
                for (const _ of calls) receive([50, ++state.request, {}, [TEXT]]);
                await Promise.all(calls);
            }
        },
    },
    'INVOCATION small → YIELD': {
        async ready({ session, receive }) {
            const registering = session.register('com.example.echo', ([text]) => text);
            receive([65, 1, 6]);
            await registering;
            return { request: 0 };
        },
        run: ({ receive }, state) => {
            for (let i = 0; i < TIMES; i++) receive([68, ++state.request, 6, {}, [TEXT]]);
        },
    },
};

console.log(`${'workload'.padEnd(27)} ${'serializer'.padEnd(10)} ${'old µs'.padStart(7)}   new ÷ old`);
for (const [name, { ready, run }] of Object.entries(WORKLOADS)) {
    for (const serializer of Object.keys(SERIALIZERS)) {
        const builds = [];
        for (const folder of [old, now]) {
            const peer = await open(folder, serializer);
            builds.push([peer, await ready(peer)]);
        }
        const ratios = [];
        const times = [];
        for (let round = 0; round < Number(rounds); round++) {
            const taken = [0, 0];
            for (const i of round % 2 ? [0, 1] : [1, 0]) {
                const before = process.cpuUsage();
                await run(...builds[i]);
                const { user, system } = process.cpuUsage(before);
                taken[i] = user + system;
            }
            // The first fifth is for the compiler.
            if (round < Number(rounds) / 5) continue;
            ratios.push(taken[1] / taken[0]);
            times.push(taken[0] / TIMES);
        }
        const at = (list, part) => list.sort((a, b) => a - b)[Math.floor(list.length * part)].toFixed(2);
        console.log(`${name.padEnd(27)} ${serializer.padEnd(10)} ${at(times, 0.5).padStart(7)}   ${at(ratios, 0.5)} (${at(ratios, 0.25)}–${at(ratios, 0.75)})`);
    }
}
process.exit();

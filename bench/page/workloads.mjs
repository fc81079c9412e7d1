// What is measured, each as a function that runs one batch against one client and gives milliseconds
// of the client's own CPU time. The peer's work (encoding replies, reading requests) stays outside the clock.

import { codecs } from './codecs.mjs';
import { payloads, withPayload } from './payloads.mjs';
import { REGISTRATION, SUBSCRIPTION } from './peer.mjs';

const TOPIC = 'com.example.topic';
const VARIANTS = { small: 64, medium: 64, k4: 16, mb1: 2, bin: 2 };
const frames = new Map();

// Encoded once and shared by all clients: [36, …] frames of a size.
function events(serializer, size) {
    const key = `${serializer} ${size}`;
    if (!frames.has(key)) {
        const one = (n) => codecs[serializer].encode(withPayload([36, SUBSCRIPTION, 7_000_000_000_000 + n, {}], payloads[size](n)));
        frames.set(key, Array.from({ length: VARIANTS[size] }, (_, n) => one(n)));
    }
    return frames.get(key);
}

// The handlers see every value they are given, so that a lazy client gains nothing; the count ends the batch.
function counter() {
    let left = 0;
    let done = () => {};
    const hit = () => {
        if (--left === 0) done();
    };
    const expect = (n) => {
        left = n;
        return new Promise((resolve) => (done = resolve));
    };
    return { hit, expect };
}

const timed = async (run) => {
    const started = performance.now();
    await run();
    return performance.now() - started;
};

export function event(size, handlers = 1) {
    return async ({ client, socket, serializer }) => {
        const { hit, expect } = counter();
        for (let i = 0; i < handlers; i++) await client.subscribe(TOPIC, hit);
        const list = events(serializer, size);
        return (count) => {
            const all = expect(count * handlers);
            return timed(async () => {
                for (let i = 0; i < count; i++) socket.deliver(list[i % list.length]);
                await all;
            });
        };
    };
}

export function publish(size) {
    return async ({ client, socket }) => {
        const list = Array.from({ length: VARIANTS[size] }, (_, n) => payloads[size](n));
        return async (count) => {
            socket.captured = [];
            const time = await timed(async () => {
                for (let i = 0; i < count; i++) {
                    const [args, kwargs] = list[i % list.length];
                    client.publish(TOPIC, args, kwargs);
                }
                while (socket.captured.length < count) await null;
            });
            socket.requests += count;
            socket.captured = null;
            return time;
        };
    };
}

// Windows of 100 calls in flight; `together` 1 is one call after the other.
export function call(size, together = 100) {
    return async ({ client, socket, serializer }) => {
        const list = Array.from({ length: VARIANTS[size] }, (_, n) => payloads[size](n));
        const { encode } = codecs[serializer];
        return async (count) => {
            let time = 0;
            for (let begun = 0; begun < count; begun += together) {
                const replies = Array.from({ length: together }, (_, i) =>
                    encode(withPayload([50, socket.requests + 1 + i, {}], list[i % list.length])),
                );
                socket.requests += together;
                socket.captured = [];
                const pending = [];
                time += await timed(async () => {
                    for (let i = 0; i < together; i++) {
                        const [args, kwargs] = list[i % list.length];
                        pending.push(client.call('com.example.procedure', args, kwargs));
                    }
                    while (socket.captured.length < together) await null;
                    for (const reply of replies) socket.deliver(reply);
                    for (const promise of pending) await promise;
                });
            }
            socket.captured = null;
            return time;
        };
    };
}

let invocations = 0;

export function invocation(size) {
    return async ({ client, socket, serializer }) => {
        await client.register('com.example.echo', (args) => args[0]);
        const { encode } = codecs[serializer];
        return async (count) => {
            const requests = Array.from({ length: count }, (_, n) =>
                encode(withPayload([68, ++invocations, REGISTRATION, {}], payloads[size](n))),
            );
            socket.captured = [];
            const time = await timed(async () => {
                for (const request of requests) socket.deliver(request);
                while (socket.captured.length < count) await null;
            });
            socket.captured = null;
            return time;
        };
    };
}

// name → [set-up, messages a batch in JSON, serializers]
const all = ['json', 'msgpack', 'cbor'];
export const workloads = {
    'EVENT small': [event('small'), 10_000, all],
    'EVENT medium': [event('medium'), 3_000, all],
    'EVENT 4 kB': [event('k4'), 300, all],
    'EVENT 1 MB': [event('mb1'), 2, all],
    'EVENT 64 kB binary': [event('bin'), 200, ['msgpack', 'cbor']],
    'EVENT small, 100 handlers': [event('small', 100), 2_000, all],
    'PUBLISH small': [publish('small'), 5_000, all],
    'PUBLISH medium': [publish('medium'), 2_000, all],
    'PUBLISH 4 kB': [publish('k4'), 300, all],
    'CALL small, 100 in flight': [call('small'), 2_000, all],
    'CALL medium, 100 in flight': [call('medium'), 1_000, all],
    'CALL small, one by one': [call('small', 1), 1_000, all],
    'INVOCATION small → YIELD': [invocation('small'), 2_000, all],
};

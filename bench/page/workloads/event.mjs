// EVENTs for handlers of one topic: from the frame to the handler.

import { same, timed } from '../clock.mjs';
import { codecs } from '../codecs.mjs';
import { variants, withPayload } from '../payloads.mjs';
import { SUBSCRIPTION } from '../peer.mjs';

const TOPIC = 'com.example.topic';
const frames = new Map();

/** Encoded once for all batches. */
function events(serializer, size) {
    const key = `${serializer} ${size}`;
    const one = (payload, n) => codecs[serializer].encode(withPayload([36, SUBSCRIPTION, 7_000_000_000_000 + n, {}], payload));
    if (!frames.has(key)) frames.set(key, variants(size).map(one));
    return frames.get(key);
}

/** Handlers that read a value of every event, so that a reader which puts it off gains nothing; the last ends the batch. */
function counter(kwargs) {
    let left = 0;
    let done;
    let value;
    const count = () => {
        if (--left === 0) done(value);
    };
    const expect = (n) => {
        left = n;
        return new Promise((resolve) => (done = resolve));
    };
    const ofArgs = (args) => {
        value = args[0];
        count();
    };
    const ofKwargs = (_, { id }) => {
        value = id;
        count();
    };
    return { handler: kwargs ? ofKwargs : ofArgs, expect };
}

export function event(size, handlers = 1) {
    return async ({ client, socket, serializer }) => {
        const [[args, kwargs]] = variants(size);
        const { handler, expect } = counter(kwargs);
        for (let i = 0; i < handlers; i++) await client.subscribe(TOPIC, handler);
        const list = events(serializer, size);
        const first = expect(handlers);
        socket.deliver(list[0]);
        same('EVENT', await first, kwargs ? kwargs.id : args[0]);
        return (count) => {
            const all = expect(count * handlers);
            return timed(async () => {
                for (let i = 0; i < count; i++) socket.deliver(list[i % list.length]);
                await all;
            });
        };
    };
}

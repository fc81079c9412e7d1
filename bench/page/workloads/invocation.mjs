// INVOCATIONs of an endpoint: from the frame to that of the YIELD; or the YIELD alone, from the endpoint's value on.

import { same, timed } from '../clock.mjs';
import { codecs } from '../codecs.mjs';
import { variants, withPayload } from '../payloads.mjs';
import { REGISTRATION } from '../peer.mjs';

const PROCEDURE = 'com.example.echo';

/** Gives the frames of so many invocations, whose requests are numbered as a router does. */
function invocations(serializer, size) {
    const list = variants(size);
    let last = 0;
    const one = (payload) => codecs[serializer].encode(withPayload([68, ++last, REGISTRATION, {}], payload));
    return (count) => Array.from({ length: count }, (_, n) => one(list[n % list.length]));
}

async function yielded(socket, value) {
    while (socket.message[0] !== 70) await null;
    same('YIELD', socket.message.slice(3), [[value]]);
}

/** An endpoint that gives back what it is given. */
export function invocation(size) {
    return async ({ client, socket, serializer }) => {
        const [[args, kwargs]] = variants(size);
        await client.register(PROCEDURE, kwargs ? (_, given) => given : (given) => given[0]);
        const frames = invocations(serializer, size);
        socket.deliver(frames(1)[0]);
        await yielded(socket, kwargs ?? args[0]);
        return async (count) => {
            const requests = frames(count);
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

/** Promises of an endpoint, which is asked before the clock starts, get their values. */
export function answer(size, together = 100) {
    return async ({ client, socket, serializer }) => {
        const values = variants(size).map(([args, kwargs]) => kwargs ?? args[0]);
        let waiting = [];
        await client.register(PROCEDURE, () => new Promise((resolve) => waiting.push(resolve)));
        const frames = invocations(serializer, 'small');
        const asked = async (count) => {
            waiting = [];
            for (const request of frames(count)) socket.deliver(request);
            while (waiting.length < count) await null;
        };
        await asked(1);
        waiting[0](values[0]);
        await yielded(socket, values[0]);
        const window = async () => {
            await asked(together);
            socket.captured = [];
            const time = await timed(async () => {
                for (let i = 0; i < together; i++) waiting[i](values[i % values.length]);
                while (socket.captured.length < together) await null;
            });
            socket.captured = null;
            return time;
        };
        return async (count) => {
            let time = 0;
            for (let begun = 0; begun < count; begun += together) time += await window();
            return time;
        };
    };
}

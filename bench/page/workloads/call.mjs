// CALLs in windows: from the call to the awaited value, or only to the frame, the RESULT being none of it then.

import { same, timed } from '../clock.mjs';
import { codecs } from '../codecs.mjs';
import { variants, withPayload } from '../payloads.mjs';

const PROCEDURE = 'com.example.procedure';

/** What both have: begin calls, and see to it that their results come, which are encoded before the clock starts. */
async function caller(size, { client, socket, serializer }) {
    const list = variants(size);
    const { encode } = codecs[serializer];
    const [[args, kwargs]] = list;
    const got = await client.call(PROCEDURE, args, kwargs);
    same('CALL', socket.message.slice(3), [PROCEDURE, ...list[0]]);
    // Each client has its own shape for a result that has more than one value.
    if (!kwargs) same('RESULT', got.argsList ?? [got], args);

    return {
        replies(count) {
            const one = (_, i) => encode(withPayload([50, socket.requests + 1 + i, {}], list[i % list.length]));
            const replies = Array.from({ length: count }, one);
            socket.requests += count;
            return replies;
        },
        /** So many calls, once they are sent. */
        async begin(count) {
            const pending = [];
            socket.captured = [];
            for (let i = 0; i < count; i++) {
                const [args, kwargs] = list[i % list.length];
                pending.push(client.call(PROCEDURE, args, kwargs));
            }
            while (socket.captured.length < count) await null;
            return pending;
        },
        async end(pending, replies, from) {
            for (let i = 0; i < pending.length; i++) socket.deliver(replies[from + i]);
            for (const promise of pending) await promise;
            socket.captured = null;
        },
    };
}

export function call(size, together = 100) {
    return async (side) => {
        const { replies, begin, end } = await caller(size, side);
        return (count) => {
            const encoded = replies(count);
            return timed(async () => {
                for (let begun = 0; begun < count; begun += together) await end(await begin(together), encoded, begun);
            });
        };
    };
}

export function callOnly(size, together = 100) {
    return async (side) => {
        const { replies, begin, end } = await caller(size, side);
        return async (count) => {
            let time = 0;
            for (let begun = 0; begun < count; begun += together) {
                const encoded = replies(together);
                let pending;
                time += await timed(async () => (pending = await begin(together)));
                await end(pending, encoded, 0);
            }
            return time;
        };
    };
}

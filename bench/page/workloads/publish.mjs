// Unacknowledged PUBLISHes: from the call to the frame.

import { same, timed } from '../clock.mjs';
import { variants } from '../payloads.mjs';

const TOPIC = 'com.example.topic';

export function publish(size) {
    return async ({ client, socket }) => {
        const list = variants(size);
        client.publish(TOPIC, ...list[0]);
        while (socket.message[0] !== 16) await null;
        same('PUBLISH', socket.message.slice(3), [TOPIC, ...list[0]]);
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

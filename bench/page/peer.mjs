// The router's part, as little of it as the workloads need. Used in the page by the stand-in socket and
// over a real socket by lib/peer.mjs.

import { payloads, withPayload } from './payloads.mjs';

export const SUBSCRIPTION = 4_503_599_627_370_001;
export const REGISTRATION = 4_503_599_627_370_002;
const SESSION = 3_251_278_072_152_162;

// Answers one message of a client through `reply`, which takes a message.
export function answer(message, reply) {
    const [code, id] = message;
    switch (code) {
        case 1:
            return reply([2, SESSION, { roles: { broker: {}, dealer: {} } }]);
        case 6:
            return reply([6, {}, 'wamp.close.goodbye_and_out']);
        case 16:
            // "Send me so many events of that size": the real socket's workloads.
            if (message[3] === 'com.example.flood') {
                const [count, size] = message[4];
                for (let n = 0; n < count; n++) reply(withPayload([36, SUBSCRIPTION, n + 1, {}], payloads[size](n % 64)));
            }
            return message[2].acknowledge && reply([17, id, 1]);
        case 32:
            return reply([33, id, SUBSCRIPTION]);
        case 48:
            return reply([50, id, {}, ...message.slice(4)]);
        case 64:
            return reply([65, id, REGISTRATION]);
    }
}

// @ts-check
// The subprotocols that this package speaks, in the order in which they are offered.

import { json } from './json.js';
import { tape } from './tape.js';

/** @typedef {import('./driver.js').Codec} Codec */

/** Makes the codec of one connection. @type {Record<string, () => Codec>} */
export const PROTOCOLS = {
    'wamp.2.json': () => json,
    'wamp.2.msgpack': () => tape('wamp.2.msgpack'),
    'wamp.2.cbor': () => tape('wamp.2.cbor'),
};

// @ts-check
// The subprotocols that this package speaks, in the order in which they are offered.

import { Tape } from '../wasm/wamp_wasm.js';
import { json } from './json.js';
import { loadCbor } from './load.js';
import { tape } from './tape.js';

/** @typedef {import('./driver.js').Codec} Codec */

/** Makes the codec of one connection, which may have to be loaded first. @type {Record<string, () => Codec | Promise<Codec>>} */
export const PROTOCOLS = {
    'wamp.2.json': () => json,
    'wamp.2.msgpack': () => tape(Tape),
    'wamp.2.cbor': async () => tape((await loadCbor()).Tape),
};

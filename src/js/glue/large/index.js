// @ts-check
// What is loaded when large frames come: one file, because it needs all of it.

import { Reader } from './reader.js';

export * from '../../wasm/wamp_wasm_large.js';

/**
 * What reads large frames; undefined is what it leaves to JavaScript.
 * @param {import('./reader.js').Tape} tape @param {WebAssembly.Memory} memory
 */
export function readerOf(tape, memory) {
    /** @type {Reader | null} */
    let reader = new Reader(tape, memory);
    return (/** @type {Uint8Array} */ octets, /** @type {boolean} */ isCbor, /** @type {boolean} */ isOwned) => {
        try {
            return reader?.read(octets, isCbor, isOwned);
        } catch {
            // It found no memory, say. There is no trusting it any more.
            reader = null;
        }
    };
}

// @ts-check
// What is loaded when large frames come: one file, because it needs all of it.

import { Reader } from './reader.js';

export * from '../../wasm/wamp_wasm_large.js';

/**
 * What reads large frames; undefined is what it leaves to JavaScript.
 * @param {import('./reader.js').Tape} tape @param {WebAssembly.Memory} memory
 */
export function reader(tape, memory) {
    /** @type {Reader | null} */
    let reader = new Reader(tape, memory);
    return (/** @type {ArrayBuffer | Uint8Array} */ frame, /** @type {boolean} */ isCbor) => {
        try {
            return reader?.read(frame, isCbor);
        } catch {
            // It found no memory, say. There is no trusting it any more.
            reader = null;
        }
    };
}

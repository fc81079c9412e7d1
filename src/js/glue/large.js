// @ts-check
// Large frames of the binary serializers: Rust reads them in half the time, once its module is here. It is asked
// for when some have come. One rule: nobody waits for it, and what it leaves is read by JavaScript, which names the error.

import { loader } from './load.js';

/** From this size on it is worth the way there and back, and up to this its memory, which is never given back. */
const LEAST = 512;
const MOST = 1 << 21;

/** What such frames have to come to before the module is asked for: a WELCOME is not enough. And before it is asked for again. */
const ENOUGH = 1 << 13;
const AGAIN = 1 << 24;

const load = loader('wamp_wasm_large', () => import('./large/index.js'), () => new URL('../wasm/wamp_wasm_large_bg.wasm', import.meta.url));

/** @type {((frame: ArrayBuffer | Uint8Array, isCbor: boolean) => any) | undefined} */
let readLarge;

/** What is missing until the module is asked for. */
let missing = ENOUGH;

/**
 * The value in a frame.
 * @param {ArrayBuffer | Uint8Array} frame @param {boolean} isCbor
 * @param {(frame: ArrayBuffer | Uint8Array) => any} read that of JavaScript
 */
export function readFrame(frame, isCbor, read) {
    const size = frame.byteLength;
    if (size >= LEAST && size <= MOST) {
        if (readLarge) return readLarge(frame, isCbor) ?? read(frame);
        if ((missing -= size) < 0) ask();
    }
    return read(frame);
}

async function ask() {
    missing = AGAIN;
    try {
        const { reader, Large, memory } = await load();
        readLarge = reader(new Large(), memory);
    } catch {
        // Then JavaScript reads them all.
    }
}

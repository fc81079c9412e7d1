// @ts-check
// Large frames of the binary serializers: Rust reads them in half the time, once its module is here. It is asked
// for when some have come. One rule: nobody waits for it, and what it leaves is read by JavaScript, which names the error.

import { loader } from './load.js';

/** From this size on it is worth the way there and back, and up to this its memory, which is never given back. */
export const LARGE = 512;
const MOST = 1 << 21;

/** What such frames have to come to before the module is asked for: a WELCOME is not enough. And before it is asked for again. */
const ENOUGH = 1 << 13;
const AGAIN = 1 << 24;

const load = loader('wamp_wasm_large', () => import('./large/index.js'), () => new URL('../wasm/wamp_wasm_large_bg.wasm', import.meta.url));

/** @type {((octets: Uint8Array, isCbor: boolean, isOwned: boolean) => any) | undefined} */
let reader;

/** What is missing until the module is asked for. */
let missing = ENOUGH;

/**
 * The value in a large frame; undefined: JavaScript is to read it.
 * @param {Uint8Array} octets @param {boolean} isCbor @param {boolean} isOwned whether they are nobody else's
 */
export function readLarge(octets, isCbor, isOwned) {
    const { length } = octets;
    if (length > MOST) return undefined;
    if (reader) return reader(octets, isCbor, isOwned);
    if ((missing -= length) < 0) ask();
}

async function ask() {
    missing = AGAIN;
    try {
        const { readerOf, Large, memory } = await load();
        reader = readerOf(new Large(), memory);
    } catch {
        // Then JavaScript reads them all.
    }
}

// @ts-check
// Messages in a binary serializer: the counterpart of json.js.

import { LARGE, readLarge } from './large.js';

/** @typedef {import('./line.js').Codec} Codec */
/** What reads and writes a serializer. @typedef {Pick<typeof import('./msgpack.js'), 'read' | 'prepare' | 'write' | 'finish'>} Binary */

/** The codec of all connections that speak it. @param {Binary} serializer @param {boolean} isCbor @returns {Codec} */
export function binary({ read, prepare, write, finish }, isCbor) {
    return {
        decode(frame) {
            if (typeof frame === 'string') throw new TypeError('text frame on a connection that uses binary frames');
            // An ArrayBuffer is handed over; of a view somebody else may have the rest. Node's Buffer is one whose slices are no copies.
            const isOwned = !(frame instanceof Uint8Array);
            const octets = isOwned ? new Uint8Array(frame) : new Uint8Array(frame.buffer, frame.byteOffset, frame.length);
            return (octets.length < LARGE ? undefined : readLarge(octets, isCbor, isOwned)) ?? read(octets, isOwned);
        },
        prepare,
        encode: write,
        finish,
    };
}

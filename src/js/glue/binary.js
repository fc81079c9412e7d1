// @ts-check
// Messages in a binary serializer: the counterpart of json.js.

import { readFrame } from './large.js';

/** @typedef {import('./line.js').Codec} Codec */
/** What reads and writes a serializer. @typedef {Pick<typeof import('./msgpack.js'), 'read' | 'prepare' | 'write' | 'finish'>} Binary */

/** The codec of all connections that speak it. @param {Binary} serializer @param {boolean} isCbor @returns {Codec} */
export function binary({ read, prepare, write, finish }, isCbor) {
    return {
        decode(frame) {
            if (typeof frame === 'string') throw new TypeError('text frame on a connection that uses binary frames');
            return readFrame(frame, isCbor, read);
        },
        prepare,
        encode: write,
        finish,
    };
}

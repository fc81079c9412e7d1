// @ts-check
// Messages as MessagePack: the counterpart of json.js.

import { readFrame } from './large.js';
import { read } from './msgpack_reader.js';
import { finish, prepare, write } from './msgpack_writer.js';

/** The codec of every connection. @type {import('./line.js').Codec} */
export const msgpack = {
    decode(frame) {
        if (typeof frame === 'string') throw new TypeError('text frame on a connection that uses binary frames');
        return readFrame(frame, false, read);
    },
    prepare,
    encode: write,
    finish,
};

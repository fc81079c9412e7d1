// @ts-check
// Messages as CBOR, through the tape: the counterpart of json.js and msgpack.js.

import { TapeReader } from './tape_reader.js';
import { TapeWriter } from './tape_writer.js';

/** @typedef {typeof import('../wasm/wamp_wasm_cbor.js').Tape} TapeClass */

/** The codec of one connection. @param {TapeClass} Tape @param {WebAssembly.Memory} memory of its module */
export function tape(Tape, memory) {
    const tape = new Tape();
    const [reader, writer] = [new TapeReader(tape, memory), new TapeWriter(tape, memory)];
    return {
        /** @param {ArrayBuffer | Uint8Array | string} frame @returns {any} */
        decode(frame) {
            if (typeof frame === 'string') throw new TypeError('text frame on a connection that uses binary frames');
            return reader.read(frame);
        },
        /** @param {any[]} middle @param {any[] | Uint8Array | undefined} args @param {object | undefined} kwargs */
        prepare: (middle, args, kwargs) => writer.prepare(middle, args, kwargs),
        /** A whole message of plain values. @param {any[]} message */
        encode: (message) => writer.whole(message),
        /** @param {number[]} head @param {any} tail */
        finish: (head, tail) => writer.finish(head, tail),
    };
}

// @ts-check
// Messages as MessagePack or CBOR, through the tape: the counterpart of json.js.

import { Tape } from '../wasm/wamp_wasm.js';
import { TapeReader } from './tape_reader.js';
import { TapeWriter } from './tape_writer.js';

/** Both ends of a new tape. @param {string} subprotocol */
export function parts(subprotocol) {
    const tape = new Tape(subprotocol);
    const memory = /** @type {WebAssembly.Memory} */ (Tape.memory());
    return { reader: new TapeReader(tape, memory), writer: new TapeWriter(tape, memory) };
}

/**
 * The codec of one connection.
 * @param {string} subprotocol `wamp.2.msgpack` or `wamp.2.cbor`
 */
export function tape(subprotocol) {
    const { reader, writer } = parts(subprotocol);
    return {
        /** @param {ArrayBuffer | Uint8Array | string} frame @returns {any} */
        decode(frame) {
            if (typeof frame === 'string') throw new TypeError('text frame on a connection that uses binary frames');
            return reader.read(frame);
        },
        /** @param {any[]} middle @param {any[] | undefined} args @param {object | undefined} kwargs */
        prepare: (middle, args, kwargs) => writer.prepare(middle, args, kwargs),
        /** A whole message of plain values. @param {any[]} message */
        encode: (message) => writer.whole(message),
        /** @param {number[]} head @param {any} tail */
        finish: (head, tail) => writer.finish(head, tail),
    };
}

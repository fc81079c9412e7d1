// @ts-check
// What a session speaks over: an open transport and the codec that was agreed on. One rule: it counts what goes
// through, and of the messages themselves it knows nothing.

import { EncodeError, StateError } from '../api/errors.js';

/** @typedef {{ decode(data: any): any, prepare(middle: any[], args: any, kwargs: any): any, encode(message: any[]): any, finish(head: number[], tail: any): any }} Codec */
/** @typedef {import('./transports.js').Transport} Transport */

export class Line {
    #transport;
    #codec;
    #maxSize;
    /** Frames, and the octets or characters in them. */
    sent = 0;
    sentSize = 0;
    received = 0;
    receivedSize = 0;

    /** @param {Transport} transport @param {Codec} codec @param {number} maxSize of a frame that comes */
    constructor(transport, codec, maxSize) {
        this.#transport = transport;
        this.#codec = codec;
        this.#maxSize = maxSize;
    }

    /** How many octets wait to be sent. */
    get bufferedAmount() {
        return this.#transport.bufferedAmount ?? 0;
    }

    /** Whether the connection does not keep up, and a sender that can wait should. */
    get full() {
        return this.#transport.full ?? false;
    }

    /** Refuses a request that can only wait. */
    checkRoom() {
        if (this.full) throw new StateError(`send buffer full: ${this.bufferedAmount} octets wait in the WebSocket`);
    }

    /** The end of a message, for `send`. Runs code of the application. @param {any[]} middle @param {any} args @param {any} kwargs */
    prepare(middle, args, kwargs) {
        try {
            return this.#codec.prepare(middle, args, kwargs);
        } catch (error) {
            throw new EncodeError(error);
        }
    }

    /** Sends a message: its type and ids, and what `prepare` gave. @param {number[]} head @param {any} tail */
    send(head, tail) {
        this.#transmit(this.#codec.finish(head, tail));
    }

    /** Sends a message of plain values. @param {any[]} message */
    sendWhole(message) {
        this.#transmit(this.#codec.encode(message));
    }

    /** The message in a frame that came. @param {any} frame */
    read(frame) {
        const size = frame?.length ?? frame?.byteLength ?? refused(frame);
        this.received++;
        this.receivedSize += size;
        if (size > this.#maxSize) throw new RangeError(`the size of a message exceeds the limit of ${this.#maxSize}`);
        return this.#codec.decode(frame);
    }

    close() {
        this.#transport.close();
    }

    /** @param {string | Uint8Array} frame */
    #transmit(frame) {
        this.sent++;
        this.sentSize += frame.length;
        this.#transport.send(frame);
    }
}

/** What is no frame: an error that a transport had with one, or nothing that it should give. @param {unknown} frame @returns {never} */
function refused(frame) {
    throw frame instanceof Error ? frame : new TypeError('a frame must be a text or octets');
}

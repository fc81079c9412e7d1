// @ts-check
// What a session speaks over: an open transport and the codec that was agreed on. One rule: it counts what goes
// through, and of the messages themselves it knows nothing.

import { EncodeError, StateError } from '../api/errors.js';

/** @typedef {{ decode(data: any): any, prepare(middle: any[], args: any, kwargs: any): any, encode(message: any[]): any, finish(head: number[], tail: any): any, exact?(message: any, frame: any): void }} Codec */
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
        const size = typeof frame === 'string' ? frame.length : sizeOf(frame);
        this.received++;
        this.receivedSize += size;
        if (size > this.#maxSize) throw tooLarge(this.#maxSize);
        return this.#codec.decode(frame);
    }

    /** Makes sure of the ids of a message that was read, if they are larger than those of the frequent ones. @param {any} message @param {any} frame */
    exact(message, frame) {
        this.#codec.exact?.(message, frame);
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

/** @param {number} limit */
function tooLarge(limit) {
    return new RangeError(`the size of a message exceeds the limit of ${limit}`);
}

/** Throws for what is no frame: an error that a transport had with one, or nothing that it should give. @param {any} frame @returns {number} */
function sizeOf(frame) {
    const size = frame?.length ?? frame?.byteLength;
    if (size !== undefined) return size;
    throw frame instanceof Error ? frame : new TypeError('a frame must be a text or octets');
}

// @ts-check
// The way of a frame of a binary serializer into Rust and of its tape back out of it, with the lists of
// keys that were learned on the way. One rule: it trusts the tape and knows no message.

import { maker } from './slots.js';
import { decoded, valueOnTape } from './tape_values.js';

/** @typedef {import('../wasm/wamp_wasm_cbor.js').Tape} Tape */
/** @typedef {import('./tape_values.js').Shape} Shape */

/** Room for frames that is asked for at once, and above which it is given back. */
const ROOM = 4096;
const KEEP = 1 << 20;

/** From this size on only the front of a frame is handed over at first: it may end with a binary. */
const LARGE = 16384;
const FRONT = 512;

/** A key as V8 keeps those of objects: it compares by address. @param {string} key */
function interned(key) {
    return Object.keys({ [key]: 0 })[0];
}

export class TapeReader {
    /** @param {Tape} tape @param {WebAssembly.Memory} memory */
    constructor(tape, memory) {
        this.tape = tape;
        this.memory = memory;
        this.look();
        /** Where the report is, which does not move. */
        this.report = tape.report() >>> 2;
        /** Where a frame goes, and how long it may be. */
        this.room = this.roomAt = 0;
        this.generation = 0;
        /** The last key of every shape. @type {string[]} */
        this.lastKeys = [''];
        /** The shape that each extends. */
        this.parents = [0];
        /** The shapes that were met. @type {(Shape | undefined)[]} */
        this.shapes = [undefined];
    }

    /**
     * The value in a frame. An ArrayBuffer is handed over: a large binary is a view of it. Of octets that
     * are a view themselves, all binaries are copies.
     * @param {ArrayBuffer | Uint8Array} frame @returns {any}
     */
    read(frame) {
        const owned = !(frame instanceof Uint8Array);
        // Node's Buffer is one whose slices are no copies.
        const octets = frame instanceof Uint8Array ? new Uint8Array(frame.buffer, frame.byteOffset, frame.length) : new Uint8Array(frame);
        const { length } = octets;
        if (length < LARGE || !this.tapeOf(octets.subarray(0, FRONT), length)) {
            if (!this.tapeOf(octets, length)) throw new Error(this.tape.error());
        }
        const { i32, report } = this;
        if (i32[report + 5] !== this.generation || i32[report + 6] !== this.lastKeys.length) this.learn(report);
        return valueOnTape(this, report, octets, owned);
    }

    /**
     * Makes a tape of the first octets of a frame of this size. Those of one that ends with a binary are
     * enough if all else is among them.
     * @param {Uint8Array} front @param {number} size
     */
    tapeOf(front, size) {
        const { length } = front;
        if (length > this.room || (this.room > KEEP && length < this.room / 4)) this.makeRoom(length);
        if (this.u8.length === 0) this.look();
        this.u8.set(front, this.roomAt);
        const done = this.tape.read(length, size);
        if (this.u8.length === 0) this.look();
        return done;
    }

    /** @param {number} length */
    makeRoom(length) {
        this.room = Math.max(length, ROOM);
        this.roomAt = this.tape.frame(this.room);
    }

    /** The views on the memory, which end whenever it grows. */
    look() {
        const { buffer } = this.memory;
        this.u8 = new Uint8Array(buffer);
        this.i32 = new Int32Array(buffer);
        this.u32 = new Uint32Array(buffer);
        this.view = new DataView(buffer);
    }

    /** A shape that is met for the first time. @param {number} index @returns {Shape} */
    meet(index) {
        /** @type {string[]} */
        const keys = [];
        for (let at = index; at !== 0; at = this.parents[at]) keys.push(this.lastKeys[at]);
        keys.reverse();
        return (this.shapes[index] = { keys, make: maker, met: 0 });
    }

    /** Takes over the shapes that are new since the last frame. @param {number} report */
    learn(report) {
        const { i32, u32, lastKeys } = this;
        if (i32[report + 5] !== this.generation) {
            this.generation = i32[report + 5];
            lastKeys.length = this.parents.length = this.shapes.length = 1;
        }
        const count = u32[report + 6];
        const [parents, ends, keys] = [u32[report + 7] >>> 2, u32[report + 8] >>> 2, u32[report + 9]];
        for (let shape = lastKeys.length; shape < count; shape++) {
            const key = this.u8.subarray(keys + u32[ends + shape - 1], keys + u32[ends + shape]);
            lastKeys.push(interned(decoded(key)));
            this.parents.push(u32[parents + shape]);
            this.shapes.push(undefined);
        }
    }
}

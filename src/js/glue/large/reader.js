// @ts-check
// The way of a large frame of a binary serializer into Rust and of its tape back out of it, with the lists of
// keys that were learned on the way. One rule: it trusts the tape and knows no message.

import { maker } from './slots.js';
import { decoded, valueOnTape } from './values.js';

/** @typedef {import('../../wasm/wamp_wasm_large.js').Large} Tape */
/** @typedef {import('./values.js').Shape} Shape */

/** Room for frames that is asked for at once. */
const ROOM = 1 << 14;

/** A frame of this size may be little but a binary, which is announced at its front then. */
const LONG = 16384;
const FRONT = 256;

/** A key as V8 keeps those of objects: it compares by address. @param {string} key */
function interned(key) {
    return Object.keys({ [key]: 0 })[0];
}

/** @param {number} length @param {number} size */
const isMost = (length, size) => length < size && 2 * length > size;

/** Whether what seems to be announced at the front is a binary that is most of a frame. @param {Uint8Array} octets @param {boolean} isCbor */
function announcesBinary(octets, isCbor) {
    const size = octets.length;
    const [two, four] = isCbor ? [0x59, 0x5a] : [0xc5, 0xc6];
    for (let at = 0; at < FRONT; at++) {
        const first = octets[at];
        if (first !== two && first !== four) continue;
        const length = octets[at + 1] * 0x100 + octets[at + 2];
        // Two octets may mean anything, in a text for instance.
        if (first === two ? length === size - at - 3 : isMost(length * 0x10000 + octets[at + 3] * 0x100 + octets[at + 4], size)) return true;
    }
    return false;
}

export class Reader {
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
     * The value in the octets of a frame; undefined: JavaScript reads it, and finds what is wrong with it or that it is little but
     * a binary, which need not be copied. Of a frame that is nobody else's a large binary is a view, of any other all binaries are copies.
     * @param {Uint8Array} octets @param {boolean} isCbor @param {boolean} [isOwned] @returns {any}
     */
    read(octets, isCbor, isOwned = false) {
        if (octets.length > LONG && announcesBinary(octets, isCbor)) return undefined;
        if (!this.tapeOf(octets, isCbor)) return undefined;
        const { i32, report } = this;
        if (i32[report + 4] !== this.generation || i32[report + 5] !== this.lastKeys.length) this.learn(report);
        return valueOnTape(this, report, octets, isOwned);
    }

    /** Makes a tape of a frame, if it is well-formed. @param {Uint8Array} octets @param {boolean} isCbor */
    tapeOf(octets, isCbor) {
        const { length } = octets;
        if (length > this.room) this.makeRoom(length);
        if (this.u8.length === 0) this.look();
        this.u8.set(octets, this.roomAt);
        const done = this.tape.read(length, isCbor);
        if (this.u8.length === 0) this.look();
        return done;
    }

    /** @param {number} length */
    makeRoom(length) {
        this.room = Math.max(length, 2 * this.room, ROOM);
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
        if (i32[report + 4] !== this.generation) {
            this.generation = i32[report + 4];
            lastKeys.length = this.parents.length = this.shapes.length = 1;
        }
        const count = u32[report + 5];
        const [parents, ends, keys] = [u32[report + 6] >>> 2, u32[report + 7] >>> 2, u32[report + 8]];
        for (let shape = lastKeys.length; shape < count; shape++) {
            const key = this.u8.subarray(keys + u32[ends + shape - 1], keys + u32[ends + shape]);
            lastKeys.push(interned(decoded(key)));
            this.parents.push(u32[parents + shape]);
            this.shapes.push(undefined);
        }
    }
}

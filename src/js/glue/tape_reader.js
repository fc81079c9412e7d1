// @ts-check
// Makes JavaScript values of a tape, the form in which Rust hands over a message of a binary serializer.
// The words are documented in src/codec/tape/mod.rs. One rule: it trusts the tape and knows no message.

/** @typedef {import('../wasm/wamp_wasm.js').Tape} Tape */

/** Up to this a loop over the octets is faster than a call to the decoder. */
const SHORT = 96;
/** For every short length a list that the loop fills. */
const units = Array.from({ length: SHORT + 1 }, (_, length) => new Array(length).fill(0));
const { fromCharCode } = String;

/** Room for frames that is asked for at once, and above which it is given back. */
const ROOM = 4096;
const KEEP = 1 << 20;
/** Below this a binary is copied: a view costs more than a few octets. */
const LARGE = 1024;

// A byte order mark is text like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const SPECIALS = [null, false, true];

/** A key as V8 keeps those of objects: it compares by address. @param {string} key */
function interned(key) {
    return Object.keys({ [key]: 0 })[0];
}

/** Sets an own property, also under the one key that would set the prototype. @param {any} object @param {string} key @param {any} value */
function set(object, key, value) {
    if (key === '__proto__') {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    } else {
        object[key] = value;
    }
}

export class TapeReader {
    /** @param {Tape} tape @param {WebAssembly.Memory} memory */
    constructor(tape, memory) {
        this.tape = tape;
        this.memory = memory;
        const { buffer } = memory;
        this.u8 = new Uint8Array(buffer);
        this.i32 = new Int32Array(buffer);
        this.u32 = new Uint32Array(buffer);
        this.f64 = new Float64Array(buffer);
        /** Where the report is, which does not move. */
        this.report = tape.report() >>> 2;
        /** Where a frame goes, and how long it may be. */
        this.room = this.roomAt = 0;
        /** The frame that is being read. @type {Uint8Array} */
        this.frame = this.u8;
        /** Whether it is nobody else's. */
        this.owned = false;
        /** The next word, and where its numbers and pieced binaries are. */
        this.at = this.numbers = this.pieced = 0;
        /** The next chunk and its text. */
        this.chunkAt = this.textAt = 0;
        /** The chunk that is being read, and how far. */
        this.chunk = '';
        this.offset = 0;
        this.generation = 0;
        /** The last key of every shape. @type {string[]} */
        this.lastKeys = [''];
        /** The shape that each extends. */
        this.parents = [0];
        /** The keys of the shapes that were met. @type {(string[] | undefined)[]} */
        this.shapes = [[]];
        /** Which of them have the key __proto__. */
        this.guarded = [false];
    }

    /**
     * The value in a frame. An ArrayBuffer is handed over: a large binary is a view of it. Of octets that
     * are a view themselves, all binaries are copies.
     * @param {ArrayBuffer | Uint8Array} frame @returns {any}
     */
    read(frame) {
        const octets = frame instanceof Uint8Array ? frame : new Uint8Array(frame);
        const { length } = octets;
        if (length > this.room || (this.room > KEEP && length < this.room / 4)) this.makeRoom(length);
        if (this.u8.length === 0) this.view();
        this.u8.set(octets, this.roomAt);
        if (!this.tape.read(length)) throw new Error(this.tape.error());
        if (this.u8.length === 0) this.view();
        const { u32, report } = this;
        this.at = u32[report] >>> 2;
        this.numbers = u32[report + 1] >>> 3;
        this.textAt = u32[report + 2];
        this.chunkAt = u32[report + 3] >>> 2;
        this.pieced = u32[report + 4] - length;
        if (u32[report + 5] !== this.generation || u32[report + 6] !== this.lastKeys.length) this.learn(report);
        this.chunk = '';
        this.offset = 0;
        this.frame = octets;
        this.owned = octets !== frame;
        const value = this.value();
        // Whatever was large is not kept until the next message.
        this.frame = this.u8;
        this.chunk = '';
        return value;
    }

    /** @param {number} length */
    makeRoom(length) {
        this.room = Math.max(length, ROOM);
        this.roomAt = this.tape.frame(this.room);
    }

    /** The views on the memory, which end whenever it grows. */
    view() {
        const { buffer } = this.memory;
        this.u8 = new Uint8Array(buffer);
        this.i32 = new Int32Array(buffer);
        this.u32 = new Uint32Array(buffer);
        this.f64 = new Float64Array(buffer);
    }

    /** @returns {any} */
    value() {
        const word = this.i32[this.at++];
        const operand = word >>> 3;
        switch (word & 7) {
            case 0:
                return word >> 3;
            case 1:
                return this.f64[this.numbers + operand];
            case 2:
                return this.text(operand);
            case 3: {
                const list = [];
                for (let i = 0; i < operand; i++) list[i] = this.value();
                return list;
            }
            case 4:
                return this.object(operand);
            case 5: {
                const object = this.object(operand);
                const pairs = this.i32[this.at++];
                for (let i = 0; i < pairs; i++) {
                    const key = this.text(this.i32[this.at++] >>> 3);
                    set(object, key, this.value());
                }
                return object;
            }
            case 6: {
                if (operand < 3) return SPECIALS[operand];
                const low = BigInt(this.u32[this.at++]);
                const bits = (BigInt(this.u32[this.at++]) << 32n) | low;
                return operand === 3 ? BigInt.asIntN(64, bits) : bits;
            }
            default: {
                const start = this.u32[this.at++];
                if (start < this.frame.length) {
                    const end = start + operand;
                    return this.isWhole(operand) ? this.frame.subarray(start, end) : this.frame.slice(start, end);
                }
                return this.u8.slice(this.pieced + start, this.pieced + start + operand);
            }
        }
    }

    /**
     * Whether a binary is most of a frame that nobody else has: then it is a view of it and not a copy,
     * because there is little besides it that it keeps alive.
     * @param {number} length
     */
    isWhole(length) {
        return this.owned && length > LARGE && 2 * length > this.frame.length;
    }

    /** @param {number} shape */
    object(shape) {
        const keys = this.shapes[shape] ?? this.keysOf(shape);
        /** @type {any} */
        const object = {};
        if (this.guarded[shape]) for (const key of keys) set(object, key, this.value());
        else for (let i = 0; i < keys.length; i++) object[keys[i]] = this.value();
        return object;
    }

    /** The next text. @param {number} length */
    text(length) {
        if (length === 0) return '';
        if (this.offset === this.chunk.length) this.nextChunk();
        const start = this.offset;
        this.offset = start + length;
        return this.chunk.slice(start, this.offset);
    }

    nextChunk() {
        const chunk = this.u32[this.chunkAt++];
        const start = this.textAt;
        const end = start + (chunk >>> 1);
        this.textAt = end;
        this.offset = 0;
        if (end - start > SHORT || (chunk & 1) === 0) {
            this.chunk = decoder.decode(this.u8.subarray(start, end));
            return;
        }
        const { u8 } = this;
        const list = units[end - start];
        for (let i = 0; i < list.length; i++) list[i] = u8[start + i];
        this.chunk = fromCharCode.apply(null, list);
    }

    /** The keys of a shape that is met for the first time. @param {number} shape */
    keysOf(shape) {
        /** @type {string[]} */
        const keys = [];
        for (let at = shape; at !== 0; at = this.parents[at]) keys.push(this.lastKeys[at]);
        keys.reverse();
        this.shapes[shape] = keys;
        this.guarded[shape] = keys.includes('__proto__');
        return keys;
    }

    /** Takes over the shapes that are new since the last frame. @param {number} report */
    learn(report) {
        const { u32, lastKeys } = this;
        if (u32[report + 5] !== this.generation) {
            this.generation = u32[report + 5];
            lastKeys.length = this.parents.length = this.shapes.length = this.guarded.length = 1;
        }
        const count = u32[report + 6];
        const [parents, ends, keys] = [u32[report + 7] >>> 2, u32[report + 8] >>> 2, u32[report + 9]];
        for (let shape = lastKeys.length; shape < count; shape++) {
            const key = this.u8.subarray(keys + u32[ends + shape - 1], keys + u32[ends + shape]);
            lastKeys.push(interned(decoder.decode(key)));
            this.parents.push(u32[parents + shape]);
            this.shapes.push(undefined);
            this.guarded.push(false);
        }
    }
}

// @ts-check
// Makes JavaScript values of the words of a tape, which are documented in src/codec/tape/mod.rs.
// One rule: no code of the application runs in between, so one tape at a time is read, and where in it
// lies in variables of this module: they cost less than the properties of an object.

/** @typedef {{ i32: Int32Array, u32: Uint32Array, view: DataView, roomAt: number, u8: Uint8Array, shapes: (Shape | undefined)[], meet(index: number): Shape }} Source */
/** The keys of an object, what makes it of them, and how often it was met at first. @typedef {{ keys: string[], make: (keys: string[], count: number, shape: Shape) => any, met: number }} Shape */

/** Up to this a loop over the octets is faster than a call to the decoder. */
const SHORT = 96;
/** For every short length a list that the loop fills. */
const units = Array.from({ length: SHORT + 1 }, (_, length) => new Array(length).fill(0));
const { fromCharCode } = String;

/** Below this a binary is copied: a view costs more than a few octets. */
const LARGE = 1024;

// A byte order mark is text like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const SPECIALS = [null, false, true];

/** A float as two words. */
const bits = new Int32Array(2);
const float = new Float64Array(bits.buffer);

/** @type {Uint8Array} */
const empty = new Uint8Array(0);

/** Whose tape it is. @type {Source} */
let source;
/** @type {Int32Array} */
let i32 = new Int32Array(0);
/** The memory, and where in it the frame is. */
let view = new DataView(new ArrayBuffer(0));
let frameAt = 0;
/** @type {(Shape | undefined)[]} */
let shapes = [];
let u8 = empty;
/** The frame, and whether it is nobody else's. */
let frame = empty;
let owned = false;
/** The next word, and where the pieced binaries are. */
let [at, pieced] = [0, 0];
/** The next chunk and its text; the chunk that is being read, and how far. */
let [chunkAt, textAt, chunk, offset] = [0, 0, '', 0];

/**
 * The value on a tape.
 * @param {Source} of @param {number} report where in its memory the addresses are
 * @param {Uint8Array} octets the frame that it was made of @param {boolean} isOwned whether the frame is nobody else's
 * @returns {any}
 */
export function valueOnTape(of, report, octets, isOwned) {
    source = of;
    ({ i32, u8, view, shapes, roomAt: frameAt } = of);
    at = i32[report] >>> 2;
    textAt = i32[report + 1] >>> 0;
    chunkAt = i32[report + 2] >>> 2;
    pieced = (i32[report + 3] >>> 0) - octets.length;
    frame = octets;
    owned = isOwned;
    chunk = '';
    offset = 0;
    const result = value();
    // Whatever was large is not kept until the next message.
    frame = empty;
    chunk = '';
    return result;
}

/** Decodes octets of the memory. @param {Uint8Array} octets */
export function decoded(octets) {
    return decoder.decode(octets);
}

/** The next value. @returns {any} */
export function value() {
    const word = i32[at++];
    switch (word & 7) {
        case 0:
            return word >> 3;
        case 1:
            return view.getFloat64(frameAt + (word >>> 3));
        case 2: {
            if (offset === chunk.length) {
                if (word === 2) return '';
                nextChunk();
            }
            const start = offset;
            offset = start + (word >>> 3);
            return chunk.slice(start, offset);
        }
        case 3:
            return list(word >>> 3);
        case 4: {
            if (word === 4) return {};
            const shape = shapes[word >>> 3] ?? source.meet(word >>> 3);
            return shape.make(shape.keys, shape.keys.length, shape);
        }
        case 6:
            return word < 24 ? SPECIALS[word >>> 3] : rare(word);
        default:
            return rare(word);
    }
}

/** @param {number} length */
function list(length) {
    // A list that is written out has room for its items and no more.
    switch (length) {
        case 0:
            return [];
        case 1:
            return [value()];
        case 2:
            return [value(), value()];
        case 3:
            return [value(), value(), value()];
    }
    const items = [];
    for (let i = 0; i < length; i++) items.push(value());
    return items;
}

/** @param {number} word */
function rare(word) {
    const operand = word >>> 3;
    switch (word & 7) {
        case 5: {
            const shape = shapes[operand] ?? source.meet(operand);
            const object = shape.make(shape.keys, shape.keys.length, shape);
            const pairs = i32[at++];
            for (let i = 0; i < pairs; i++) {
                const key = value();
                set(object, key, value());
            }
            return object;
        }
        case 6: {
            const low = i32[at++];
            const high = i32[at++];
            // Up to 2^53, and of both signs.
            if (operand === 5) return high * 2 ** 32 + (low >>> 0);
            if (operand === 6) {
                bits[0] = low;
                bits[1] = high;
                return float[0];
            }
            return (BigInt(operand === 3 ? high : high >>> 0) << 32n) | BigInt(low >>> 0);
        }
        default:
            return binary(operand, source.u32[at++]);
    }
}

/** @param {number} length @param {number} start */
function binary(length, start) {
    const end = start + length;
    if (start >= frame.length) return u8.slice(pieced + start, pieced + end);
    // One that is most of a frame that nobody else has is a view of it and not a copy, because there is
    // little besides it that it keeps alive.
    if (owned && length > LARGE && 2 * length > frame.length) return frame.subarray(start, end);
    return frame.slice(start, end);
}

function nextChunk() {
    const head = i32[chunkAt++];
    const start = textAt;
    const length = head >>> 1;
    textAt = start + length;
    offset = 0;
    if (length > SHORT || (head & 1) === 0) {
        chunk = decoded(u8.subarray(start, textAt));
        return;
    }
    const list = units[length];
    for (let i = 0; i < length; i++) list[i] = u8[start + i];
    chunk = fromCharCode.apply(null, list);
}

/** Sets an own property, also if '__proto__' would set the prototype, and any other of its keys fails because that is frozen. @param {any} object @param {string} key @param {any} value */
export function set(object, key, value) {
    if (key in object) {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    } else {
        object[key] = value;
    }
}

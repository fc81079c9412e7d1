// @ts-check
// Reads a binary serializer, as strictly as the codec in Rust does: the same octets give the same values or an error.
// One rule: no code of the application runs in between, so one frame at a time is read, and where in it
// lies in variables of this module: they cost less than the properties of an object.
//
// In the package there is this module once for each serializer, joined with its forms and with the makers: what a module
// has for itself is constant to an engine, and what it imports or shares with another serializer is not.

import { NAME, firstOfText, isShort, value } from './forms.js';
import { makers } from './makers.js';

/** A list of keys that objects came with, and what makes such an object. @typedef {{ keys: string[], make: Make, met: number, missed: number }} Shape */
/** @typedef {(keys: string[], count: number, shape: Shape) => any} Make */

/** As deep as the codec in Rust reads. */
const MAX_DEPTH = 128;

/** Up to this a loop over the octets is faster than a call to the decoder. */
const SHORT = 96;
/** For every short length a list that the loop fills. */
const units = Array.from({ length: SHORT + 1 }, (_, length) => new Array(length).fill(0));
const { fromCharCode } = String;

/** Below this a binary is copied: a view costs more than a few octets. */
const LARGE = 1024;

// A byte order mark is text like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** @type {Uint8Array} */
const none = new Uint8Array(0);
/** The frame, its size, the next octet, how many lists and dicts are open, and whether the frame is nobody else's. */
let [u8, size, at, depth, owned] = [none, 0, 0, 0, false];

const octets = new Uint8Array(8);
const [float, double] = [new Float32Array(octets.buffer), new Float64Array(octets.buffer)];

/**
 * The value in the octets of a frame. Of one that is nobody else's a large binary is a view, of any other all binaries are copies.
 * @param {Uint8Array} frame @param {boolean} [isOwned] @returns {any}
 */
export function read(frame, isOwned = false) {
    u8 = frame;
    owned = isOwned;
    size = frame.length;
    at = depth = 0;
    try {
        const result = value();
        if (at < size) malformed('octets behind the message');
        return result;
    } finally {
        // Whatever was large is not kept until the next message.
        u8 = none;
    }
}

/** The next octet. */
export function next() {
    if (at >= size) ended();
    return u8[at++];
}

/** The octet that comes next, if there is one. */
export const peek = () => u8[at];

/** Whether this octet comes next; it is passed over then. @param {number} octet */
export function passes(octet) {
    const found = u8[at] === octet;
    if (found) at++;
    return found;
}

/** A number of so many octets. @param {number} width */
export function unsigned(width) {
    if (width > size - at) ended();
    let number = u8[at++];
    while (--width > 0) number = number * 0x100 + u8[at++];
    return number;
}

/** The halves of 64 bits: a number up to 2^53, as every id is, beyond that a BigInt. @param {number} high @param {number} low */
export function wide(high, low) {
    const number = high * 2 ** 32 + low;
    // What is rounded to 2^53 is not it.
    if (Math.abs(number) < 2 ** 53 || (low === 0 && Math.abs(number) === 2 ** 53)) return number;
    return (BigInt(high) << 32n) | BigInt(low);
}

/** A float of so many octets. @param {number} width */
export function floating(width) {
    if (width > size - at) ended();
    const wide = width === 8;
    while (width > 0) octets[--width] = u8[at++];
    return wide ? double[0] : float[0];
}

/** Refuses a length that is more than what is left can hold. @param {number} length @param {number} [each] octets at least */
function announced(length, each = 1) {
    if (length * each > size - at) tooLong(length);
}

/** @param {number | bigint} length @returns {never} */
export function tooLong(length) {
    return malformed(`a length of ${length}, with ${size - at} octets left`);
}

/** @param {number} length @returns {string} */
export function text(length) {
    announced(length);
    if (length <= SHORT) {
        const list = units[length];
        let i = 0;
        for (; i < length; i++) {
            const unit = u8[at + i];
            if (unit > 0x7f) break;
            list[i] = unit;
        }
        if (i === length) {
            at += length;
            return fromCharCode.apply(null, list);
        }
    }
    try {
        return decoder.decode(u8.subarray(at, (at += length)));
    } catch {
        return malformed('text that is not UTF-8');
    }
}

/** @param {number} length */
export function binary(length) {
    announced(length);
    const start = at;
    at += length;
    // One that is most of a frame that nobody else has is a view of it and not a copy, because there is
    // little besides it that it keeps alive.
    return owned && length > LARGE && 2 * length > size ? u8.subarray(start, at) : u8.slice(start, at);
}

/** @param {number} length */
export function list(length) {
    announced(length);
    enter();
    const items = itemsOf(length);
    leave();
    return items;
}

/** A list or dict begins, which counts also if it is empty. */
export function enter() {
    if (++depth > MAX_DEPTH) tooDeep();
}

export function leave() {
    depth--;
}

/** @param {number} length */
function itemsOf(length) {
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
        case 4:
            return [value(), value(), value(), value()];
        case 5:
            return [value(), value(), value(), value(), value()];
        case 6:
            return [value(), value(), value(), value(), value(), value()];
    }
    const items = [];
    for (let i = 0; i < length; i++) items.push(value());
    return items;
}

/** The shapes that were met, each in a place that its first key and the number of its keys give. @type {Shape[]} */
const shapes = [];
const PLACES = 1024;
/** How many keys a shape may have. */
const KEYS = 64;
/** A shape that others come in place of so often gives way. */
const MISSED = 8;

/** @param {number} count */
export function dict(count) {
    announced(count, 2);
    enter();
    if (count === 0) return leave(), {};
    const length = u8[at] & 0x1f;
    const place = (length + u8[at + 1] * 3 + u8[at + length] * 7 + count * 11) & (PLACES - 1);
    const shape = shapes[place];
    const object = shape !== undefined && shape.keys.length === count ? shape.make(shape.keys, count, shape) : met(shape, place, count);
    leave();
    return object;
}

/** An object with keys that are not expected. @param {Shape | undefined} shape that is @param {number} place @param {number} count */
function met(shape, place, count) {
    const object = {};
    if (shape !== undefined && ++shape.missed < MISSED) return rest(object, 0, count);
    let plain = count <= KEYS;
    for (let i = 0; i < count; i++) {
        const start = at;
        const name = entry(object);
        // In its shortest form and ASCII; and no number, which would be no property like the others, nor one that cannot be set.
        plain &&= isShort(name.length) && u8[start] === firstOfText(name.length) && !/^\d|[^\0-\x7f]/.test(name) && !(name in Object.prototype);
    }
    // Made by V8, which compares the names of properties by address.
    if (plain) shapes[place] = { keys: Object.keys(object), make: maker, met: 0, missed: 0 };
    return object;
}

/** The rest of an object that is not of the shape that was expected. @param {any} object @param {number} from @param {number} count @param {Shape} [shape] */
export function rest(object, from, count, shape) {
    if (shape !== undefined && ++shape.missed > MISSED) shape.keys = [];
    for (let i = from; i < count; i++) entry(object);
    return object;
}

/** Reads a key and its value. @param {any} object */
export function entry(object) {
    const name = value();
    if (typeof name !== 'string') malformed('a key that is no text');
    const isThere = name in object;
    if (isThere && Object.hasOwn(object, name)) malformed(`key '${name.slice(0, 200)}' occurs twice`);
    const item = value();
    if (isThere) {
        // An own property: '__proto__' would set the prototype, and any other fails where the application has frozen that.
        Object.defineProperty(object, name, { value: item, writable: true, enumerable: true, configurable: true });
    } else {
        object[name] = item;
    }
    return name;
}

/** Whether this key, which is ASCII, comes next; it is passed over then. @param {string} name */
export function comes(name) {
    const { length } = name;
    if (length >= size - at || u8[at] !== firstOfText(length)) return false;
    for (let i = 0, here = at + 1; i < length; i++) if (name.charCodeAt(i) !== u8[here + i]) return false;
    at += length + 1;
    return true;
}

/** A list of keys that comes more often than this is frequent: those of a handshake are not. */
const FREQUENT = 8;
let taken = 0;

/** What makes the objects of a shape until there were many. @type {Make} */
function maker(keys, count, shape) {
    if (++shape.met > FREQUENT && taken < makers.length) shape.make = makers[taken++];
    return loop({}, keys, 0, count, shape);
}

/** @param {any} object @param {string[]} keys @param {number} from @param {number} count @param {Shape} shape */
export function loop(object, keys, from, count, shape) {
    for (let i = from; i < count; i++) {
        if (!comes(keys[i])) return rest(object, i, count, shape);
        object[keys[i]] = value();
    }
    return object;
}

/** @returns {never} */
function ended() {
    throw new Error(`not ${NAME}: the octets end too early at byte ${size}`);
}

/** @param {string} text @param {number} [back] how many octets before this one it is @returns {never} */
export function malformed(text, back = 0) {
    throw new Error(`not ${NAME}: ${text} at byte ${at - back}`);
}

/** @returns {never} */
function tooDeep() {
    throw new RangeError(`nesting exceeds the limit of ${MAX_DEPTH}`);
}

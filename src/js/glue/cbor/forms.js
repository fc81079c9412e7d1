// @ts-check
// The forms of CBOR: what the first octet of each value announces, its major type and the number that belongs to it.
// As in the codec in Rust, tags are passed over, and undefined is null.

import { binary, dict, entry, enter, floating, leave, list, malformed, next, passes, peek, text, tooLong, unsigned, wide } from './reader.js';

export const NAME = 'CBOR';

/** Whether the first octet of a text holds its length. @param {number} length */
export const isShort = (length) => length < 0x18;

/** @param {number} length that is short */
export const firstOfText = (length) => 0x60 + length;

/** The major types, and the number that stands for no length. */
const [NEGATIVE, BYTES, TEXT, LIST, DICT, TAG, SIMPLE] = [1, 2, 3, 4, 5, 6, 7];
const OPEN = 0x1f;
/** The end of what has no length. */
const BREAK = 0xff;

/** The next value. @returns {any} */
export function value() {
    const first = next();
    if (first < 0x18) return first;
    const low = first & 0x1f;
    if (low < 0x18) {
        switch (first >> 5) {
            case NEGATIVE:
                return ~low;
            case BYTES:
                return binary(low);
            case TEXT:
                return text(low);
            case LIST:
                return list(low);
            case DICT:
                return dict(low);
        }
    }
    return rare(first);
}

/** What is rare, but not at all unusual. @param {number} first @returns {any} */
function rare(first) {
    switch (first) {
        case 0x18:
            return next();
        case 0x19:
            return unsigned(2);
        case 0x1a:
            return unsigned(4);
        case 0x1b:
            return wide(unsigned(4), unsigned(4));
        case 0x58:
            return binary(next());
        case 0x59:
            return binary(unsigned(2));
        case 0x78:
            return text(next());
        case 0x79:
            return text(unsigned(2));
        case 0x98:
            return list(next());
        case 0x99:
            return list(unsigned(2));
        case 0xb8:
            return dict(next());
        case 0xb9:
            return dict(unsigned(2));
        case 0xf4:
            return false;
        case 0xf5:
            return true;
        case 0xf6:
        case 0xf7:
            return null;
        case 0xfa:
            return floating(4);
        case 0xfb:
            return floating(8);
        default:
            return unusual(first);
    }
}

/** @param {number} first @returns {any} */
function unusual(first) {
    const type = first >> 5;
    if (type === SIMPLE) return simple(first);
    if ((first & 0x1f) === OPEN && type >= BYTES && type <= DICT) return open(type);
    if (type === TAG) return tagged(first);
    const number = argument(first);
    if (type === NEGATIVE) return negative(number);
    if (typeof number !== 'number') return tooLong(number);
    if (type === BYTES) return binary(number);
    if (type === TEXT) return text(number);
    return type === LIST ? list(number) : dict(number);
}

/** The number that belongs to a first octet: beyond 2^53 a BigInt. @param {number} first @returns {number | bigint} */
function argument(first) {
    const low = first & 0x1f;
    switch (low) {
        case 0x18:
            return next();
        case 0x19:
            return unsigned(2);
        case 0x1a:
            return unsigned(4);
        case 0x1b:
            return wide(unsigned(4), unsigned(4));
        default:
            return low < 0x18 ? low : malformed(`additional information ${low}`, 1);
    }
}

/** -1 - n, below 64 bits the nearest float. @param {number | bigint} n */
function negative(n) {
    // One that is rounded is no integer.
    if (n < 2 ** 53) return -1 - Number(n);
    return n < 2 ** 63 ? ~BigInt(n) : -1 - Number(n);
}

/** @param {number} first */
function simple(first) {
    if (first === 0xf9) return half(unsigned(2));
    if (first === BREAK) return malformed('an end where nothing can end');
    const low = first & 0x1f;
    return malformed(low > 0x1b ? `additional information ${low}` : 'a simple value without a meaning', 1);
}

/** A float of 16 bits. @param {number} bits */
function half(bits) {
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    let magnitude;
    if (exponent === 0) magnitude = fraction * 2 ** -24;
    else if (exponent < 0x1f) magnitude = (fraction + 1024) * 2 ** (exponent - 25);
    else magnitude = fraction === 0 ? Infinity : NaN;
    return bits >> 15 === 1 ? -magnitude : magnitude;
}

/** What stands behind a tag, and behind those that follow it. @param {number} first */
function tagged(first) {
    argument(first);
    while (peek() >> 5 === TAG) argument(next());
    if (passes(BREAK)) malformed('a simple value without a meaning', 1);
    return value();
}

/** What has an end instead of a length. @param {number} type */
function open(type) {
    if (type === TEXT) {
        let whole = '';
        for (let length = chunk(type); length !== null; length = chunk(type)) whole += text(length);
        return whole;
    }
    if (type === BYTES) {
        const pieces = [];
        for (let length = chunk(type); length !== null; length = chunk(type)) pieces.push(binary(length));
        return joined(pieces);
    }
    enter();
    /** @type {any} */
    const whole = type === LIST ? [] : {};
    while (!passes(BREAK)) {
        if (type === LIST) whole.push(value());
        else entry(whole);
    }
    leave();
    return whole;
}

/** The length of the next chunk of a text or binary, null at its end. @param {number} type @returns {number | null} */
function chunk(type) {
    const first = next();
    if (first === BREAK) return null;
    if (first >> 5 !== type || (first & 0x1f) === OPEN) malformed('a string with a chunk that is none of its kind', 1);
    const length = argument(first);
    return typeof length === 'number' ? length : tooLong(length);
}

/** @param {Uint8Array[]} pieces */
function joined(pieces) {
    const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
    }
    return whole;
}

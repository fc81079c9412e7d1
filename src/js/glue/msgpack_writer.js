// @ts-check
// Writes JavaScript values as MessagePack, each in its smallest form. One rule: whatever `prepare` throws,
// nothing of it was sent.
//
// Code of the application that runs in between (toJSON, getters) may send messages of its own: these are
// written behind what there is of the one around them.

import { NO_OPTIONS, hasKeys } from './check.js';
import { MAX_DEPTH, isAbsent, isBoxed, octetsOf, refused, resolved, tooDeep } from './given.js';

/** Below this a loop over the characters is faster than a call to the encoder. */
const SHORT = 96;
/** Octets in front of what is prepared, for the message's list, its type and its ids. */
const HEAD = 24;
/** As many octets as a number has at most, or what announces something. */
const SCALAR = 9;

/** The first octets of the smallest list and dict. */
const [LIST, DICT] = [0x90, 0x80];

/** Room that is there at first, and above which it is given back. */
const ROOM = 4096;
const KEEP = 1 << 20;

const encoder = new TextEncoder();
const { getPrototypeOf } = Object;
const { hasOwnProperty } = Object.prototype;

let u8 = new Uint8Array(ROOM);
let view = new DataView(u8.buffer);
/** How far it is written, and how many messages are being prepared. */
let [at, nested] = [0, 0];
/** The lists and dicts around the value that is being written, for errors, and how many. @type {any[]} */
let around = [];
let depth = 0;
/** The element that is being written. */
let what = '';
/** What was prepared last: which it is, where it is, and how many elements it has. */
let [serial, from, to, items] = [0, 0, 0, 0];

/** The URI that lies behind empty options at the beginning, and where it ends: most often the next message has it too. */
/** @type {any} */
let uri = null;
let uriEnd = 0;

/**
 * The end of a message: whatever stands behind its ids. `finish` has to follow before the next message
 * is prepared.
 * @param {any[]} middle @param {any[] | Uint8Array | undefined} args @param {object | undefined} kwargs
 * @returns {number} which it is
 */
export function prepare(middle, args, kwargs) {
    const before = begin();
    try {
        const start = (at += HEAD);
        let count = middle.length;
        if (before === null && count === 2 && middle[0] === NO_OPTIONS && middle[1] === uri) {
            at = uriEnd;
        } else {
            if (before === null) uri = null;
            for (let i = 0; i < count; i++) element('options', middle[i], typeof middle[i] === 'object' ? DICT : 0);
            if (before === null && count === 2 && middle[0] === NO_OPTIONS) (uri = middle[1]), (uriEnd = at);
        }
        const named = kwargs != null && hasKeys(kwargs);
        if (args != null && !Array.isArray(args)) {
            element('args', args, args instanceof Uint8Array ? 0 : LIST);
            count++;
        } else if (named || (args != null && args.length > 0)) {
            element('args', args ?? [], LIST);
            count++;
        }
        if (named) {
            element('kwargs', kwargs, DICT);
            count++;
        }
        from = start;
        to = at;
        items = count;
        return ++serial;
    } finally {
        end(before);
    }
}

/**
 * The frame: the type and the ids in front of what was prepared. It is there until something else is
 * written: send it, or copy it.
 * @param {number[]} head @param {number} tail
 */
export function finish(head, tail) {
    if (tail !== serial) throw new Error('a message was prepared before the last one was finished');
    let start = from - 1;
    for (let i = 0; i < head.length; i++) start -= sizeOf(head[i]);
    const before = at;
    at = start;
    u8[at++] = 0x90 + head.length + items;
    for (let i = 0; i < head.length; i++) numeric(head[i]);
    at = before;
    return u8.subarray(start, to);
}

/** The octets of a whole message, or of any value, that are there until something else is written. @param {any} message */
export function write(message) {
    const before = begin();
    try {
        if (before === null) uri = null;
        what = 'message';
        const start = at;
        if (Array.isArray(message)) {
            // The list of a message is no level of its own.
            sized(LIST, message.length);
            for (const element of message) value(element);
        } else {
            value(message);
        }
        serial++;
        to = at;
        return u8.subarray(start, at);
    } finally {
        end(before);
    }
}

/** Begins to write, and gives what has to be restored: what is being written around it. */
function begin() {
    if (nested++ > 0) {
        const before = { at, around, depth, what };
        around = [];
        depth = 0;
        return before;
    }
    // What was large is given back by the next message.
    if (u8.length > KEEP && to < u8.length / 4) {
        uri = null;
        make(ROOM);
    }
    at = depth = 0;
    return null;
}

/** @param {ReturnType<typeof begin>} before */
function end(before) {
    nested--;
    if (before) ({ at, around, depth, what } = before);
    else if (depth > 0) around = [];
}

/** @param {number} length */
function make(length) {
    const old = u8;
    u8 = new Uint8Array(length);
    view = new DataView(u8.buffer);
    if (length > old.length) u8.set(old);
}

/** Makes room for so many octets more. @param {number} length */
function room(length) {
    if (at + length > u8.length) make(Math.max(at + length, 2 * u8.length));
}

/** @param {string} name @param {any} given @param {number} kind what it has to become, 0 for anything */
function element(name, given, kind) {
    what = name;
    const start = at;
    const plain = resolved(given, name);
    if (isAbsent(plain)) throw new TypeError(`${name}: ${typeof plain} cannot be sent`);
    value(plain);
    if (kind !== 0 && kindOf(u8[start]) !== kind) throw new TypeError(`${name} must become ${kind === LIST ? 'a list' : 'a dict'}`);
}

/** What an octet begins: LIST, DICT, or anything else. @param {number} first */
function kindOf(first) {
    if (first < 0xa0) return first & 0xf0;
    return first < 0xdc || first > 0xdf ? 0 : first < 0xde ? LIST : DICT;
}

/** @param {any} value what `resolved` gave @returns {void} */
function value(value) {
    switch (typeof value) {
        case 'string':
            return text(value);
        case 'number':
            return numeric(value);
        case 'boolean':
            return octet(value ? 0xc3 : 0xc2);
        case 'object':
            if (value === null) return octet(0xc0);
            return Array.isArray(value) ? list(value) : object(value);
        case 'bigint':
            return big(value);
        default:
            return octet(0xc0);
    }
}

/** @param {number} octet */
function octet(octet) {
    room(1);
    u8[at++] = octet;
}

/** @param {number} number */
function numeric(number) {
    room(SCALAR);
    const small = number | 0;
    if (small === number && (small !== 0 || 1 / number > 0)) {
        if (small >= -0x20 && small < 0x80) u8[at++] = small;
        else if (small >= 0) unsigned(0xcc, small);
        else if (small >= -0x80) (u8[at++] = 0xd0), (u8[at++] = small);
        else if (small >= -0x8000) (u8[at] = 0xd1), view.setInt16(at + 1, small), (at += 3);
        else (u8[at] = 0xd2), view.setInt32(at + 1, small), (at += 5);
    } else if (number !== 0 && Math.trunc(number) === number && Math.abs(number) <= 2 ** 53) {
        if (number > 0 && number < 2 ** 32) return unsigned(0xcc, number);
        u8[at] = number > 0 ? 0xcf : 0xd3;
        view.setInt32(at + 1, Math.floor(number / 2 ** 32));
        view.setUint32(at + 5, number);
        at += 9;
    } else {
        u8[at] = 0xcb;
        view.setFloat64(at + 1, number);
        at += 9;
    }
}

/**
 * A number of one, two or four octets, and in front of it the octet of its width.
 * @param {number} one that of one octet @param {number} number @param {number} [below] which numbers have one octet
 */
function unsigned(one, number, below = 0x100) {
    if (number < below) {
        u8[at] = one;
        u8[at + 1] = number;
        at += 2;
    } else if (number < 0x10000) {
        u8[at] = one + 1;
        view.setUint16(at + 1, number);
        at += 3;
    } else {
        u8[at] = one + 2;
        view.setUint32(at + 1, number);
        at += 5;
    }
}

/** How many octets an id has. @param {number} id */
function sizeOf(id) {
    if (id < 0x80) return 1;
    return id < 0x10000 ? (id < 0x100 ? 2 : 3) : id < 2 ** 32 ? 5 : 9;
}

/** @param {bigint} number */
function big(number) {
    if (Number.isSafeInteger(Number(number))) return numeric(Number(number));
    room(SCALAR);
    if (BigInt.asIntN(64, number) === number && number < 0n) {
        u8[at] = 0xd3;
    } else {
        if (BigInt.asUintN(64, number) !== number) refuse(number, 'a BigInt that does not fit 64 bits cannot be sent');
        u8[at] = 0xcf;
    }
    view.setBigInt64(at + 1, number);
    at += 9;
}

/** What announces a list or a dict. @param {number} kind @param {number} length */
function sized(kind, length) {
    room(SCALAR);
    if (length < 0x10) {
        u8[at++] = kind + length;
    } else {
        // There is no form with one octet.
        unsigned(kind === LIST ? 0xdb : 0xdd, length, 1);
    }
}

/** What announces a text. @param {number} length in octets */
function textSize(length) {
    if (length < 0x20) u8[at++] = 0xa0 + length;
    else unsigned(0xd9, length);
}

/** @param {string} text */
function text(text) {
    const { length } = text;
    room(SCALAR + 3 * length);
    if (length < SHORT) {
        const octets = u8;
        let here = at + (length < 0x20 ? 1 : 2);
        let i = 0;
        for (; i < length; i++) {
            const unit = text.charCodeAt(i);
            if (unit > 0x7f) break;
            octets[here++] = unit;
        }
        if (i === length) {
            textSize(length);
            at = here;
            return;
        }
    }
    // Most often its length takes as many octets as that of ASCII.
    const guess = at + sizeOfText(length);
    const { written } = encoder.encodeInto(text, u8.subarray(guess));
    const start = at + sizeOfText(written);
    if (start !== guess) u8.copyWithin(start, guess, guess + written);
    textSize(written);
    at += written;
}

/** How many octets announce a text. @param {number} length in octets */
function sizeOfText(length) {
    if (length < 0x20) return 1;
    return length < 0x10000 ? (length < 0x100 ? 2 : 3) : 5;
}

/** @param {Uint8Array} octets */
function binary(octets) {
    room(SCALAR + octets.length);
    unsigned(0xc4, octets.length);
    u8.set(octets, at);
    at += octets.length;
}

/** @param {any[]} list */
function list(list) {
    enter(list);
    const { length } = list;
    sized(LIST, length);
    for (let i = 0; i < length; i++) {
        const item = list[i];
        if (typeof item === 'string') text(item);
        else value(resolved(item, i));
    }
    around[--depth] = null;
}

/** @param {any} object @returns {void} */
function object(object) {
    const prototype = getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) {
        const octets = octetsOf(object);
        if (octets) return binary(octets);
        if (object instanceof Set) return list([...object]);
        if (object instanceof Map) return map(object);
        if (isBoxed(object)) return value(object.valueOf());
    }
    enter(object);
    octet(DICT);
    const start = at;
    let entries = 0;
    for (const name in object) {
        if (!hasOwnProperty.call(object, name)) continue;
        const item = object[name];
        // The frequent ones by themselves: it is a tenth of the time.
        if (typeof item === 'string') {
            key(name);
            text(item);
        } else if (typeof item === 'number') {
            key(name);
            numeric(item);
        } else if (!entry(name, item)) {
            continue;
        }
        entries++;
    }
    close(start, entries);
}

/** @param {Map<any, any>} map */
function map(map) {
    enter(map);
    octet(DICT);
    const start = at;
    let entries = 0;
    for (const [name, item] of map) {
        if (typeof name !== 'string') refuse(name, 'a Map with a key that is no string cannot be sent');
        if (entry(name, item)) entries++;
    }
    close(start, entries);
}

/** Writes a key and its value, unless that is left out. @param {string} name @param {any} item */
function entry(name, item) {
    const plain = resolved(item, name);
    if (isAbsent(plain)) return false;
    key(name);
    value(plain);
    return true;
}

/** How many keys are kept as octets, and how long each may be: to copy these is quicker. */
const KEYS = 1024;
const LONG = 32;

/**
 * A key that is kept: its octets, the first eight also as words, and the key that followed it last: a guess.
 * @typedef {{ name: string | undefined, octets: Uint8Array, length: number, first: number, second: number, next: Key }} Key
 */
/** The keys that are kept. @type {Map<string, Key>} */
const kept = new Map();
/** The key that was written last; at first, none. */
let last = keyOf(undefined, new Uint8Array(0));

/** @param {string | undefined} name @param {Uint8Array} octets @returns {Key} */
function keyOf(name, octets) {
    const [first, second] = [0, 4].map((i) => (octets[i] << 24) | (octets[i + 1] << 16) | (octets[i + 2] << 8) | octets[i + 3]);
    const key = /** @type {any} */ ({ name, octets, length: octets.length, first, second, next: null });
    key.next = key;
    return key;
}

/** Writes a key: mostly the one that came behind the last key before. @param {string} name */
function key(name) {
    let found = last.next;
    if (found.name !== name) {
        const other = kept.get(name) ?? keep(name);
        if (other === null) return text(name);
        last.next = found = other;
    }
    last = found;
    const { length } = found;
    // A little too much costs less than a loop.
    room(SCALAR + length);
    view.setInt32(at, found.first);
    if (length > 4) {
        view.setInt32(at + 4, found.second);
        for (let i = 8; i < length; i++) u8[at + i] = found.octets[i];
    }
    at += length;
}

/** A key that is new, or null if it is not to be kept. @param {string} name */
function keep(name) {
    if (name.length > LONG || kept.size >= KEYS) return null;
    const start = at;
    text(name);
    const key = keyOf(name, u8.slice(start, at));
    at = start;
    kept.set(name, key);
    return key;
}

/** Ends a dict, whose entries could not be counted before. @param {number} start of them @param {number} entries */
function close(start, entries) {
    around[--depth] = null;
    // There was room for one octet.
    const more = entries < 0x10 ? 0 : entries < 0x10000 ? 2 : 4;
    room(more);
    if (more > 0) u8.copyWithin(start + more, start, at);
    const last = at + more;
    at = start - 1;
    sized(DICT, entries);
    at = last;
}

/** @param {any} value */
function enter(value) {
    around[depth++] = value;
    // The message itself is around all of these.
    if (depth >= MAX_DEPTH) throw tooDeep(what, around.slice(0, depth));
}

/** @param {any} value @param {string} text @returns {never} */
function refuse(value, text) {
    throw refused(what, around.slice(0, depth), value, text);
}

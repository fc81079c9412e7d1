// @ts-check
// Writes JavaScript values in a binary serializer, each in its smallest form. One rule: whatever `prepare` throws,
// nothing of it was sent.
//
// Code of the application that runs in between (toJSON, getters) may send messages of its own: these are
// written behind what there is of the one around them.
//
// In the package there is this module once for each serializer, joined with its heads, as reader.js is with its forms.

import { NO_OPTIONS, hasKeys } from '../check.js';
import { MAX_DEPTH, isAbsent, isBoxed, isInexact, octetsOf, once, refused, resolved, tooDeep } from '../given.js';
import { DICT, FALSE, FLOAT, LIST, NULL, TRUE, announceBinary, announceDict, announceList, announceText, kindOf, large, small, sizeOfDict, sizeOfId, sizeOfText, wide } from './heads.js';

/** Below this a loop over the characters is faster than a call to the encoder. */
const SHORT = 96;
/** Octets in front of what is prepared, for the message's list, its type and its ids. */
const HEAD = 24;
/** As many octets as a number has at most, or what announces something. */
const SCALAR = 9;

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
/** The keys that have U+FFFD in their octets, by how deep their dict is: only such may become the same. @type {Set<string>[]} */
let inexact = [];
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
    for (let i = 0; i < head.length; i++) start -= sizeOfId(head[i]);
    const before = at;
    at = start;
    announceList(head.length + items);
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
            room(SCALAR);
            announceList(message.length);
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
        const before = { at, around, depth, what, inexact };
        around = [];
        inexact = [];
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
    if (before) ({ at, around, depth, what, inexact } = before);
    else if (depth > 0) (around = []), (inexact = []);
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

/** @param {any} value what `resolved` gave @returns {void} */
function value(value) {
    switch (typeof value) {
        case 'string':
            return text(value);
        case 'number':
            return numeric(value);
        case 'boolean':
            return octet(value ? TRUE : FALSE);
        case 'object':
            if (value === null) return octet(NULL);
            return Array.isArray(value) ? list(value) : object(value);
        case 'bigint':
            return big(value);
        default:
            return octet(NULL);
    }
}

/** @param {number} octet */
function octet(octet) {
    room(1);
    put(octet);
}

/** Writes an octet for which there is room, as for all that follow here. @param {number} octet */
export function put(octet) {
    u8[at++] = octet;
}

/** An octet and a number of one more. @param {number} first @param {number} number */
export function put8(first, number) {
    u8[at] = first;
    u8[at + 1] = number;
    at += 2;
}

/** @param {number} first @param {number} number */
export function put16(first, number) {
    u8[at] = first;
    view.setUint16(at + 1, number);
    at += 3;
}

/** @param {number} first @param {number} number */
export function put32(first, number) {
    u8[at] = first;
    view.setUint32(at + 1, number);
    at += 5;
}

/** @param {number} first @param {number} number an integer up to 2^53 */
export function put64(first, number) {
    u8[at] = first;
    view.setInt32(at + 1, Math.floor(number / 2 ** 32));
    view.setUint32(at + 5, number);
    at += 9;
}

/** @param {number} first @param {bigint} number of which 64 bits count */
export function putWide(first, number) {
    u8[at] = first;
    view.setBigInt64(at + 1, number);
    at += 9;
}

/** @param {number} number */
function numeric(number) {
    room(SCALAR);
    const bits = number | 0;
    if (bits === number && (bits !== 0 || 1 / number > 0)) {
        small(bits);
    } else if (number !== 0 && Math.trunc(number) === number && Math.abs(number) <= 2 ** 53) {
        large(number);
    } else {
        u8[at] = FLOAT;
        view.setFloat64(at + 1, number);
        at += 9;
    }
}

/** @param {bigint} number */
function big(number) {
    if (Number.isSafeInteger(Number(number))) return numeric(Number(number));
    room(SCALAR);
    const fits = number < 0n ? BigInt.asIntN(64, number) : BigInt.asUintN(64, number);
    if (fits !== number) refuse(number, 'a BigInt that does not fit 64 bits cannot be sent');
    wide(number);
}

/** @param {string} text */
function text(text) {
    const { length } = text;
    room(SCALAR + 3 * length);
    if (length < SHORT) {
        const octets = u8;
        let here = at + sizeOfText(length);
        let i = 0;
        for (; i < length; i++) {
            const unit = text.charCodeAt(i);
            if (unit > 0x7f) break;
            octets[here++] = unit;
        }
        if (i === length) {
            announceText(length);
            at = here;
            return;
        }
    }
    // Most often its length takes as many octets as that of ASCII.
    const guess = at + sizeOfText(length);
    const { written } = encoder.encodeInto(text, u8.subarray(guess));
    const start = at + sizeOfText(written);
    if (start !== guess) u8.copyWithin(start, guess, guess + written);
    announceText(written);
    at += written;
}

/** @param {Uint8Array} octets */
function binary(octets) {
    room(SCALAR + octets.length);
    announceBinary(octets.length);
    u8.set(octets, at);
    at += octets.length;
}

/** @param {any[]} list */
function list(list) {
    enter(list);
    const { length } = list;
    room(SCALAR);
    announceList(length);
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
        if (other === null) return unkept(name);
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
    if (name.length > LONG || kept.size >= KEYS || isInexact(name)) return null;
    const start = at;
    text(name);
    const key = keyOf(name, u8.slice(start, at));
    at = start;
    kept.set(name, key);
    return key;
}

/** Writes a key that is not kept. @param {string} name */
function unkept(name) {
    const start = at;
    text(name);
    // Nobody asks of ASCII, which is as long as its octets, nor of a message that was received: the application has nothing to change.
    if (at - start > sizeOfText(name.length) + name.length && what !== 'message' && isInexact(name)) once(name, (inexact[depth] ??= new Set()), what, around, depth);
}

/** Ends a dict, whose entries could not be counted before. @param {number} start of them @param {number} entries */
function close(start, entries) {
    if (inexact.length > depth) inexact.length = depth;
    around[--depth] = null;
    // There was room for one octet.
    const more = sizeOfDict(entries) - 1;
    room(more);
    if (more > 0) u8.copyWithin(start + more, start, at);
    const last = at + more;
    at = start - 1;
    announceDict(entries);
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

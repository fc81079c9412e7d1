// @ts-check
// Writes JavaScript values on a tape, of which Rust makes a frame of a binary serializer. The words are
// documented in src/codec/tape/mod.rs. One rule: whatever `prepare` throws, nothing of it was sent.

import { hasKeys } from './check.js';
import { MAX_DEPTH, isAbsent, isBoxed, octetsOf, refused, resolved, tooDeep } from './given.js';

/** @typedef {import('../wasm/wamp_wasm_cbor.js').Tape} Tape */
/** @typedef {{ items: number, word: number, octet: number, end: { word: number, number: number, octet: number }, serial: number }} Tail */

/** Below this a loop over the characters is faster than a call to the encoder. */
const SHORT = 96;
/** Words in front of a tail: for the message's list, its type and its ids. */
const HEAD = 4;

const [NUMBER, TEXT, LIST, KEY, OPEN_OBJECT, SPECIAL, BINARY] = [1, 2, 3, 4, 5, 6, 7];
const [NULL, FALSE, TRUE, SIGNED, UNSIGNED] = [SPECIAL, 8 | SPECIAL, 16 | SPECIAL, 24 | SPECIAL, 32 | SPECIAL];

/** How many keys cross as numbers, and how many octets each may have. */
const KEYS = 1024;
const KEY_OCTETS = 22;

const encoder = new TextEncoder();
const { getPrototypeOf } = Object;
const { hasOwnProperty } = Object.prototype;

/** Room in wasm that is asked for at once, in elements, and above which it is given back. */
const ROOM = 1024;
const KEEP = 1 << 20;

/** @template {Int32Array | Float64Array | Uint8Array} T @param {T} area @param {number} length @returns {T} */
function grown(area, length) {
    const larger = new /** @type {any} */ (area.constructor)(Math.max(length, area.length * 2));
    larger.set(area);
    return larger;
}

/**
 * A loop beats the call to `set` for the few elements of most messages.
 * @template {Int32Array | Float64Array | Uint8Array} T @param {T} from @param {number} start @param {number} count @param {T} to @param {number} at
 */
function copy(from, start, count, to, at) {
    if (count > 64) to.set(from.subarray(start, start + count), at);
    else for (let i = 0; i < count; i++) to[at + i] = from[start + i];
}

/** Too small, or much too large to be kept. @param {number} room @param {number} needed */
function isUnfit(room, needed) {
    return needed > room || (room > KEEP && needed < room / 4);
}

export class TapeWriter {
    /** @param {Tape} tape @param {WebAssembly.Memory} memory */
    constructor(tape, memory) {
        this.tape = tape;
        this.memory = memory;
        // The tape is written here and copied into wasm when it is complete: code of the application that
        // runs in between (toJSON, getters) may send messages of its own and make the memory grow.
        this.words = new Int32Array(256);
        this.numbers = new Float64Array(32);
        this.octets = new Uint8Array(1024);
        this.word = this.number = this.octet = 0;
        /** The names of the elements, for errors. */
        this.what = '';
        /** The lists and dicts around the value that is being written. @type {any[]} */
        this.around = [];
        this.nested = 0;
        this.serial = 0;
        /** Where the report is, which does not move. */
        this.report = tape.report() >>> 2;
        /** Where in wasm the areas are, and how much they hold. */
        this.wordsAt = this.numbersAt = this.octetsAt = 0;
        this.wordsRoom = this.numbersRoom = this.octetsRoom = 0;
        /** The keys that Rust has, from the second on, and the number of each. @type {(string | undefined)[]} */
        this.keys = [undefined];
        /** @type {Map<string, number>} */
        this.keyNumbers = new Map();
        /** After each key the one that followed it last, and the key that was written last: a guess. */
        this.followers = [0];
        this.lastKey = 0;
        const { buffer } = memory;
        this.u8 = new Uint8Array(buffer);
        this.i32 = new Int32Array(buffer);
        this.f64 = new Float64Array(buffer);
    }

    /**
     * The end of a message: whatever stands behind its ids. `finish` has to follow before the next
     * message is prepared.
     * @param {any[]} middle @param {any[] | Uint8Array | undefined} args @param {object | undefined} kwargs @returns {Tail}
     */
    prepare(middle, args, kwargs) {
        if (this.nested === 0) this.word = this.number = this.octet = 0;
        const { word, number, octet, around, what } = this;
        this.nested++;
        try {
            this.word += HEAD;
            for (let i = 0; i < middle.length; i++) this.element('options', middle[i], typeof middle[i] === 'object' ? OPEN_OBJECT : TEXT);
            let items = middle.length;
            const named = kwargs != null && hasKeys(kwargs);
            if (args != null && !Array.isArray(args)) {
                this.element('args', args, args instanceof Uint8Array ? BINARY : LIST);
                items++;
            } else if (named || (args != null && args.length > 0)) {
                this.element('args', args ?? [], LIST);
                items++;
            }
            if (named) {
                this.element('kwargs', kwargs, OPEN_OBJECT);
                items++;
            }
            const end = { word: this.word, number: this.number, octet: this.octet };
            return { items, word: word + HEAD, octet, end, serial: ++this.serial };
        } finally {
            this.nested--;
            // What is being prepared around this goes on where it was.
            this.word = word;
            this.number = number;
            this.octet = octet;
            this.around = around;
            this.what = what;
        }
    }

    /**
     * The frame: the type and the ids in front of what `prepare` gave. It lies in wasm memory: send it, or
     * copy it, before anything else happens.
     * @param {number[]} head @param {Tail} tail
     */
    finish(head, tail) {
        if (tail.serial !== this.serial) throw new Error('a message was prepared before the last one was finished');
        const { word, number } = this;
        const first = tail.word - head.length - 1;
        this.word = first;
        this.number = tail.end.number;
        this.push(((head.length + tail.items) << 3) | LIST);
        for (let i = 0; i < head.length; i++) this.numeric(head[i]);
        const frame = this.encoded(first, tail);
        this.word = word;
        this.number = number;
        return frame;
    }

    /** The frame of a whole message, whose values run no code of the application. @param {any[]} message */
    whole(message) {
        if (this.nested === 0) this.word = this.number = this.octet = 0;
        const { word, number, octet, around, what } = this;
        try {
            this.around = [];
            this.what = 'message';
            // The list of a message is no level of its own.
            this.push((message.length << 3) | LIST);
            for (const element of message) this.value(element);
            const end = { word: this.word, number: this.number, octet: this.octet };
            // Its way out may move the memory: a copy.
            return this.encoded(word, { items: 0, word, octet, end, serial: 0 }).slice();
        } finally {
            // A message that is being prepared, whose code sends this one, goes on where it was.
            this.word = word;
            this.number = number;
            this.octet = octet;
            this.around = around;
            this.what = what;
        }
    }

    /** @param {number} first @param {Tail} tail */
    encoded(first, tail) {
        const words = tail.end.word - first;
        const numbers = this.number;
        const octets = tail.end.octet - tail.octet;
        // All room first, because making room may move the memory.
        if (isUnfit(this.wordsRoom, words)) this.wordsAt = this.tape.words((this.wordsRoom = Math.max(words, ROOM)));
        if (isUnfit(this.numbersRoom, numbers)) this.numbersAt = this.tape.numbers((this.numbersRoom = Math.max(numbers, ROOM)));
        if (isUnfit(this.octetsRoom, octets)) this.octetsAt = this.tape.octets((this.octetsRoom = Math.max(octets, ROOM)));
        if (this.u8.length === 0) this.view();
        copy(this.words, first, words, this.i32, this.wordsAt >>> 2);
        copy(this.numbers, 0, numbers, this.f64, this.numbersAt >>> 3);
        copy(this.octets, tail.octet, octets, this.u8, this.octetsAt);
        const length = this.tape.write(words, numbers, octets);
        if (length === 0) throw new TypeError(this.tape.error());
        if (this.u8.length === 0) this.view();
        return new Uint8Array(this.u8.buffer, this.i32[this.report + 10] >>> 0, length);
    }

    /** The views on the memory, which end whenever it grows. */
    view() {
        const { buffer } = this.memory;
        this.u8 = new Uint8Array(buffer);
        this.i32 = new Int32Array(buffer);
        this.f64 = new Float64Array(buffer);
    }

    /** @param {string} what @param {any} value @param {number} tag what it has to become */
    element(what, value, tag) {
        this.what = what;
        if (this.around.length > 0 || this.nested > 1) this.around = [];
        const at = this.word;
        const plain = resolved(value, what);
        if (isAbsent(plain)) throw new TypeError(`${what}: ${typeof plain} cannot be sent`);
        this.value(plain);
        if ((this.words[at] & 7) !== tag) throw new TypeError(`${what} must become ${tag === LIST ? 'a list' : 'a dict'}`);
    }

    /** @param {any} value what `resolved` gave @returns {void} */
    value(value) {
        switch (typeof value) {
            case 'string':
                return this.text(value);
            case 'number':
                return this.numeric(value);
            case 'boolean':
                return this.push(value ? TRUE : FALSE);
            case 'object':
                if (value === null) return this.push(NULL);
                return Array.isArray(value) ? this.list(value) : this.object(value);
            case 'bigint':
                return this.big(value);
            default:
                return this.push(NULL);
        }
    }

    /** @param {number} word */
    push(word) {
        if (this.word === this.words.length) this.words = grown(this.words, 0);
        this.words[this.word++] = word;
    }

    /** @param {number} number */
    numeric(number) {
        const word = number << 3;
        if (word >> 3 === number && (number !== 0 || 1 / number > 0)) return this.push(word);
        if (this.number === this.numbers.length) this.numbers = grown(this.numbers, 0);
        this.push((this.number << 3) | NUMBER);
        this.numbers[this.number++] = number;
    }

    /** @param {bigint} number */
    big(number) {
        const signed = BigInt.asIntN(64, number) === number;
        if (!signed && BigInt.asUintN(64, number) !== number) this.refuse(number, 'a BigInt that does not fit 64 bits cannot be sent');
        this.push(signed ? SIGNED : UNSIGNED);
        this.push(Number(BigInt.asIntN(32, number)));
        this.push(Number(BigInt.asIntN(32, number >> 32n)));
    }

    /** @param {string} text */
    text(text) {
        const { length } = text;
        if (this.octet + 3 * length > this.octets.length) this.octets = grown(this.octets, this.octet + 3 * length);
        const { octets } = this;
        const start = this.octet;
        if (length < SHORT) {
            let i = 0;
            for (; i < length; i++) {
                const unit = text.charCodeAt(i);
                if (unit > 0x7f) break;
                octets[start + i] = unit;
            }
            if (i === length) {
                this.octet = start + length;
                return this.push((length << 3) | TEXT);
            }
        }
        const { written } = encoder.encodeInto(text, octets.subarray(start));
        this.octet = start + written;
        this.push((written << 3) | TEXT);
    }

    /** The name of an entry: mostly the one that came behind the last name before. @param {string} name */
    key(name) {
        let number = this.followers[this.lastKey];
        if (this.keys[number] !== name) {
            number = this.keyNumbers.get(name) ?? this.learned(name);
            if (number === 0) return this.text(name);
            this.followers[this.lastKey] = number;
        }
        this.lastKey = number;
        this.push(((number - 1) << 3) | KEY);
    }

    /** The number of a key that is new; 0: it has to travel as a text. @param {string} name */
    learned(name) {
        if (name.length > KEY_OCTETS || this.keys.length > KEYS) return 0;
        if (isUnfit(this.octetsRoom, KEY_OCTETS)) this.octetsAt = this.tape.octets((this.octetsRoom = ROOM));
        if (this.u8.length === 0) this.view();
        const { read, written } = encoder.encodeInto(name, this.u8.subarray(this.octetsAt, this.octetsAt + KEY_OCTETS));
        const fits = read === name.length && this.tape.key(written);
        if (this.u8.length === 0) this.view();
        if (!fits) return 0;
        const number = this.keys.push(name) - 1;
        this.followers.push(0);
        this.keyNumbers.set(name, number);
        return number;
    }

    /** @param {Uint8Array} octets */
    binary(octets) {
        if (this.octet + octets.length > this.octets.length) this.octets = grown(this.octets, this.octet + octets.length);
        this.octets.set(octets, this.octet);
        this.octet += octets.length;
        this.push((octets.length << 3) | BINARY);
    }

    /** @param {any[]} list */
    list(list) {
        this.enter(list);
        const { length } = list;
        this.push((length << 3) | LIST);
        for (let i = 0; i < length; i++) this.value(resolved(list[i], i));
        this.around.pop();
    }

    /** @param {any} object @returns {void} */
    object(object) {
        const prototype = getPrototypeOf(object);
        if (prototype !== Object.prototype && prototype !== null) {
            const octets = octetsOf(object);
            if (octets) return this.binary(octets);
            if (object instanceof Set) return this.list([...object]);
            if (object instanceof Map) return this.map(object);
            if (isBoxed(object)) return this.value(object.valueOf());
        }
        this.enter(object);
        const count = this.opened();
        let entries = 0;
        for (const name in object) {
            if (!hasOwnProperty.call(object, name)) continue;
            const item = resolved(object[name], name);
            if (isAbsent(item)) continue;
            this.key(name);
            this.value(item);
            entries++;
        }
        this.words[count] = entries;
        this.around.pop();
    }

    /** @param {Map<any, any>} map */
    map(map) {
        this.enter(map);
        const count = this.opened();
        let entries = 0;
        for (const [name, value] of map) {
            if (typeof name !== 'string') this.refuse(name, 'a Map with a key that is no string cannot be sent');
            const item = resolved(value, name);
            if (isAbsent(item)) continue;
            this.text(name);
            this.value(item);
            entries++;
        }
        this.words[count] = entries;
        this.around.pop();
    }

    /** Begins a dict; gives where its number of entries goes. */
    opened() {
        this.push(OPEN_OBJECT);
        this.push(0);
        return this.word - 1;
    }

    /** @param {any} value */
    enter(value) {
        // The message itself is around all of these.
        if (this.around.push(value) >= MAX_DEPTH) throw tooDeep(this.what, this.around);
    }

    /** @param {any} value @param {string} text @returns {never} */
    refuse(value, text) {
        throw refused(this.what, this.around, value, text);
    }
}

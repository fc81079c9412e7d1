// @ts-check
// Messages as JSON, by the browser's own means. Binary values travel as NUL and base64 in a string.
// One rule: whatever `encode` throws, nothing of it was sent.

import { textOf } from '../api/errors.js';
import { NO_OPTIONS, hasKeys, isDict } from './check.js';
import { MAX_DEPTH, octetsOf } from './given.js';

const MAX_ID = 2 ** 53;

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
    let text = '';
    for (let i = 0; i < bytes.length; i += 0x2000) {
        text += String.fromCharCode(...bytes.subarray(i, i + 0x2000));
    }
    return btoa(text);
}

/** Octets in quotes. @param {Uint8Array} bytes */
function binaryText(bytes) {
    return `"\\u0000${toBase64(bytes)}"`;
}

/** @param {string} text */
function fromBase64(text) {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
}

/** @param {unknown} error */
function notJson(error) {
    return new SyntaxError(`not JSON: ${textOf(error)}`);
}

/** Reads what `JSON.parse` gave: every string that begins with NUL is binary. @param {any} value @returns {any} */
function revive(value) {
    const whole = [value];
    // A list of what is left to look at: however deep a text nests, nothing here recurses.
    /** @type {any[]} */
    const left = [whole];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
        for (const key of Object.keys(at)) {
            const item = at[key];
            if (typeof item === 'string') {
                // The key is its own, even "__proto__", so that this sets nothing else.
                if (item.startsWith('\0')) at[key] = fromBase64(item.slice(1));
            } else if (typeof item === 'object' && item !== null) left.push(item);
        }
    }
    return whole[0];
}

/**
 * Whether lists and dicts are nested deeper than a limit.
 * @param {string} text @param {number} limit @param {number} dicts how many of them begin in the text
 */
function isTooDeep(text, limit, dicts) {
    // A text that is nested too deeply has at least so many opening brackets; most have fewer.
    let open = dicts;
    // As many characters close them again, so that behind one there is room for no more than this.
    const room = text.length - limit;
    for (let at = text.indexOf('['); at >= 0 && open <= limit; at = text.indexOf('[', at + 1)) {
        if (++open + room - at <= limit) return false;
    }
    if (open <= limit) return false;
    let depth = 0;
    for (let i = 0; i < text.length; i++) {
        switch (text.charCodeAt(i)) {
            case 0x22: // a string: skip it
                for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
                break;
            case 0x5b:
            case 0x7b:
                if (++depth > limit) return true;
                break;
            case 0x5d:
            case 0x7d:
                depth--;
        }
    }
    return false;
}

/** A Map with string keys as a dict. @param {Map<any, any>} map */
function dictOf(map) {
    for (const key of map.keys()) {
        if (typeof key !== 'string') throw new TypeError('a Map with a key that is no string cannot be sent');
    }
    return Object.fromEntries(map);
}

/** JSON.stringify with binary as "NUL base64", and Map and Set as they are sent in the binary serializers. @param {any} value @returns {string} */
function withSpecial(value) {
    /** @this {any} @param {string} key @param {any} item */
    function replace(key, item) {
        if (typeof item === 'string' && item.startsWith('\0')) {
            throw new TypeError('a string that begins with NUL cannot be told from binary in JSON');
        }
        if (typeof item === 'bigint') {
            if (!Number.isSafeInteger(Number(item))) throw new TypeError('a BigInt beyond 2^53 cannot be sent in JSON');
            return Number(item);
        }
        // The item is what toJSON gave, which Node's Buffer has too; here is what it was.
        const original = this[key];
        if (typeof original !== 'object' || original === null) return item;
        const bytes = octetsOf(original);
        if (bytes) return `\0${toBase64(bytes)}`;
        if (item instanceof Map) return dictOf(item);
        return item instanceof Set ? [...item] : item;
    }
    return JSON.stringify(value, replace);
}

/** @param {any} value @returns {string | undefined} */
function written(value) {
    try {
        return JSON.stringify(value);
    } catch (error) {
        // It takes no BigInt, of which small ones are numbers like others. Whatever else it refuses is refused again.
        if (error instanceof TypeError) return withSpecial(value);
        throw error;
    }
}

/** @param {any} value @returns {string} */
export function stringify(value) {
    const text = written(value);
    if (text === undefined) throw new TypeError(`${typeof value} has no form in JSON`);
    return dictsIn(text) < 0 ? withSpecial(value) : text;
}

/** Whether a dict is what JSON.stringify makes of something else. @param {string} text @param {number} at behind the brace */
function isOdd(text, at) {
    switch (text.charCodeAt(at + 1)) {
        case 0x30: // "0
            return text.charCodeAt(at + 2) === 0x22;
        case 0x74: // "t
            // Looked at before startsWith, which is slow.
            return text.charCodeAt(at + 8) === 0x42 && text.startsWith('"type":"Buffer"', at);
        default:
            return text.charCodeAt(at) === 0x7d;
    }
}

/**
 * How many dicts begin in a text, strings that look like one included; −1 when JSON.stringify may have met a
 * value that it writes wrongly: octets as {"0":…}, those of Node as {"type":"Buffer",…}, and empty ones, a
 * Map and a Set as {}; or a string that begins with NUL.
 * @param {string} text
 */
function dictsIn(text) {
    let dicts = 0;
    for (let at = text[0] === '{' ? 0 : text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
        dicts++;
        // Most keys begin with a letter from a to s, and then one look is enough.
        const second = text.charCodeAt(at + 2);
        if (!(second > 0x60 && second < 0x74) && isOdd(text, at + 1)) return -1;
    }
    // The search for one character is the quick one.
    return text.indexOf('\\') >= 0 && text.includes('"\\u0000') ? -1 : dicts;
}

/** What a text in quotes cannot hold as it is: quotes, backslashes, controls and halves of characters. */
const ODD = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/**
 * A list of few short texts and numbers as JSON, as JSON.stringify would write it; of any other, nothing. It is what is
 * sent most often, and a look at each text is less than a call that has to expect everything.
 * @param {any} list
 */
function simple(list) {
    const { length } = list;
    if (!(length <= 4) || list.toJSON !== undefined || !Array.isArray(list)) return undefined;
    let text = '';
    for (let i = 0; i < length; i++) {
        const item = list[i];
        if (i > 0) text += ',';
        if (typeof item === 'number' ? item - item === 0 : typeof item === 'string' && item.length < 64 && !ODD.test(item)) {
            text += typeof item === 'number' ? item : `"${item}"`;
        } else return undefined;
    }
    return `[${text}]`;
}

/** @param {any} value @param {string} start of its text @param {string} what */
function part(value, start, what) {
    let text = simple(value);
    if (text !== undefined) return text;
    text = written(value);
    if (text === undefined) throw new TypeError(`${typeof value} has no form in JSON`);
    const dicts = dictsIn(text);
    if (dicts < 0) text = withSpecial(value);
    if (text[0] !== start) throw new TypeError(`<${what}> becomes ${text.slice(0, 40)} in JSON`);
    // The other side would take it for an attack, and the session would be lost.
    if (text.length > 2 * MAX_DEPTH - 2 && isTooDeep(text, MAX_DEPTH - 1, dicts < 0 ? text.length : dicts)) throw new RangeError(`<${what}>: nesting exceeds the limit of ${MAX_DEPTH}`);
    return text;
}

/** What stands before a payload without options, by the URI. @type {Map<string, string>} */
const starts = new Map();
/** The last of them. */
let lastUri = /** @type {string | undefined} */ (undefined);
let lastStart = '';

/** Everything between the ids and the payload, and a comma. @param {any[]} middle options, and a URI where there is one */
function startOf(middle) {
    const options = middle[0];
    const uri = middle[1];
    if (options !== NO_OPTIONS && (!isDict(options) || hasKeys(options))) {
        return `,${middle.map((element) => (isDict(element) ? part(element, '{', 'options') : stringify(element))).join(',')},`;
    }
    if (uri === undefined) return ',{},';
    if (uri === lastUri) return lastStart;
    let start = starts.get(uri);
    if (start === undefined) {
        if (starts.size >= 1000) starts.clear();
        start = `,{},${stringify(uri)},`;
        starts.set(uri, start);
    }
    lastUri = uri;
    return (lastStart = start);
}

/** What stands before the id of a message, by its type. */
const BEGINNINGS = Array.from({ length: 100 }, (_, type) => `[${type},`);

export const json = {
    /** @param {string | ArrayBuffer} text @returns {any} */
    decode(text) {
        if (typeof text !== 'string') throw new TypeError('binary frame on a connection that uses text frames');
        let value;
        try {
            value = JSON.parse(text);
        } catch (error) {
            throw notJson(error);
        }
        // The search for one character is the quick one; indexOf is what V8 compiles without a call, includes is not.
        return text.indexOf('\\') >= 0 && text.includes('\\u0000') ? revive(value) : value;
    },

    /**
     * JSON.parse rounds 2^53 + 1, which is no id, to 2^53, which is one: the next number that JavaScript can
     * tell apart stands for it, so that the core refuses it. Asked of what is not `plain`, as neither is.
     * @param {any} message @param {string} text
     */
    exact(message, text) {
        for (const at of [1, 2]) {
            if (message?.[at] === MAX_ID && text.includes('9007199254740993')) message[at] = MAX_ID + 2;
        }
    },

    /**
     * The end of a message: whatever stands behind its ids. Runs code of the application (toJSON, getters).
     * @param {any[]} middle @param {any[] | Uint8Array | undefined} args octets only where the options say so @param {object | undefined} kwargs
     */
    prepare(middle, args, kwargs) {
        const start = startOf(middle);
        if (args !== undefined && !Array.isArray(args)) return `${start + binaryText(args)}]`;
        if (kwargs !== undefined && hasKeys(kwargs)) {
            const none = args === undefined || (args.length === 0 && /** @type {any} */ (args).toJSON === undefined);
            return start + (none ? '[],' : `${part(args, '[', 'args')},`) + part(kwargs, '{', 'kwargs') + ']';
        }
        if (args === undefined || args.length === 0) return `${start.slice(0, -1)}]`;
        return `${start + part(args, '[', 'args')}]`;
    },

    /** A whole message of plain values. @param {any[]} message */
    encode: (message) => stringify(message),

    /** The frame: the type and the ids in front of what `prepare` gave. @param {number[]} head @param {string} tail */
    finish(head, tail) {
        return head.length === 2 ? BEGINNINGS[head[0]] + head[1] + tail : `[${head.join(',')}${tail}`;
    },
};

// @ts-check
// Messages as JSON, by the browser's own means. Binary values travel as NUL and base64 in a string.
// One rule: whatever `encode` throws, nothing of it was sent.

import { NO_OPTIONS, hasKeys, isDict } from './check.js';

const MAX_ID = 2 ** 53;

/** As deep as the codec in Rust reads. */
const MAX_DEPTH = 128;
/** From so many characters on, it is quicker to search a text for braces than to visit the values in it. */
const LONG = 1024;

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
    return new SyntaxError(`not JSON: ${error instanceof Error ? error.message : error}`);
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
    for (let at = text.indexOf('['); at >= 0 && open <= limit; at = text.indexOf('[', at + 1)) open++;
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

/** @param {any} value */
function binaryOf(value) {
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return null;
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
        const bytes = binaryOf(original);
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

/**
 * How many dicts begin in a text, strings that look like one included; −1 when JSON.stringify may have met a
 * value that it writes wrongly: octets as {"0":…}, those of Node as {"type":"Buffer",…}, and empty ones, a
 * Map and a Set as {}; or a string that begins with NUL.
 * @param {string} text
 */
function dictsIn(text) {
    let dicts = 0;
    for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
        dicts++;
        switch (text.charCodeAt(at + 2)) {
            case 0x30: // {"0
                if (text.startsWith('":', at + 3)) return -1;
                break;
            case 0x74: // {"t
                if (text.startsWith('"type":"Buffer"', at + 1)) return -1;
                break;
            default:
                if (text.charCodeAt(at + 1) === 0x7d) return -1;
        }
    }
    // The search for one character is the quick one.
    return text.includes('\\') && text.includes('"\\u0000') ? -1 : dicts;
}

/**
 * Whether JSON.stringify alone writes a list or dict rightly: nothing in it is of a special class, begins
 * with NUL or is a function, which might be toJSON, and it is not nested too deeply.
 * @param {any} value @param {number} room how many levels it may have
 */
function isPlain(value, room) {
    if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) if (!isPlainItem(value[i], room)) return false;
        return true;
    }
    if (value.constructor !== Object) return false;
    for (const key in value) if (!isPlainItem(value[key], room)) return false;
    return true;
}

/** @param {any} item @param {number} room */
function isPlainItem(item, room) {
    switch (typeof item) {
        case 'string':
            return item.charCodeAt(0) !== 0;
        case 'object':
            return item === null || (room > 1 && isPlain(item, room - 1));
        case 'function':
        case 'bigint':
            return false;
        default:
            return true;
    }
}

/** @param {any} value @param {string} what */
function shallow(value, what) {
    let text = written(value);
    // What is short is sooner looked at as a value, what is long as a text.
    if (text !== undefined && text.length < LONG && isPlain(value, MAX_DEPTH - 1)) return text;
    if (text === undefined) throw new TypeError(`${typeof value} has no form in JSON`);
    const dicts = dictsIn(text);
    if (dicts < 0) text = withSpecial(value);
    // The other side would take it for an attack, and the session would be lost.
    if (text.length > 2 * MAX_DEPTH - 2 && isTooDeep(text, MAX_DEPTH - 1, dicts < 0 ? text.length : dicts)) throw new RangeError(`<${what}>: nesting exceeds the limit of ${MAX_DEPTH}`);
    return text;
}

/** @param {any} value @param {string} start @param {string} what */
function part(value, start, what) {
    const text = shallow(value, what);
    if (text[0] !== start) throw new TypeError(`<${what}> becomes ${text.slice(0, 40)} in JSON`);
    return `,${text}`;
}

/** The URIs that were sent last, in quotes. @type {Map<string, string>} */
const quotes = new Map();

/** @param {string} text */
function quoted(text) {
    let json = quotes.get(text);
    if (json === undefined) {
        if (quotes.size >= 1000) quotes.clear();
        json = stringify(text);
        quotes.set(text, json);
    }
    return json;
}

/** Whether JSON.stringify asks nobody what stands for an object. @param {any} object */
function asksNobody(object) {
    return object === undefined || object.toJSON === undefined;
}

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
        const named = kwargs !== undefined && hasKeys(kwargs);
        const some = named || (args !== undefined && args.length > 0);
        if ((middle[0] === NO_OPTIONS || (isDict(middle[0]) && !hasKeys(middle[0]))) && asksNobody(args) && asksNobody(kwargs)) {
            // The usual message.
            let tail = ',{}';
            for (let i = 1; i < middle.length; i++) tail += `,${quoted(middle[i])}`;
            if (some) tail += args !== undefined && args.length > 0 ? part(args, '[', 'args') : ',[]';
            if (named) tail += part(kwargs, '{', 'kwargs');
            return `${tail}]`;
        }
        let tail = '';
        for (const element of middle) tail += isDict(element) ? part(element, '{', 'options') : `,${stringify(element)}`;
        if (args instanceof Uint8Array) return `${tail},${binaryText(args)}]`;
        if (some) tail += part(args ?? [], '[', 'args');
        if (named) tail += part(kwargs, '{', 'kwargs');
        return `${tail}]`;
    },

    /** A whole message of plain values. @param {any[]} message */
    encode: (message) => stringify(message),

    /** The frame: the type and the ids in front of what `prepare` gave. @param {number[]} head @param {string} tail */
    finish(head, tail) {
        return head.length === 2 ? `[${head[0]},${head[1]}${tail}` : `[${head.join(',')}${tail}`;
    },
};

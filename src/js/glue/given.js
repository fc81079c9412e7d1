// @ts-check
// What values of the application's become when they are written in a binary serializer, and what is said of one
// that cannot be. One rule: what JSON.stringify does is done here too: toJSON is called, undefined, functions and
// symbols are left out of objects and are null in arrays. Beyond that, octets are binary, a BigInt of 64 bits is an
// integer, a Map with string keys is a dict, a Set is a list, and a lone surrogate becomes U+FFFD.

/** As deep as the codec in Rust reads; the message itself is the first list. */
export const MAX_DEPTH = 128;

/** The octets of what is binary. @param {any} value */
export function octetsOf(value) {
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return value instanceof ArrayBuffer ? new Uint8Array(value) : null;
}

/** Left out of objects. @param {any} value */
export function isAbsent(value) {
    return value === undefined || typeof value === 'function' || typeof value === 'symbol';
}

/** What stands for a value, as in JSON. @param {any} value @param {string | number} key */
export function resolved(value, key) {
    if (typeof value !== 'object' || value === null || typeof value.toJSON !== 'function') return value;
    // Node's Buffer has a toJSON, and is octets all the same.
    return ArrayBuffer.isView(value) ? value : value.toJSON(String(key));
}

/** A Number, String, Boolean or BigInt that is an object. @param {any} object */
export function isBoxed(object) {
    return object instanceof Number || object instanceof String || object instanceof Boolean || object instanceof BigInt;
}

/** Too many lists and dicts are around a value. @param {string} what @param {any[]} around */
export function tooDeep(what, around) {
    if (new Set(around).size < around.length) return new TypeError(`${what}: a value that contains itself cannot be sent`);
    return new RangeError(`${what}: nesting exceeds the limit of ${MAX_DEPTH}`);
}

/** A value has no form; the error says where it is. @param {string} what @param {any[]} around @param {any} value @param {string} text */
export function refused(what, around, value, text) {
    let path = what;
    for (let i = 0; i < around.length; i++) {
        const next = i + 1 < around.length ? around[i + 1] : value;
        const key = Object.keys(around[i]).find((name) => around[i][name] === next);
        path += Array.isArray(around[i]) ? `[${key ?? '?'}]` : `.${key ?? '?'}`;
    }
    return new TypeError(`${path}: ${text}`);
}

/** What becomes U+FFFD in UTF-8, or is it. */
const INEXACT = /[\ufffd\ud800-\udfff]/gu;

/** Whether another key may become the same. @param {string} name */
export const isInexact = (name) => name.search(INEXACT) >= 0;

/** Refuses a key that becomes the same text as one of those before it. @param {string} name @param {Set<string>} keys @param {string} what @param {any[]} around @param {number} depth */
export function once(name, keys, what, around, depth) {
    const written = name.replace(INEXACT, '\ufffd');
    if (keys.has(written)) throw refused(what, around.slice(0, depth - 1), around[depth - 1], `the key ${JSON.stringify(name)} is the same as another in UTF-8`);
    keys.add(written);
}

// @ts-check
// Checks of arguments. One rule: a wrong argument is a TypeError that names it, before anything is sent.

/** @param {unknown} condition @param {string} text @returns {asserts condition} */
export function check(condition, text) {
    if (!condition) throw new TypeError(text);
}

/** A dict: an object that is no list, no binary and no other special thing. @param {unknown} value */
export function isDict(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    return !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer);
}

/**
 * The arguments that call and publish share. Absent may be undefined or null.
 * @param {string} method @param {string} name @param {unknown} uri
 * @param {unknown} args @param {unknown} kwargs @param {unknown} options
 */
export function checkRequest(method, name, uri, args, kwargs, options) {
    check(typeof uri === 'string', `Session.${method}: <${name}> must be a string`);
    check(args == null || Array.isArray(args), `Session.${method}: <args> must be an array []`);
    check(kwargs == null || isDict(kwargs), `Session.${method}: <kwargs> must be an object {}`);
    check(options == null || isDict(options), `Session.${method}: <options> must be an object {}`);
}

/** Bounded memory of URIs that were found good, so that each is checked once. */
export class GoodUris {
    /** @type {Set<string>} */
    #seen = new Set();

    /** @param {string} uri */
    has(uri) {
        return this.#seen.has(uri);
    }

    /** @param {string} uri */
    add(uri) {
        if (this.#seen.size >= 1000) this.#seen.clear();
        this.#seen.add(uri);
    }
}

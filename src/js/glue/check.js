// @ts-check
// Checks of arguments. One rule: a wrong argument is a TypeError that names it, before anything is sent.

import { is_uri } from '../wasm/wamp_wasm.js';

const encoder = new TextEncoder();

/** A text, for the core. @param {string} text */
export const utf8 = (text) => encoder.encode(text);

/** Whether a text is a complete URI. @param {string} text */
export const isUri = (text) => is_uri(utf8(text));

/** @param {unknown} condition @param {string} text @returns {asserts condition} */
export function check(condition, text) {
    if (!condition) throw new TypeError(text);
}

/** A dict of a message: an object that is no list and no binary. @param {unknown} value */
export function isDict(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    return !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer);
}

/** What stands for options that nobody gave: it has no keys, and the same object each time is known by that. */
export const NO_OPTIONS = Object.freeze({});

/**
 * Whether it is surely an object of no special class: one look, where that is not enough to say no.
 * @param {any} value
 */
export function isOrdinary(value) {
    return value != null && value.constructor === Object;
}

/** Whether an object has keys that are sent. @param {any} object */
export function hasKeys(object) {
    for (const key in object) if (Object.hasOwn(object, key)) return true;
    return false;
}

/**
 * A dict of the application's: also no Map, Date, Error or promise that someone forgot to await, whose
 * entries would be lost without a word. An instance of a class is its own properties.
 * @param {unknown} value
 */
export function isGivenDict(value) {
    if (isOrdinary(value)) return true;
    if (typeof value !== 'object' || value === null) return false;
    const prototype = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null || Object.prototype.toString.call(value) === '[object Object]';
}

/**
 * The arguments that call and publish share. Absent may be undefined or null.
 * @param {string} method @param {string} name @param {unknown} uri
 * @param {unknown} args @param {unknown} kwargs @param {unknown} options
 */
export function checkRequest(method, name, uri, args, kwargs, options) {
    // The texts are made only when they are needed.
    if (typeof uri !== 'string') throw new TypeError(`Session.${method}: <${name}> must be a string`);
    checkPayload('Session.', method, args, kwargs);
    if (options != null) checkOptions(`Session.${method}`, options);
}

/** @param {string} owner @param {string} method @param {unknown} args @param {unknown} kwargs */
export function checkPayload(owner, method, args, kwargs) {
    if (args != null && !Array.isArray(args)) throw new TypeError(`${owner}${method}: <args> must be an array []`);
    if (kwargs != null && !isGivenDict(kwargs)) throw new TypeError(`${owner}${method}: <kwargs> must be an object {}`);
}

/** The reason and message of a GOODBYE. @param {string} where @param {unknown} reason @param {unknown} message */
export function checkGoodbye(where, reason, message) {
    check(typeof reason === 'string', `${where}: <reason> must be a string`);
    check(isUri(reason), `${where}: <reason> must be a URI, not '${reason}'`);
    check(message == null || typeof message === 'string', `${where}: <message> must be a string`);
}

/** @param {string} where @param {unknown} options */
export function checkOptions(where, options) {
    check(options == null || isGivenDict(options), `${where}: <options> must be an object {}`);
}

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

/** How an argument may have to be where `typeof` does not say it. @type {Record<string, (value: unknown) => boolean>} */
const KINDS = { 'an array []': Array.isArray, 'an object {}': isGivenDict };

/** @param {unknown} value @param {string} what as 'a string' @param {string} name where it is, too */
export function must(value, what, name) {
    check(KINDS[what]?.(value) ?? typeof value === what.slice(2), `${name} must be ${what}`);
}

/** The same of what may be absent. @param {unknown} value @param {string} what @param {string} name */
export function may(value, what, name) {
    if (value != null) must(value, what, name);
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
    if (typeof uri !== 'string') must(uri, 'a string', `Session.${method}: <${name}>`);
    checkPayload('Session.', method, args, kwargs);
    if (options != null && !isGivenDict(options)) must(options, 'an object {}', `Session.${method}: <options>`);
}

/** @param {string} owner @param {string} method @param {unknown} args @param {unknown} kwargs */
export function checkPayload(owner, method, args, kwargs) {
    if (args != null && !Array.isArray(args)) must(args, 'an array []', `${owner}${method}: <args>`);
    if (kwargs != null && !isGivenDict(kwargs)) must(kwargs, 'an object {}', `${owner}${method}: <kwargs>`);
}

/** The reason and message of a GOODBYE. @param {string} where @param {any} reason @param {unknown} message */
export function checkGoodbye(where, reason, message) {
    must(reason, 'a string', `${where}: <reason>`);
    check(isUri(reason), `${where}: <reason> must be a URI, not '${reason}'`);
    may(message, 'a string', `${where}: <message>`);
}

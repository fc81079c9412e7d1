// @ts-check
// Autobahn's small helpers, for programs that use them. This package itself does not.

import { normal } from './reconnect.js';
import { deferred } from './deferred.js';

/** @param {string} base64 */
export function atob(base64) {
    return base64 ? Uint8Array.from(globalThis.atob(base64), (c) => c.charCodeAt(0)) : null;
}

/** @param {Uint8Array} bytes */
export function btoa(bytes) {
    return bytes ? globalThis.btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join('')) : null;
}

/** @param {Uint8Array} bytes */
export function btoh(bytes) {
    return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** @param {string} hex */
export function htob(hex) {
    if (typeof hex !== 'string') throw new TypeError('htob: expected a string');
    if (hex.length % 2 !== 0 || /[^0-9a-f]/i.test(hex)) throw new RangeError('htob: not a hexadecimal text');
    return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** @param {number} [mean] @param {number} [deviation] */
export function rand_normal(mean = 0, deviation = 1) {
    return mean + deviation * normal();
}

/** @param {unknown} value */
export function is_object(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {unknown} condition @param {string} [text] */
export function assert(condition, text) {
    if (!condition) throw new Error(text || 'assertion failed');
}

/** @param {any} base @param {...any} sources objects, and at the end whether to go into them */
export function defaults(base, ...sources) {
    const recursive = typeof sources.at(-1) === 'boolean' ? sources.pop() : false;
    for (const source of sources) {
        for (const [key, value] of Object.entries(source ?? {})) {
            if (!Object.hasOwn(base, key)) Object.defineProperty(base, key, { value, writable: true, enumerable: true, configurable: true });
            else if (recursive && is_object(base[key]) && is_object(value)) defaults(base[key], value, true);
        }
    }
    return base;
}

/** @param {((error: unknown, message?: string) => void) | undefined} handler @param {unknown} error @param {string} [message] */
export function handle_error(handler, error, message) {
    if (typeof handler === 'function') handler(error, message);
    else console.error(message ?? 'Unhandled exception raised:', error);
}

export function new_global_id() {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2));
    return (high & 0x1fffff) * 2 ** 32 + low + 1;
}

export function deferred_factory() {
    return deferred;
}

/** @param {{ promise: Promise<any> }} deferred */
export function promise(deferred) {
    return deferred.promise;
}

/** @param {number} milliseconds */
export function sleep(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** @param {Function} call @param {...any} args */
export async function as_promise(call, ...args) {
    return call(...args);
}

/** @param {string} url @param {RequestInit} init @param {number} [timeout] milliseconds */
async function request(url, init, timeout) {
    /** @param {number} code @param {string} text */
    const failure = (code, text) => Object.assign(new Error(`${url}: ${text}`), { code, text });
    let response;
    try {
        response = await fetch(url, { credentials: 'include', ...init, signal: timeout ? AbortSignal.timeout(timeout) : null });
    } catch (error) {
        const { name, message } = /** @type {Error} */ (error);
        throw name === 'TimeoutError' ? failure(501, 'request timeout') : failure(0, message);
    }
    if (response.status !== 200 && response.status !== 204) throw failure(response.status, response.statusText);
    return response;
}

/** @param {string} url @param {string} data @param {number} [timeout] milliseconds */
export async function http_post(url, data, timeout) {
    const response = await request(url, { method: 'POST', headers: { 'Content-Type': 'application/json; charset=utf-8' }, body: data }, timeout);
    return response.status === 204 ? undefined : response.text();
}

/** @param {string} url @param {number} [timeout] milliseconds */
export async function http_get_json(url, timeout) {
    const response = await request(url, {}, timeout);
    return response.status === 204 ? undefined : response.json();
}

// @ts-check
// Recognises the well-shaped messages of the frequent kinds, whose numbers alone cross into Rust.
// One rule: whatever is not surely right is left to the ordinary codec, which names what is wrong.

import { known_keys } from '../wasm/wamp_wasm.js';
import { isDict } from './check.js';

const MAX_ID = 2 ** 53;

export const ASK = -1;
const PROGRESS = 1;
const RECEIVE_PROGRESS = 2;

const { getPrototypeOf } = Object;

/** Whether a dict that a codec made is empty. @param {any} dict */
function isEmptyDict(dict) {
    if (typeof dict !== 'object' || dict === null || getPrototypeOf(dict) !== Object.prototype) return false;
    for (const _ in dict) return false;
    return true;
}

/** What may stand behind the details: nothing, args, or args and kwargs. @param {any[]} message @param {number} at */
function hasPlainPayload(message, at) {
    const { length } = message;
    if (length === at) return true;
    if (!Array.isArray(message[at])) return false;
    return length === at + 1 || (length === at + 2 && typeof message[at + 1] === 'object' && message[at + 1] !== null && getPrototypeOf(message[at + 1]) === Object.prototype);
}

/** An EVENT without details: EVENT, Subscription, Publication, Details, Args, Kwargs. @param {any} message */
export function isPlainEvent(message) {
    return Array.isArray(message) && message[0] === 36 && isId(message[1]) && isId(message[2]) && isEmptyDict(message[3]) && hasPlainPayload(message, 4);
}

/** An INVOCATION without details: INVOCATION, Request, Registration, Details, Args, Kwargs. @param {any} message */
export function isPlainInvocation(message) {
    return Array.isArray(message) && message[0] === 68 && isId(message[1]) && isId(message[2]) && isEmptyDict(message[3]) && hasPlainPayload(message, 4);
}

/** A RESULT without details: RESULT, Request, Details, Args, Kwargs. @param {any} message */
export function isPlainResult(message) {
    return Array.isArray(message) && message[0] === 50 && isId(message[1]) && isEmptyDict(message[2]) && hasPlainPayload(message, 3);
}

/** The ids from 1 to 2^53 − 1: 2^53 itself may be a larger number that JavaScript has rounded. @param {unknown} value */
function isId(value) {
    return typeof value === 'number' && value >= 1 && value < MAX_ID && Math.floor(value) === value;
}

/** @type {Record<string, (value: unknown) => boolean>} */
const TESTS = {
    'a bool': (value) => typeof value === 'boolean',
    'a string': (value) => typeof value === 'string',
    'an integer': (value) => typeof value === 'number' && value >= 0 && value < MAX_ID && Math.floor(value) === value,
};

/** @type {Map<number, Map<string, ((value: unknown) => boolean) | null>>} */
const tables = new Map();

/** The keys that WAMP defines for the dict of a message; null where only Rust can judge the value. @param {number} code */
function table(code) {
    let keys = tables.get(code);
    if (!keys) {
        const lines = known_keys(code).split('\n').map((line) => line.split(/:(.*)/s));
        keys = new Map(lines.map(([key, what]) => [key, TESTS[what] ?? null]));
        tables.set(code, keys);
    }
    return keys;
}

/** Whether every known key of a dict surely has a value of its type. @param {number} code @param {object} dict */
export function surelyRight(code, dict) {
    let keys;
    for (const key in dict) {
        keys ??= table(code);
        const test = keys.get(key);
        if (test === undefined) continue;
        if (test === null || !test(/** @type {any} */ (dict)[key])) return false;
    }
    return true;
}

/** @param {any[]} message @param {number} at the position of the args */
function payload(message, at) {
    const rest = message.length - at;
    if (rest <= 0) return rest === 0;
    return rest <= 2 && Array.isArray(message[at]) && (rest === 1 || isDict(message[at + 1]));
}

/** @param {number} code @param {any} details */
function flags(code, details) {
    if (!isDict(details) || !surelyRight(code, details)) return ASK;
    return (details.progress === true ? PROGRESS : 0) | (details.receive_progress === true ? RECEIVE_PROGRESS : 0);
}

/**
 * The flags for `Core.on_message`, or ASK when the frame has to go through the codec.
 * @param {any} message
 */
export function hot(message) {
    if (!Array.isArray(message)) return ASK;
    switch (message[0]) {
        case 36: // EVENT, Subscription, Publication, Details, Args, Kwargs
        case 68: // INVOCATION, Request, Registration, Details, Args, Kwargs
            if (!isId(message[1]) || !isId(message[2]) || !payload(message, 4)) return ASK;
            return flags(message[0], message[3]);
        case 50: // RESULT, Request, Details, Args, Kwargs
            if (!isId(message[1]) || !payload(message, 3)) return ASK;
            return flags(50, message[2]);
        case 17: // PUBLISHED
        case 33: // SUBSCRIBED
        case 65: // REGISTERED
            return message.length === 3 && isId(message[1]) && isId(message[2]) ? 0 : ASK;
        case 35: // UNSUBSCRIBED
        case 67: // UNREGISTERED
            return message.length === 2 && isId(message[1]) ? 0 : ASK;
        default:
            return ASK;
    }
}

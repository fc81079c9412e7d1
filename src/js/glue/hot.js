// @ts-check
// Recognises the well-shaped messages of the frequent kinds, whose numbers alone cross into Rust.
// One rule: whatever is not surely right is left to the ordinary codec, which names what is wrong.

import { known_keys } from '../wasm/wamp_wasm.js';
import { isOrdinary } from './check.js';

/** EVENT, Subscription, Publication, Details, Args, Kwargs */
export const EVENT = 36;
/** RESULT, Request, Details, Args, Kwargs */
export const RESULT = 50;
/** INVOCATION, Request, Registration, Details, Args, Kwargs */
export const INVOCATION = 68;

export const ASK = -1;
const PROGRESS = 1;
const RECEIVE_PROGRESS = 2;
/** There are details, which concern the core no further. */
const DETAILS = 4;

/** What may stand behind the details: nothing, args, or args and kwargs. @param {any[]} message @param {number} at */
function hasPayload(message, at) {
    const { length } = message;
    if (length === at) return true;
    if (!Array.isArray(message[at])) return false;
    return length === at + 1 || (length === at + 2 && isOrdinary(message[at + 1]));
}

/** The ids from 1 to 2^53 − 1: 2^53 itself may be a larger number that JavaScript has rounded. @param {unknown} value */
function isId(value) {
    return Number.isSafeInteger(value) && /** @type {number} */ (value) > 0;
}

/** Whether a dict that a codec made is empty. @param {any} dict */
function isEmpty(dict) {
    if (!isOrdinary(dict)) return false;
    for (const _ in dict) return false;
    return true;
}

/**
 * Whether it is an EVENT of which `hot` says 0: asked before that, because most messages are, and this is small
 * enough to become part of what asks.
 * @param {any} message
 */
export function isEvent(message) {
    return Array.isArray(message) && message[0] === EVENT && isId(message[1]) && isId(message[2]) && isEmpty(message[3]) && hasPayload(message, 4);
}

/** @type {Record<string, (value: unknown) => boolean>} */
const TESTS = {
    'a bool': (value) => typeof value === 'boolean',
    'a string': (value) => typeof value === 'string',
    'an integer': (value) => Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0,
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

/** @param {number} code @param {any} details of any class: one with a key that hides its class is none to be sure of */
function flags(code, details) {
    if (!isOrdinary(details)) return ASK;
    for (const _ in details) {
        if (!surelyRight(code, details)) return ASK;
        return DETAILS | (details.progress === true ? PROGRESS : 0) | (details.receive_progress === true ? RECEIVE_PROGRESS : 0);
    }
    return 0;
}

/**
 * The flags for `Core.on_message`, 0 if there is nothing to know but the numbers; or ASK when the frame has to go through the codec.
 * @param {any} message
 */
export function hot(message) {
    if (!Array.isArray(message)) return ASK;
    switch (message[0]) {
        case EVENT:
        case INVOCATION:
            if (!isId(message[1]) || !isId(message[2]) || !hasPayload(message, 4)) return ASK;
            return flags(message[0], message[3]);
        case RESULT:
            if (!isId(message[1]) || !hasPayload(message, 3)) return ASK;
            return flags(RESULT, message[2]);
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

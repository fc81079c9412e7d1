// @ts-check
// Shows each message that comes or goes, by a codec around another. One rule: secrets are never shown, and payloads
// only to who asked for them.

import { guarded } from '../api/guarded.js';

/** @typedef {import('./line.js').Codec} Codec */
/** @typedef {'sent' | 'received'} Direction */
/** @typedef {{ direction: Direction, at: number, type: string, message: any[], size: number, probe: boolean }} Entry */
/** @typedef {{ hook?: (entry: Entry) => unknown, log: boolean, payloads: boolean, report: (error: unknown, text: string) => void }} Trace */

/** @type {Record<number, string>} */
const TYPES = {
    1: 'HELLO', 2: 'WELCOME', 3: 'ABORT', 4: 'CHALLENGE', 5: 'AUTHENTICATE', 6: 'GOODBYE', 8: 'ERROR',
    16: 'PUBLISH', 17: 'PUBLISHED', 32: 'SUBSCRIBE', 33: 'SUBSCRIBED', 34: 'UNSUBSCRIBE', 35: 'UNSUBSCRIBED', 36: 'EVENT',
    48: 'CALL', 49: 'CANCEL', 50: 'RESULT', 64: 'REGISTER', 65: 'REGISTERED', 66: 'UNREGISTER', 67: 'UNREGISTERED',
    68: 'INVOCATION', 69: 'INTERRUPT', 70: 'YIELD',
};

/** Where the payload of a message begins. @type {Record<number, number>} */
const PAYLOAD = { 8: 5, 16: 4, 36: 4, 48: 4, 50: 3, 68: 4, 70: 3 };

const [ERROR, UNSUBSCRIBE, UNSUBSCRIBED] = [8, 34, 35];
const REDACTED = '<redacted>';
/** The types of so many values are told, and the number of the others. */
const TOLD = 8;

/**
 * The same codec, whose messages are shown.
 * @param {Codec} codec @param {Trace} trace
 * @returns {Codec}
 */
export function traced(codec, trace) {
    const show = shower(trace);
    return {
        ...codec,
        decode(frame) {
            const size = frame.length ?? frame.byteLength ?? 0;
            let message;
            try {
                message = codec.decode(frame);
            } catch (error) {
                show('received', null, size);
                throw error;
            }
            show('received', message, size);
            return message;
        },
        prepare(middle, args, kwargs) {
            const whole = [...middle, ...(kwargs === undefined ? (args === undefined ? [] : [args]) : [args ?? [], kwargs])];
            return { tail: codec.prepare(middle, args, kwargs), whole };
        },
        encode(message) {
            const frame = codec.encode(message);
            show('sent', message, frame.length);
            return frame;
        },
        finish(head, { tail, whole }) {
            const frame = codec.finish(head, tail);
            show('sent', [...head, ...whole], frame.length);
            return frame;
        },
    };
}

/** @param {Trace} trace */
function shower({ hook, log, payloads, report }) {
    /** @type {Entry[]} */
    let entries = [];
    /** What was asked only to see whether the router is there. @type {Set<unknown>} */
    const probes = new Set();
    // Later, in order: what the hook does must not get in between a message and its frame.
    const tell = () => {
        const told = entries;
        entries = [];
        for (const entry of told) {
            if (hook) guarded(() => hook(entry), report, 'Exception raised from app code while firing trace()');
            if (log) console.debug(entry.direction === 'sent' ? '→' : '←', entry.type, entry.size, entry.message);
        }
    };
    /** @param {Direction} direction @param {any} message null for what is none @param {number} size */
    return (direction, message, size) => {
        if (entries.push({ direction, at: Date.now(), ...shown(message, payloads), size, probe: isProbe(message, probes) }) === 1) queueMicrotask(tell);
    };
}

/** Whether a message asks only for an answer, or gives it. @param {any} message @param {Set<unknown>} probes */
function isProbe(message, probes) {
    if (message?.[0] === UNSUBSCRIBE && message[2] === Number.MAX_SAFE_INTEGER) return Boolean(probes.add(message[1]));
    if (message?.[0] === UNSUBSCRIBED) return probes.delete(message[1]);
    return message?.[0] === ERROR && probes.delete(message[2]);
}

/** @param {any} message which may be anything at all @param {boolean} payloads */
function shown(message, payloads) {
    if (!Array.isArray(message)) return { type: 'INVALID', message: [] };
    const type = TYPES[message[0]];
    if (!type) return { type: 'INVALID', message: payloads ? [...message] : [summary(message, 'elements')] };
    const copy = withoutSecrets(message);
    const at = PAYLOAD[message[0]];
    if (at === undefined || payloads) return { type, message: copy };
    if (copy.length > at) copy[at] = summary(copy[at], 'args');
    if (copy.length > at + 1) copy[at + 1] = summary(copy[at + 1], 'kwargs');
    return { type, message: copy.slice(0, at + 2) };
}

/** @param {any[]} message */
function withoutSecrets([code, ...rest]) {
    switch (TYPES[code]) {
        case 'HELLO':
        case 'WELCOME':
            return [code, rest[0], Object.hasOwn(rest[1] ?? {}, 'authextra') ? { ...rest[1], authextra: REDACTED } : rest[1]];
        case 'CHALLENGE':
            return [code, rest[0], REDACTED];
        case 'AUTHENTICATE':
            return [code, REDACTED, REDACTED];
        default:
            return [code, ...rest];
    }
}

/** What there is, without saying it. @param {any} values @param {string} what */
function summary(values, what) {
    if (values instanceof Uint8Array) return `<${values.length} octets>`;
    if (typeof values !== 'object' || values === null) return `<${kind(values)}>`;
    const list = Object.values(values);
    const kinds = list.slice(0, TOLD).map(kind);
    if (list.length > TOLD) kinds.push(`${list.length - TOLD} more`);
    return `<${list.length} ${what}${list.length > 0 ? `: ${kinds.join(', ')}` : ''}>`;
}

/** @param {any} value @returns {string} */
function kind(value) {
    if (value === null) return 'null';
    if (Array.isArray(value)) return 'list';
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'octets';
    return typeof value === 'object' ? 'dict' : typeof value;
}

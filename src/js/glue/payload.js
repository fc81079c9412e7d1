// @ts-check
// The payload of a message as the application gets it. One rule: nothing is copied.

import { WampError } from '../api/errors.js';
import * as Op from './op.js';

/** Where the details and the payload of a message are, by its type: ERROR, EVENT, RESULT, INVOCATION. @type {Record<number, [number, number]>} */
const PLACES = { 8: [3, 5], 36: [3, 4], 50: [2, 3], 68: [3, 4] };

/** What has a payload for the application. @type {Set<number>} */
const CARRIERS = new Set([Op.Result, Op.Progress, Op.Failed, Op.Event, Op.Invocation, Op.InvocationPart]);

/** The positional arguments of a message; a transparent payload counts as one. @param {any} args */
export function payloadArgs(args) {
    return args === undefined || Array.isArray(args) ? args ?? [] : [args];
}

/** The details and the payload of a well-shaped message that has them. @param {any} message */
export function carried(message) {
    const [details, payload] = PLACES[message[0]];
    return { details: message[details], payload: message[payload], head: payload };
}

/**
 * Whether a payload may be encoded: it is octets in the place of the arguments, or its details name a scheme.
 * @param {number} op what the core wants done with it @param {any} message
 */
export function mayBeCoded(op, message) {
    if (!CARRIERS.has(op) || PLACES[message?.[0]] === undefined) return false;
    const { details, payload } = carried(message);
    return details?.enc_algo !== undefined || details?.ppt_scheme !== undefined || payload instanceof Uint8Array;
}

/**
 * The message for an application without a payload codec. Payloads of the passthru mode it may read itself.
 * @param {any} message
 */
export function withoutCodec(message) {
    const { details } = carried(message);
    if (details.enc_algo === undefined || details.ppt_scheme !== undefined) return message;
    throw new WampError('wamp.error.no_payload_codec', ['an encoded payload came, and there is no payload codec']);
}

/** What payload codecs need, which few pages load: `Payloads` is there when 'wamp-wasm/e2ee' is. @type {{ Payloads?: typeof import('../api/payloads.js').Payloads }} */
export const codecs = {};

/** @param {string} uri @param {any} message the ERROR, unless the core itself refused @param {string | undefined} text */
export function failure(uri, message, text) {
    if (message?.[0] !== 8) return new WampError(uri, text ? [text] : []);
    // ERROR, REQUEST.Type, REQUEST.Request, Details, Error, Args, Kwargs
    return new WampError(uri, payloadArgs(message[5]), message[6], { details: message[3] });
}

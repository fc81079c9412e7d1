// @ts-check
// The payload of a message as the application gets it. One rule: nothing is copied.

import { WampError } from '../api/errors.js';

/** The positional arguments of a message; a transparent payload counts as one. @param {any} args */
export function payloadArgs(args) {
    return args === undefined || Array.isArray(args) ? args ?? [] : [args];
}

/** @param {string} uri @param {any} message the ERROR, unless the core itself refused @param {string | undefined} text */
export function failure(uri, message, text) {
    if (message?.[0] !== 8) return new WampError(uri, text ? [text] : []);
    // ERROR, REQUEST.Type, REQUEST.Request, Details, Error, Args, Kwargs
    return new WampError(uri, payloadArgs(message[5]), message[6], { details: message[3] });
}

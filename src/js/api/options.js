// @ts-check
// Reads the options of a connection: autobahn's names and defaults, with a TypeError for what is wrong.

import { check, isDict } from '../glue/check.js';
import { PROTOCOLS } from '../glue/codec.js';

/** @param {any} options @param {string} key @param {number} fallback @param {number} least */
function number(options, key, fallback, least) {
    const value = options[key] ?? fallback;
    check(typeof value === 'number' && value >= least, `Connection: <options>.${key} must be a number of at least ${least}`);
    return value;
}

/** @param {any} options @param {string[]} keys @param {string} type */
function optional(options, keys, type) {
    for (const key of keys) {
        check(options[key] == null || typeof options[key] === type, `Connection: <options>.${key} must be a ${type}`);
    }
}

/** The subprotocols to offer, from autobahn's `protocols` or `serializers`: names, or objects with SERIALIZER_ID. @param {any} transport */
function protocolsOf(transport) {
    const { protocols, serializers } = transport;
    if (protocols == null && serializers == null) return Object.keys(PROTOCOLS);
    const names = protocols ?? serializers.map((/** @type {any} */ s) => `wamp.2.${s?.SERIALIZER_ID ?? s}`);
    check(Array.isArray(names) && names.length > 0, 'Connection: <options>.serializers must be a list and not empty');
    for (const name of names) check(name in PROTOCOLS, `Connection: '${name}' is none of ${Object.keys(PROTOCOLS).join(', ')}`);
    return [...names];
}

/** @param {any} options */
export function connectionOptions(options) {
    check(isDict(options), 'Connection: <options> must be an object {}');
    optional(options, ['realm', 'authid'], 'string');
    optional(options, ['onchallenge', 'on_user_error', 'on_internal_error', 'WebSocket'], 'function');
    check(options.authmethods == null || Array.isArray(options.authmethods), 'Connection: <options>.authmethods must be an array []');
    check(options.realm, 'Connection: <options>.realm is missing');
    check(options.transports == null || Array.isArray(options.transports), 'Connection: <options>.transports must be an array []');
    const transports = (options.transports ?? [{ type: 'websocket', url: options.url }]).map((/** @type {any} */ transport) => {
        if (!transport?.type) throw new Error('Connection: a transport in <options>.transports has no type');
        const url = transport.url ?? options.url;
        check(url instanceof URL || (typeof url === 'string' && url !== ''), 'Connection: <options>.url must be a string');
        return {
            type: transport.type,
            url: String(url),
            protocols: protocolsOf({ serializers: options.serializers, protocols: options.protocols, ...transport }),
        };
    });
    check(transports.length > 0, 'Connection: <options>.transports must not be empty');
    return {
        transports,
        realm: options.realm,
        authmethods: options.authmethods ?? undefined,
        authid: options.authid ?? undefined,
        authextra: options.authextra ?? undefined,
        onchallenge: options.onchallenge ?? undefined,
        on_user_error: reporter(options.on_user_error),
        on_internal_error: reporter(options.on_internal_error),
        retry_if_unreachable: options.retry_if_unreachable ?? true,
        max_retries: number(options, 'max_retries', 15, -1),
        initial_retry_delay: number(options, 'initial_retry_delay', 1.5, 0),
        max_retry_delay: number(options, 'max_retry_delay', 300, 0),
        retry_delay_growth: number(options, 'retry_delay_growth', 1.5, 0),
        retry_delay_jitter: number(options, 'retry_delay_jitter', 0.1, 0),
        socket: { WebSocket: options.WebSocket ?? undefined, max_buffered: options.max_buffered ?? undefined },
        max_message_size: options.max_message_size ?? undefined,
    };
}

/** How errors of callbacks are reported; a reporter that throws itself does no harm. @param {any} report */
function reporter(report) {
    return (/** @type {unknown} */ error, /** @type {string} */ text) => {
        try {
            if (report) return void report(error, text);
        } catch (another) {
            console.error('wamp-wasm: an error handler raised', another);
        }
        console.error(text, error);
    };
}

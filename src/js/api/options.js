// @ts-check
// Reads the options of a connection: autobahn's names and defaults, with a TypeError for what is wrong.

import { check, isGivenDict } from '../glue/check.js';
import { PROTOCOLS } from '../glue/codec.js';
import { DEFAULT_MAX_BUFFERED } from '../glue/websocket.js';

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

/** @param {unknown} value */
function isTexts(value) {
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The subprotocols to offer, from autobahn's `protocols` or `serializers`: names, or objects with SERIALIZER_ID. @param {any} transport */
function protocolsOf(transport) {
    const { protocols, serializers } = transport;
    if (protocols == null && serializers == null) return Object.keys(PROTOCOLS);
    const [key, list] = protocols != null ? ['protocols', protocols] : ['serializers', serializers];
    check(Array.isArray(list) && list.length > 0, `Connection: <options>.${key} must be an array [] and not empty`);
    const names = protocols != null ? list : list.map((/** @type {any} */ s) => `wamp.2.${String(s?.SERIALIZER_ID ?? s)}`);
    for (const name of names) {
        check(Object.hasOwn(PROTOCOLS, name), `Connection: <options>.${key}: '${String(name)}' is none of ${Object.keys(PROTOCOLS).join(', ')}`);
    }
    return [...names];
}

/** @param {any} options */
export function connectionOptions(options) {
    check(isGivenDict(options), 'Connection: <options> must be an object {}');
    optional(options, ['realm', 'authid'], 'string');
    optional(options, ['onchallenge', 'on_user_error', 'on_internal_error', 'WebSocket'], 'function');
    optional(options, ['retry_if_unreachable'], 'boolean');
    const { authmethods, authextra } = options;
    check(authmethods == null || isTexts(authmethods), 'Connection: <options>.authmethods must be an array [] of strings');
    check(authextra == null || isGivenDict(authextra), 'Connection: <options>.authextra must be an object {}');
    check(options.realm, 'Connection: <options>.realm is missing');
    check(options.transports == null || Array.isArray(options.transports), 'Connection: <options>.transports must be an array []');
    const transports = (options.transports ?? [{ type: 'websocket', url: options.url }]).map((/** @type {any} */ transport) => {
        if (!transport?.type) throw new Error('Connection: a transport in <options>.transports has no type');
        const url = transport.url ?? options.url;
        // Autobahn's other transports are named by other keys; they are passed over later.
        if (transport.type !== 'websocket') return { type: transport.type, url: null, protocols: [] };
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
        authmethods: authmethods ?? undefined,
        authid: options.authid ?? undefined,
        authextra: authextra ?? undefined,
        onchallenge: options.onchallenge ?? undefined,
        on_user_error: reporter(options.on_user_error),
        on_internal_error: reporter(options.on_internal_error),
        retry_if_unreachable: options.retry_if_unreachable ?? true,
        max_retries: number(options, 'max_retries', 15, -1),
        initial_retry_delay: number(options, 'initial_retry_delay', 1.5, 0),
        max_retry_delay: number(options, 'max_retry_delay', 300, 0),
        retry_delay_growth: number(options, 'retry_delay_growth', 1.5, 0),
        retry_delay_jitter: number(options, 'retry_delay_jitter', 0.1, 0),
        socket: { WebSocket: options.WebSocket ?? undefined, max_buffered: number(options, 'max_buffered', DEFAULT_MAX_BUFFERED, 0) },
        max_message_size: number(options, 'max_message_size', 2 ** 24, 1),
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

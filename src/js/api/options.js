// @ts-check
// Reads the options of a connection: autobahn's names and defaults, with a TypeError for what is wrong.

import { LONGEST_TIMER } from '../glue/alarm.js';
import { check, isGivenDict } from '../glue/check.js';
import { PROTOCOLS, isSpoken } from '../glue/codec.js';
import { isUsable, needsUrl } from '../glue/transports.js';
import { DEFAULT_MAX_BUFFERED } from '../glue/websocket.js';
import { authOption } from './credentials.js';
import { checkPolicy } from './offline.js';

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

/**
 * The subprotocols to offer, from autobahn's `protocols` or `serializers`: names, objects with SERIALIZER_ID,
 * or serializers of the application's own, which go into `own`.
 * @param {any} transport @param {Map<string, any>} own
 */
function protocolsOf(transport, own) {
    const { protocols, serializers } = transport;
    // Each answer of a long poll carries one message, unless they are batched.
    if (protocols == null && serializers == null) return transport.type === 'longpoll' ? PROTOCOLS.flatMap((name) => [`${name}.batched`, name]) : PROTOCOLS;
    const [key, list] = protocols != null ? ['protocols', protocols] : ['serializers', serializers];
    check(Array.isArray(list) && list.length > 0, `Connection: <options>.${key} must be an array [] and not empty`);
    const names = protocols != null ? list : list.map((/** @type {any} */ serializer) => nameOf(serializer, own));
    for (const name of names) {
        const known = typeof name === 'string' && (isSpoken(name) || own.has(name));
        check(known, `Connection: <options>.${key}: '${String(name)}' is none of ${PROTOCOLS.join(', ')}`);
    }
    return [...names];
}

/** @param {any} serializer @param {Map<string, any>} own */
function nameOf(serializer, own) {
    const name = `wamp.2.${String(serializer?.SERIALIZER_ID ?? serializer)}`;
    if (typeof serializer?.serialize !== 'function' && typeof serializer?.unserialize !== 'function') return name;
    const whole = typeof serializer.serialize === 'function' && typeof serializer.unserialize === 'function' && typeof serializer.BINARY === 'boolean';
    check(whole && typeof serializer.SERIALIZER_ID === 'string', 'Connection: <options>.serializers: a serializer needs SERIALIZER_ID, BINARY, serialize and unserialize');
    own.set(name, serializer);
    return name;
}

/** @param {any} transport @param {any} options @param {Map<string, any>} own */
function transportOf(transport, options, own) {
    if (!transport?.type && typeof transport?.create !== 'function') throw new Error('Connection: a transport in <options>.transports has no type');
    const { type = 'own', create, request_timeout, batch_separator } = transport;
    check(create === undefined || typeof create === 'function', 'Connection: a transport in <options>.transports has a create that is no function');
    check(request_timeout === undefined || request_timeout > 0, 'Connection: a transport in <options>.transports has a request_timeout that is no positive number');
    check(batch_separator === undefined || ['\x1e', '\x18'].includes(batch_separator), "Connection: a transport in <options>.transports has a batch_separator that is neither '\\x1e' nor '\\x18'");
    // Autobahn's other transports are named by other keys.
    if (!create && !needsUrl(type)) return { type, url: null, protocols: [] };
    const { url } = transport;
    check(url != null ? isUrl(url) : create, 'Connection: <options>.url must be a string, a function, or an array [] of these');
    // What a transport offers itself counts before what the connection does.
    const { protocols: named, serializers } = transport.protocols ?? transport.serializers ? transport : options;
    const protocols = protocolsOf({ type, protocols: named, serializers }, own);
    return { type, url: url == null ? null : typeof url === 'function' ? url : String(url), protocols, create, request_timeout, batch_separator };
}

/** @param {unknown} url */
function isUrl(url) {
    return url instanceof URL || typeof url === 'function' || (typeof url === 'string' && url !== '');
}

/** Each way to each of its addresses. @param {any} options @param {Map<string, any>} own */
function waysOf(options, own) {
    const ways = options.transports ?? [{ type: 'websocket' }];
    return ways.flatMap((/** @type {any} */ transport) => {
        const url = transport?.url ?? options.url;
        check(!Array.isArray(url) || url.length > 0, 'Connection: <options>.url must not be empty');
        return [url].flat().map((url) => transportOf({ ...transport, url }, options, own));
    });
}

/** When to ask a silent router whether it is still there; null for never. @param {any} options */
function heartbeatOption({ heartbeat, durable }) {
    if (heartbeat === false || (heartbeat == null && !durable)) return null;
    const { interval = 30_000, timeout = 10_000, ...others } = heartbeat === true ? {} : (heartbeat ?? {});
    const isRight = [interval, timeout].every((time) => typeof time === 'number' && time >= 1 && time < 2 ** 31) && Object.keys(others).length === 0;
    check(isRight && (heartbeat == null || heartbeat === true || isGivenDict(heartbeat)), 'Connection: <options>.heartbeat must be a boolean or { interval, timeout } in milliseconds');
    return { interval, timeout };
}

const LEVELS = ['error', 'warn', 'info', 'debug'];

/** Who sees the messages; null for nobody. @param {any} options @returns {import('../glue/trace.js').Trace | null} */
function traceOption({ trace, trace_payloads, log_level, on_user_error }) {
    check(log_level == null || LEVELS.includes(log_level), `Connection: <options>.log_level must be one of ${LEVELS.join(', ')}`);
    const log = log_level === 'debug';
    return trace || log ? { hook: trace ?? undefined, log, payloads: trace_payloads ?? false, report: reporter(on_user_error) } : null;
}

/** Who writes down what becomes of the connection. @param {any} options */
function logOption({ log_level }) {
    if (log_level == null || log_level === 'error') return undefined;
    return (/** @type {any} */ status) => void import('./log.js').then(({ log }) => log(log_level, status), () => {});
}

/** @param {any} options */
export function connectionOptions(options) {
    check(isGivenDict(options), 'Connection: <options> must be an object {}');
    optional(options, ['realm', 'authid'], 'string');
    optional(options, ['onchallenge', 'on_user_error', 'on_internal_error', 'should_retry', 'onstatus', 'trace', 'WebSocket'], 'function');
    optional(options, ['retry_if_unreachable', 'lenient', 'durable', 'trace_payloads'], 'boolean');
    checkPolicy('Connection', options.offline);
    check(Number.isInteger(options.call_timeout ?? 0), 'Connection: <options>.call_timeout must be a whole number of milliseconds');
    const { authmethods, authextra } = options;
    check(authmethods == null || isTexts(authmethods), 'Connection: <options>.authmethods must be an array [] of strings');
    check(authextra == null || isGivenDict(authextra), 'Connection: <options>.authextra must be an object {}');
    check(options.realm, 'Connection: <options>.realm is missing');
    check(options.transports == null || Array.isArray(options.transports), 'Connection: <options>.transports must be an array []');
    /** @type {Map<string, any>} */
    const own = new Map();
    const transports = waysOf(options, own);
    check(transports.length > 0, 'Connection: <options>.transports must not be empty');
    const max_retries = number(options, 'max_retries', 15, -1);
    const max_message_size = number(options, 'max_message_size', 2 ** 24, 1);
    return {
        // Autobahn's others are passed over.
        transports: transports.filter(isUsable),
        own,
        lenient: options.lenient ?? false,
        realm: options.realm,
        authmethods: authmethods ?? undefined,
        authid: options.authid ?? undefined,
        authextra: authextra ?? undefined,
        onchallenge: options.onchallenge ?? undefined,
        heartbeat: heartbeatOption(options),
        trace: traceOption(options),
        log: logOption(options),
        authenticate: authOption(options),
        on_user_error: reporter(options.on_user_error),
        on_internal_error: reporter(options.on_internal_error),
        retry_if_unreachable: options.retry_if_unreachable ?? true,
        durable: options.durable ?? false,
        offline: { policy: options.offline ?? 'fail', limit: number(options, 'offline_limit', 1000, 0) },
        connect_timeout: Math.min(number(options, 'connect_timeout', 20_000, 1), LONGEST_TIMER),
        call_timeout: number(options, 'call_timeout', 0, 0),
        should_retry: options.should_retry ?? undefined,
        onstatus: options.onstatus ?? undefined,
        max_retries,
        max_first_retries: number(options, 'max_first_retries', max_retries, -1),
        initial_retry_delay: number(options, 'initial_retry_delay', 1.5, 0),
        max_retry_delay: number(options, 'max_retry_delay', 300, 0),
        retry_delay_growth: number(options, 'retry_delay_growth', 1.5, 0),
        retry_delay_jitter: number(options, 'retry_delay_jitter', 0.1, 0),
        socket: { WebSocket: options.WebSocket ?? undefined, max_buffered: number(options, 'max_buffered', DEFAULT_MAX_BUFFERED, 0), max_message_size },
        max_message_size,
        max_pending: options.max_pending == null ? undefined : Math.min(number(options, 'max_pending', 0, 1), 2 ** 32 - 1),
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

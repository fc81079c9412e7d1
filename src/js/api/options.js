// @ts-check
// Reads the options of a connection: autobahn's names and defaults, with a TypeError for what is wrong.

import { LONGEST_TIMER } from '../glue/alarm.js';
import { check, isGivenDict, may, must } from '../glue/check.js';
import { PROTOCOLS, isSpoken } from '../glue/codec.js';
import { isUsable, needsUrl } from '../glue/transports.js';
import { DEFAULT_MAX_BUFFERED } from '../glue/websocket.js';
import { authOption } from './credentials.js';
import { checkPolicy } from './offline.js';

const WHERE = 'Connection';

/** What the options have to be that are no numbers, if they are given. */
const KINDS = {
    'a string': ['realm', 'authid'],
    'a function': ['onchallenge', 'on_user_error', 'on_internal_error', 'should_retry', 'onstatus', 'trace', 'WebSocket'],
    'a boolean': ['retry_if_unreachable', 'lenient', 'durable', 'trace_payloads'],
    'an array []': ['transports', 'authmethods'],
    'an object {}': ['authextra'],
};

/** The numbers: what each is if it is not given, and the least that it can be. @type {Record<string, [number | undefined, number]>} */
const NUMBERS = {
    max_retries: [15, -1],
    max_first_retries: [undefined, -1],
    initial_retry_delay: [1.5, 0],
    max_retry_delay: [300, 0],
    retry_delay_growth: [1.5, 0],
    retry_delay_jitter: [0.1, 0],
    connect_timeout: [20_000, 1],
    call_timeout: [0, 0],
    max_buffered: [DEFAULT_MAX_BUFFERED, 0],
    max_message_size: [2 ** 24, 1],
    max_pending: [undefined, 1],
    offline_limit: [1000, 0],
};

const LEVELS = ['error', 'warn', 'info', 'debug'];

/** @param {any} options */
export function connectionOptions(options) {
    must(options, 'an object {}', `${WHERE}: <options>`);
    /** What is given; null is as good as nothing. @type {any} */
    const given = { __proto__: null, offline: 'fail', retry_if_unreachable: true };
    for (const key in options) if (options[key] != null) given[key] = options[key];
    for (const [what, keys] of Object.entries(KINDS)) for (const key of keys) may(given[key], what, `${WHERE}: <options>.${key}`);
    for (const [key, [fallback, least]] of Object.entries(NUMBERS)) {
        given[key] ??= fallback;
        check(given[key] === undefined || (typeof given[key] === 'number' && given[key] >= least), `${WHERE}: <options>.${key} must be a number of at least ${least}`);
    }
    checkPolicy(WHERE, given.offline);
    check(Number.isInteger(given.call_timeout), `${WHERE}: <options>.call_timeout must be a whole number of milliseconds`);
    check(!given.authmethods?.some(isNoText), `${WHERE}: <options>.authmethods must be an array [] of strings`);
    check(given.realm, `${WHERE}: <options>.realm is missing`);
    /** @type {Map<string, any>} */
    const own = new Map();
    const transports = waysOf(given, own);
    check(transports.length > 0, `${WHERE}: <options>.transports must not be empty`);
    return {
        ...given,
        // Autobahn's others are passed over.
        transports: transports.filter(isUsable),
        own,
        max_first_retries: given.max_first_retries ?? given.max_retries,
        // As many as the core can count.
        max_pending: given.max_pending && Math.min(given.max_pending, 2 ** 32 - 1),
        connect_timeout: Math.min(given.connect_timeout, LONGEST_TIMER),
        heartbeat: heartbeatOption(given),
        trace: traceOption(given),
        log: logOption(given),
        authenticate: authOption(given),
        on_user_error: reporter(given.on_user_error),
        on_internal_error: reporter(given.on_internal_error),
    };
}

/** @param {unknown} value */
const isNoText = (value) => typeof value !== 'string';

/** Each way to each of its addresses. @param {any} options @param {Map<string, any>} own */
function waysOf(options, own) {
    const ways = options.transports ?? [{ type: 'websocket' }];
    return ways.flatMap((/** @type {any} */ transport) => {
        const urls = [transport?.url ?? options.url].flat();
        check(urls.length > 0, `${WHERE}: <options>.url must not be empty`);
        return urls.map((url) => wayOf({ ...transport, url }, options, own));
    });
}

/** @param {any} transport @param {any} options @param {Map<string, any>} own @returns {import('../glue/transports.js').Way} */
function wayOf(transport, options, own) {
    const { type = 'own', url, create, request_timeout, batch_separator } = transport;
    if (!transport.type && !create) throw new Error(`${WHERE}: a transport in <options>.transports has no type`);
    const part = '<options>.transports';
    may(create, 'a function', `${WHERE}: ${part}[].create`);
    check(request_timeout === undefined || request_timeout > 0, `${WHERE}: ${part}[].request_timeout must be a positive number`);
    check(['\x1e', '\x18', undefined].includes(batch_separator), `${WHERE}: ${part}[].batch_separator must be '\\x1e' or '\\x18'`);
    // Autobahn's other transports are named by other keys.
    if (!create && !needsUrl(type)) return { type, url: null, protocols: [] };
    check(url == null ? create : url instanceof URL || typeof url === 'function' || (url && typeof url === 'string'), `${WHERE}: <options>.url must be a string, a function, or an array [] of these`);
    // What a transport offers itself counts before what the connection does.
    const protocols = protocolsOf(type, transport.protocols ?? transport.serializers ? transport : options, own);
    return { type, url: url == null || typeof url === 'function' ? url ?? null : String(url), protocols, create, request_timeout, batch_separator };
}

/**
 * The subprotocols to offer, from autobahn's `protocols` or `serializers`: names, objects with SERIALIZER_ID,
 * or serializers of the application's own, which go into `own`.
 * @param {string} type @param {any} from @param {Map<string, any>} own @returns {string[]}
 */
function protocolsOf(type, { protocols, serializers }, own) {
    const [key, list] = protocols != null ? ['protocols', protocols] : ['serializers', serializers];
    // Each answer of a long poll carries one message, unless they are batched.
    if (list == null) return type === 'longpoll' ? PROTOCOLS.flatMap((name) => [`${name}.batched`, name]) : PROTOCOLS;
    check(Array.isArray(list) && list.length > 0, `${WHERE}: <options>.${key} must be an array [] and not empty`);
    return list.map((/** @type {any} */ item) => {
        const name = list === protocols ? item : nameOf(item, own);
        check(typeof name === 'string' && (isSpoken(name) || own.has(name)), `${WHERE}: <options>.${key}: '${String(name)}' is none of ${PROTOCOLS.join(', ')}`);
        return name;
    });
}

/** @param {any} serializer @param {Map<string, any>} own */
function nameOf(serializer, own) {
    const { SERIALIZER_ID = serializer, BINARY, serialize, unserialize } = serializer ?? {};
    const name = `wamp.2.${String(SERIALIZER_ID)}`;
    if (typeof serialize === 'function' || typeof unserialize === 'function') {
        check([typeof serialize, typeof unserialize, typeof BINARY, typeof SERIALIZER_ID].join() === 'function,function,boolean,string', `${WHERE}: <options>.serializers: a serializer needs SERIALIZER_ID, BINARY, serialize and unserialize`);
        own.set(name, serializer);
    }
    return name;
}

/** When to ask a silent router whether it is still there; null for never. @param {any} options */
function heartbeatOption({ durable = false, heartbeat = durable }) {
    if (heartbeat === false) return null;
    const { interval = 30_000, timeout = 10_000, ...others } = heartbeat === true ? {} : heartbeat;
    const isRight = [interval, timeout].every((time) => typeof time === 'number' && time >= 1 && time <= LONGEST_TIMER) && Object.keys(others).length === 0;
    check(isRight && (heartbeat === true || isGivenDict(heartbeat)), `${WHERE}: <options>.heartbeat must be a boolean or { interval, timeout } in milliseconds`);
    return { interval, timeout };
}

/** Who sees the messages; null for nobody. @param {any} options @returns {import('../glue/trace.js').Trace | null} */
function traceOption({ trace, trace_payloads = false, log_level = 'error', on_user_error }) {
    check(LEVELS.includes(log_level), `${WHERE}: <options>.log_level must be one of ${LEVELS.join(', ')}`);
    const log = log_level === 'debug';
    return trace || log ? { hook: trace, log, payloads: trace_payloads, report: reporter(on_user_error) } : null;
}

/** Who writes down what becomes of the connection. @param {any} options */
function logOption({ log_level = 'error' }) {
    if (log_level === 'error') return undefined;
    return (/** @type {any} */ status) => void import('./log.js').then(({ log }) => log(log_level, status), () => {});
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

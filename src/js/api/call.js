// @ts-check
// The promise of a call. It settles exactly once: by result, error, loss of the session, or on this side
// by `timeout`, `signal` or `cancel()`; an answer that comes after that is ignored.

import { check } from '../glue/check.js';
import { payloadArgs } from '../glue/driver.js';
import { deferred } from './deferred.js';
import { WampError } from './errors.js';
import { guarded } from './guarded.js';
import { unwrap } from './values.js';

/** setTimeout takes no more. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** @typedef {{ signal?: AbortSignal, on_progress?: Function, timeout?: number }} Local */

/**
 * Separates what goes to the wire, verbatim, from what is for this side.
 * @param {any} options @returns {{ wire: any, local: Local }}
 */
export function callOptions(options) {
    const { signal, on_progress, ...wire } = options ?? {};
    check(signal == null || typeof signal.addEventListener === 'function', 'Session.call: <options>.signal must be an AbortSignal');
    check(on_progress == null || typeof on_progress === 'function', 'Session.call: <options>.on_progress must be a function');
    // As JSON, in which the options are checked, NaN is null.
    check(typeof wire.timeout !== 'number' || (Number.isInteger(wire.timeout) && wire.timeout >= 0), 'Session.call: <options>.timeout must be a whole number of milliseconds');
    if (on_progress) wire.receive_progress ??= true;
    return { wire, local: { signal: signal ?? undefined, on_progress: on_progress ?? undefined, timeout: wire.timeout } };
}

/**
 * @param {Local} local @param {(error: unknown, text: string) => void} report
 * @param {(pending: import('../glue/driver.js').Pending) => void} send
 */
export function startCall({ signal, on_progress, timeout }, report, send) {
    const { promise, resolve, reject } = deferred();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    let over = false;
    const release = () => {
        over = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
    };
    /** @param {unknown} error */
    const fail = (error) => {
        release();
        reject(error);
    };
    /** @param {string} text @param {unknown} [cause] */
    const cancel = (text, cause) => fail(new WampError('wamp.error.canceled', [text], {}, { cause }));
    const aborted = () => cancel('canceled by signal', signal?.reason);
    promise.cancel = () => cancel('canceled by the caller');

    if (signal?.aborted) {
        aborted();
        return promise;
    }
    try {
        send({
            done: (_, __, message) => {
                release();
                // RESULT, Request, Details, Args, Kwargs
                resolve(unwrap(message[3] === undefined ? undefined : payloadArgs(message[3]), message[4]));
            },
            failed: fail,
            progress: (message) => {
                // Whoever gave the call up hears no more of it.
                if (over) return;
                const args = payloadArgs(message[3]);
                const kwargs = message[4] ?? {};
                const guard = (/** @type {() => unknown} */ call) => guarded(call, report, 'Exception raised in progress handler:');
                guard(() => on_progress?.(args, kwargs));
                promise.notify(unwrap(args, kwargs), guard);
            },
        });
    } catch (error) {
        fail(error);
        return promise;
    }
    if (over) return promise;
    signal?.addEventListener('abort', aborted);
    if (timeout) timer = setTimeout(() => fail(new WampError('wamp.error.timeout', [`no answer within ${timeout} ms`])), Math.min(timeout, LONGEST_TIMER));
    return promise;
}

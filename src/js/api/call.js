// @ts-check
// The promise of a call. It settles exactly once: by result, error, loss of the session, or on this side
// by `timeout`, `signal` or `cancel()`; an answer that comes after that is ignored.

import { NO_OPTIONS, check } from '../glue/check.js';
import { payloadArgs } from '../glue/payload.js';
import { ProgressPromise } from './deferred.js';
import { WampError } from './errors.js';
import { guarded } from './guarded.js';
import { unwrap } from './values.js';

/** setTimeout takes no more. */
const LONGEST_TIMER = 2 ** 31 - 1;

const CALL = 48;

/** @typedef {{ signal?: AbortSignal, on_progress?: Function, timeout?: number }} Local */

/** For a call without options. @type {Local} */
const NOTHING = Object.freeze({});
const NEITHER = Object.freeze({ wire: NO_OPTIONS, local: NOTHING });

/**
 * Separates what goes to the wire, verbatim, from what is for this side.
 * @param {any} options @param {boolean} disclose whether the caller is to be disclosed unless they say otherwise
 * @returns {{ wire: any, local: Local }}
 */
export function callOptions(options, disclose) {
    if (options == null) return disclose ? { wire: { disclose_me: true }, local: NOTHING } : NEITHER;
    const { signal, on_progress, ...wire } = options;
    check(signal == null || typeof signal.addEventListener === 'function', 'Session.call: <options>.signal must be an AbortSignal');
    check(on_progress == null || typeof on_progress === 'function', 'Session.call: <options>.on_progress must be a function');
    // As JSON, in which the options are checked, NaN is null.
    check(typeof wire.timeout !== 'number' || (Number.isInteger(wire.timeout) && wire.timeout >= 0), 'Session.call: <options>.timeout must be a whole number of milliseconds');
    if (on_progress) wire.receive_progress ??= true;
    if (disclose) wire.disclose_me ??= true;
    return { wire, local: { signal: signal ?? undefined, on_progress: on_progress ?? undefined, timeout: wire.timeout } };
}

/**
 * Sends a CALL and gives the promise of its result.
 * @param {import('../glue/driver.js').Driver} driver
 * @param {any[]} middle @param {boolean} parts whether it takes parts of the result @param {any} args @param {any} kwargs
 * @param {Local} local @param {(error: unknown, text: string) => void} report
 */
export function startCall(driver, middle, parts, args, kwargs, local, report) {
    const call = new Call(local, report);
    if (local.signal?.aborted) {
        call.canceledBySignal();
        return call.promise;
    }
    try {
        driver.send(CALL, parts, middle, args, kwargs, call);
    } catch (error) {
        call.failed(error);
        return call.promise;
    }
    if (local !== NOTHING) call.watch();
    return call.promise;
}

/** The two ends of the promise that is being made. @type {(value: any) => void} */
let resolve;
/** @type {(error: unknown) => void} */
let reject;

/** The one executor of all: a closure for each call costs as much as the promise. @type {(a: any, b: any) => void} */
const ends = (a, b) => {
    resolve = a;
    reject = b;
};

/** A call without its final answer: what the driver tells about it goes to the promise. */
class Call {
    /** @param {Local} local @param {(error: unknown, text: string) => void} report */
    constructor(local, report) {
        this.local = local;
        this.report = report;
        this.promise = new ProgressPromise(ends, this);
        this.resolve = resolve;
        this.reject = reject;
        this.over = false;
        /** Undoes `watch`. @type {(() => void) | undefined} */
        this.release = undefined;
    }

    /** Follows the signal and the clock. */
    watch() {
        if (this.over) return;
        const { signal, timeout } = this.local;
        const aborted = () => this.canceledBySignal();
        const expired = () => this.failed(new WampError('wamp.error.timeout', [`no answer within ${timeout} ms`]));
        signal?.addEventListener('abort', aborted);
        const timer = timeout ? setTimeout(expired, Math.min(timeout, LONGEST_TIMER)) : undefined;
        this.release = () => {
            clearTimeout(timer);
            signal?.removeEventListener('abort', aborted);
        };
    }

    /** @param {number} _ @param {number} __ @param {any} message RESULT, Request, Details, Args, Kwargs */
    done(_, __, message) {
        this.over = true;
        this.release?.();
        this.resolve(unwrap(message[3] === undefined ? undefined : payloadArgs(message[3]), message[4]));
    }

    /** @param {unknown} error */
    failed(error) {
        this.over = true;
        this.release?.();
        this.reject(error);
    }

    /** @param {any} message RESULT, Request, Details, Args, Kwargs */
    progress(message) {
        // Whoever gave the call up hears no more of it.
        if (this.over) return;
        const args = payloadArgs(message[3]);
        const kwargs = message[4] ?? {};
        const guard = (/** @type {() => unknown} */ call) => guarded(call, this.report, 'Exception raised in progress handler:');
        guard(() => this.local.on_progress?.(args, kwargs));
        this.promise.notify(unwrap(args, kwargs), guard);
    }

    cancel() {
        this.failed(new WampError('wamp.error.canceled', ['canceled by the caller']));
    }

    canceledBySignal() {
        this.failed(new WampError('wamp.error.canceled', ['canceled by signal'], {}, { cause: this.local.signal?.reason }));
    }
}

// @ts-check
// The promise of a call. It settles exactly once: by result, error, loss of the session, or on this side
// by `timeout`, `signal` or `cancel()`; an answer that comes after that is ignored.

import { NO_OPTIONS, check } from '../glue/check.js';
import { surelyRight } from '../glue/hot.js';
import { payloadArgs } from '../glue/payload.js';
import { ProgressPromise, notify } from './deferred.js';
import { WampError } from './errors.js';
import { guarded } from './guarded.js';
import { checkPolicy } from './offline.js';
import { MOST_PARTS } from './running.js';
import { EventBuffer } from './subscription.js';
import { unwrap } from './values.js';

const CALL = 48;
const CANCELED = 'wamp.error.canceled';
const MODES = ['skip', 'killnowait', 'kill'];

/** @typedef {{ signal?: AbortSignal, on_progress?: Function, timeout?: number, offline?: import('./offline.js').Policy }} Local */

/** For a call without options. @type {Local} */
const NOTHING = Object.freeze({});
const NEITHER = Object.freeze({ wire: NO_OPTIONS, local: NOTHING });

/**
 * Separates what goes to the wire, verbatim, from what is for this side.
 * @param {any} options @param {boolean} disclose whether the caller is to be disclosed unless they say otherwise
 * @param {number} [patience] the timeout unless they say otherwise
 * @returns {{ wire: any, local: Local }}
 */
export function callOptions(options, disclose, patience = 0) {
    if (options == null && patience === 0) return disclose ? { wire: { disclose_me: true }, local: NOTHING } : NEITHER;
    const { signal, on_progress, offline, ...wire } = options ?? {};
    if (offline !== undefined) checkPolicy('Session.call', offline);
    if (patience !== 0) wire.timeout ??= patience;
    check(signal == null || typeof signal.addEventListener === 'function', 'Session.call: <options>.signal must be an AbortSignal');
    check(on_progress == null || typeof on_progress === 'function', 'Session.call: <options>.on_progress must be a function');
    // As JSON, in which the options are checked, NaN is null.
    check(typeof wire.timeout !== 'number' || (Number.isInteger(wire.timeout) && wire.timeout >= 0), 'Session.call: <options>.timeout must be a whole number of milliseconds');
    if (on_progress) wire.receive_progress ??= true;
    if (disclose) wire.disclose_me ??= true;
    return { wire, local: { signal: signal ?? undefined, on_progress: on_progress ?? undefined, timeout: Number(wire.timeout ?? 0), offline: offline ?? undefined } };
}

/**
 * Sends a CALL and gives the promise of its result.
 * @param {import('../glue/driver.js').Sender} driver
 * @param {any[]} middle @param {boolean} parts whether it takes parts of the result @param {any} args @param {any} kwargs
 * @param {Local} local @param {(error: unknown, text: string) => void} report
 */
export function startCall(driver, middle, parts, args, kwargs, local, report) {
    const call = new Call(driver, local, report);
    try {
        if (local === NOTHING) {
            call.request = driver.send(CALL, parts, middle, args, kwargs, call);
        } else {
            if (!surelyRight(CALL, middle[0])) driver.demand(CALL, middle[0]);
            call.watch();
            if (!call.over) call.send(parts, middle, args, kwargs, middle[0].progress === true);
        }
    } catch (error) {
        call.failed(error);
    }
    return call.promise;
}

/**
 * The same while there is no connection.
 * @param {import('./offline.js').Offline} away
 * @param {any[]} middle @param {boolean} parts @param {any} args @param {any} kwargs @param {Local} local @param {(error: unknown, text: string) => void} report
 */
export function queueCall(away, middle, parts, args, kwargs, local, report) {
    const call = new Call(NO_DRIVER, local, report);
    call.watch();
    call.wait(away, (driver) => {
        if (!surelyRight(CALL, middle[0])) driver.demand(CALL, middle[0]);
        call.send(parts, middle, args, kwargs, middle[0].progress === true);
    });
    return call.promise;
}

/** Of a call that was not sent, for which nothing is done. */
export const NO_DRIVER = /** @type {any} */ (null);

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
export class Call {
    /** @param {import('../glue/driver.js').Sender} driver @param {Local} local @param {(error: unknown, text: string) => void} report */
    constructor(driver, local, report) {
        this.driver = driver;
        this.local = local;
        this.report = report;
        this.promise = new ProgressPromise(ends, this);
        this.resolve = resolve;
        this.reject = reject;
        this.over = false;
        /** Its id, once it is sent. */
        this.request = 0;
        /** Told when it is over. @type {(() => void) | undefined} */
        this.release = undefined;
        /** Parts of the result for whoever iterates over them. @type {EventBuffer | undefined} */
        this.parts = undefined;
        this.takesParts = false;
        /** Whoever listens for parts of the result. @type {Array<(value: unknown) => void> | undefined} */
        this.listeners = undefined;
    }

    /** @param {boolean} parts @param {any[]} middle @param {any} args @param {any} kwargs @param {boolean} more */
    send(parts, middle, args, kwargs, more) {
        this.request = this.driver.send(CALL, parts, middle, args, kwargs, this);
        // Code that ran while the arguments were encoded may have given it up.
        if (this.over) return this.driver.cancel(this.request, 'killnowait');
        const { timeout = 0 } = this.local;
        if (timeout || more) this.driver.plan(this.request, timeout, more);
        this.takesParts = parts;
    }

    /** Waits for a connection, unless it is given up. @param {import('./offline.js').Offline} away @param {(driver: import('../glue/driver.js').Sender) => void} begin */
    wait(away, begin) {
        if (this.over) return;
        const ready = (/** @type {import('../glue/driver.js').Sender} */ driver) => {
            this.driver = driver;
            begin(driver);
        };
        try {
            this.onover(away.add(this.local.offline, ready, (error) => this.failed(error)));
        } catch (error) {
            this.failed(error);
        }
    }

    /** Follows the signal. */
    watch() {
        const { signal } = this.local;
        if (!signal) return;
        const aborted = () => this.giveUp('killnowait', new WampError(CANCELED, ['canceled by signal'], {}, { cause: signal.reason }));
        if (signal.aborted) return aborted();
        signal.addEventListener('abort', aborted);
        this.onover(() => signal.removeEventListener('abort', aborted));
    }

    /** @param {() => void} call made when it is over, or now */
    onover(call) {
        if (this.over) return call();
        const before = this.release;
        this.release = before ? () => (before(), call()) : call;
    }

    /** @param {number} _ @param {number} __ @param {any} message RESULT, Request, Details, Args, Kwargs */
    done(_, __, message) {
        this.over = true;
        if (this.release !== undefined) this.release();
        this.resolve(unwrap(message[3] === undefined ? undefined : payloadArgs(message[3]), message[4]));
    }

    /** @param {unknown} error */
    failed(error) {
        if (this.over) return;
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
        const value = unwrap(args, kwargs);
        notify(this, value, guard);
        if ((this.parts?.waiting ?? 0) >= MOST_PARTS) {
            return this.giveUp('killnowait', new WampError(CANCELED, ['the parts of the result come faster than they are read']));
        }
        this.parts?.push(value);
    }

    /** @param {{ mode?: any }} [options] */
    cancel(options) {
        const mode = options?.mode ?? 'killnowait';
        check(MODES.includes(mode), `CallPromise.cancel: <options>.mode must be one of ${MODES.join(', ')}`);
        this.giveUp(mode, new WampError(CANCELED, ['canceled by the caller']));
    }

    /** Whoever waits learns it at once, unless the callee is to answer. @param {string} mode @param {unknown} error */
    giveUp(mode, error) {
        if (this.over) return;
        const { request } = this;
        if (mode !== 'kill' || request === 0) this.failed(error);
        if (request !== 0) this.driver.cancel(request, mode);
    }

    /** The parts of the result from now on; the result itself is the promise's. Leaving early cancels the call. @param {Promise<any>} promise */
    iterate(promise) {
        check(this.takesParts || this.request === 0, 'only a call with receive_progress: true has parts to iterate over');
        const parts = (this.parts ??= new EventBuffer(Infinity));
        // Who iterates learns the error there, also of a call that had failed before.
        promise.then(() => parts.end(null), (/** @type {any} */ error) => parts.end(error));
        return parts.iterator(() => this.cancel());
    }
}

// @ts-check
// The callee: the endpoints of a session by ticket. How one is run and answers is in endpoint.js.
// One rule: an endpoint stays until the router has let it go, because calls may still be on their way.

import { plainDict } from '../glue/octets.js';
import { deferred } from './deferred.js';
import { SessionLost, StateError, WampError } from './errors.js';
import { Handles, NOBODY, isLive } from './handles.js';
import { Registration } from './registration.js';
import { MOST_PARTS, Runs } from './runs.js';
import { runningOf } from './values.js';

const REGISTER = 64;
const UNREGISTER = 66;
const CANCELED = 'wamp.error.canceled';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {import('../glue/driver.js').Sender} Sender */
/** @typedef {import('./handles.js').Kept & { handle: Registration }} Endpoint */

/** @typedef {import('./runs.js').Early} Early */
/** @typedef {typeof import('./endpoint.js').invoke} Run */

/** What runs an endpoint, once it is loaded. @type {Run | undefined} */
let invoke;

/** Loads it: a page that offers no procedures does without. */
const runner = async () => void ({ invoke } = await import('./endpoint.js'));

export class Callee {
    #session;
    #link;
    /** @type {Handles} */
    handles;
    /** What runs on after its endpoint has returned. */
    runs = new Runs();

    /** @param {import('./session.js').Session} session @param {import('./handles.js').Link} link */
    constructor(session, link) {
        this.#session = session;
        this.#link = link;
        this.handles = new Handles(link);
    }

    get registrations() {
        return [...this.handles.values()].map(({ handle }) => handle).filter(({ active }) => active);
    }

    /**
     * @param {string} procedure checked @param {Function} endpoint @param {any} options as they were given
     * @param {any} wire what of them is sent, checked @param {import('./offline.js').Policy | undefined} offline
     * @returns {Promise<Registration>}
     */
    register(procedure, endpoint, options, wire, offline) {
        const request = [REGISTER, 1, plainDict(wire), procedure];
        return new Promise((resolve, reject) => {
            const begin = (/** @type {Driver} */ driver) => {
                driver.demand(REGISTER, wire);
                const ready = runner();
                // It is told once there is something to run.
                ready.catch(() => {});
                const done = (/** @type {number} */ _, /** @type {number} */ id, /** @type {any} */ __, ticket = 0) => {
                    const handle = this.#begun(ticket, request, endpoint, options, id);
                    ready.then(() => resolve(handle), async (error) => {
                        reject(error);
                        if (isLive(handle)) await handle.unregister();
                    }).catch(() => {});
                };
                // The answer may be there before this returns.
                driver.request(request, { done, failed: reject });
            };
            this.#link.when(offline, begin, reject);
        });
    }

    /** @param {number} ticket @param {any[]} request @param {Function} endpoint @param {any} options @param {number} id */
    #begun(ticket, request, endpoint, options, id) {
        /** @type {any} */
        const kept = { state: 'active', ticket, request, stop: () => {}, revoked: deferred() };
        kept.handle = new Registration(request[3], endpoint, options, this.#session, id, kept, () => this.#unregister(kept));
        this.handles.set(ticket, kept);
        return kept.handle;
    }

    /** @param {Endpoint} kept @returns {Promise<void>} */
    #unregister(kept) {
        this.#link.check();
        if (!isLive(kept)) throw new StateError('registration not active');
        return new Promise((resolve, reject) => {
            const pending = {
                done: () => {
                    this.handles.delete(kept.ticket);
                    resolve();
                },
                failed: (/** @type {Error} */ error) => {
                    // The router refused, and calls still come; after a loss nothing does.
                    if (!(error instanceof SessionLost)) this.handles.mark(kept, 'active');
                    reject(error);
                },
            };
            this.#link.end([UNREGISTER, 1, kept.ticket], pending);
            this.handles.mark(kept, 'ended');
        });
    }

    /** What was known to a core of no more use is asked for again. @param {Driver} driver */
    adopt(driver) {
        this.handles.adopt(driver, ({ ticket }) => {
            this.handles.delete(ticket);
            driver.request([UNREGISTER, 1, ticket], NOBODY);
        });
    }

    /** @param {number} ticket */
    procedureOf(ticket) {
        return this.handles.get(ticket)?.handle.procedure;
    }

    /** @param {Sender} driver @param {number} ticket @param {number} request @param {any} message INVOCATION, … */
    invocation(driver, ticket, request, message) {
        const kept = this.handles.get(ticket);
        if (kept && invoke) invoke(driver, kept.handle, request, message, this.runs, this.#link.report);
        else if (kept) this.#invokeLater(driver, kept, request, message);
    }

    /**
     * Its registration has only just begun. Until there is what runs it, it counts as one that runs on.
     * @param {Sender} driver @param {any} kept @param {number} request @param {any} message
     */
    async #invokeLater(driver, kept, request, message) {
        const { runs } = this;
        /** @type {Early} */
        const early = [];
        runs.set(request, early);
        const problem = await runner().catch((error) => error);
        // It was answered, or nobody can be told any more.
        if (runs.get(request) !== early) return;
        if (problem) driver.answer(true, request, [{}, 'wamp.error.runtime_error'], [String(problem)], undefined);
        else /** @type {Run} */ (invoke)(driver, kept.handle, request, message, runs, this.#link.report);
        // Last, because a drain waits for it.
        if (runs.get(request) === early) runs.delete(request);
        for (const call of early) call();
    }

    /** More of the call of what runs. @param {Sender} driver @param {number} request @param {any} message INVOCATION, … */
    invocationPart(driver, request, message) {
        const invocation = this.runs.get(request);
        if (Array.isArray(invocation)) {
            // The first that is too many fails the call, and no other is needed.
            if (invocation.length <= MOST_PARTS) invocation.push(() => this.invocationPart(driver, request, message));
            return;
        }
        if (!invocation || runningOf(invocation).part(message)) return;
        const error = new WampError(CANCELED, ['the parts of the call come faster than they are read']);
        runningOf(invocation).interrupt(error);
        driver.answer(true, request, [{}, CANCELED], error.args, undefined);
    }

    /**
     * What runs is to stop. An endpoint that listens answers itself; one that does not is answered for.
     * @param {Sender} driver @param {number} request @param {boolean} kill whether an answer is waited for
     * @param {string | undefined} reason
     */
    interrupted(driver, request, kill, reason) {
        const invocation = this.runs.get(request);
        if (Array.isArray(invocation)) return void invocation.push(() => this.interrupted(driver, request, kill, reason));
        const error = new WampError(CANCELED, reason ? [reason] : []);
        const heard = invocation && runningOf(invocation).interrupt(error);
        if (kill && !heard) driver.answer(true, request, [{}, CANCELED], error.args, undefined);
    }

    /** There is no connection, so that no answer of what runs can be sent. @param {WampError} lost */
    interrupt(lost) {
        // Their requests mean something else on the next connection.
        const runs = this.runs;
        this.runs = new Runs();
        for (const invocation of runs.values()) if (!Array.isArray(invocation)) runningOf(invocation).interrupt(lost);
        runs.clear();
    }
}

// @ts-check
// The callee: the endpoints of a session by ticket. How one is run and answers is in endpoint.js.
// One rule: an endpoint stays until the router has let it go, because calls may still be on their way.

import { plainDict } from '../glue/octets.js';
import { deferred } from './deferred.js';
import { invoke } from './endpoint.js';
import { SessionLost, StateError, WampError } from './errors.js';
import { Handles, NOBODY, isLive } from './handles.js';
import { Registration } from './registration.js';
import { Runs } from './running.js';
import { runningOf } from './values.js';

const REGISTER = 64;
const UNREGISTER = 66;
const CANCELED = 'wamp.error.canceled';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {import('../glue/driver.js').Sender} Sender */
/** @typedef {import('./handles.js').Kept & { handle: Registration }} Endpoint */

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
                const done = (/** @type {number} */ _, /** @type {number} */ id, /** @type {any} */ __, ticket = 0) => resolve(this.#begun(ticket, request, endpoint, options, id));
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
        if (kept) invoke(driver, kept.handle, request, message, this.runs, this.#link.report);
    }

    /** More of the call of what runs. @param {Sender} driver @param {number} request @param {any} message INVOCATION, … */
    invocationPart(driver, request, message) {
        const invocation = this.runs.get(request);
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
        const error = new WampError(CANCELED, reason ? [reason] : []);
        const invocation = this.runs.get(request);
        const heard = invocation && runningOf(invocation).interrupt(error);
        if (kill && !heard) driver.answer(true, request, [{}, CANCELED], error.args, undefined);
    }

    /** There is no connection, so that no answer of what runs can be sent. @param {WampError} lost */
    interrupt(lost) {
        // Their requests mean something else on the next connection.
        const runs = this.runs;
        this.runs = new Runs();
        for (const invocation of runs.values()) runningOf(invocation).interrupt(lost);
        runs.clear();
    }
}

// @ts-check
// The callee: the endpoints of a session by ticket. How one is run and answers is in endpoint.js.
// One rule: an endpoint stays until the router has let it go, because calls may still be on their way.

import { plainDict } from '../glue/octets.js';
import { deferred } from './deferred.js';
import { invoke } from './endpoint.js';
import { StateError, WampError } from './errors.js';
import { Registration } from './registration.js';
import { runningOf } from './values.js';

const REGISTER = 64;
const UNREGISTER = 66;
const CANCELED = 'wamp.error.canceled';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {import('../glue/driver.js').Sender} Sender */
/** @typedef {{ registration: Registration, revoked: (reason: any) => void }} Endpoint */

export class Callee {
    #session;
    #open;
    #report;
    /** @type {Map<number, Endpoint>} */
    #endpoints = new Map();
    /** What runs on after its endpoint has returned, by request. @type {Map<number, import('./values.js').Invocation>} */
    #running = new Map();

    /**
     * @param {import('./session.js').Session} session @param {() => Driver} open its driver, or throws
     * @param {(error: unknown, text: string) => void} report
     */
    constructor(session, open, report) {
        this.#session = session;
        this.#open = open;
        this.#report = report;
    }

    get registrations() {
        return [...this.#endpoints.values()].map(({ registration }) => registration);
    }

    /**
     * @param {string} procedure checked @param {Function} endpoint @param {any} options as they were given
     * @param {any} wire what of them is sent, checked
     * @returns {Promise<Registration>}
     */
    register(procedure, endpoint, options, wire) {
        const driver = this.#open();
        const request = [REGISTER, 1, plainDict(wire), procedure];
        return new Promise((resolve, reject) => {
            driver.demand(REGISTER, wire);
            const ticket = driver.request(request, {
                done: (_, id) => {
                    const revoked = deferred();
                    const registration = new Registration(procedure, endpoint, options, this.#session, id, {
                        revoked: revoked.promise,
                        unregister: () => this.#unregister(ticket),
                    });
                    this.#endpoints.set(ticket, { registration, revoked: revoked.resolve });
                    resolve(registration);
                },
                failed: reject,
            });
        });
    }

    /** @param {number} ticket @returns {Promise<void>} */
    #unregister(ticket) {
        const endpoint = this.#endpoints.get(ticket);
        const driver = this.#open();
        if (!endpoint?.registration.active) throw new StateError('registration not active');
        return new Promise((resolve, reject) => {
            driver.request([UNREGISTER, 1, ticket], {
                done: () => {
                    this.#endpoints.delete(ticket);
                    resolve();
                },
                failed: (error) => {
                    // The router refused, and calls still come; after a loss nothing does.
                    endpoint.registration.active = this.#session.isOpen;
                    reject(error);
                },
            });
            endpoint.registration.active = false;
        });
    }

    /** @param {number} ticket */
    procedureOf(ticket) {
        return this.#endpoints.get(ticket)?.registration.procedure;
    }

    /** @param {Sender} driver @param {number} ticket @param {number} request @param {any} message INVOCATION, … */
    invocation(driver, ticket, request, message) {
        const endpoint = this.#endpoints.get(ticket);
        if (endpoint) invoke(driver, endpoint.registration, request, message, this.#running, this.#report);
    }

    /** More of the call of what runs. @param {Sender} driver @param {number} request @param {any} message INVOCATION, … */
    invocationPart(driver, request, message) {
        const invocation = this.#running.get(request);
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
        const invocation = this.#running.get(request);
        const heard = invocation && runningOf(invocation).interrupt(error);
        if (kill && !heard) driver.answer(true, request, [{}, CANCELED], error.args, undefined);
    }

    /** @param {number} ticket @param {string | undefined} reason */
    revoked(ticket, reason) {
        const endpoint = this.#endpoints.get(ticket);
        this.#endpoints.delete(ticket);
        if (!endpoint) return;
        endpoint.registration.active = false;
        endpoint.revoked(reason);
    }

    /** The session is over. @param {WampError} lost */
    ended(lost) {
        for (const invocation of this.#running.values()) runningOf(invocation).interrupt(lost);
        this.#running.clear();
        for (const { registration } of this.#endpoints.values()) registration.active = false;
        this.#endpoints.clear();
    }
}

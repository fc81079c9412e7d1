// @ts-check
// What the core has yet to learn: of requests that were numbered here, and of invocations that run. One rule: before the
// core is told or asked anything that may depend on it, `settle` tells it everything, as if it had known all along.

/** @typedef {import('../wasm/wamp_wasm.js').Core} Core */
/** @typedef {import('./deliveries.js').Deliveries} Deliveries */
/** @typedef {import('./deliveries.js').Pending} Pending */

/**
 * Places for invocations that run on, each of which has the one of its last digits: taken and left without the room
 * that a Map makes and gives back. Where two would have the same, the core is told of both.
 */
const PLACES = 256;

export class Ledger {
    #deliveries;
    /** The id of the next request, 0 while only the core knows. */
    #next = 0;
    /** How many calls may wait. */
    #room = 0;
    /** The registration of the last invocation, 0 while the core has to be asked, and its endpoint. */
    #registration = 0;
    #endpoint = 0;
    /** The invocation whose endpoint is being called, until it is answered. @type {any[] | null} */
    #current = null;
    /** Those that run on, each in its place. @type {Array<any[] | undefined>} */
    #running = [];

    /** @param {Deliveries} deliveries which has the calls that wait */
    constructor(deliveries) {
        this.#deliveries = deliveries;
    }

    /** The id of a PUBLISH, or of a CALL and who waits for it. 0: the core has to give one. @param {Core} core @param {Pending | null} pending */
    number(core, pending) {
        if (this.#next === 0) {
            this.#next = core.lend();
            if (this.#next === 0) return 0;
            this.#room = core.a;
        }
        if (pending !== null) {
            const { calls } = this.#deliveries;
            if (calls.size >= this.#room) return 0;
            calls.set(this.#next, pending);
        }
        return this.#next++;
    }

    /** The endpoint of an invocation that begins. 0: the core has to be told. @param {Core} core @param {any[]} message INVOCATION, Request, Registration, … */
    begin(core, message) {
        if (message[2] !== this.#registration) {
            this.#endpoint = core.lent_endpoint(message[2]);
            if (this.#endpoint === 0) return 0;
            this.#registration = message[2];
        }
        // It runs already, or another one has its place.
        if (this.#running[message[1] % PLACES] !== undefined) return 0;
        this.#current = message;
        return this.#endpoint;
    }

    /** The endpoint of the last one has returned. */
    runOn() {
        if (this.#current === null) return;
        this.#running[this.#current[1] % PLACES] = this.#current;
        this.#current = null;
    }

    /** Whether an invocation ends that the core knows nothing of. @param {number} request */
    end(request) {
        if (this.#current !== null && this.#current[1] === request) {
            this.#current = null;
            return true;
        }
        const message = this.#running[request % PLACES];
        if (message === undefined || message[1] !== request) return false;
        this.#running[request % PLACES] = undefined;
        return true;
    }

    /** Tells the core. @param {Core} core */
    settle(core) {
        if (this.#next !== 0) {
            const { calls, pending } = this.#deliveries;
            for (const [request, waiting] of calls) {
                core.took(request);
                core.begin(true, false);
                pending.set(core.a, waiting);
                calls.delete(request);
            }
            core.took(this.#next);
            this.#next = 0;
        }
        this.runOn();
        for (const message of this.#running) if (message) core.on_invocation(message[1], message[2]);
        if (this.#running.length > 0) this.#running = [];
        this.#registration = 0;
    }
}

// @ts-check
// What the core has yet to learn: of requests that were numbered here, and of invocations that run. One rule: before the
// core is told or asked anything that may depend on it, `settle` tells it everything, as if it had known all along.

/** @typedef {import('../wasm/wamp_wasm.js').Core} Core */
/** @typedef {import('./deliveries.js').Deliveries} Deliveries */
/** @typedef {import('./deliveries.js').Pending} Pending */

export class Ledger {
    #deliveries;
    /** The id of the next request, 0 while only the core knows. */
    #next = 0;
    /** How many calls may wait. */
    #room = 0;
    /** The registration of the last invocation, 0 while the core has to be asked, and its endpoint. */
    #registration = 0;
    #endpoint = 0;
    /** The invocation whose endpoint is being called, until it is answered. */
    #request = 0;
    /** Those that run on: their registrations. @type {Map<number, number>} */
    #running = new Map();

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

    /** The endpoint of an invocation that begins. 0: the core has to be told. @param {Core} core @param {number} request @param {number} registration */
    begin(core, request, registration) {
        if (registration !== this.#registration) {
            this.#endpoint = core.lent_endpoint(registration);
            if (this.#endpoint === 0) return 0;
            this.#registration = registration;
        }
        if (this.#running.size > 0 && this.#running.has(request)) return 0;
        this.#request = request;
        return this.#endpoint;
    }

    /** The endpoint of the last one has returned. */
    runOn() {
        if (this.#request === 0) return;
        this.#running.set(this.#request, this.#registration);
        this.#request = 0;
    }

    /** Whether an invocation ends that the core knows nothing of. @param {number} request */
    end(request) {
        if (request !== this.#request) return this.#running.size > 0 && this.#running.delete(request);
        this.#request = 0;
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
        for (const [request, registration] of this.#running) core.on_invocation(request, registration);
        this.#running.clear();
        this.#registration = 0;
    }
}

// @ts-check
// What is for the application, in order. One rule: one delivery at a time; what comes up while one runs
// waits for its turn, so that code of the application may call straight back.

/** @typedef {import('./driver.js').Driver} Driver */
/** @typedef {import('./driver.js').Pending} Pending */
/** @typedef {{ op: number, a: number, b: number, message: any, uri?: string, text?: string, tickets?: number[] }} Delivery */
/** @typedef {object} Handlers the host's, of one subscription */
/** @typedef {{ cause: number, reason: string | null, message: string, wasOpen: boolean, wasClean: boolean }} Ended */
/**
 * What the host of a driver has to do with deliveries.
 * @typedef {object} Host
 * @property {(id: number, message: any) => void} joined
 * @property {(message: any) => void} challenged
 * @property {(tickets: number[]) => Handlers} handlersOf what it keeps by tickets, to be given back with each event
 * @property {(handlers: Handlers, message: any) => void} event
 * @property {(driver: Driver, endpoint: number, request: number, message: any) => void} invocation
 * @property {(driver: Driver, request: number, message: any) => void} invocationPart
 * @property {(driver: Driver, request: number, kill: boolean, reason: string | undefined) => void} interrupted
 * @property {(tickets: number[], reason: string | undefined) => void} subscriptionRevoked
 * @property {(endpoint: number, reason: string | undefined) => void} registrationRevoked
 * @property {(op: number, a: number, tickets: number[], message: any, pending: Pending | undefined) => any} decoded the message with a plain payload, or throws a WampError
 * @property {(error: unknown) => void} undecodable told of what nobody else is told
 * @property {(ended: Ended) => void} ended
 * @property {(error: unknown) => void} fault
 */

export class Deliveries {
    /** Whether one runs, so that others have to wait. */
    busy = false;
    /** @type {Delivery[]} */
    #queue = [];
    #dispatch;
    #fault;

    /** @param {(delivery: Delivery) => void} dispatch @param {(error: unknown) => void} fault told what it throws */
    constructor(dispatch, fault) {
        this.#dispatch = dispatch;
        this.#fault = fault;
    }

    /** @param {Delivery} delivery */
    push(delivery) {
        this.#queue.push(delivery);
    }

    /** Works off what waits, unless that is being done already. */
    run() {
        if (this.busy || this.#queue.length === 0) return;
        this.busy = true;
        for (let i = 0; i < this.#queue.length; i++) {
            try {
                this.#dispatch(this.#queue[i]);
            } catch (error) {
                // The host guards the application's code; whatever this is, what comes after it must arrive.
                this.#fault(error);
            }
        }
        this.#queue = [];
        this.busy = false;
    }

    /** Before what is delivered without waiting, because none runs. */
    begin() {
        this.busy = true;
    }

    /** After that: what came up meanwhile. */
    end() {
        this.busy = false;
        if (this.#queue.length > 0) this.run();
    }

    /** Nothing of what waits is delivered any more. */
    drop() {
        this.#queue = [];
    }
}

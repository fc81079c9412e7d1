// @ts-check
// What is for the application, in order. One rule: one delivery at a time; what comes up while one runs
// waits for its turn, so that code of the application may call straight back.

/** @typedef {{ op: number, a: number, b: number, message: any, uri?: string, text?: string, tickets?: number[] }} Delivery */
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

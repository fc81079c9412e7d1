// @ts-check
// Who waits for the answer to a probe. One rule: each is told once, of the answer or of the end.

/** @typedef {import('./driver.js').Pending} Pending */

const ERROR = 8;
const UNSUBSCRIBE = 34;
const UNSUBSCRIBED = 35;

/** No router has given it to a subscription of this session. */
const NO_SUBSCRIPTION = Number.MAX_SAFE_INTEGER;

/** What every router answers at once. @param {number} request */
export const probe = (request) => [UNSUBSCRIBE, request, NO_SUBSCRIPTION];

export class Probes {
    /** By the id of its request. @type {Map<number, Pending>} */
    #waiting = new Map();

    /** @param {number} request @param {Pending} pending */
    add(request, pending) {
        this.#waiting.set(request, pending);
    }

    /** Any message that is none of those which come by the thousand; the answers are ERROR, UNSUBSCRIBE, Request, … or UNSUBSCRIBED, Request. @param {any} message */
    look(message) {
        if (this.#waiting.size === 0) return;
        const request = message?.[0] === ERROR && message[1] === UNSUBSCRIBE ? message[2] : message?.[0] === UNSUBSCRIBED ? message[1] : undefined;
        const pending = this.#waiting.get(request);
        this.#waiting.delete(request);
        pending?.done(0, 0, message);
    }

    /** @param {Error} error */
    end(error) {
        const waiting = [...this.#waiting.values()];
        this.#waiting.clear();
        for (const pending of waiting) pending.failed(error);
    }
}

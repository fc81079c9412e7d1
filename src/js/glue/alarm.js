// @ts-check
// The timer for the session machine's next deadline. One rule: there is one at the most.

/** setTimeout takes no more. */
export const LONGEST_TIMER = 2 ** 31 - 1;

export class Alarm {
    #rings;
    #deadline = -1;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer;

    /** @param {() => void} rings called when a deadline has come */
    constructor(rings) {
        this.#rings = rings;
    }

    /** @param {number} deadline on the clock of `performance.now()`; negative for never */
    set(deadline) {
        if (deadline === this.#deadline) return;
        this.stop();
        this.#deadline = deadline;
        if (deadline < 0) return;
        this.#timer = setTimeout(() => {
            this.#deadline = -1;
            this.#rings();
        }, Math.min(Math.max(deadline - performance.now(), 0), LONGEST_TIMER));
    }

    stop() {
        clearTimeout(this.#timer);
        this.#deadline = -1;
    }
}

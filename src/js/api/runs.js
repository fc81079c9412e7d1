// @ts-check
// The invocations that run on after their endpoints have returned. One rule: whoever waits for the last is told.

/** So many parts of a call wait for an endpoint before the call fails. */
export const MOST_PARTS = 10_000;

/** What came for an invocation before there was what runs it. @typedef {Array<() => void>} Early */

/** The invocations that run on after their endpoints have returned, or cannot begin yet, by request. @extends {Map<number, import('./values.js').Invocation | Early>} */
export class Runs extends Map {
    /** Told when the last is answered. @type {(() => void) | null} */
    onidle = null;

    /** @param {number} request */
    delete(request) {
        const was = super.delete(request);
        if (this.size === 0) this.onidle?.();
        return was;
    }

    clear() {
        super.clear();
        this.onidle?.();
    }
}

// @ts-check
// Looks after the connection of a session: notices that it is dead, measures it, and adds up what went through.
// One rule: it does nothing for a message; all it knows are the counters of the line.

import { StateError } from './errors.js';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {{ frames: number, size: number }} Traffic */
/** @typedef {{ sent: Traffic, received: Traffic, pending: number, sessions: number, since: Date | null }} Stats */

export class Watch {
    #options;
    /** @type {import('./heartbeat.js').Heartbeat | null} */
    #heartbeat = null;
    /** While its session is open. @type {Driver | null} */
    #open = null;
    /** Of the drivers that are done with. */
    #past = nothing();
    /** The last of them. @type {Driver | null} */
    #done = null;
    /** @type {Date | null} */
    #since = null;

    /** @param {{ interval: number, timeout: number } | null | undefined} options none: nobody looks whether the connection is dead */
    constructor(options) {
        this.#options = options;
    }

    /** @param {Driver} driver */
    joined(driver) {
        this.#past.sessions++;
        this.#since = new Date();
        this.#open = driver;
        // Where it cannot be loaded, the next session tries again.
        if (this.#options) this.#beat(driver, this.#options).catch(() => {});
    }

    /** @param {Driver | null} driver */
    ended(driver) {
        this.#heartbeat?.stop();
        this.#heartbeat = this.#open = null;
        this.#past = this.stats(driver);
        this.#done = driver;
        this.#since = null;
    }

    /** Milliseconds of one round trip. @param {Driver} driver @returns {Promise<number>} */
    rtt(driver) {
        return new Promise((resolve, reject) => {
            const sent = performance.now();
            const asked = driver.probe({ done: () => resolve(performance.now() - sent), failed: reject });
            if (!asked) throw new StateError('session not open');
        });
    }

    /** @param {Driver | null} driver @returns {Stats} */
    stats(driver) {
        const open = driver === this.#done ? null : driver;
        const { sent = 0, sentSize = 0, received = 0, receivedSize = 0 } = open?.line ?? {};
        return together(this.#past, {
            sent: { frames: sent, size: sentSize },
            received: { frames: received, size: receivedSize },
            pending: open?.pending ?? 0,
            sessions: 0,
            since: this.#since,
        });
    }

    /** Loaded once the page has what it came for. @param {Driver} driver @param {{ interval: number, timeout: number }} options */
    async #beat(driver, options) {
        const { Heartbeat } = await import('./heartbeat.js');
        if (this.#open === driver) this.#heartbeat = new Heartbeat(driver, options);
    }
}

/** @returns {Stats} */
export function nothing() {
    return { sent: { frames: 0, size: 0 }, received: { frames: 0, size: 0 }, pending: 0, sessions: 0, since: null };
}

/** What two sessions after each other make together. @param {Stats} past @param {Stats} now @returns {Stats} */
export function together(past, now) {
    const sum = (/** @type {Traffic} */ a, /** @type {Traffic} */ b) => ({ frames: a.frames + b.frames, size: a.size + b.size });
    return { ...now, sent: sum(past.sent, now.sent), received: sum(past.received, now.received), sessions: past.sessions + now.sessions };
}

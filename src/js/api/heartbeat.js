// @ts-check
// Notices a connection that is dead and was never closed: after sleep, behind a proxy that forgot it, in a tunnel.
// A browser cannot ping, so this asks the router for something when nothing comes.
// One rule: whatever comes is a sign of life, and nothing is given up that was not asked in vain first.

import { listen } from '../glue/page.js';

/**
 * What is watched.
 * @typedef {object} Watched
 * @property {{ readonly received: number, readonly sentSize: number, readonly bufferedAmount: number }} line
 * @property {() => boolean} probe asks for an answer; false when there is no session to ask for
 * @property {(text: string) => void} lose
 */

/**
 * The world, which a test can replace.
 * @typedef {object} World
 * @property {() => number} now milliseconds of a clock that goes on while the machine sleeps
 * @property {(call: () => void, delay: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {(changed: (change: import('../glue/page.js').Change) => void) => () => void} listen
 */

/** What had left the transport by then, in how many milliseconds an answer has to come, and whether it was asked before. @typedef {{ left: number, within: number, again: boolean }} Asked */

/** @type {World} */
const WORLD = {
    now: () => Date.now(),
    setTimeout: (call, delay) => setTimeout(call, delay),
    clearTimeout: (timer) => clearTimeout(timer),
    listen,
};

/** When there is a reason to doubt, the answer has to come within so many milliseconds. */
const SHORT = 5000;

/** A timer that is so late has met a throttled tab, or a machine that slept. */
const LATE = 1000;

/** Browsers let the timers of a hidden tab run once a minute: what is later than this was asleep. */
const ASLEEP = 90_000;

export class Heartbeat {
    #watched;
    #interval;
    #timeout;
    #world;
    /** @type {any} */
    #timer = undefined;
    /** When the timer should ring. */
    #due = 0;
    /** How long nothing has come, as far as is known. */
    #idle = 0;
    #received = -1;
    /** While an answer is waited for. @type {Asked | null} */
    #asked = null;
    #unlisten;

    /**
     * @param {Watched} watched a session that has just joined
     * @param {{ interval: number, timeout: number }} options milliseconds @param {World} [world]
     */
    constructor(watched, { interval, timeout }, world = WORLD) {
        this.#watched = watched;
        this.#interval = interval;
        this.#timeout = timeout;
        this.#world = world;
        this.#unlisten = world.listen(() => this.#doubt());
        this.#rest();
    }

    /** Nothing is watched any more. */
    stop() {
        this.#world.clearTimeout(this.#timer);
        this.#unlisten();
    }

    // --- inside --------------------------------------------------------------------------------

    /** @param {() => void} ring @param {number} delay */
    #wait(ring, delay) {
        this.#world.clearTimeout(this.#timer);
        this.#due = this.#world.now() + delay;
        this.#timer = this.#world.setTimeout(ring, delay);
    }

    /** By how much the timer is late; never less than nothing, whatever happened to the clock. */
    #late() {
        return Math.max(0, this.#world.now() - this.#due);
    }

    /** Whether anything came since the last look. */
    #heard() {
        const { received } = this.#watched.line;
        const heard = received !== this.#received;
        this.#received = received;
        return heard;
    }

    /** Frames are only counted, so that they cost nothing: twice in an interval somebody looks. */
    #rest() {
        this.#asked = null;
        this.#idle = 0;
        this.#heard();
        this.#wait(this.#look, this.#interval / 2);
    }

    #look = () => {
        const late = this.#late();
        this.#idle = this.#heard() ? 0 : this.#idle + this.#interval / 2 + late;
        if (late > ASLEEP) return this.#doubt();
        if (this.#idle >= this.#interval) return this.#ask(this.#timeout, false);
        this.#wait(this.#look, this.#interval / 2);
    };

    /** Something happened after which connections are often dead. Several such things come together. */
    #doubt() {
        const within = Math.min(this.#timeout, SHORT);
        if (this.#asked && this.#asked.within <= within && this.#late() === 0) return;
        this.#heard();
        this.#ask(within, false);
    }

    /** @param {number} within @param {boolean} again whether the last answer may only have been overslept */
    #ask(within, again) {
        // Between two sessions, or on the way out: others have a deadline for that.
        if (!this.#watched.probe()) return this.#rest();
        this.#asked = { left: this.#left(), within, again };
        this.#wait(this.#expire, within);
    }

    /** How much has left the transport; grows while the network takes what is sent. */
    #left() {
        const { sentSize, bufferedAmount } = this.#watched.line;
        return sentSize - bufferedAmount;
    }

    #expire = () => {
        const asked = /** @type {Asked} */ (this.#asked);
        if (this.#heard()) return this.#rest();
        // The question itself may still wait behind a large message that the network takes slowly.
        const left = this.#left();
        if (this.#watched.line.bufferedAmount > 0 && left > asked.left) {
            asked.left = left;
            return this.#wait(this.#expire, asked.within);
        }
        // A timer that is late proves nothing: the answer may have come to a machine that slept. A throttled tab's are always late.
        const late = this.#late();
        if (late > ASLEEP || (late > LATE && !asked.again)) return this.#ask(Math.min(this.#timeout, SHORT), true);
        this.#watched.lose(`the router has not answered within ${asked.within} ms: the connection is taken for lost`);
    };
}

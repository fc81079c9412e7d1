// @ts-check
// When and where to connect again: the reconnect machine, which comes with the module. One rule: without it there is
// one thing to decide, to try again to load it after `initial_retry_delay`.

import { utf8 } from '../glue/check.js';
import { memory } from '../glue/load.js';
import { Policy } from '../wasm/wamp_wasm.js';
import * as End from './end.js';
import { HOW, Reconnect, normal } from './reconnect.js';

/** @typedef {import('../glue/transports.js').Way} Way */
/** @typedef {typeof HOW[number]} How */
/** @typedef {{ delay: number, count: number }} Retry in seconds, and the number of the retry */

/** What the application wants at once is not counted. @type {Retry} */
export const AT_ONCE = Object.freeze({ delay: 0, count: 0 });

export class Retries {
    #options;
    /** @type {Policy | null} */
    #machine = null;
    #wanted = false;
    /** Whether the module has failed, as no module should. */
    #failed = false;
    #forced = false;
    /** The retry after the last end, without the module. @type {Retry | null} */
    #next = null;
    /** The number of the last retry. */
    count = 0;

    /** @param {ReturnType<typeof import('./options.js').connectionOptions>} options */
    constructor(options) {
        this.#options = options;
    }

    /** A connection is wanted: everything is counted anew. */
    start() {
        this.#wanted = true;
        this.count = 0;
        this.#machine?.start();
    }

    /** None is wanted any more. */
    stop() {
        this.#wanted = false;
        this.#machine?.stop();
    }

    /** Begins an attempt: the ways to try, the best first. @returns {Way[]} */
    order() {
        this.#forced = false;
        const { transports } = this.#options;
        return this.#machine ? Array.from(this.#machine.order(performance.now()), (way) => transports[way]) : transports;
    }

    /** A transport is open, and what a session needs besides is there. @param {Way} way */
    opened(way) {
        this.#use()?.opened(this.#options.transports.indexOf(way));
    }

    /** A way did not lead to a router. @param {Way} way */
    missed(way) {
        this.#use()?.missed(performance.now(), this.#options.transports.indexOf(way));
    }

    joined() {
        this.count = 0;
        this.#use()?.joined();
    }

    /**
     * The end of an attempt: what to call it, and the next one, if there is to be any.
     * @param {number} end @param {string | null} reason @returns {{ how: How, retry: Retry | null }}
     */
    ended(end, reason) {
        if (end === End.Left) this.#wanted = false;
        const machine = this.#use();
        if (machine) {
            try {
                const how = machine.ended(performance.now(), end, utf8(reason ?? ''), normal());
                return { how: HOW[how], retry: this.#retry(machine) };
            } catch {
                // The module has failed, and with it whatever could be connected with. Whoever waits is told all the same.
                this.#machine = null;
                this.#failed = true;
                return { how: 'lost', retry: null };
            }
        }
        this.#next = null;
        const how = end === End.Unsupported ? 'unsupported' : end === End.Unreachable ? 'unreachable' : 'closed';
        if (!this.#wanted || (!this.#forced && (how !== 'unreachable' || !this.#options.retry_if_unreachable))) return { how, retry: null };
        if (this.#forced) return { how, retry: AT_ONCE };
        return { how, retry: this.#load() };
    }

    /** Whether the application has not said that there is to be none. */
    get wanted() {
        return this.#wanted;
    }

    /** Whether the application may say something else of an end: it is not asked about what it wants itself. */
    get mayBeJudged() {
        return this.#wanted && !this.#forced;
    }

    /** The application judges the end: the next attempt. @param {boolean} retry @returns {Retry | null} */
    overrule(retry) {
        // One that came since knows nothing of the end.
        const machine = this.#machine;
        if (!machine) return retry && this.#wanted ? this.#next ?? this.#load() : null;
        machine.overrule(retry, normal());
        return this.#retry(machine);
    }

    /** The attempt that is under way is to end at once, and another to begin. Whether there is one to end. */
    reconnect() {
        this.#forced = this.#wanted;
        return this.#machine ? this.#machine.reconnect() === Reconnect.Drop : this.#wanted;
    }

    // --- inside --------------------------------------------------------------------------------

    /** The next try to load the module, unless there were too many. */
    #load() {
        const { max_first_retries, initial_retry_delay } = this.#options;
        const retry = max_first_retries < 0 || this.count < max_first_retries;
        return (this.#next = retry ? { delay: initial_retry_delay, count: ++this.count } : null);
    }

    /** @param {Policy} machine @returns {Retry | null} */
    #retry(machine) {
        if (machine.delay < 0) return null;
        this.count = machine.count;
        return this.count === 0 ? AT_ONCE : { delay: machine.delay, count: this.count };
    }

    /** The machine, in the attempt in which it was loaded at the latest. */
    #use() {
        if (this.#machine || this.#failed || !memory) return this.#machine;
        const { transports, max_retries, max_first_retries, initial_retry_delay, max_retry_delay, retry_delay_growth, retry_delay_jitter, retry_if_unreachable } = this.#options;
        this.#machine = new Policy(transports.length, max_retries, max_first_retries, initial_retry_delay, max_retry_delay, retry_delay_growth, retry_delay_jitter, retry_if_unreachable);
        if (this.#wanted) {
            this.#machine.start();
            this.#machine.order(performance.now());
        }
        if (this.#forced) this.#machine.reconnect();
        return this.#machine;
    }
}

// @ts-check
// What waits while there is no connection. One rule: each thing leaves the queue once, to be sent, or because
// its time is up, nobody wants it any more, or there will be no connection.

import { LONGEST_TIMER } from '../glue/alarm.js';
import { check } from '../glue/check.js';
import { WampError, sessionLost } from './errors.js';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {import('../glue/driver.js').Sender} Sender */
/** @typedef {'fail' | 'wait' | number} Policy what becomes of a request without a connection; a number is how many milliseconds it waits */
/** @typedef {{ begin: (sender: Sender, driver: Driver) => void, failed: (error: any) => void, timer: ReturnType<typeof setTimeout> | undefined }} Item */

/** @param {string} where @param {any} policy */
export function checkPolicy(where, policy) {
    check(policy == null || policy === 'fail' || policy === 'wait' || (typeof policy === 'number' && policy >= 0), `${where}: <options>.offline must be 'fail', 'wait' or a number of milliseconds`);
}

/** Takes `offline` out of what is sent. @param {string} where @param {any} wire @returns {Policy | undefined} */
export function takePolicy(where, wire) {
    if (!('offline' in wire)) return undefined;
    const { offline } = wire;
    delete wire.offline;
    checkPolicy(where, offline);
    return offline ?? undefined;
}

export class Offline {
    #policy;
    #limit;
    /** @type {Set<Item>} */
    #queue = new Set();
    /** Told when nothing waits any more. @type {(() => void) | null} */
    onidle = null;
    /** What has a connection and waits for the application: calls whose first part is not there yet. @type {Set<{ failed(error: Error): void }>} */
    unsent = new Set();

    /** @param {{ policy: Policy, limit: number }} [options] */
    constructor({ policy, limit } = { policy: 'fail', limit: 0 }) {
        this.#policy = policy;
        this.#limit = limit;
    }

    get size() {
        return this.#queue.size;
    }

    /**
     * Lets something wait. Throws when it may not.
     * @param {Policy | undefined} policy its own @param {Item['begin']} begin @param {Item['failed']} failed
     * @returns {() => void} takes it out
     */
    add(policy = this.#policy, begin, failed) {
        if (policy === 'fail') throw sessionLost(null, 'there is no connection');
        if (this.#queue.size >= this.#limit) throw new WampError('wamp.error.limit_exceeded', [`${this.#limit} requests wait for a connection already`]);
        /** @type {Item} */
        const item = { begin, failed, timer: undefined };
        const expired = () => {
            this.#remove(item);
            failed(new WampError('wamp.error.timeout', [`there was no connection within ${policy} ms`]));
        };
        if (typeof policy === 'number' && policy <= LONGEST_TIMER) item.timer = setTimeout(expired, policy);
        this.#queue.add(item);
        return () => this.#remove(item);
    }

    /** Sends what waits, in order, as long as there is a connection. @param {() => Sender | null} sender @param {Driver} driver */
    flush(sender, driver) {
        for (const item of this.#queue) {
            const open = sender();
            if (!open) return;
            this.#remove(item);
            try {
                item.begin(open, driver);
            } catch (error) {
                item.failed(error);
            }
        }
    }

    /** The connection is lost. @param {Error} lost */
    lost(lost) {
        for (const call of this.unsent) call.failed(lost);
    }

    /** There will be no connection. @param {Error} lost */
    over(lost) {
        for (const item of this.#queue) {
            this.#remove(item);
            item.failed(lost);
        }
    }

    /** @param {Item} item */
    #remove(item) {
        clearTimeout(item.timer);
        if (this.#queue.delete(item) && this.#queue.size === 0) this.onidle?.();
    }
}

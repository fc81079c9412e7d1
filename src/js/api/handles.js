// @ts-check
// The handles of one role by their tickets: what becomes of them from one connection to the next. One rule:
// the state of a handle is changed here and nowhere else, and told by `active`, too.

import { toOctets } from '../glue/octets.js';
import * as Op from '../glue/op.js';
import { SessionLost, StateError } from './errors.js';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {import('../glue/driver.js').Pending} Pending */
/** @typedef {import('../wasm/wamp_wasm.js').Core} Core */
/** @typedef {'active' | 'pending' | 'lost' | 'revoked' | 'ended'} HandleState */
/**
 * What a session keeps of a handle.
 * @typedef {object} Kept
 * @property {any} handle a Subscription or a Registration
 * @property {HandleState} state
 * @property {number} ticket 0 while it has none
 * @property {any[]} request what the router was asked for
 * @property {(error: Error | null) => void} stop ends its stream, if it has one
 * @property {{ promise: Promise<any>, resolve(reason: any): void }} revoked
 */
/**
 * What the roles of a session need of it.
 * @typedef {object} Link
 * @property {(offline: any, begin: (driver: Driver) => void, failed: (error: any) => void) => void} when does it now, or when there is a connection again
 * @property {() => void} check throws unless handles can be ended
 * @property {(message: any[], pending: Pending) => void} end an UNSUBSCRIBE or UNREGISTER, which needs no connection while a durable session has none
 * @property {import('./lifetime.js').Tell} tell
 * @property {(error: unknown, text: string) => void} report
 */

/** @extends {Map<number, Kept>} */
export class Handles extends Map {
    #link;
    /** What no core knows: only a failure inside makes such. @type {Kept[]} */
    #orphans = [];

    /** @param {Link} link */
    constructor(link) {
        super();
        this.#link = link;
    }

    /** @param {Kept} kept @param {HandleState} state */
    mark(kept, state) {
        kept.state = state;
        kept.handle.active = state === 'active';
    }

    /** Whether it has the handle that is back, by another id. @param {number} ticket @param {number} id */
    restored(ticket, id) {
        const kept = this.get(ticket);
        if (!kept) return false;
        kept.handle.id = id;
        this.mark(kept, 'active');
        this.#link.tell({ type: 'restored', handle: kept.handle });
        return true;
    }

    /** Whether it had the handle that the router does not give back. @param {number} ticket @param {Error} error */
    notRestored(ticket, error) {
        const kept = this.get(ticket);
        if (!kept) return false;
        this.delete(ticket);
        this.#lose(kept, error);
        return true;
    }

    /** @param {Kept} kept @param {Error} error */
    #lose(kept, error) {
        const { handle } = kept;
        this.mark(kept, 'lost');
        kept.stop(error);
        if (!this.#link.tell({ type: 'lost-handle', handle, error })) this.#link.report(error, `'${handle.topic ?? handle.procedure}' could not be restored:`);
    }

    /** @param {number} ticket @param {string | undefined} reason */
    revoked(ticket, reason) {
        const kept = this.get(ticket);
        this.delete(ticket);
        if (!kept) return;
        this.mark(kept, 'revoked');
        kept.stop(null);
        kept.revoked.resolve(reason);
    }

    /** There is no connection, and there may be another. */
    suspend() {
        for (const [ticket, kept] of this) {
            if (kept.state === 'ended') this.delete(ticket);
            else this.mark(kept, 'pending');
        }
    }

    /** The core that knew them is of no more use. */
    orphan() {
        for (const kept of this.values()) {
            kept.ticket = 0;
            this.#orphans.push(kept);
        }
        this.clear();
    }

    /** Asks for what no core knows. @param {Driver} driver @param {(kept: Kept) => void} drop ends what is not wanted any more */
    adopt(driver, drop) {
        for (const kept of this.#orphans.splice(0)) {
            if (kept.state !== 'pending') continue;
            const failed = (/** @type {Error} */ error) => {
                if (error instanceof SessionLost || !driver.alive) this.#orphans.push(kept);
                else if (kept.state === 'pending') this.#lose(kept, error);
            };
            const done = (/** @type {number} */ _, /** @type {number} */ id, /** @type {any} */ __, ticket = 0) => {
                kept.ticket = ticket;
                this.set(ticket, kept);
                if (kept.state === 'pending') this.restored(ticket, id);
                else drop(kept);
            };
            try {
                driver.request(kept.request, { done, failed });
            } catch (error) {
                // More than may be asked for at a time.
                failed(/** @type {Error} */ (error));
            }
        }
    }

    /** The session is over. @param {Error} lost @param {boolean} left whether the application wanted it */
    over(lost, left) {
        for (const kept of [...this.values(), ...this.#orphans]) {
            if (kept.state === 'ended') continue;
            this.mark(kept, left ? 'ended' : 'lost');
            kept.stop(left ? null : lost);
        }
        this.clear();
    }
}

/** Waits for an answer that does not matter. @type {Pending} */
export const NOBODY = Object.freeze({ done() {}, failed() {} });

/** Whether a handle can be ended. @param {{ state: string }} handle */
export const isLive = ({ state }) => state === 'active' || state === 'pending';

/**
 * Ends a handle while there is no connection. Whether it was the last of its kind.
 * @param {Core} core @param {any[]} message UNSUBSCRIBE or UNREGISTER
 */
export function endUnsent(core, message) {
    if (core.command(performance.now(), toOctets(message)) < 0) throw new StateError(core.take_text());
    let last = 0;
    for (let op = core.poll(); op !== Op.Nothing; op = core.poll()) if (op === Op.Unsubscribed) last = core.b;
    return last;
}

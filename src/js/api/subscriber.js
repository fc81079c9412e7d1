// @ts-check
// The subscriber: the handlers of a session by ticket, and what each event calls.
// One rule: what one handler does or throws keeps no event from the others.

import { payloadArgs } from '../glue/payload.js';
import { plainDict } from '../glue/octets.js';
import { deferred } from './deferred.js';
import { StateError } from './errors.js';
import { guarded } from './guarded.js';
import { Handles, NOBODY, isLive } from './handles.js';
import { EventBuffer, Subscription, bufferOf } from './subscription.js';
import { Event } from './values.js';

const SUBSCRIBE = 32;
const UNSUBSCRIBE = 34;

/** @typedef {import('./handles.js').Kept & { handle: Subscription, buffer: EventBuffer | null }} Handler */
/** @typedef {{ buffer?: number, on_slow?: Function, offline?: import('./offline.js').Policy }} Local what of the options is for this side */

const IN_HANDLER = 'Exception raised in event handler:';

export class Subscriber {
    #session;
    #link;
    /** @type {Handles} */
    handles;

    /** @param {import('./session.js').Session} session @param {import('./handles.js').Link} link */
    constructor(session, link) {
        this.#session = session;
        this.#link = link;
        this.handles = new Handles(link);
    }

    get subscriptions() {
        /** @type {Map<number, Subscription[]>} */
        const byId = new Map();
        for (const { handle } of this.handles.values()) {
            if (!handle.active) continue;
            const list = byId.get(handle.id);
            if (list) list.push(handle);
            else byId.set(handle.id, [handle]);
        }
        return [...byId.values()];
    }

    /**
     * @param {string} topic checked @param {Function | null} handler a stream of events without one
     * @param {any} options as they were given @param {any} wire what of them is sent, checked @param {Local} local
     * @returns {Promise<Subscription>}
     */
    subscribe(topic, handler, options, wire, local) {
        const request = [SUBSCRIBE, 1, plainDict(wire), topic];
        return new Promise((resolve, reject) => {
            const begin = (/** @type {import('../glue/driver.js').Driver} */ driver) => {
                driver.demand(SUBSCRIBE, wire);
                // The answer may be there before this returns.
                driver.request(request, { done: (_, id, __, ticket = 0) => resolve(this.#begun(ticket, request, handler, options, id, local)), failed: reject });
            };
            this.#link.when(local.offline, begin, reject);
        });
    }

    /** @param {number} ticket @param {any[]} request @param {Function | null} handler @param {any} options @param {number} id @param {Local} local */
    #begun(ticket, request, handler, options, id, { buffer: size, on_slow }) {
        const { report, tell } = this.#link;
        const buffer = handler
            ? null
            : new EventBuffer(size, (dropped) => {
                  if (on_slow) guarded(() => on_slow(dropped), report, 'Exception raised in on_slow:');
                  tell({ type: 'slow', subscription: kept.handle, dropped });
              });
        /** @type {any} */
        const kept = { state: 'active', ticket, request, buffer, stop: (/** @type {Error | null} */ error) => buffer?.end(error), revoked: deferred() };
        kept.handle = new Subscription(request[3], handler, options, this.#session, id, kept, () => this.#unsubscribe(kept), buffer);
        this.handles.set(ticket, kept);
        return kept.handle;
    }

    /** @param {Handler} kept @returns {Promise<boolean>} */
    #unsubscribe(kept) {
        this.#link.check();
        if (!isLive(kept)) throw new StateError('subscription not active');
        return new Promise((resolve, reject) => {
            this.#link.end([UNSUBSCRIBE, 1, kept.ticket], { done: (_, last) => resolve(last === 1), failed: reject });
            this.handles.delete(kept.ticket);
            this.handles.mark(kept, 'ended');
            kept.stop(null);
        });
    }

    /** What was known to a core of no more use is asked for again. @param {import('../glue/driver.js').Driver} driver */
    adopt(driver) {
        this.handles.adopt(driver, ({ ticket }) => {
            this.handles.delete(ticket);
            driver.request([UNSUBSCRIBE, 1, ticket], NOBODY);
        });
    }

    /** The handlers with these tickets. @param {number[]} tickets */
    handlersOf(tickets) {
        /** @type {Subscription[]} */
        const list = [];
        for (const ticket of tickets) {
            const kept = this.handles.get(ticket);
            if (kept) list.push(/** @type {Handler} */ (kept).handle);
        }
        return list;
    }

    /** The topic or pattern of the handlers with these tickets. @param {number[]} tickets */
    topicOf(tickets) {
        return this.handles.get(tickets[0])?.handle.topic;
    }

    /** @param {Subscription[]} handlers @param {any} message EVENT, Subscription, Publication, Details, Args, Kwargs */
    event(handlers, message) {
        const details = message[3];
        const args = payloadArgs(message[4]);
        const kwargs = message[5] ?? {};
        /** @type {Event | undefined} */
        let event;
        for (let i = 0; i < handlers.length; i++) {
            const subscription = handlers[i];
            // A handler before this one may have ended it.
            if (!subscription.active) continue;
            event ??= new Event(message[2], details.topic ?? subscription.topic, details);
            try {
                if (subscription.handler === null) {
                    bufferOf(subscription)?.push({ args, kwargs, details: event });
                    continue;
                }
                const result = subscription.handler(args, kwargs, event, subscription);
                if (result !== undefined) this.#settle(result);
            } catch (error) {
                this.#link.report(error, IN_HANDLER);
            }
        }
    }

    /** What a handler gave: that of an asynchronous one may yet fail. @param {any} result */
    #settle(result) {
        if (typeof result?.then === 'function') guarded(() => result, this.#link.report, IN_HANDLER);
    }

    /** @param {number[]} tickets @param {string | undefined} reason */
    revoked(tickets, reason) {
        for (const ticket of tickets) this.handles.revoked(ticket, reason);
    }
}

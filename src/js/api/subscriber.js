// @ts-check
// The subscriber: the handlers of a session by ticket, and what each event calls.
// One rule: what one handler does or throws keeps no event from the others.

import { payloadArgs } from '../glue/payload.js';
import { plainDict } from '../glue/octets.js';
import { deferred } from './deferred.js';
import { StateError } from './errors.js';
import { guarded } from './guarded.js';
import { EventBuffer, Subscription } from './subscription.js';
import { Event } from './values.js';

const SUBSCRIBE = 32;
const UNSUBSCRIBE = 34;

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {{ subscription: Subscription, buffer: EventBuffer | null, revoked: (reason: any) => void }} Handler */

const IN_HANDLER = 'Exception raised in event handler:';

export class Subscriber {
    #session;
    #open;
    #report;
    /** @type {Map<number, Handler>} */
    #handlers = new Map();

    /**
     * @param {import('./session.js').Session} session @param {() => Driver} open its driver, or throws
     * @param {(error: unknown, text: string) => void} report
     */
    constructor(session, open, report) {
        this.#session = session;
        this.#open = open;
        this.#report = report;
    }

    get subscriptions() {
        /** @type {Map<number, Subscription[]>} */
        const byId = new Map();
        for (const { subscription } of this.#handlers.values()) {
            const list = byId.get(subscription.id);
            if (list) list.push(subscription);
            else byId.set(subscription.id, [subscription]);
        }
        return [...byId.values()];
    }

    /**
     * @param {string} topic checked @param {Function | null} handler a stream of events without one
     * @param {any} options as they were given @param {any} wire what of them is sent, checked
     * @param {number | undefined} size of the stream's buffer
     * @returns {Promise<Subscription>}
     */
    subscribe(topic, handler, options, wire, size) {
        const driver = this.#open();
        const request = [SUBSCRIBE, 1, plainDict(wire), topic];
        return new Promise((resolve, reject) => {
            driver.demand(SUBSCRIBE, wire);
            const ticket = driver.request(request, {
                done: (_, id) => {
                    const revoked = deferred();
                    const buffer = handler ? null : new EventBuffer(size);
                    const subscription = new Subscription(topic, handler, options, this.#session, id, {
                        revoked: revoked.promise,
                        unsubscribe: () => this.#unsubscribe(ticket),
                        buffer,
                    });
                    this.#handlers.set(ticket, { subscription, buffer, revoked: revoked.resolve });
                    resolve(subscription);
                },
                failed: reject,
            });
        });
    }

    /** @param {number} ticket @returns {Promise<boolean>} */
    #unsubscribe(ticket) {
        const handler = this.#handlers.get(ticket);
        const driver = this.#open();
        if (!handler) throw new StateError('subscription not active');
        return new Promise((resolve, reject) => {
            driver.request([UNSUBSCRIBE, 1, ticket], { done: (_, last) => resolve(last === 1), failed: reject });
            this.#handlers.delete(ticket);
            handler.subscription.active = false;
            handler.buffer?.end(null);
        });
    }

    /** The handlers with these tickets. @param {number[]} tickets */
    handlersOf(tickets) {
        /** @type {Handler[]} */
        const list = [];
        for (const ticket of tickets) {
            const handler = this.#handlers.get(ticket);
            if (handler) list.push(handler);
        }
        return list;
    }

    /** The topic or pattern of the handlers with these tickets. @param {number[]} tickets */
    topicOf(tickets) {
        return this.#handlers.get(tickets[0])?.subscription.topic;
    }

    /** @param {Handler[]} handlers @param {any} message EVENT, Subscription, Publication, Details, Args, Kwargs */
    event(handlers, message) {
        const details = message[3];
        const args = message[4] === undefined ? [] : payloadArgs(message[4]);
        const kwargs = message[5] ?? {};
        /** @type {Event | undefined} */
        let event;
        for (let i = 0; i < handlers.length; i++) {
            const { subscription, buffer } = handlers[i];
            // A handler before this one may have ended it.
            if (!subscription.active) continue;
            event ??= new Event(message[2], details.topic ?? subscription.topic, details);
            if (buffer) {
                buffer.push({ args, kwargs, details: event });
                continue;
            }
            try {
                const result = /** @type {Function} */ (subscription.handler)(args, kwargs, event, subscription);
                if (typeof result?.then === 'function') guarded(() => result, this.#report, IN_HANDLER);
            } catch (error) {
                this.#report(error, IN_HANDLER);
            }
        }
    }

    /** @param {number[]} tickets @param {string | undefined} reason */
    revoked(tickets, reason) {
        for (const ticket of tickets) {
            const handler = this.#handlers.get(ticket);
            this.#handlers.delete(ticket);
            if (!handler) continue;
            handler.subscription.active = false;
            handler.buffer?.end(null);
            handler.revoked(reason);
        }
    }

    /** The session is over. @param {Error} lost what the readers of streams are told */
    ended(lost) {
        for (const { subscription, buffer } of this.#handlers.values()) {
            subscription.active = false;
            buffer?.end(lost);
        }
        this.#handlers.clear();
    }
}

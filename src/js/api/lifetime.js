// @ts-check
// The life of a session: it begins with the first attempt to join, and ends when there will be no other. One rule: a
// durable session goes on from one attempt to the next, with its core, its handles and what waits; any other ends with its first.

import { Core } from '../wasm/wamp_wasm.js';
import * as EndCause from '../glue/cause.js';
import { codecs, withoutCodec } from '../glue/payload.js';
import { Callee } from './callee.js';
import { deferred } from './deferred.js';
import { StateError, sessionLost } from './errors.js';
import { guarded } from './guarded.js';
import { endUnsent } from './handles.js';
import { Offline } from './offline.js';
import { Subscriber } from './subscriber.js';
import { Watch } from './watch.js';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {import('../glue/driver.js').Ended} Ended */
/** @typedef {import('../glue/driver.js').Host} Host */
/** @typedef {import('../glue/driver.js').Sender} Sender */
/** @typedef {import('./authenticate.js').Authentication} Authentication */
/** @typedef {import('./offline.js').Policy} Policy */
/** @typedef {import('./session.js').Session} Session */
/**
 * Makes the driver of one attempt: over its transport, with the core of the session, which outlives it.
 * @typedef {(host: Host, core: Core) => Driver} Start
 */
/**
 * What a Connection may do with the session that it made.
 * @typedef {object} Controls
 * @property {(start: Start, authentication?: Authentication) => void} resume a durable session begins another attempt; `join` comes next, as at the first
 * @property {(ended: Ended) => void} over there will be no further attempt: `closed` resolves, handles end, what is queued rejects. With the cause `Left`
 * when the application wanted it. Nothing happens when the session is over already, as one that is not durable is after any end
 */
/**
 * What a session may ask of its connection.
 * @typedef {object} Upstream
 * @property {(reason: string, message: string | undefined) => void} stop the application leaves while there is no session to leave: no further attempt, then `over`
 * @property {() => void} reconnect drops the transport now and connects at once
 * @property {() => AsyncIterableIterator<any>} status
 */
/**
 * What a session tells about handles: `restored`, `lost-handle` and `slow` of the statuses of types.d.ts. Gives whether anybody listens.
 * @typedef {(status: { type: 'restored', handle: any } | { type: 'lost-handle', handle: any, error: Error } | { type: 'slow', subscription: any, dropped: number }) => boolean} Tell
 */
/**
 * @typedef {object} Config
 * @property {Start} start makes the driver of the first attempt
 * @property {boolean} [durable] whether the session, its handles and its core live on from one attempt to the next
 * @property {(controls: Controls) => void} [bind] called once, before `start`
 * @property {Upstream} [connection] of a durable session
 * @property {Tell} [tell]
 * @property {{ policy: Policy, limit: number }} [offline] what becomes of requests between two attempts of a durable session
 * @property {number} [max_pending] how many requests may wait for an answer
 * @property {{ interval: number, timeout: number } | null} [heartbeat] when to ask the router whether it is still there
 * @property {number} [call_timeout] milliseconds, for calls that say nothing of it
 * @property {(details: any) => void} [joined] told of each WELCOME, after what was queued is sent and before `onjoin`
 * @property {(session: Session, method: string, extra: any) => any} [onchallenge]
 * @property {Authentication} [authentication] answers in place of onchallenge
 * @property {(error: unknown, text: string) => void} on_user_error
 * @property {(error: unknown, text: string) => void} on_internal_error
 * @property {(ended: Ended) => void} ended told of each end, after what was pending is settled and the handles of a durable session are 'pending'
 */

export class Lifetime {
    #session;
    #host;
    /** What decides, for as long as the session lives. @type {Core | null} */
    #core = null;
    config;
    /** Of the attempt that there is, or of the last. @type {Driver | null} */
    driver = null;
    /** Where what has a payload is sent, while that may be. @type {Sender | null} */
    sender = null;
    /** What stands before the driver once a payload codec was set. @type {import('./payloads.js').Payloads | null} */
    payloads = null;
    offline;
    watch;
    subscriber;
    callee;
    draining = false;
    over = false;
    id = /** @type {number | null} */ (null);
    realm = /** @type {string | null} */ (null);
    welcome = /** @type {any} */ (null);
    joinedAt = 0;
    closed = deferred();

    /** @param {Session} session @param {Config} config */
    constructor(session, config) {
        this.#session = session;
        this.config = config;
        this.watch = new Watch(config.heartbeat);
        this.offline = new Offline(config.offline);
        const { on_user_error: report } = config;
        const link = {
            when: (/** @type {any} */ policy, /** @type {any} */ begin, /** @type {any} */ failed) => this.#when(policy, begin, failed),
            check: () => this.checkReach(),
            end: (/** @type {any[]} */ message, /** @type {any} */ pending) => this.#endHandle(message, pending),
            tell: config.tell ?? (() => false),
            report,
        };
        const subscriber = (this.subscriber = new Subscriber(session, link));
        const callee = (this.callee = new Callee(session, link));
        const both = [subscriber.handles, callee.handles];
        /** @type {Host} */
        this.#host = {
            joined: (id, message) => this.#joined(id, message),
            challenged: (message) => this.#challenged(message),
            handlersOf: (tickets) => subscriber.handlersOf(tickets),
            event: (handlers, message) => subscriber.event(/** @type {any} */ (handlers), message),
            invocation: (driver, endpoint, request, message) => (this.payloads ?? callee).invocation(driver, endpoint, request, message),
            invocationPart: (driver, request, message) => (this.payloads ?? callee).invocationPart(driver, request, message),
            interrupted: (driver, request, kill, reason) => (this.payloads ?? callee).interrupted(driver, request, kill, reason),
            subscriptionRevoked: (tickets, reason) => subscriber.revoked(tickets, reason),
            registrationRevoked: (endpoint, reason) => callee.handles.revoked(endpoint, reason),
            restored: (ticket, id) => both.some((handles) => handles.restored(ticket, id)),
            notRestored: (ticket, error) => both.some((handles) => handles.notRestored(ticket, error)),
            decoded: (op, a, tickets, message, pending) => (this.payloads ? this.payloads.opened(op, a, tickets, message, pending) : withoutCodec(message)),
            undecodable: (error) => report(error, 'A payload that came cannot be decoded:'),
            ended: (ended) => this.#ended(ended),
            fault: (error) => config.on_internal_error(error, 'internal error of wamp-wasm:'),
        };
        config.bind?.({ resume: (start, authentication) => this.#resume(start, authentication), over: (ended) => this.#finish(ended) });
        this.#resume(config.start, config.authentication);
    }

    /** Whether there may be another connection. */
    get durable() {
        return this.config.durable === true && !this.over;
    }

    /** The driver of an attempt that is not over. */
    use() {
        if (!this.driver?.alive) throw new StateError('session not open');
        return this.driver;
    }

    /** That of an open session. */
    open() {
        if (this.id === null) throw new StateError('session not open');
        return this.use();
    }

    /** Throws unless there is a session, or may be one again. */
    checkReach() {
        if (!this.durable) this.open();
    }

    /** Throws unless requests may be made. @param {boolean} [needed] by what still runs, and may need to ask others before it can answer */
    checkLive(needed = false) {
        if (this.draining && !needed) throw new StateError('session draining');
        this.checkReach();
    }

    /** The sender where there is none for the asking: null when there may be one later, else a StateError. */
    absent() {
        this.checkLive(this.callee.runs.size > 0);
        return this.id === null ? null : this.payloads ?? this.driver;
    }

    /** @param {string} reason @param {string | undefined} message */
    leave(reason, message) {
        try {
            this.use().command([6, message === undefined ? {} : { message }, reason]);
        } catch (error) {
            // There is nothing to leave, or its end is on its way already: no attempt is to follow.
            if (!this.durable || !(error instanceof StateError)) throw error;
            this.config.connection?.stop(reason, message);
        }
    }

    /** @param {import('./payloads.js').PayloadCodec | null} codec */
    encode(codec) {
        if (!codecs.Payloads) throw new StateError("Session.set_payload_codec: import 'wamp-wasm/e2ee' first");
        const driver = this.durable ? /** @type {Driver} */ (this.driver) : this.use();
        this.payloads ??= new codecs.Payloads(this.#session, driver, this.subscriber, this.callee);
        this.payloads.set(codec);
        if (this.sender) this.sender = this.payloads;
    }

    // --- inside --------------------------------------------------------------------------------

    /** @param {Policy | undefined} policy @param {(driver: Driver) => void} begin @param {(error: any) => void} failed */
    #when(policy, begin, failed) {
        if (this.id === null) this.offline.add(policy, (_, driver) => begin(driver), failed);
        else begin(this.use());
    }

    /** @param {any[]} message UNSUBSCRIBE or UNREGISTER, with a ticket @param {import('../glue/driver.js').Pending} pending */
    #endHandle(message, pending) {
        // No core knows it.
        if (message[2] === 0) pending.done(0, 0, null);
        else if (this.driver?.alive) this.driver.request(message, pending);
        else pending.done(0, endUnsent(/** @type {Core} */ (this.#core), message), null);
    }

    /** Begins an attempt. @param {Start} start @param {Authentication} [authentication] */
    #resume(start, authentication) {
        const codec = this.payloads?.codec;
        this.config = { ...this.config, authentication };
        this.#core ??= new Core(this.durable, this.config.max_pending);
        this.driver = start(this.#host, this.#core);
        // Another one: what the codec was told of the last connection means something else on this one.
        this.payloads = null;
        if (codec) this.encode(codec);
    }

    /** @param {any} message CHALLENGE, … */
    async #challenged(message) {
        const driver = this.use();
        // That of this attempt: once it is loaded, there may be another.
        const { config } = this;
        try {
            const { answerChallenge } = await import('./challenge.js');
            if (driver.alive) answerChallenge(this.#session, driver, config, message);
        } catch (error) {
            driver.lose(`cannot answer the challenge: ${error}`);
        }
    }

    /** @param {number} id @param {any} message WELCOME, Session, Details */
    #joined(id, message) {
        const driver = this.use();
        this.id = id;
        this.welcome = message[2];
        this.realm = this.welcome.realm ?? this.realm;
        this.joinedAt = performance.now();
        if (!this.draining) this.sender = this.payloads ?? driver;
        this.watch.joined(driver);
        this.subscriber.adopt(driver);
        this.callee.adopt(driver);
        this.offline.flush(() => (this.id === null ? null : this.payloads ?? driver), driver);
        // The transport failed under it: the end is told already.
        if (!driver.alive) return;
        this.config.joined?.(this.welcome);
        this.#user('onjoin', () => this.#session.onjoin?.(this.welcome));
    }

    /** @param {Ended} ended */
    #ended(ended) {
        const { reason, message, wasOpen: was_open, crashed } = ended;
        const lost = sessionLost(reason, message);
        const details = { reason, message, was_open };
        this.id = this.sender = null;
        this.watch.ended(this.driver);
        this.callee.interrupt(lost);
        this.offline.lost(lost);
        if (crashed) this.#core = null;
        if (this.durable && ended.cause !== EndCause.Left) {
            for (const { handles } of [this.subscriber, this.callee]) {
                handles.suspend();
                if (crashed) handles.orphan();
            }
        } else this.#settle(ended, lost);
        if (was_open) this.#user('onleave', () => this.#session.onleave?.(reason, details));
        if (this.over) this.closed.resolve(details);
        this.config.ended(ended);
    }

    /** There will be no further attempt. @param {Ended} ended */
    #finish(ended) {
        if (this.over) return;
        const { reason, message, wasOpen: was_open } = ended;
        this.#settle(ended, sessionLost(reason, message));
        this.closed.resolve({ reason, message, was_open });
    }

    /** @param {Ended} ended @param {Error} lost */
    #settle({ cause }, lost) {
        const left = cause === EndCause.Left;
        this.over = true;
        if (this.driver?.alive) this.driver.lose('the session is over');
        this.subscriber.handles.over(lost, left);
        this.callee.handles.over(lost, left);
        this.offline.over(lost);
        this.#core?.free();
        this.#core = null;
    }

    /** @param {string} name @param {() => unknown} call */
    #user(name, call) {
        guarded(call, this.config.on_user_error, `Exception raised from app code while firing Session.${name}()`);
    }
}

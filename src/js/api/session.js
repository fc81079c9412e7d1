// @ts-check
// A WAMP session as the application sees it: it checks arguments and hands on to the role that they are
// for. What may be sent, and what an answer means, is decided in the core.

import { Core } from '../wasm/wamp_wasm.js';
import { NO_OPTIONS, check, checkGoodbye, checkOptions, checkRequest } from '../glue/check.js';
import { plainDict } from '../glue/octets.js';
import { EndCause } from '../glue/op.js';
import { codecs, withoutCodec } from '../glue/payload.js';
import { callOptions, queueCall, startCall } from './call.js';
import { Callee } from './callee.js';
import { answerChallenge } from './challenge.js';
import { deferred } from './deferred.js';
import { drain } from './drain.js';
import { StateError, sessionLost } from './errors.js';
import { commonFeatures, ownRoles } from './features.js';
import { guarded } from './guarded.js';
import { endUnsent, isLive } from './handles.js';
import { Names } from './names.js';
import { Offline, checkPolicy, takePolicy } from './offline.js';
import { startPublish } from './publish.js';
import { Registration } from './registration.js';
import { Subscriber } from './subscriber.js';
import { isStream, startStream } from './stream.js';
import { Subscription } from './subscription.js';
import { Watch } from './watch.js';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {import('../glue/driver.js').Ended} Ended */
/** @typedef {import('../glue/driver.js').Host} Host */
/** @typedef {import('../glue/driver.js').Sender} Sender */
/** @typedef {import('./offline.js').Policy} Policy */
/**
 * Makes the driver of one attempt: over its transport, with the core of the session, which outlives it.
 * @typedef {(host: Host, core: Core) => Driver} Start
 */
/**
 * What a Connection may do with the session that it made.
 * @typedef {object} Controls
 * @property {(start: Start, authentication?: import('./authenticate.js').Authentication) => void} resume a durable session begins another attempt; `join` comes next, as at the first
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

const HELLO = 1;
const GOODBYE = 6;
const PUBLISH = 16;
const SUBSCRIBE = 32;
const CALL = 48;
const REGISTER = 64;

export class Session {
    /** Of the attempt that there is, or of the last. @type {Driver | null} */
    #driver = null;
    /** What decides, for as long as the session lives. @type {Core | null} */
    #core = null;
    #config;
    #host;
    /** Where what has a payload is sent, while that may be. @type {Sender | null} */
    #sender = null;
    #offline;
    #draining = false;
    #isOver = false;
    #id = /** @type {number | null} */ (null);
    #realm = /** @type {string | null} */ (null);
    #welcome = /** @type {any} */ (null);
    #names = new Names();
    #subscriber;
    #callee;
    /** What stands before the driver once a payload codec was set. @type {import('./payloads.js').Payloads | null} */
    #payloads = null;
    #joinedAt = 0;
    #watch;
    /** @type {any} */
    #closed = deferred();

    /** @type {((details: any) => void) | undefined} */
    onjoin = undefined;
    /** @type {((reason: string | null, details: any) => void) | undefined} */
    onleave = undefined;
    caller_disclose_me = false;
    publisher_disclose_me = false;

    /**
     * Made by a Connection, not by applications.
     * @param {object} config
     * @param {Start} config.start makes the driver of the first attempt
     * @param {boolean} [config.durable] whether the session, its handles and its core live on from one attempt to the next
     * @param {(controls: Controls) => void} [config.bind] called once, before `start`
     * @param {Upstream} [config.connection] of a durable session
     * @param {Tell} [config.tell]
     * @param {{ policy: Policy, limit: number }} [config.offline] what becomes of requests between two attempts of a durable session
     * @param {number} [config.max_pending] how many requests may wait for an answer
     * @param {{ interval: number, timeout: number } | null} [config.heartbeat] when to ask the router whether it is still there
     * @param {number} [config.call_timeout] milliseconds, for calls that say nothing of it
     * @param {(details: any) => void} [config.joined] told of each WELCOME, after what was queued is sent and before `onjoin`
     * @param {(session: Session, method: string, extra: any) => any} [config.onchallenge]
     * @param {import('./authenticate.js').Authentication} [config.authentication] answers in place of onchallenge
     * @param {(error: unknown, text: string) => void} config.on_user_error
     * @param {(error: unknown, text: string) => void} config.on_internal_error
     * @param {(ended: Ended) => void} config.ended told of each end, after what was pending is settled and the handles of a durable session are 'pending'
     */
    constructor(config) {
        check(typeof config?.start === 'function', 'Session: it is made by a Connection or by connect');
        this.#config = config;
        this.#watch = new Watch(config.heartbeat ?? null);
        this.#offline = new Offline(config.offline ?? { policy: 'fail', limit: 0 });
        const link = {
            when: (/** @type {any} */ policy, /** @type {any} */ begin, /** @type {any} */ failed) => this.#when(policy, begin, failed),
            check: () => this.#durable || this.#open(),
            end: (/** @type {any[]} */ message, /** @type {any} */ pending) => this.#endHandle(message, pending),
            tell: config.tell ?? (() => false),
            report: config.on_user_error,
        };
        const subscriber = (this.#subscriber = new Subscriber(this, link));
        const callee = (this.#callee = new Callee(this, link));
        /** @type {Host} */
        this.#host = {
            joined: (id, message) => this.#joined(id, message),
            challenged: (message) => void answerChallenge(this, this.#use(), this.#config, message),
            handlersOf: (tickets) => subscriber.handlersOf(tickets),
            event: (handlers, message) => subscriber.event(/** @type {any} */ (handlers), message),
            invocation: (driver, endpoint, request, message) => (this.#payloads ?? callee).invocation(driver, endpoint, request, message),
            invocationPart: (driver, request, message) => (this.#payloads ?? callee).invocationPart(driver, request, message),
            interrupted: (driver, request, kill, reason) => (this.#payloads ?? callee).interrupted(driver, request, kill, reason),
            subscriptionRevoked: (tickets, reason) => subscriber.revoked(tickets, reason),
            registrationRevoked: (endpoint, reason) => callee.handles.revoked(endpoint, reason),
            restored: (ticket, id) => void (subscriber.handles.restored(ticket, id) || callee.handles.restored(ticket, id)),
            notRestored: (ticket, error) => void (subscriber.handles.notRestored(ticket, error) || callee.handles.notRestored(ticket, error)),
            decoded: (op, a, tickets, message, pending) => (this.#payloads ? this.#payloads.opened(op, a, tickets, message, pending) : withoutCodec(message)),
            undecodable: (error) => config.on_user_error(error, 'A payload that came cannot be decoded:'),
            ended: (ended) => this.#ended(ended),
            fault: (error) => config.on_internal_error(error, 'internal error of wamp-wasm:'),
        };
        config.bind?.({ resume: (start, authentication) => this.#resume(start, authentication), over: (ended) => this.#over(ended) });
        this.#resume(config.start, config.authentication);
    }

    get id() {
        return this.#id;
    }

    get realm() {
        return this.#realm;
    }

    get isOpen() {
        return this.#id !== null;
    }

    /** The details of WELCOME. */
    get details() {
        return this.#welcome;
    }

    get closed() {
        return this.#closed.promise;
    }

    get defer() {
        return deferred;
    }

    get features() {
        return commonFeatures(this.#welcome);
    }

    get subscriptions() {
        return this.#subscriber.subscriptions;
    }

    get registrations() {
        return this.#callee.registrations;
    }

    /** How many octets wait in the WebSocket. */
    get bufferedAmount() {
        return this.#driver?.bufferedAmount ?? 0;
    }

    /**
     * @param {string} realm @param {string[]} [authmethods] @param {string} [authid] @param {any} [authextra]
     */
    join(realm, authmethods, authid, authextra) {
        check(typeof realm === 'string', 'Session.join: <realm> must be a string');
        check(authmethods == null || Array.isArray(authmethods), 'Session.join: <authmethods> must be an array []');
        check(authid == null || typeof authid === 'string', 'Session.join: <authid> must be a string');
        if (this.isOpen) throw new StateError('session already open');
        const details = plainDict({
            ...(authmethods && { authmethods }),
            ...(authid != null && { authid }),
            ...(authextra != null && { authextra }),
        });
        const driver = this.#use();
        if (this.#config.authentication?.demanding) driver.expectProof();
        driver.command([HELLO, realm, { ...details, roles: ownRoles() }]);
        this.#realm = realm;
    }

    /** @param {string | null} [reason] @param {string | null} [message] */
    leave(reason, message) {
        const uri = reason ?? 'wamp.close.normal';
        checkGoodbye('Session.leave', uri, message);
        if (this.#durable && !this.#driver?.alive) this.#config.connection?.stop(uri, message ?? undefined);
        else {
            try {
                this.#use().command([GOODBYE, message == null ? {} : { message }, uri]);
            } catch (error) {
                // In a callback of a durable session whose end is on its way already: it is to be the last.
                if (!this.#durable || !(error instanceof StateError)) throw error;
                this.#config.connection?.stop(uri, message ?? undefined);
            }
        }
        return this.#closed.promise;
    }

    /** @param {string} procedure @param {any} [args] @param {any} [kwargs] @param {any} [options] */
    call(procedure, args, kwargs, options) {
        if (args != null && !Array.isArray(args) && isStream(args)) return this.#callInParts(procedure, args, kwargs, options);
        checkRequest('call', 'procedure', procedure, args, kwargs, options);
        const sender = this.#sender ?? this.#absent();
        const { wire, local } = callOptions(options, this.caller_disclose_me, this.#config.call_timeout);
        const uri = this.#names.hot('call', CALL, procedure, wire);
        const report = this.#config.on_user_error;
        if (sender === null) return queueCall(this.#offline, [wire, uri], wire.receive_progress === true, args ?? undefined, kwargs ?? undefined, local, report);
        return startCall(sender, [wire, uri], wire.receive_progress === true, args ?? undefined, kwargs ?? undefined, local, report);
    }

    /** @param {string} topic @param {any} [args] @param {any} [kwargs] @param {any} [options] */
    publish(topic, args, kwargs, options) {
        checkRequest('publish', 'topic', topic, args, kwargs, options);
        const sender = this.#sender ?? this.#absent();
        const wire = options == null && !this.publisher_disclose_me ? NO_OPTIONS : { ...options };
        if (this.publisher_disclose_me) wire.disclose_me ??= true;
        const policy = wire === NO_OPTIONS ? undefined : takePolicy('Session.publish', wire);
        const uri = this.#names.hot('publish', PUBLISH, topic, wire);
        return startPublish(sender, this.#offline, policy, [wire, uri], args ?? undefined, kwargs ?? undefined, this.#config.on_user_error);
    }

    /** @param {string} topic @param {any} [handler] @param {any} [options] */
    subscribe(topic, handler, options) {
        check(typeof topic === 'string', 'Session.subscribe: <topic> must be a string');
        check(handler == null || typeof handler === 'function', 'Session.subscribe: <handler> must be a function');
        checkOptions('Session.subscribe', options);
        this.#checkLive();
        const { buffer, on_slow, offline, ...wire } = options ?? {};
        check(buffer === undefined || (Number.isInteger(buffer) && buffer > 0), 'Session.subscribe: <options>.buffer must be a positive integer');
        check(on_slow == null || typeof on_slow === 'function', 'Session.subscribe: <options>.on_slow must be a function');
        checkPolicy('Session.subscribe', offline);
        const uri = this.#names.checked('subscribe', SUBSCRIBE, topic, wire);
        return this.#subscriber.subscribe(uri, handler ?? null, options ?? {}, wire, { buffer, on_slow, offline: offline ?? undefined });
    }

    /** @param {string} procedure @param {any} endpoint @param {any} [options] */
    register(procedure, endpoint, options) {
        check(typeof procedure === 'string', 'Session.register: <procedure> must be a string');
        check(typeof endpoint === 'function', 'Session.register: <endpoint> must be a function');
        checkOptions('Session.register', options);
        this.#checkLive();
        const wire = { ...options };
        const policy = takePolicy('Session.register', wire);
        const uri = this.#names.checked('register', REGISTER, procedure, wire);
        return this.#callee.register(uri, endpoint, options ?? {}, wire, policy);
    }

    /** @param {Subscription} subscription */
    unsubscribe(subscription) {
        check(subscription instanceof Subscription, 'Session.unsubscribe: <subscription> must be a Subscription');
        this.#durable || this.#open();
        if (subscription.session !== this || !isLive(subscription)) throw new StateError('subscription not active');
        return subscription.unsubscribe();
    }

    /** @param {Registration} registration */
    unregister(registration) {
        check(registration instanceof Registration, 'Session.unregister: <registration> must be a Registration');
        this.#durable || this.#open();
        if (registration.session !== this || !isLive(registration)) throw new StateError('registration not active');
        return registration.unregister();
    }

    /** @param {{ timeout?: number }} [options] */
    drain(options) {
        check(options?.timeout === undefined || options.timeout >= 0, 'Session.drain: <options>.timeout must be a number of milliseconds');
        this.#durable || this.#open();
        this.#draining = true;
        this.#sender = null;
        return drain({
            handles: [...this.#subscriber.handles.values(), ...this.#callee.handles.values()],
            runs: () => this.#callee.runs,
            driver: () => this.#driver,
            offline: this.#offline,
            leave: () => (this.#isOver ? this.#closed.promise : this.leave()),
        }, options?.timeout);
    }

    async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
        if (!this.#isOver) await this.leave();
    }

    /** Drops the connection and connects at once. */
    reconnect() {
        if (!this.#durable) throw new StateError('session not open');
        this.#config.connection?.reconnect();
        // In the middle of a handler the end is told later, but nothing goes over this connection any more.
        this.#id = this.#sender = null;
    }

    /** What becomes of the connection, and of the handles. */
    status() {
        return this.#config.connection?.status();
    }

    /** Milliseconds of one round trip to the router. */
    async rtt() {
        return this.#watch.rtt(this.#open());
    }

    /** What went over the connection, and what waits. */
    stats() {
        return this.#watch.stats(this.#driver);
    }

    /** @param {string} prefix @param {string | null} [uri] */
    prefix(prefix, uri) {
        this.#names.prefix(prefix, uri);
    }

    /** @param {string} curie */
    resolve(curie) {
        return this.#names.resolve(curie);
    }

    /** @param {import('./payloads.js').PayloadCodec | null} codec */
    set_payload_codec(codec) {
        if (!codecs.Payloads) throw new StateError("Session.set_payload_codec: import 'wamp-wasm/e2ee' first");
        const driver = this.#durable ? /** @type {Driver} */ (this.#driver) : this.#use();
        this.#payloads ??= new codecs.Payloads(this, driver, this.#subscriber, this.#callee);
        this.#payloads.set(codec);
        if (this.#sender) this.#sender = this.#payloads;
    }

    get_payload_codec() {
        return this.#payloads?.codec ?? null;
    }

    /** @param {...unknown} items */
    log(...items) {
        const at = Math.round((performance.now() - this.#joinedAt) * 1000) / 1000;
        console.group(this.isOpen ? `WAMP session ${this.#id} on '${this.#realm}' at ${at} ms` : 'WAMP session');
        for (const item of items) console.log(item);
        console.groupEnd();
    }

    // --- inside --------------------------------------------------------------------------------

    /** @param {string} procedure @param {any} stream @param {any} kwargs @param {any} options */
    #callInParts(procedure, stream, kwargs, options) {
        checkRequest('call', 'procedure', procedure, null, null, options);
        check(kwargs == null, 'Session.call: <kwargs> must be absent where <args> is a stream, whose parts bring their own');
        const sender = this.#sender ?? this.#absent();
        const { wire: whole, local } = callOptions(options, this.caller_disclose_me, this.#config.call_timeout);
        const wire = { ...whole, progress: true };
        const uri = this.#names.hot('call', CALL, procedure, wire);
        return startStream(sender, this.#offline, [wire, uri], stream, local, this.#config.on_user_error);
    }

    #use() {
        if (!this.#driver?.alive) throw new StateError('session not open');
        return this.#driver;
    }

    #open() {
        if (!this.isOpen) throw new StateError('session not open');
        return this.#use();
    }

    /** Whether there may be another connection. */
    get #durable() {
        return this.#config.durable === true && !this.#isOver;
    }

    /** Throws unless handles may be made. */
    #checkLive() {
        if (this.#draining) throw new StateError('session draining');
        if (!this.#durable) this.#open();
    }

    /** The sender where there is none for the asking: null when there may be one later, else a StateError. */
    #absent() {
        // What runs may need to ask others before it can answer.
        if (this.#draining && this.#callee.runs.size === 0) throw new StateError('session draining');
        if (!this.#durable) this.#open();
        return this.isOpen ? this.#payloads ?? this.#driver : null;
    }

    /** @param {Policy | undefined} policy @param {(driver: Driver) => void} begin @param {(error: any) => void} failed */
    #when(policy, begin, failed) {
        if (this.isOpen) begin(this.#use());
        else this.#offline.add(policy, (_, driver) => begin(driver), failed);
    }

    /** @param {any[]} message UNSUBSCRIBE or UNREGISTER, with a ticket @param {import('../glue/driver.js').Pending} pending */
    #endHandle(message, pending) {
        // No core knows it.
        if (message[2] === 0) pending.done(0, 0, null);
        else if (this.#driver?.alive) this.#driver.request(message, pending);
        else pending.done(0, endUnsent(/** @type {Core} */ (this.#core), message), null);
    }

    /** Begins an attempt. @param {Start} start @param {import('./authenticate.js').Authentication} [authentication] */
    #resume(start, authentication) {
        const codec = this.#payloads?.codec;
        this.#config = { ...this.#config, authentication };
        this.#core ??= new Core(this.#durable, this.#config.max_pending);
        this.#driver = start(this.#host, this.#core);
        // Another one: what the codec was told of the last connection means something else on this one.
        this.#payloads = null;
        if (codec) this.set_payload_codec(codec);
    }

    /** @param {number} id @param {any} message WELCOME, Session, Details */
    #joined(id, message) {
        const driver = this.#use();
        this.#id = id;
        this.#welcome = message[2];
        this.#realm = this.#welcome.realm ?? this.#realm;
        this.#joinedAt = performance.now();
        if (!this.#draining) this.#sender = this.#payloads ?? driver;
        this.#watch.joined(driver);
        this.#subscriber.adopt(driver);
        this.#callee.adopt(driver);
        this.#offline.flush(() => (this.isOpen ? this.#payloads ?? driver : null), driver);
        this.#config.joined?.(this.#welcome);
        this.#user(() => this.onjoin?.(this.#welcome), 'Exception raised from app code while firing Session.onjoin()');
    }

    /** @param {Ended} ended */
    #ended(ended) {
        this.#id = null;
        this.#sender = null;
        this.#watch.ended(this.#driver);
        const { reason, message, wasOpen: was_open } = ended;
        const lost = sessionLost(reason, message);
        this.#callee.interrupt(lost);
        this.#offline.lost(lost);
        if (ended.crashed) this.#core = null;
        const details = { reason, message, was_open };
        if (this.#durable && ended.cause !== EndCause.Left) {
            for (const { handles } of [this.#subscriber, this.#callee]) {
                handles.suspend();
                if (ended.crashed) handles.orphan();
            }
        } else {
            this.#settle(ended);
        }
        if (was_open) {
            this.#user(() => this.onleave?.(reason, details), 'Exception raised from app code while firing Session.onleave()');
        }
        if (this.#isOver) this.#closed.resolve(details);
        this.#config.ended(ended);
    }

    /** There will be no further attempt. @param {Ended} ended */
    #over(ended) {
        if (this.#isOver) return;
        this.#settle(ended);
        this.#closed.resolve({ reason: ended.reason, message: ended.message, was_open: ended.wasOpen });
    }

    /** @param {Ended} ended */
    #settle({ cause, reason, message }) {
        const lost = sessionLost(reason, message);
        const left = cause === EndCause.Left;
        this.#isOver = true;
        if (this.#driver?.alive) this.#driver.lose('the session is over');
        this.#subscriber.handles.over(lost, left);
        this.#callee.handles.over(lost, left);
        this.#offline.over(lost);
        this.#core?.free();
        this.#core = null;
    }

    /** @param {() => unknown} call @param {string} text */
    #user(call, text) {
        guarded(call, this.#config.on_user_error, text);
    }
}

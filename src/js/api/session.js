// @ts-check
// A WAMP session as the application sees it: it checks arguments and hands on to the role that they are
// for. What may be sent, and what an answer means, is decided in the core.

import { own_roles } from '../wasm/wamp_wasm.js';
import { NO_OPTIONS, check, checkGoodbye, checkOptions, checkRequest, isUri } from '../glue/check.js';
import { surelyRight } from '../glue/hot.js';
import { fromOctets, plainDict } from '../glue/octets.js';
import { codecs, withoutCodec } from '../glue/payload.js';
import { callOptions, startCall } from './call.js';
import { Callee } from './callee.js';
import { deferred } from './deferred.js';
import { StateError, WampError, sessionLost } from './errors.js';
import { guarded } from './guarded.js';
import { Names } from './names.js';
import { Registration } from './registration.js';
import { Subscriber } from './subscriber.js';
import { isStream, startStream } from './stream.js';
import { Subscription } from './subscription.js';
import { Publication } from './values.js';
import { Watch } from './watch.js';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {import('../glue/driver.js').Ended} Ended */
/** @typedef {import('../glue/driver.js').Host} Host */
/** @typedef {import('../wasm/wamp_wasm.js').Core} Core */
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
const ABORT = 3;
const AUTHENTICATE = 5;
const GOODBYE = 6;
const PUBLISH = 16;
const SUBSCRIBE = 32;
const CALL = 48;
const REGISTER = 64;

const CANNOT_AUTHENTICATE = 'wamp.error.cannot_authenticate';

/** The roles of this side, and the router's role that serves each: what both announce is a feature. */
const COUNTERPARTS = { publisher: 'broker', subscriber: 'broker', caller: 'dealer', callee: 'dealer' };

export class Session {
    /** @type {Driver | null} */
    #driver = null;
    #config;
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
     * @param {{ policy: 'fail' | 'wait' | number, limit: number }} [config.offline] what becomes of requests between two attempts of a durable session
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
        const open = () => this.#open();
        const subscriber = (this.#subscriber = new Subscriber(this, open, config.on_user_error));
        const callee = (this.#callee = new Callee(this, open, config.on_user_error));
        // The constructor of the driver may already deliver.
        this.#driver = config.start({
            joined: (id, message) => this.#joined(id, message),
            challenged: (message) => this.#challenged(message),
            handlersOf: (tickets) => subscriber.handlersOf(tickets),
            event: (handlers, message) => subscriber.event(/** @type {any} */ (handlers), message),
            invocation: (driver, endpoint, request, message) => (this.#payloads ?? callee).invocation(driver, endpoint, request, message),
            invocationPart: (driver, request, message) => (this.#payloads ?? callee).invocationPart(driver, request, message),
            interrupted: (driver, request, kill, reason) => (this.#payloads ?? callee).interrupted(driver, request, kill, reason),
            subscriptionRevoked: (tickets, reason) => subscriber.revoked(tickets, reason),
            registrationRevoked: (endpoint, reason) => callee.revoked(endpoint, reason),
            decoded: (op, a, tickets, message, pending) => (this.#payloads ? this.#payloads.opened(op, a, tickets, message, pending) : withoutCodec(message)),
            undecodable: (error) => config.on_user_error(error, 'A payload that came cannot be decoded:'),
            ended: (ended) => this.#ended(ended),
            fault: (error) => config.on_internal_error(error, 'internal error of wamp-wasm:'),
        });
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
        /** @type {any} */
        const features = {};
        const own = fromOctets(own_roles());
        for (const [role, counterpart] of Object.entries(COUNTERPARTS)) {
            const theirs = Object.entries(this.#welcome?.roles?.[counterpart]?.features ?? {});
            features[role] = Object.fromEntries(theirs.filter(([feature, on]) => on === true && own[role].features[feature] === true));
        }
        return features;
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
        driver.command([HELLO, realm, { ...details, roles: fromOctets(own_roles()) }]);
        this.#realm = realm;
    }

    /** @param {string | null} [reason] @param {string | null} [message] */
    leave(reason, message) {
        const uri = reason ?? 'wamp.close.normal';
        checkGoodbye('Session.leave', uri, message);
        this.#use().command([GOODBYE, message == null ? {} : { message }, uri]);
        return this.#closed.promise;
    }

    /** @param {string} procedure @param {any} [args] @param {any} [kwargs] @param {any} [options] */
    call(procedure, args, kwargs, options) {
        if (args != null && !Array.isArray(args) && isStream(args)) return this.#callInParts(procedure, args, kwargs, options);
        checkRequest('call', 'procedure', procedure, args, kwargs, options);
        const driver = this.#sender();
        const { wire, local } = callOptions(options, this.caller_disclose_me);
        const uri = this.#names.hot('call', CALL, procedure, wire);
        return startCall(driver, [wire, uri], wire.receive_progress === true, args ?? undefined, kwargs ?? undefined, local, this.#config.on_user_error);
    }

    /** @param {string} topic @param {any} [args] @param {any} [kwargs] @param {any} [options] */
    publish(topic, args, kwargs, options) {
        checkRequest('publish', 'topic', topic, args, kwargs, options);
        const driver = this.#sender();
        const wire = options == null && !this.publisher_disclose_me ? NO_OPTIONS : { ...options };
        if (this.publisher_disclose_me) wire.disclose_me ??= true;
        const uri = this.#names.hot('publish', PUBLISH, topic, wire);
        const judged = wire !== NO_OPTIONS && !surelyRight(PUBLISH, wire);
        if (wire.acknowledge !== true) {
            if (judged) driver.demand(PUBLISH, wire);
            driver.send(PUBLISH, false, [wire, uri], args ?? undefined, kwargs ?? undefined, null);
            return undefined;
        }
        return new Promise((resolve, reject) => {
            const pending = { done: (/** @type {number} */ _, /** @type {number} */ id) => resolve(new Publication(id)), failed: reject };
            if (judged) driver.demand(PUBLISH, wire);
            driver.send(PUBLISH, true, [wire, uri], args ?? undefined, kwargs ?? undefined, pending);
        });
    }

    /** @param {string} topic @param {any} [handler] @param {any} [options] */
    subscribe(topic, handler, options) {
        check(typeof topic === 'string', 'Session.subscribe: <topic> must be a string');
        check(handler == null || typeof handler === 'function', 'Session.subscribe: <handler> must be a function');
        checkOptions('Session.subscribe', options);
        this.#open();
        const { buffer: size, ...wire } = options ?? {};
        check(size === undefined || (Number.isInteger(size) && size > 0), 'Session.subscribe: <options>.buffer must be a positive integer');
        const uri = this.#names.checked('subscribe', SUBSCRIBE, topic, wire);
        return this.#subscriber.subscribe(uri, handler ?? null, options ?? {}, wire, size);
    }

    /** @param {string} procedure @param {any} endpoint @param {any} [options] */
    register(procedure, endpoint, options) {
        check(typeof procedure === 'string', 'Session.register: <procedure> must be a string');
        check(typeof endpoint === 'function', 'Session.register: <endpoint> must be a function');
        checkOptions('Session.register', options);
        this.#open();
        const wire = { ...options };
        const uri = this.#names.checked('register', REGISTER, procedure, wire);
        return this.#callee.register(uri, endpoint, options ?? {}, wire);
    }

    /** @param {Subscription} subscription */
    unsubscribe(subscription) {
        check(subscription instanceof Subscription, 'Session.unsubscribe: <subscription> must be a Subscription');
        this.#open();
        if (subscription.session !== this || !subscription.active) throw new StateError('subscription not active');
        return subscription.unsubscribe();
    }

    /** @param {Registration} registration */
    unregister(registration) {
        check(registration instanceof Registration, 'Session.unregister: <registration> must be a Registration');
        this.#open();
        if (registration.session !== this || !registration.active) throw new StateError('registration not active');
        return registration.unregister();
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
        this.#payloads ??= new codecs.Payloads(this, this.#use(), this.#subscriber, this.#callee);
        this.#payloads.set(codec);
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
        const driver = this.#sender();
        const { wire: whole, local } = callOptions(options, this.caller_disclose_me);
        const wire = { ...whole, progress: true };
        const uri = this.#names.hot('call', CALL, procedure, wire);
        return startStream(driver, [wire, uri], stream, local, this.#config.on_user_error);
    }

    #use() {
        if (!this.#driver?.alive) throw new StateError('session not open');
        return this.#driver;
    }

    #open() {
        if (!this.isOpen) throw new StateError('session not open');
        return this.#use();
    }

    /** Where what has a payload is sent. */
    #sender() {
        const driver = this.#open();
        return this.#payloads ?? driver;
    }

    /** @param {number} id @param {any} message WELCOME, Session, Details */
    #joined(id, message) {
        this.#id = id;
        this.#welcome = message[2];
        this.#realm = this.#welcome.realm ?? this.#realm;
        this.#joinedAt = performance.now();
        this.#watch.joined(this.#use());
        this.#user(() => this.onjoin?.(this.#welcome), 'Exception raised from app code while firing Session.onjoin()');
    }

    /** @param {any} message CHALLENGE, AuthMethod, Extra */
    async #challenged(message) {
        const { authentication, onchallenge, on_internal_error, on_user_error } = this.#config;
        if (!authentication && !onchallenge) {
            on_internal_error(new Error('received WAMP challenge, but no onchallenge() handler set'), '');
            return this.#refuse(CANNOT_AUTHENTICATE, 'there is no onchallenge handler');
        }
        try {
            const answer = await (authentication ? authentication.answer(message[1], message[2]) : onchallenge?.(this, message[1], message[2]));
            const [signature, extra, proof] = Array.isArray(answer) ? answer : typeof answer === 'string' ? [answer] : [answer?.signature, answer?.extra, answer?.server_signature];
            check(typeof signature === 'string', 'onchallenge must give a string or [string, object]');
            const plain = plainDict(extra ?? {});
            if (!this.#driver?.alive) return;
            if (proof != null) this.#driver.expectProof(String(proof));
            this.#driver.command([AUTHENTICATE, signature, plain]);
        } catch (error) {
            if (!authentication) on_user_error(error, 'onchallenge() raised: ');
            const known = error instanceof WampError && isUri(error.uri);
            const text = known ? error.args[0] : error instanceof Error ? error.message : error;
            this.#refuse(known ? error.uri : CANNOT_AUTHENTICATE, String(text ?? ''));
        }
    }

    /** Gives up joining. @param {string} reason @param {string} text */
    #refuse(reason, text) {
        if (!this.#driver?.alive) return;
        try {
            this.#driver.command([ABORT, { message: text }, reason]);
        } catch {
            // The session is over, or the challenge was given up: nobody waits for the answer.
        }
    }

    /** @param {Ended} ended */
    #ended(ended) {
        this.#id = null;
        this.#watch.ended(this.#driver);
        const lost = sessionLost(ended.reason, ended.message);
        this.#subscriber.ended(lost);
        this.#callee.ended(lost);
        const details = { reason: ended.reason, message: ended.message, was_open: ended.wasOpen };
        if (ended.wasOpen) {
            this.#user(() => this.onleave?.(ended.reason, details), 'Exception raised from app code while firing Session.onleave()');
        }
        this.#closed.resolve(details);
        this.#config.ended(ended);
    }

    /** @param {() => unknown} call @param {string} text */
    #user(call, text) {
        guarded(call, this.#config.on_user_error, text);
    }
}

// @ts-check
// A WAMP session as the application sees it: it checks arguments and hands on to the role that they are
// for. What may be sent, and what an answer means, is decided in the core.

import { NO_OPTIONS, check, checkGoodbye, checkRequest, may, must } from '../glue/check.js';
import { plainDict } from '../glue/octets.js';
import { callOptions, queueCall, startCall } from './call.js';
import { deferred } from './deferred.js';
import { drain } from './drain.js';
import { StateError } from './errors.js';
import { commonFeatures, ownRoles } from './features.js';
import { isLive } from './handles.js';
import { Lifetime } from './lifetime.js';
import { Names } from './names.js';
import { takePolicy } from './offline.js';
import { startPublish } from './publish.js';
import { Registration } from './registration.js';
import { isStream, startStream } from './stream.js';
import { Subscription } from './subscription.js';

const HELLO = 1;
const PUBLISH = 16;
const SUBSCRIBE = 32;
const CALL = 48;
const REGISTER = 64;

/** `Symbol.asyncDispose`, which not every browser has. @type {typeof Symbol.asyncDispose} */
export const ASYNC_DISPOSE = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

export class Session {
    #life;
    #names = new Names();

    /** @type {((details: any) => void) | undefined} */
    onjoin = undefined;
    /** @type {((reason: string | null, details: any) => void) | undefined} */
    onleave = undefined;
    caller_disclose_me = false;
    publisher_disclose_me = false;

    /** Made by a Connection, not by applications. @param {import('./lifetime.js').Config} config */
    constructor(config) {
        check(config?.start, 'Session: it is made by a Connection or by connect');
        this.#life = new Lifetime(this, config);
    }

    get id() {
        return this.#life.id;
    }

    get realm() {
        return this.#life.realm;
    }

    get isOpen() {
        return this.#life.id !== null;
    }

    /** The details of WELCOME. */
    get details() {
        return this.#life.welcome;
    }

    get closed() {
        return this.#life.closed.promise;
    }

    get defer() {
        return deferred;
    }

    get features() {
        return commonFeatures(this.#life.welcome);
    }

    get subscriptions() {
        return this.#life.subscriber.subscriptions;
    }

    get registrations() {
        return this.#life.callee.registrations;
    }

    /** How many octets wait in the WebSocket. */
    get bufferedAmount() {
        return this.#life.driver?.bufferedAmount ?? 0;
    }

    /**
     * @param {string} realm @param {string[]} [authmethods] @param {string} [authid] @param {any} [authextra]
     */
    join(realm, authmethods, authid, authextra) {
        must(realm, 'a string', 'Session.join: <realm>');
        may(authmethods, 'an array []', 'Session.join: <authmethods>');
        may(authid, 'a string', 'Session.join: <authid>');
        if (this.isOpen) throw new StateError('session already open');
        const life = this.#life;
        // What is undefined is not in it.
        const details = plainDict({ authmethods: authmethods ?? undefined, authid: authid ?? undefined, authextra: authextra ?? undefined });
        const driver = life.use();
        if (life.config.authentication?.demanding) driver.expectProof();
        driver.command([HELLO, realm, { ...details, roles: ownRoles() }]);
        life.realm = realm;
    }

    /** @param {string | null} [reason] @param {string | null} [message] */
    leave(reason, message) {
        const uri = reason ?? 'wamp.close.normal';
        checkGoodbye('Session.leave', uri, message);
        this.#life.leave(uri, message ?? undefined);
        return this.closed;
    }

    /** @param {string} procedure @param {any} [args] @param {any} [kwargs] @param {any} [options] */
    call(procedure, args, kwargs, options) {
        if (args != null && !Array.isArray(args) && isStream(args)) return this.#callInParts(procedure, args, kwargs, options);
        checkRequest('call', 'procedure', procedure, args, kwargs, options);
        const life = this.#life;
        const sender = life.sender ?? life.absent();
        const { wire, local } = callOptions(options, this.caller_disclose_me, life.config.call_timeout);
        const uri = this.#names.hot('call', CALL, procedure, wire);
        const report = life.config.on_user_error;
        if (sender === null) return queueCall(life.offline, [wire, uri], wire.receive_progress === true, args ?? undefined, kwargs ?? undefined, local, report);
        return startCall(sender, [wire, uri], wire.receive_progress === true, args ?? undefined, kwargs ?? undefined, local, report);
    }

    /** @param {string} topic @param {any} [args] @param {any} [kwargs] @param {any} [options] */
    publish(topic, args, kwargs, options) {
        checkRequest('publish', 'topic', topic, args, kwargs, options);
        const life = this.#life;
        const sender = life.sender ?? life.absent();
        const wire = options == null && !this.publisher_disclose_me ? NO_OPTIONS : { ...options };
        if (this.publisher_disclose_me) wire.disclose_me ??= true;
        const policy = wire === NO_OPTIONS ? undefined : takePolicy('Session.publish', wire);
        const uri = this.#names.hot('publish', PUBLISH, topic, wire);
        return startPublish(sender, life.offline, policy, [wire, uri], args ?? undefined, kwargs ?? undefined, life.config.on_user_error);
    }

    /** @param {string} topic @param {any} [handler] @param {any} [options] */
    subscribe(topic, handler, options) {
        must(topic, 'a string', 'Session.subscribe: <topic>');
        may(handler, 'a function', 'Session.subscribe: <handler>');
        may(options, 'an object {}', 'Session.subscribe: <options>');
        this.#life.checkLive();
        const { buffer, on_slow, ...wire } = options ?? {};
        check(buffer === undefined || (Number.isInteger(buffer) && buffer > 0), 'Session.subscribe: <options>.buffer must be a positive integer');
        may(on_slow, 'a function', 'Session.subscribe: <options>.on_slow');
        const offline = takePolicy('Session.subscribe', wire);
        const uri = this.#names.checked('subscribe', SUBSCRIBE, topic, wire);
        return this.#life.subscriber.subscribe(uri, handler ?? null, options ?? {}, wire, { buffer, on_slow, offline });
    }

    /** @param {string} procedure @param {any} endpoint @param {any} [options] */
    register(procedure, endpoint, options) {
        must(procedure, 'a string', 'Session.register: <procedure>');
        must(endpoint, 'a function', 'Session.register: <endpoint>');
        may(options, 'an object {}', 'Session.register: <options>');
        this.#life.checkLive();
        const wire = { ...options };
        const policy = takePolicy('Session.register', wire);
        const uri = this.#names.checked('register', REGISTER, procedure, wire);
        return this.#life.callee.register(uri, endpoint, options ?? {}, wire, policy);
    }

    /** @param {Subscription} subscription */
    unsubscribe(subscription) {
        check(subscription instanceof Subscription, 'Session.unsubscribe: <subscription> must be a Subscription');
        this.#checkOwn(subscription, 'subscription');
        return subscription.unsubscribe();
    }

    /** @param {Registration} registration */
    unregister(registration) {
        check(registration instanceof Registration, 'Session.unregister: <registration> must be a Registration');
        this.#checkOwn(registration, 'registration');
        return registration.unregister();
    }

    /** @param {{ timeout?: number }} [options] */
    drain(options) {
        check(options?.timeout === undefined || options.timeout >= 0, 'Session.drain: <options>.timeout must be a number of milliseconds');
        const life = this.#life;
        life.checkReach();
        life.draining = true;
        life.sender = null;
        return drain(life, () => (life.over ? this.closed : this.leave()), options?.timeout);
    }

    async [ASYNC_DISPOSE]() {
        if (!this.#life.over) await this.leave();
    }

    /** Drops the connection and connects at once. */
    reconnect() {
        const life = this.#life;
        if (!life.durable) throw new StateError('session not open');
        life.config.connection?.reconnect();
        // In the middle of a handler the end is told later, but nothing goes over this connection any more.
        life.id = life.sender = null;
    }

    /** What becomes of the connection, and of the handles. */
    status() {
        return this.#life.config.connection?.status();
    }

    /** Milliseconds of one round trip to the router. */
    async rtt() {
        return this.#life.watch.rtt(this.#life.open());
    }

    /** What went over the connection, and what waits. */
    stats() {
        return this.#life.watch.stats(this.#life.driver);
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
        this.#life.encode(codec);
    }

    get_payload_codec() {
        return this.#life.payloads?.codec ?? null;
    }

    /** @param {...unknown} items */
    log(...items) {
        const at = Math.round((performance.now() - this.#life.joinedAt) * 1000) / 1000;
        console.group(this.isOpen ? `WAMP session ${this.id} on '${this.realm}' at ${at} ms` : 'WAMP session');
        for (const item of items) console.log(item);
        console.groupEnd();
    }

    // --- inside --------------------------------------------------------------------------------

    /** @param {string} procedure @param {any} stream @param {any} kwargs @param {any} options */
    #callInParts(procedure, stream, kwargs, options) {
        checkRequest('call', 'procedure', procedure, null, null, options);
        check(kwargs == null, 'Session.call: <kwargs> must be absent where <args> is a stream, whose parts bring their own');
        const life = this.#life;
        const sender = life.sender ?? life.absent();
        const { wire: whole, local } = callOptions(options, this.caller_disclose_me, life.config.call_timeout);
        const wire = { ...whole, progress: true };
        const uri = this.#names.hot('call', CALL, procedure, wire);
        return startStream(sender, life.offline, [wire, uri], stream, local, life.config.on_user_error);
    }

    /** @param {Subscription | Registration} handle @param {string} what */
    #checkOwn(handle, what) {
        this.#life.checkReach();
        if (handle.session !== this || !isLive(handle)) throw new StateError(`${what} not active`);
    }
}

// @ts-check
// A WAMP session as the application sees it. It keeps handlers, endpoints and promises by ticket; what
// may be sent, and what an answer means, is decided in the core.

import { announces, check_request } from '../wasm/wamp_wasm.js';
import { GoodUris, check, checkGoodbye, checkOptions, checkRequest } from '../glue/check.js';
import { payloadArgs } from '../glue/driver.js';
import { surelyRight } from '../glue/hot.js';
import { dictOctets } from '../glue/octets.js';
import { callOptions, startCall } from './call.js';
import { deferred } from './deferred.js';
import { invoke } from './endpoint.js';
import { StateError, sessionLost } from './errors.js';
import { guarded } from './guarded.js';
import { Registration } from './registration.js';
import { EventBuffer, Subscription } from './subscription.js';
import { Event, Publication } from './values.js';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {import('../glue/driver.js').Ended} Ended */
/** @typedef {{ subscription: Subscription, buffer: EventBuffer | null, revoked: (reason: any) => void }} Handler */
/** @typedef {{ registration: Registration, revoked: (reason: any) => void }} Endpoint */

const PUBLISH = 16;
const SUBSCRIBE = 32;
const CALL = 48;
const REGISTER = 64;

const IN_HANDLER = 'Exception raised in event handler:';

/** The roles of this side, and the router's role that serves each: what both announce is a feature. */
const COUNTERPARTS = { publisher: 'broker', subscriber: 'broker', caller: 'dealer', callee: 'dealer' };

export class Session {
    /** @type {Driver | null} */
    #driver = null;
    #config;
    #id = /** @type {number | null} */ (null);
    #realm = /** @type {string | null} */ (null);
    #welcome = /** @type {any} */ (null);
    /** @type {Map<number, Handler>} */
    #handlers = new Map();
    /** The handlers that get the same events, by the first one's ticket. @type {Map<number, Handler[]>} */
    #lists = new Map();
    /** @type {Map<number, Endpoint>} */
    #endpoints = new Map();
    /** @type {Map<string, string>} */
    #prefixes = new Map();
    #goodUris = new GoodUris();
    #joinedAt = 0;
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
     * @param {(host: import('../glue/driver.js').Host) => Driver} config.start makes the driver of this session
     * @param {(session: Session, method: string, extra: any) => any} [config.onchallenge]
     * @param {(error: unknown, text: string) => void} config.on_user_error
     * @param {(error: unknown, text: string) => void} config.on_internal_error
     * @param {(ended: Ended) => void} config.ended
     */
    constructor(config) {
        check(typeof config?.start === 'function', 'Session: it is made by a Connection or by connect');
        this.#config = config;
        // The constructor of the driver may already deliver.
        this.#driver = config.start({
            joined: (id, message) => this.#joined(id, message),
            challenged: (message) => this.#challenged(message),
            event: (first, tickets, publication, message) => this.#event(first, tickets, publication, message),
            invocation: (endpoint, request, message) => this.#invocation(endpoint, request, message),
            subscriptionRevoked: (tickets, reason) => this.#subscriptionRevoked(tickets, reason),
            registrationRevoked: (endpoint, reason) => this.#registrationRevoked(endpoint, reason),
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
        for (const [role, counterpart] of Object.entries(COUNTERPARTS)) {
            const theirs = Object.entries(this.#welcome?.roles?.[counterpart]?.features ?? {});
            features[role] = Object.fromEntries(theirs.filter(([feature, on]) => on === true && announces(role, feature)));
        }
        return features;
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

    get registrations() {
        return [...this.#endpoints.values()].map(({ registration }) => registration);
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
        const details = dictOctets({
            ...(authmethods && { authmethods }),
            ...(authid != null && { authid }),
            ...(authextra != null && { authextra }),
        });
        this.#use().command((core) => core.join(performance.now(), realm, details));
        this.#realm = realm;
    }

    /** @param {string | null} [reason] @param {string | null} [message] */
    leave(reason, message) {
        const uri = reason ?? 'wamp.close.normal';
        checkGoodbye('Session.leave', uri, message);
        this.#use().command((core) => core.leave(performance.now(), uri, message));
        return this.#closed.promise;
    }

    /** @param {string} procedure @param {any} [args] @param {any} [kwargs] @param {any} [options] */
    call(procedure, args, kwargs, options) {
        checkRequest('call', 'procedure', procedure, args, kwargs, options);
        const driver = this.#open();
        const { wire, local } = callOptions(options);
        if (this.caller_disclose_me) wire.disclose_me ??= true;
        const uri = this.#checked('call', CALL, procedure, wire);
        return startCall(driver, [wire, uri], wire.receive_progress === true, args ?? undefined, kwargs ?? undefined, local, this.#config.on_user_error);
    }

    /** @param {string} topic @param {any} [args] @param {any} [kwargs] @param {any} [options] */
    publish(topic, args, kwargs, options) {
        checkRequest('publish', 'topic', topic, args, kwargs, options);
        const driver = this.#open();
        const wire = { ...options };
        if (this.publisher_disclose_me) wire.disclose_me ??= true;
        const uri = this.#checked('publish', PUBLISH, topic, wire);
        if (wire.acknowledge !== true) {
            driver.send(PUBLISH, false, [wire, uri], args ?? undefined, kwargs ?? undefined, null);
            return undefined;
        }
        return new Promise((resolve, reject) => {
            const pending = { done: (/** @type {number} */ _, /** @type {number} */ id) => resolve(new Publication(id)), failed: reject };
            driver.send(PUBLISH, true, [wire, uri], args ?? undefined, kwargs ?? undefined, pending);
        });
    }

    /** @param {string} topic @param {any} [handler] @param {any} [options] */
    subscribe(topic, handler, options) {
        check(typeof topic === 'string', 'Session.subscribe: <topic> must be a string');
        check(handler == null || typeof handler === 'function', 'Session.subscribe: <handler> must be a function');
        checkOptions('Session.subscribe', options);
        const driver = this.#open();
        const { buffer: size, ...wire } = options ?? {};
        check(size === undefined || (Number.isInteger(size) && size > 0), 'Session.subscribe: <options>.buffer must be a positive integer');
        const uri = this.#checked('subscribe', SUBSCRIBE, topic, wire);
        const octets = dictOctets(wire);
        return new Promise((resolve, reject) => {
            const ticket = driver.request((core) => core.subscribe(uri, octets), {
                done: (_, id) => {
                    const revoked = deferred();
                    const buffer = handler ? null : new EventBuffer(size);
                    const subscription = new Subscription(uri, handler ?? null, options ?? {}, this, id, {
                        revoked: revoked.promise,
                        unsubscribe: () => this.#unsubscribe(ticket),
                        buffer,
                    });
                    this.#handlers.set(ticket, { subscription, buffer, revoked: revoked.resolve });
                    this.#lists.clear();
                    resolve(subscription);
                },
                failed: reject,
            });
        });
    }

    /** @param {string} procedure @param {any} endpoint @param {any} [options] */
    register(procedure, endpoint, options) {
        check(typeof procedure === 'string', 'Session.register: <procedure> must be a string');
        check(typeof endpoint === 'function', 'Session.register: <endpoint> must be a function');
        checkOptions('Session.register', options);
        const driver = this.#open();
        const wire = { ...options };
        const uri = this.#checked('register', REGISTER, procedure, wire);
        const octets = dictOctets(wire);
        return new Promise((resolve, reject) => {
            const ticket = driver.request((core) => core.register(uri, octets), {
                done: (_, id) => {
                    const revoked = deferred();
                    const registration = new Registration(uri, endpoint, options ?? {}, this, id, {
                        revoked: revoked.promise,
                        unregister: () => this.#unregister(ticket),
                    });
                    this.#endpoints.set(ticket, { registration, revoked: revoked.resolve });
                    resolve(registration);
                },
                failed: reject,
            });
        });
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

    /** @param {string} prefix @param {string | null} [uri] */
    prefix(prefix, uri) {
        check(typeof prefix === 'string', 'Session.prefix: <prefix> must be a string');
        check(uri == null || typeof uri === 'string', 'Session.prefix: <uri> must be a string or falsy');
        if (uri) this.#prefixes.set(prefix, uri);
        else this.#prefixes.delete(prefix);
    }

    /** @param {string} curie */
    resolve(curie) {
        check(typeof curie === 'string', 'Session.resolve: <curie> must be a string');
        const colon = curie.indexOf(':');
        const uri = colon < 0 ? undefined : this.#prefixes.get(curie.slice(0, colon));
        return uri === undefined ? curie : `${uri}.${curie.slice(colon + 1)}`;
    }

    /** @param {...unknown} items */
    log(...items) {
        const at = Math.round((performance.now() - this.#joinedAt) * 1000) / 1000;
        console.group(this.isOpen ? `WAMP session ${this.#id} on '${this.#realm}' at ${at} ms` : 'WAMP session');
        for (const item of items) console.log(item);
        console.groupEnd();
    }

    // --- inside --------------------------------------------------------------------------------

    #use() {
        if (!this.#driver?.alive) throw new StateError('session not open');
        return this.#driver;
    }

    #open() {
        if (!this.isOpen) throw new StateError('session not open');
        return this.#use();
    }

    /**
     * The URI of a request, resolved and checked together with its options.
     * @param {string} method @param {number} code @param {string} curie @param {any} options
     */
    #checked(method, code, curie, options) {
        const uri = this.#prefixes.size === 0 ? curie : this.resolve(curie);
        const hot = code === CALL || code === PUBLISH;
        if (hot && this.#goodUris.has(uri) && surelyRight(code, options)) return uri;
        let problem;
        try {
            check_request(code, uri, dictOctets(options));
        } catch (error) {
            problem = typeof error === 'string' ? error : `<options> cannot be sent: ${error}`;
        }
        check(problem === undefined, `Session.${method}: ${problem}`);
        if (hot) this.#goodUris.add(uri);
        return uri;
    }

    /** @param {number} ticket @returns {Promise<boolean>} */
    #unsubscribe(ticket) {
        const handler = this.#handlers.get(ticket);
        const driver = this.#open();
        if (!handler) throw new StateError('subscription not active');
        return new Promise((resolve, reject) => {
            driver.request((core) => core.unsubscribe(ticket), { done: (_, last) => resolve(last === 1), failed: reject });
            this.#handlers.delete(ticket);
            this.#lists.clear();
            handler.subscription.active = false;
            handler.buffer?.end(null);
        });
    }

    /** @param {number} ticket @returns {Promise<void>} */
    #unregister(ticket) {
        const endpoint = this.#endpoints.get(ticket);
        const driver = this.#open();
        if (!endpoint?.registration.active) throw new StateError('registration not active');
        return new Promise((resolve, reject) => {
            driver.request((core) => core.unregister(ticket), {
                done: () => {
                    this.#endpoints.delete(ticket);
                    resolve();
                },
                failed: (error) => {
                    // The router refused, and calls still come; after a loss nothing does.
                    endpoint.registration.active = this.isOpen;
                    reject(error);
                },
            });
            endpoint.registration.active = false;
        });
    }

    /** @param {number} id @param {any} message WELCOME, Session, Details */
    #joined(id, message) {
        this.#id = id;
        this.#welcome = message[2];
        this.#realm = this.#welcome.realm ?? this.#realm;
        this.#joinedAt = performance.now();
        this.#user(() => this.onjoin?.(this.#welcome), 'Exception raised from app code while firing Session.onjoin()');
    }

    /** @param {any} message CHALLENGE, AuthMethod, Extra */
    async #challenged(message) {
        const { onchallenge, on_internal_error, on_user_error } = this.#config;
        /** @param {string} text */
        const refuse = (text) => {
            if (!this.#driver?.alive) return;
            try {
                this.#driver.command((core) => core.refuse('wamp.error.cannot_authenticate', text));
            } catch {
                // The session is over, or the challenge was given up: nobody waits for the answer.
            }
        };
        if (!onchallenge) {
            on_internal_error(new Error('received WAMP challenge, but no onchallenge() handler set'), '');
            return refuse('there is no onchallenge handler');
        }
        try {
            const answer = await onchallenge(this, message[1], message[2]);
            const [signature, extra] = Array.isArray(answer) ? answer : [answer, {}];
            check(typeof signature === 'string', 'onchallenge must give a string or [string, object]');
            const octets = dictOctets(extra ?? {});
            if (this.#driver?.alive) this.#driver.command((core) => core.authenticate(performance.now(), signature, octets));
        } catch (error) {
            on_user_error(error, 'onchallenge() raised: ');
            refuse(error instanceof Error ? error.message : String(error));
        }
    }

    /**
     * @param {number} first the ticket of the first handler @param {number[] | undefined} tickets of all, if it is to be asked anew
     * @param {number} publication @param {any} message EVENT, Subscription, Publication, Details, Args, Kwargs
     */
    #event(first, tickets, publication, message) {
        const list = tickets ? this.#handlersOf(tickets) : this.#lists.get(first) ?? this.#remember(first, message[1]);
        const args = message[4] === undefined ? [] : payloadArgs(message[4]);
        const kwargs = message[5] ?? {};
        const details = message[3];
        /** @type {Event | undefined} */
        let event;
        for (let i = 0; i < list.length; i++) {
            const { subscription, buffer } = list[i];
            // A handler before this one may have ended it.
            if (!subscription.active) continue;
            event ??= new Event(publication, details.topic ?? subscription.topic, details);
            if (buffer) {
                buffer.push({ args, kwargs, details: event });
                continue;
            }
            try {
                const result = /** @type {Function} */ (subscription.handler)(args, kwargs, event, subscription);
                if (typeof result?.then === 'function') this.#user(() => result, IN_HANDLER);
            } catch (error) {
                this.#config.on_user_error(error, IN_HANDLER);
            }
        }
    }

    /** @param {number[]} tickets */
    #handlersOf(tickets) {
        /** @type {Handler[]} */
        const list = [];
        for (const ticket of tickets) {
            const handler = this.#handlers.get(ticket);
            if (handler) list.push(handler);
        }
        return list;
    }

    /** The handlers of a subscription, until something changes about any. @param {number} first @param {number} subscription */
    #remember(first, subscription) {
        const list = this.#handlersOf(this.#driver?.handlers(subscription) ?? []);
        this.#lists.set(first, list);
        return list;
    }

    /** @param {number} endpoint @param {number} request @param {any} message */
    #invocation(endpoint, request, message) {
        const registration = this.#endpoints.get(endpoint)?.registration;
        if (this.#driver && registration) invoke(this.#driver, registration, request, message, this.#config.on_user_error);
    }

    /** @param {number[]} tickets @param {string | undefined} reason */
    #subscriptionRevoked(tickets, reason) {
        this.#lists.clear();
        for (const ticket of tickets) {
            const handler = this.#handlers.get(ticket);
            this.#handlers.delete(ticket);
            if (!handler) continue;
            handler.subscription.active = false;
            handler.buffer?.end(null);
            handler.revoked(reason);
        }
    }

    /** @param {number} ticket @param {string | undefined} reason */
    #registrationRevoked(ticket, reason) {
        const endpoint = this.#endpoints.get(ticket);
        this.#endpoints.delete(ticket);
        if (!endpoint) return;
        endpoint.registration.active = false;
        endpoint.revoked(reason);
    }

    /** @param {Ended} ended */
    #ended(ended) {
        this.#id = null;
        const lost = sessionLost(ended.reason, ended.message);
        for (const { subscription, buffer } of this.#handlers.values()) {
            subscription.active = false;
            buffer?.end(lost);
        }
        for (const { registration } of this.#endpoints.values()) registration.active = false;
        this.#handlers.clear();
        this.#lists.clear();
        this.#endpoints.clear();
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

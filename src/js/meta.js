// @ts-check
// WAMP's meta API with names and checks: who is there, what is registered and subscribed, testaments.
// One rule: every function is one call or one subscription, and what the router did not announce is
// refused before anything is sent.

import { FeatureNotSupported } from './api/errors.js';
import { check, isGivenDict } from './glue/check.js';

export { events, replay } from './history.js';

/** @typedef {import('./api/session.js').Session} Session */

/** The router's role and feature that serve a part of the meta API. */
const SESSION = /** @type {const} */ (['dealer', 'session_meta_api']);
const REGISTRATION = /** @type {const} */ (['dealer', 'registration_meta_api']);
const SUBSCRIPTION = /** @type {const} */ (['broker', 'subscription_meta_api']);
const TESTAMENT = /** @type {const} */ (['dealer', 'testament_meta_api']);

/**
 * The meta API of the realm of a session.
 * @param {Session} session
 */
export function meta(session) {
    check(typeof session?.call === 'function' && typeof session.subscribe === 'function', 'meta: <session> must be a Session');
    return Object.freeze({
        sessions: sessions(session),
        registrations: registrations(session),
        subscriptions: subscriptions(session),
        testaments: testaments(session),
    });
}

/** @param {Session} session */
function sessions(session) {
    const call = caller(session, SESSION, 'wamp.session.');
    const on = subscriber(session, SESSION, 'wamp.session.');
    /** @param {string} name @param {any[]} args @param {any} [options] */
    const kill = async (name, args, { reason, message } = {}) => {
        optional(reason, 'string', `sessions.${name}: <options>.reason`);
        optional(message, 'string', `sessions.${name}: <options>.message`);
        return call(name, args, { ...(reason != null && { reason }), ...(message != null && { message }) });
    };
    return Object.freeze({
        /** @param {string[]} [authroles] */
        count: async (authroles) => call('count', roles(authroles, 'sessions.count')),
        /** @param {string[]} [authroles] */
        list: async (authroles) => call('list', roles(authroles, 'sessions.list')),
        /** @param {number} id */
        get: async (id) => call('get', [number(id, 'sessions.get')]),
        /** @param {number} id @param {object} [options] */
        kill: async (id, options) => void (await kill('kill', [number(id, 'sessions.kill')], options)),
        /** @param {string} authid @param {object} [options] */
        kill_by_authid: async (authid, options) => kill('kill_by_authid', [text(authid, 'sessions.kill_by_authid: <authid>')], options),
        /** @param {string} authrole @param {object} [options] */
        kill_by_authrole: async (authrole, options) => kill('kill_by_authrole', [text(authrole, 'sessions.kill_by_authrole: <authrole>')], options),
        /** @param {object} [options] */
        kill_all: async (options) => kill('kill_all', [], options),
        /** @param {(details: any) => void} handler */
        on_join: async (handler) => on('on_join', handler, (details) => [details]),
        /** @param {(session: number, who: object) => void} handler */
        on_leave: async (handler) => on('on_leave', handler, (id, authid, authrole) => [id, { authid, authrole }]),
    });
}

/** @param {Session} session */
function registrations(session) {
    const call = caller(session, REGISTRATION, 'wamp.registration.');
    return Object.freeze({
        ...lists(session, REGISTRATION, 'registration', 'callees'),
        /** @param {string} procedure */
        match: async (procedure) => call('match', [text(procedure, 'registrations.match: <procedure>')]),
        /** @param {number} id @param {number} callee @param {string} [reason] */
        remove_callee: async (id, callee, reason) => void (await remove(call, 'registrations.remove_callee', id, callee, reason)),
        ...lifecycle(session, REGISTRATION, 'registration', ['on_register', 'on_unregister']),
    });
}

/** @param {Session} session */
function subscriptions(session) {
    const call = caller(session, SUBSCRIPTION, 'wamp.subscription.');
    return Object.freeze({
        ...lists(session, SUBSCRIPTION, 'subscription', 'subscribers'),
        /** @param {string} topic */
        match: async (topic) => (await call('match', [text(topic, 'subscriptions.match: <topic>')])) ?? [],
        /** @param {number} id @param {number} subscriber @param {string} [reason] */
        remove_subscriber: async (id, subscriber, reason) => void (await remove(call, 'subscriptions.remove_subscriber', id, subscriber, reason)),
        ...lifecycle(session, SUBSCRIPTION, 'subscription', ['on_subscribe', 'on_unsubscribe']),
    });
}

/** @param {Session} session */
function testaments(session) {
    const call = caller(session, TESTAMENT, 'wamp.session.');
    /** @param {unknown} value @param {string} where */
    const scoped = (value, where) => {
        check(value == null || value === 'destroyed' || value === 'detached', `${where}.scope must be 'destroyed' or 'detached'`);
        return value == null ? {} : { scope: value };
    };
    return Object.freeze({
        /** @param {string} topic @param {any[] | null} [args] @param {object | null} [kwargs] @param {any} [options] */
        add: async (topic, args, kwargs, options = {}) => {
            check(args == null || Array.isArray(args), 'testaments.add: <args> must be an array []');
            check(kwargs == null || isGivenDict(kwargs), 'testaments.add: <kwargs> must be an object {}');
            const { scope, ...publish_options } = options;
            const named = { ...scoped(scope, 'testaments.add: <options>'), ...(Object.keys(publish_options).length > 0 && { publish_options }) };
            await call('add_testament', [text(topic, 'testaments.add: <topic>'), args ?? [], kwargs ?? {}], named);
        },
        /** @param {any} [options] */
        flush: async (options = {}) => void (await call('flush_testaments', [], scoped(options.scope, 'testaments.flush: <options>'))),
    });
}

/**
 * What registrations and subscriptions have in common.
 * @param {Session} session @param {readonly ['broker' | 'dealer', string]} feature @param {string} kind @param {string} members
 */
function lists(session, feature, kind, members) {
    const call = caller(session, feature, `wamp.${kind}.`);
    return {
        list: async () => call('list', []),
        /** @param {string} uri @param {'exact' | 'prefix' | 'wildcard'} [match] */
        lookup: async (uri, match) => {
            optional(match, 'string', `${kind}s.lookup: <match>`);
            return call('lookup', match == null ? [text(uri, `${kind}s.lookup: <uri>`)] : [text(uri, `${kind}s.lookup: <uri>`), { match }]);
        },
        /** @param {number} id */
        get: async (id) => call('get', [number(id, `${kind}s.get`)]),
        /** @param {number} id */
        [`list_${members}`]: async (id) => call(`list_${members}`, [number(id, `${kind}s.list_${members}`)]),
        /** @param {number} id */
        [`count_${members}`]: async (id) => call(`count_${members}`, [number(id, `${kind}s.count_${members}`)]),
    };
}

/** @param {Session} session @param {readonly ['broker' | 'dealer', string]} feature @param {string} kind @param {string[]} joins */
function lifecycle(session, feature, kind, joins) {
    const on = subscriber(session, feature, `wamp.${kind}.`);
    return Object.fromEntries(
        ['on_create', ...joins, 'on_delete'].map((name) => [
            name,
            /** @param {(session: number, what: any) => void} handler */
            async (handler) => on(name, handler, (id, what) => [id, what]),
        ]),
    );
}

/** @param {ReturnType<typeof caller>} call @param {string} where @param {unknown} id @param {unknown} member @param {unknown} reason */
function remove(call, where, id, member, reason) {
    optional(reason, 'string', `${where}: <reason>`);
    return call(where.slice(where.indexOf('.') + 1), [number(id, where), number(member, where)], reason == null ? {} : { reason });
}

/** @param {Session} session @param {readonly ['broker' | 'dealer', string]} feature @param {string} prefix */
function caller(session, feature, prefix) {
    /** @param {string} name @param {any[]} args @param {object} [kwargs] @returns {Promise<any>} */
    return (name, args, kwargs = {}) => {
        demand(session, feature);
        return session.call(prefix + name, args, kwargs);
    };
}

/** @param {Session} session @param {readonly ['broker' | 'dealer', string]} feature @param {string} prefix */
function subscriber(session, feature, prefix) {
    /** @param {string} name @param {Function} handler @param {(...args: any[]) => any[]} shape */
    return (name, handler, shape) => {
        check(typeof handler === 'function', `${name}: <handler> must be a function`);
        demand(session, feature);
        return session.subscribe(prefix + name, (/** @type {any[]} */ args, /** @type {any} */ _, /** @type {any} */ event) => handler(...shape(...args), event));
    };
}

/** @param {Session} session @param {readonly ['broker' | 'dealer', string]} feature */
function demand(session, [role, feature]) {
    // On a session that is not open, the call itself says so.
    if (session.isOpen && session.details?.roles?.[role]?.features?.[feature] !== true) throw new FeatureNotSupported(role, feature);
}

/** @param {unknown} value @param {string} where */
function number(value, where) {
    check(Number.isSafeInteger(value), `${where}: <id> must be an id`);
    return value;
}

/** @param {unknown} value @param {string} what */
function text(value, what) {
    check(typeof value === 'string', `${what} must be a string`);
    return value;
}

/** @param {unknown} value @param {string} type @param {string} what */
function optional(value, type, what) {
    check(value == null || typeof value === type, `${what} must be a ${type}`);
}

/** @param {unknown} authroles @param {string} where */
function roles(authroles, where) {
    if (authroles == null) return [];
    check(Array.isArray(authroles) && authroles.every((role) => typeof role === 'string'), `${where}: <authroles> must be an array of strings`);
    return [authroles];
}

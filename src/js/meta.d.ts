// The types of `wamp-wasm/meta`: WAMP's meta API, and events that were published before.

import type { Dict, Event, Session, SubscribeOptions, Subscription } from './index.js';

/** The meta API of the realm of a session. The router decides who may use it. */
export function meta(session: Session): Meta;

/**
 * The meta API. Every function rejects with a `FeatureNotSupported` when the router did not announce its
 * part of it, and with a `WampError` when the router refuses.
 */
export interface Meta {
    readonly sessions: Sessions;
    readonly registrations: Registrations;
    readonly subscriptions: Subscriptions;
    readonly testaments: Testaments;
}

/** Who a session is. */
export interface SessionDetails {
    session: number;
    authid: string;
    authrole: string;
    authmethod: string;
    authprovider: string;
    transport?: Dict;
    [key: string]: unknown;
}

/** What a killed session is told. */
export interface KillOptions {
    /** A URI; `wamp.close.killed` unless said otherwise. */
    reason?: string;
    /** A text for a person. */
    message?: string;
}

/** The sessions of the realm: `wamp.session.*`. */
export interface Sessions {
    /** How many there are, of these authroles if they are given. */
    count(authroles?: string[]): Promise<number>;
    /** Their ids. */
    list(authroles?: string[]): Promise<number[]>;
    /** Who a session is. Rejects with `wamp.error.no_such_session`. */
    get(session: number): Promise<SessionDetails>;
    /** Ends a session. Rejects with `wamp.error.no_such_session`. */
    kill(session: number, options?: KillOptions): Promise<void>;
    /** Ends the sessions of an authid and gives their ids. */
    kill_by_authid(authid: string, options?: KillOptions): Promise<number[]>;
    /** Ends the sessions of an authrole and gives their number. */
    kill_by_authrole(authrole: string, options?: KillOptions): Promise<number>;
    /** Ends all other sessions and gives their number. */
    kill_all(options?: KillOptions): Promise<number>;
    on_join(handler: (details: SessionDetails, event: Event) => void): Promise<Subscription>;
    /** Some routers say no more than the session. */
    on_leave(handler: (session: number, who: { authid?: string; authrole?: string }, event: Event) => void): Promise<Subscription>;
}

/** Ids by match policy. */
export interface IdLists {
    exact: number[];
    prefix: number[];
    wildcard: number[];
}

/** A registration of the router. */
export interface RegistrationDetails {
    id: number;
    /** ISO 8601. */
    created: string;
    uri: string;
    match: 'exact' | 'prefix' | 'wildcard';
    invoke: 'single' | 'first' | 'last' | 'roundrobin' | 'random';
}

/** A subscription of the router. */
export interface SubscriptionDetails {
    id: number;
    /** ISO 8601. */
    created: string;
    uri: string;
    match: 'exact' | 'prefix' | 'wildcard';
}

/** The session is null where the router does not know it any more. */
export type MetaHandler<What> = (session: number | null, what: What, event: Event) => void;

/** The registrations of the realm: `wamp.registration.*`. Unknown ids reject with `wamp.error.no_such_registration`. */
export interface Registrations {
    list(): Promise<IdLists>;
    /** The registration that was made with this URI and policy. */
    lookup(procedure: string, match?: 'exact' | 'prefix' | 'wildcard'): Promise<number | null>;
    /** The registration that would serve a call. */
    match(procedure: string): Promise<number | null>;
    get(registration: number): Promise<RegistrationDetails>;
    /** The sessions that serve it. */
    list_callees(registration: number): Promise<number[]>;
    count_callees(registration: number): Promise<number>;
    /** Takes a registration from a session. */
    remove_callee(registration: number, session: number, reason?: string): Promise<void>;
    on_create(handler: MetaHandler<RegistrationDetails>): Promise<Subscription>;
    on_register(handler: MetaHandler<number>): Promise<Subscription>;
    on_unregister(handler: MetaHandler<number>): Promise<Subscription>;
    on_delete(handler: MetaHandler<number>): Promise<Subscription>;
}

/** The subscriptions of the realm: `wamp.subscription.*`. Unknown ids reject with `wamp.error.no_such_subscription`. */
export interface Subscriptions {
    list(): Promise<IdLists>;
    /** The subscription that was made with this URI and policy. */
    lookup(topic: string, match?: 'exact' | 'prefix' | 'wildcard'): Promise<number | null>;
    /** All subscriptions that would get an event. */
    match(topic: string): Promise<number[]>;
    get(subscription: number): Promise<SubscriptionDetails>;
    /** The sessions that have it. */
    list_subscribers(subscription: number): Promise<number[]>;
    count_subscribers(subscription: number): Promise<number>;
    /** Takes a subscription from a session. */
    remove_subscriber(subscription: number, session: number, reason?: string): Promise<void>;
    on_create(handler: MetaHandler<SubscriptionDetails>): Promise<Subscription>;
    on_subscribe(handler: MetaHandler<number>): Promise<Subscription>;
    on_unsubscribe(handler: MetaHandler<number>): Promise<Subscription>;
    on_delete(handler: MetaHandler<number>): Promise<Subscription>;
}

/**
 * Events that the router publishes when this session ends, in whatever way: one that is for losses only
 * has to be flushed before `leave`.
 */
export interface Testaments {
    /** Options other than `scope` are those of `publish`. */
    add(
        topic: string,
        args?: readonly unknown[] | null,
        kwargs?: Dict | null,
        options?: { scope?: 'destroyed' | 'detached'; [option: string]: unknown },
    ): Promise<void>;
    /** Takes back all of a scope; `destroyed` unless said otherwise. */
    flush(options?: { scope?: 'destroyed' | 'detached' }): Promise<void>;
}

// --- events that were published before -----------------------------------------------------------

/** What `wamp.subscription.get_events` takes. Not every router has more than `limit`. */
export interface HistoryOptions {
    limit?: number;
    reverse?: boolean;
    /** RFC 3339, as the other times. */
    from_time?: string;
    after_time?: string;
    before_time?: string;
    until_time?: string;
    topic?: string;
    from_publication?: number;
    after_publication?: number;
    before_publication?: number;
    until_publication?: number;
    [option: string]: unknown;
}

/** An event that the router kept. */
export interface KeptEvent {
    publication: number;
    topic: string;
    /** When it was published; null where the router does not say. */
    timestamp: Date | null;
    args: any[];
    kwargs: Dict;
    details: Dict;
}

/** The events that the router kept of a subscription, the oldest first, each once. */
export function events(session: Session, subscription: number, options?: HistoryOptions): Promise<KeptEvent[]>;

/**
 * The events of a topic: first those that the router kept, then those that come, without a gap and each
 * once. Leaving the loop unsubscribes. Throws when so many events wait for the reader that one was dropped:
 * `buffer` in the options says how many may; and a `SessionLost` after the connection was lost, because
 * what was published meanwhile may be missing.
 *
 * ```ts
 * for await (const { args, replayed } of replay(session, 'com.example.chat', { history: { limit: 50 } })) …
 * ```
 */
export function replay(
    session: Session,
    topic: string,
    options?: SubscribeOptions & { history?: HistoryOptions },
): AsyncGenerator<{ args: any[]; kwargs: Dict; details: Partial<Event> & { publication: number; topic: string }; replayed: boolean }, void, undefined>;

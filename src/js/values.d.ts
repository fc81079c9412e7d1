// What sessions give: handles, the values that handlers and callers get, and errors.

import type { Dict, Endpoint, EventHandler, Session } from './index.js';
import type { RegisterOptions, SubscribeOptions } from './options.js';

// --- handles -------------------------------------------------------------------------------------

/**
 * What a handle is:
 *
 * - `active`: events, or calls, come
 * - `pending`: there is no connection, or the router has not given it back yet; it becomes `active` or `lost` by itself
 * - `lost`: the session is over without the application's wish, or the router refused to give it back
 * - `revoked`: the router ended it
 * - `ended`: the application did, by ending the handle or by leaving
 */
export type HandleState = 'active' | 'pending' | 'lost' | 'revoked' | 'ended';

/** One handler's subscription. */
export class Subscription {
    private constructor();
    /** The topic or pattern. */
    topic: string;
    /** The handler; null where the events are iterated over. */
    handler: EventHandler<any, any> | null;
    /** The options it was made with. */
    options: SubscribeOptions;
    /** Its session. */
    session: Session;
    /** The router's id, shared by all handlers of the same topic; another on each connection of a durable session. */
    id: number;
    /** Whether it gets events now. */
    active: boolean;
    readonly state: HandleState;
    /** Resolves with the reason when the router revokes the subscription, and only then. */
    on_unsubscribe: Promise<string | undefined>;
    /** Ends it, also while it is `pending`: see `Session.unsubscribe`. */
    unsubscribe(): Promise<boolean>;
}

/** An event as a stream gives it. */
export interface EventItem<Args = any[], Kwargs = Dict> {
    args: Args;
    kwargs: Kwargs;
    details: Event;
}

/**
 * A subscription without a handler. Iterating goes on over all connections of a durable session. It ends with
 * `unsubscribe`, a revocation or `leave`, and throws what it is lost by: a `SessionLost` when the session is over, the
 * router's error when it refused to give the subscription back. Leaving the loop unsubscribes.
 */
export interface EventStream<Args = any[], Kwargs = Dict> extends Subscription, AsyncIterable<EventItem<Args, Kwargs>> {
    /** How many events were dropped because they were not read in time. */
    readonly dropped: number;
    [Symbol.asyncIterator](): AsyncIterableIterator<EventItem<Args, Kwargs>>;
}

/** One endpoint's registration. */
export class Registration {
    private constructor();
    /** The procedure or pattern. */
    procedure: string;
    /** The endpoint. */
    endpoint: Endpoint<any, any>;
    /** The options it was made with. */
    options: RegisterOptions;
    /** Its session. */
    session: Session;
    /** The router's id; another on each connection of a durable session. */
    id: number;
    /** Whether it serves now. */
    active: boolean;
    readonly state: HandleState;
    /** Resolves with the reason when the router revokes the registration, and only then. */
    on_unregister: Promise<string | undefined>;
    /** Ends it, also while it is `pending`: see `Session.unregister`. */
    unregister(): Promise<void>;
}

// --- values --------------------------------------------------------------------------------------

/** Several values, or values with names, as the result of a call. */
export class Result {
    constructor(args?: unknown[], kwargs?: Dict);
    args: any[];
    kwargs: Dict;
}

/** What is known about an event besides its payload. */
export class Event {
    private constructor();
    /** The publication's id. */
    publication: number;
    /** The topic that was published to. */
    topic: string;
    /** The publisher's session, if it is disclosed. */
    publisher: number | undefined;
    /** The publisher's authid, if it is disclosed. */
    publisher_authid: string | undefined;
    /** The publisher's authrole, if it is disclosed. */
    publisher_authrole: string | undefined;
    /** Whether the event was kept and is not live. */
    retained: boolean;
    /** The routers it came through, if they say so. */
    forward_for: any[] | undefined;
    /** All details as the router sent them, such as `trustlevel`. */
    readonly details: Dict;
}

/** What is known about a call besides its arguments. */
export class Invocation {
    private constructor();
    /** The procedure that was called. */
    procedure: string;
    /** Sends a part of the result; null when the caller does not take parts. */
    progress: ((args?: unknown[], kwargs?: Dict) => void) | null;
    /** The caller's session, if it is disclosed. */
    caller: number | undefined;
    /** The caller's authid, if it is disclosed. */
    caller_authid: string | undefined;
    /** The caller's authrole, if it is disclosed. */
    caller_authrole: string | undefined;
    /** All details as the router sent them, such as `trustlevel` and `timeout`. */
    readonly details: Dict;
    /**
     * Aborts when the caller cancels the call, its time is up, or it is lost; the reason is a `WampError`.
     * The outcome of an endpoint that has asked for it answers a caller who waits for that: reject with the
     * reason, or with an `AbortError`, to say `wamp.error.canceled`. One that never asks runs on, and the
     * caller is told so in its place.
     */
    readonly signal: AbortSignal;
    /**
     * All parts of the call, the first included, as they come; a call in one piece has one part. Ends after
     * the last, and throws the reason of `signal` when the call is canceled. Up to 10,000 wait to be read.
     */
    readonly chunks: AsyncIterableIterator<{ args: any[]; kwargs: Dict }>;
}

/** An acknowledged publication. */
export class Publication {
    private constructor();
    /** The publication's id. */
    id: number;
}

// --- errors --------------------------------------------------------------------------------------

/** An error with a URI. Throw one in an endpoint to answer with it; branch on `uri`, never on a text. */
export class WampError extends Error {
    constructor(
        error: string,
        args?: unknown[],
        kwargs?: Dict,
        more?: { details?: Dict; message?: string; cause?: unknown },
    );
    /** The error's URI. */
    readonly uri: string;
    /** The same, by autobahn's name. */
    error: string;
    /** Positional arguments of the error. */
    args: any[];
    /** Keyword arguments of the error. */
    kwargs: Dict;
    /** Details that the router added. */
    details: Dict;
}

/** The session or its connection ended before the answer came, or could not be joined. */
export class SessionLost extends WampError {}

/** A value that cannot be sent in the serializer of the session. Nothing was sent; `cause` says more. */
export class EncodeError extends WampError {}

/** Something that is not possible now, such as a call on a session that is not open. Nothing was sent. */
export class StateError extends Error {}

/** A feature that the router did not announce, and without which a request would mean something else. Nothing was sent. */
export class FeatureNotSupported extends WampError {
    constructor(role: 'broker' | 'dealer', feature: string);
    /** The router's role that would need it. */
    readonly role: 'broker' | 'dealer';
    /** The feature, as WAMP names it. */
    readonly feature: string;
}

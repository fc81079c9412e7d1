// The public TypeScript API of wamp-wasm, written and reviewed by hand. The options are in options.d.ts, what
// sessions give in values.d.ts.

/// <reference lib="esnext.disposable" />

import type { CallOptions, ConnectionOptions, ConnectOptions, DurableOptions, PayloadCodec, PublishOptions, RegisterOptions, SubscribeOptions, Subprotocol } from './options.js';
import type { Event, EventStream, Invocation, Publication, Registration, Result, Subscription, WampError } from './values.js';

export type * from './options.js';
export * from './values.js';

/**
 * The procedures of your application, for a typed `call` and `register`. Augment it:
 *
 * ```ts
 * declare module 'wamp-wasm' {
 *     interface Procedures {
 *         'com.example.add': (a: number, b: number) => number;
 *     }
 * }
 * const sum = await session.call('com.example.add', [2, 3]); // number
 * ```
 *
 * URIs that are not in it stay untyped.
 */
export interface Procedures {}

/**
 * The topics of your application, for a typed `publish` and `subscribe`: for each the list of its
 * positional arguments, or `{ args, kwargs }`. Augment it:
 *
 * ```ts
 * declare module 'wamp-wasm' {
 *     interface Topics {
 *         'com.example.chat': [text: string];
 *         'com.example.tick': { args: [price: number]; kwargs: { symbol: string } };
 *     }
 * }
 * ```
 */
export interface Topics {}

/** Keyword arguments, options, details. */
export type Dict = Record<string, any>;

type AnyProcedure = (...args: any[]) => unknown;
type KnownProcedure<P> = P extends keyof Procedures ? (Procedures[P] extends AnyProcedure ? Procedures[P] : AnyProcedure) : never;
type CallArguments<F extends AnyProcedure> =
    Parameters<F> extends readonly []
        ? [args?: [] | null, kwargs?: Dict | null, options?: CallOptions | null]
        : [args: Readonly<Parameters<F>>, kwargs?: Dict | null, options?: CallOptions | null];
type TopicArgs<T> = T extends keyof Topics ? (Topics[T] extends { args: infer A } ? A : Topics[T]) : any[];
type TopicKwargs<T> = T extends keyof Topics ? (Topics[T] extends { kwargs: infer K } ? K : Dict) : Dict;
type PublishArguments<T> = T extends keyof Topics
    ? Topics[T] extends { kwargs: infer K }
        ? [args: Readonly<TopicArgs<T>>, kwargs: K]
        : [args: Readonly<TopicArgs<T>>, kwargs?: Dict | null]
    : [args?: readonly unknown[] | null, kwargs?: Dict | null];

// --- connecting ----------------------------------------------------------------------------------

/**
 * Connects and joins. Resolves with the open session; rejects with a `WampError` whose `uri` is the
 * router's reason, or `wamp.error.network_failure` when there was no router to give one.
 *
 * The session is durable unless `durable: false`: when the connection is lost, or the router ends it, it is made again,
 * for ever and at most 30 seconds apart, and the same session goes on with its subscriptions and registrations, until
 * `leave()`. The first attempt is tried once unless `max_retries`, `max_first_retries` or `should_retry` is given.
 *
 * ```ts
 * const session = await connect({ url: 'ws://localhost:8080/ws', realm: 'realm1' });
 * ```
 */
export function connect(options: ConnectOptions & DurableOptions & { /** Gives up when it aborts, also between two attempts. */ signal?: AbortSignal }): Promise<Session>;

/**
 * Loads the WebAssembly module from somewhere else than beside this package. Only needed for that, and
 * before the first `connect` or `open`, which otherwise load it themselves. What few pages need, as proofs of
 * authentication, is in modules of their own that are loaded when they are needed: a function is asked for these too, each
 * by the name of its file in the folder `wasm` of this package.
 *
 * ```ts
 * await init((file) => `https://cdn.example.com/wamp-wasm/${file}`);
 * ```
 */
export function init(source?: WasmSource | Promise<WasmSource> | ((file: string) => WasmSource | Promise<WasmSource>)): Promise<void>;

/** Where the WebAssembly module can come from. */
export type WasmSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** The version of this package. */
export const version: string;

/** How a connection was closed. */
export type CloseReason = 'closed' | 'lost' | 'unreachable' | 'unsupported';

/** More about how a connection was closed, and what happens next. */
export interface CloseDetails {
    /** The URI that the router or this side gave, if any. */
    reason: string | null;
    /** A text for a person; may be empty. */
    message: string;
    /** Seconds until the next attempt; null without one. */
    retry_delay: number | null;
    /** The number of the next attempt; null without one. */
    retry_count: number | null;
    /** Whether there will be another attempt. */
    will_retry: boolean;
}

/** What went over a connection, the handshake included, and what waits. */
export interface Stats {
    sent: Traffic;
    received: Traffic;
    /** How many requests wait for their answers. */
    pending: number;
    /** How often a session was joined. */
    sessions: number;
    /** Since when it is open; null when it is not. */
    since: Date | null;
}

/** What went one way. */
export interface Traffic {
    /** How many frames. */
    frames: number;
    /** How many octets were in them, or characters where they are text. */
    size: number;
}

/** What carries a connection. */
export interface TransportInfo {
    type: 'websocket' | 'longpoll' | 'none' | (string & {});
    url: string | null;
    protocol: Subprotocol | (string & {}) | null;
}

/**
 * What becomes of a connection. The first four types are its states:
 *
 * - `connecting`: an attempt begins, or goes on with another address; `url` is null where it is not known yet, and
 *   `count` the number of the retry, 0 for none
 * - `open`: the session is open, `restored` when it was before
 * - `waiting`: an attempt or a session ended, and after `delay` seconds there is another; `how` and why as for `onclose`
 * - `closed`: there will be no further attempt
 *
 * The others tell of a durable session: `restored`, a handle is active again; `lost-handle`, the router refused it and
 * it is gone; `slow`, events of a subscription were dropped because nobody read them in time.
 */
export type ConnectionStatus =
    | { type: 'connecting'; transport: string; url: string | null; count: number }
    | { type: 'open'; session: Session; restored: boolean }
    | { type: 'waiting'; how: CloseReason; reason: string | null; message: string; delay: number; count: number }
    | ClosedStatus
    | { type: 'restored'; handle: Subscription | Registration }
    | { type: 'lost-handle'; handle: Subscription | Registration; error: WampError }
    | { type: 'slow'; subscription: Subscription; dropped: number };

/** The end of a connection. */
export interface ClosedStatus {
    readonly type: 'closed';
    /** As for `onclose`. */
    readonly how: CloseReason;
    /** The URI that the router or this side gave, if any. */
    readonly reason: string | null;
    /** A text for a person; may be empty. */
    readonly message: string;
}

/**
 * A connection that opens a session, and another one when it is lost; with `durable: true` the same one. Autobahn's,
 * with the same options.
 */
export class Connection {
    constructor(options: ConnectionOptions);
    /**
     * Called with each session that is open, with a durable one when it is open for the first time. Subscribe and
     * register here. `details` are the router's.
     */
    onopen: ((session: Session, details: Dict & { transport: TransportInfo }) => void) | undefined;
    /**
     * Called once for every attempt that ended. A truthy return value stops further attempts; so does a
     * promise once it resolves to one.
     *
     * - `closed`: either side closed the session or the connection in good order, or broke the protocol;
     *   see `details.reason`
     * - `lost`: the connection was there and broke, or this Connection had one before and gets none now
     * - `unreachable`: there never was one
     * - `unsupported`: there cannot be one; not tried again
     *
     * Not tried again either: after `close` or `leave`, and, unless `should_retry` says otherwise, after a refusal to
     * join that would come again.
     */
    onclose: ((reason: CloseReason, details: CloseDetails) => unknown) | undefined;
    /** Called with each status. */
    onstatus: ((status: ConnectionStatus) => void) | undefined;
    /**
     * What becomes of the connection: first the state that there is, and then everything in order. Goes on when the
     * connection is opened again, and ends when it is disposed. A reader that does not keep up loses the oldest.
     *
     * ```js
     * for await (const status of connection.status()) badge(status.type);
     * ```
     */
    status(): AsyncIterableIterator<ConnectionStatus>;
    /** Resolves, never rejects, when there will be no further attempt. Another one after another `open`. */
    readonly closed: Promise<ClosedStatus>;
    /** Starts connecting; during a wait between attempts, at once. Throws a `StateError` when it already is. */
    open(): void;
    /**
     * Drops what there is, as if it were lost, and connects at once; during a wait between attempts, connects at
     * once. Throws a `StateError` when it is closed.
     */
    reconnect(): void;
    /** Leaves and closes, and stops trying again. Throws a `StateError` when there is nothing to close. */
    close(reason?: string | null, message?: string | null): void;
    /** What went over all its connections so far. */
    stats(): Stats;
    /** The session, if there is one. */
    readonly session: Session | null;
    /** Whether the session is open. */
    readonly isOpen: boolean;
    /** Whether there is a transport, or one is being opened. */
    readonly isConnected: boolean;
    /** Whether it waits for the next attempt. */
    readonly isRetrying: boolean;
    /** What carries the connection now. */
    readonly transport: { readonly info: TransportInfo };
    /** Makes deferreds, as autobahn does. */
    readonly defer: <T = any>() => Deferred<T>;
    /** Closes it for good: it cannot be opened again. Resolves when it is closed. */
    [Symbol.asyncDispose](): Promise<void>;
}

/** A promise and its ends. */
export interface Deferred<T> {
    promise: Promise<T>;
    resolve(value: T | PromiseLike<T>): void;
    reject(error: unknown): void;
    /** Tells the third argument of `promise.then`. */
    notify(value: unknown): void;
}

// --- sessions ------------------------------------------------------------------------------------

/**
 * Handles the events of a subscription. All handlers that get an event get the same `args`, `kwargs` and
 * `details`: copy what you change.
 */
export type EventHandler<Args = any[], Kwargs = Dict> = (args: Args, kwargs: Kwargs, details: Event, subscription: Subscription) => void;

/** What an endpoint may give: a value, several in a Result, or a promise of either. */
export type EndpointResult<T = unknown> = T | Result | Promise<T | Result>;

/** Serves the calls of a registration. */
export type Endpoint<Args = any[], T = unknown> = (args: Args, kwargs: Dict, details: Invocation) => EndpointResult<T>;

/** How a call is canceled: see `CallPromise.cancel`. */
export type CancelMode = 'skip' | 'kill' | 'killnowait';

/**
 * The promise of a call. With `receive_progress: true` in the options of the call it is also iterable: it
 * gives the parts of the result that come from then on, while `await` gives the result that ends it.
 *
 * ```js
 * const call = session.call('com.example.report', [], {}, { receive_progress: true });
 * for await (const part of call) show(part);
 * const total = await call;
 * ```
 *
 * An error of the call ends the loop; leaving the loop early cancels the call.
 */
export interface CallPromise<T> extends Promise<T>, AsyncIterable<any> {
    /**
     * Cancels the call (`CANCEL`). With `killnowait`, the default, the callee is told to stop and the
     * promise rejects with `wamp.error.canceled` at once; with `skip` the callee is not told; with `kill`
     * the promise waits for what the callee says to it. A router that cannot cancel calls is told nothing,
     * and the promise rejects at once. Nothing happens when the call is over.
     */
    cancel(options?: { mode?: CancelMode }): void;
    [Symbol.asyncIterator](): AsyncIterableIterator<any>;
    then<A = T, B = never>(
        onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
        onrejected?: ((reason: any) => B | PromiseLike<B>) | null,
        onprogress?: (value: any) => void,
    ): Promise<A | B>;
}

/** How a session ended. */
export interface SessionEnd {
    /** The URI that the router or this side gave; null when the connection was lost. */
    reason: string | null;
    /** A text for a person; may be empty. */
    message: string;
    /** Whether the session had been open. */
    was_open: boolean;
}

/**
 * A session on a realm. Its methods throw a `TypeError` for wrong arguments and a `StateError` when the
 * session is not open; everything that happens later rejects the promise, and every promise settles.
 *
 * A durable session is over when it is left, or when there will be no further attempt to connect. Between two
 * connections it is not open, and not over either: what it is asked rejects with a `SessionLost`, or waits; see
 * `offline` in the options. What was sent and not answered when a connection is lost rejects with a `SessionLost`,
 * and is never sent again.
 */
export class Session {
    private constructor();
    /** The session's id, null when it is not open; another on each connection. */
    readonly id: number | null;
    /** The realm. */
    readonly realm: string | null;
    /** Whether it is open. */
    readonly isOpen: boolean;
    /** What the router said in the last WELCOME: `authid`, `authrole`, `authmethod`, `roles` …; null before it. */
    readonly details: Dict | null;
    /** The features that both sides announced, by the role of this side. */
    readonly features: { publisher: Dict; subscriber: Dict; caller: Dict; callee: Dict };
    /** The active subscriptions: one list for each subscription of the router. */
    readonly subscriptions: Subscription[][];
    /** The active registrations. */
    readonly registrations: Registration[];
    /** Resolves, never rejects, when the session is over. */
    readonly closed: Promise<SessionEnd>;
    /** How many octets wait in the WebSocket. */
    readonly bufferedAmount: number;
    /** Makes deferreds, as autobahn does. */
    readonly defer: <T = any>() => Deferred<T>;
    /** Adds `disclose_me` to every call. */
    caller_disclose_me: boolean;
    /** Adds `disclose_me` to every publication. */
    publisher_disclose_me: boolean;
    /** Called each time the session is open, after `onopen`, and after what waited is sent. */
    onjoin: ((details: Dict) => void) | undefined;
    /** Called when a session that was open is over, or has lost its connection. */
    onleave: ((reason: string | null, details: SessionEnd) => void) | undefined;

    /** Joins a realm. The Connection and `connect` do this. */
    join(realm: string, authmethods?: string[], authid?: string, authextra?: Dict): void;

    /** Says goodbye and closes; nothing is tried again. Resolves when the session is over. */
    leave(reason?: string | null, message?: string | null): Promise<SessionEnd>;

    /**
     * Leaves in good order: unsubscribes and unregisters all handles, waits for the answers to what was asked, for
     * endpoints that still run and for what waits for a connection, and leaves then. From its call on, what the
     * application begins is a `StateError`; while endpoints run, calls and publications go on, because these may need
     * them. With `timeout`, in milliseconds, it waits for no longer.
     */
    drain(options?: { timeout?: number }): Promise<SessionEnd>;

    /** Of a durable session: drops the connection, as if it were lost, and connects at once. */
    reconnect(): void;
    /** What becomes of the connection and of the handles: see `Connection.status`. */
    status(): AsyncIterableIterator<ConnectionStatus>;
    /** Leaves, at the end of the block of an `await using`. */
    [Symbol.asyncDispose](): Promise<void>;

    /**
     * Calls a procedure. Resolves with null when there is no result, with the value when there is one
     * positional one, and with a `Result` otherwise. Rejects with a `WampError`.
     */
    call<T = any, P extends string = string>(
        procedure: P,
        ...rest: P extends keyof Procedures
            ? CallArguments<KnownProcedure<P>>
            : [args?: readonly unknown[] | null, kwargs?: Dict | null, options?: CallOptions | null]
    ): CallPromise<P extends keyof Procedures ? Awaited<ReturnType<KnownProcedure<P>>> : T>;

    /**
     * Calls a procedure in parts: each item of the stream is sent as one part of the call as soon as it is
     * there. A `Result` brings several arguments, or arguments with names; anything else is the one argument
     * of its part. When the call is over, the stream is read no further and its `return` or `cancel` called;
     * a stream that fails cancels the call. Rejects with `FeatureNotSupported` where the router has no
     * `progressive_call_invocations`.
     */
    call<T = any>(
        procedure: string,
        parts: AsyncIterable<unknown> | ReadableStream<unknown>,
        kwargs?: null,
        options?: CallOptions | null,
    ): CallPromise<T>;

    /** Publishes an event, and gives a promise because of `acknowledge`. */
    publish<T extends string>(topic: T, ...rest: [...PublishArguments<T>, options: PublishOptions & { acknowledge: true }]): Promise<Publication>;
    /** Publishes an event. Throws an `EncodeError` when the payload cannot be sent. */
    publish<T extends string>(topic: T, ...rest: PublishArguments<T> | [...PublishArguments<T>, options?: (PublishOptions & { acknowledge?: false }) | null]): undefined;
    /** Publishes an event. */
    publish<T extends string>(topic: T, ...rest: [...PublishArguments<T>, options?: PublishOptions | null]): Promise<Publication> | undefined;

    /**
     * From now on payloads are encoded and decoded by this, such as a `KeyRing` of `wamp-wasm/e2ee`; null for none. See
     * `PayloadCodec`. What comes encoded and cannot be decoded never reaches a handler: an event is
     * dropped and reported to `on_user_error`, a call or its result fails.
     */
    set_payload_codec(codec: PayloadCodec | null): void;
    /** The codec that was set last. */
    get_payload_codec(): PayloadCodec | null;

    /** Subscribes a handler to a topic. */
    subscribe<T extends string>(topic: T, handler: EventHandler<TopicArgs<T>, TopicKwargs<T>>, options?: SubscribeOptions | null): Promise<Subscription>;
    /** Subscribes to a topic without a handler: iterate over the subscription to get the events. */
    subscribe<T extends string>(topic: T, handler?: null, options?: SubscribeOptions | null): Promise<EventStream<TopicArgs<T>, TopicKwargs<T>>>;

    /** Registers an endpoint for a procedure. */
    register<P extends string>(
        procedure: P,
        endpoint: P extends keyof Procedures ? Endpoint<Parameters<KnownProcedure<P>>, Awaited<ReturnType<KnownProcedure<P>>>> : Endpoint,
        options?: RegisterOptions | null,
    ): Promise<Registration>;

    /**
     * Ends a subscription. Resolves with true when it was the last handler and the router has confirmed,
     * with false when others go on.
     */
    unsubscribe(subscription: Subscription): Promise<boolean>;
    /** Ends a registration. */
    unregister(registration: Registration): Promise<void>;

    /**
     * Resolves with the milliseconds of one round trip to the router and back. Rejects with a `SessionLost` when the
     * connection is lost meanwhile, and with a `StateError` when there is none.
     */
    rtt(): Promise<number>;
    /** What went over the connection so far, that of a durable session over all its connections. */
    stats(): Stats;

    /** Sets a prefix: then `prefix:rest` stands for `uri.rest`. Without a URI, removes it. */
    prefix(prefix: string, uri?: string | null): void;
    /** The URI that a text with a prefix stands for. */
    resolve(curie: string): string;
    /** Writes to the console with the session's id and age. */
    log(...items: unknown[]): void;
}

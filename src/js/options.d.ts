// The options of connections and requests. Every key that is not listed goes to the router as it is.

import type { Auth } from './auth.js';
import type { CloseDetails, CloseReason, ConnectionStatus, Dict, Session } from './index.js';

export type {
    AnonymousCredential, Auth, CookieCredential, CostLimits, Credential, CredentialProvider, CryptosignCredential, Provided, ScramCredential, Signer, TicketCredential, WampCraCredential,
} from './auth.js';

/** A subprotocol of WAMP. The batched ones carry several messages in a frame. */
export type Subprotocol = `wamp.2.${SerializerName}` | `wamp.2.${SerializerName}.batched`;

/** A serializer by its short name. */
export type SerializerName = 'json' | 'msgpack' | 'cbor';

/** Anything that can be constructed like the browser's WebSocket, such as that of the npm package `ws`. */
export type WebSocketClass = new (url: string, protocols: string[]) => {
    binaryType: string;
    readonly protocol: string;
    readonly bufferedAmount: number;
    send(data: any): void;
    close(code?: number, reason?: string): void;
    addEventListener(type: any, listener: (event: any) => void): void;
    removeEventListener(type: any, listener: (event: any) => void): void;
};

/** Where the router is, and who wants to join what. */
export interface ConnectOptions {
    /**
     * The router's address, such as `ws://localhost:8080/ws`; a function that gives it, and is called in every attempt;
     * or several of these, see `transports`.
     */
    url?: Address | Address[];
    /** The realm to join. */
    realm: string;
    /**
     * Several ways to the router, each tried before an attempt has failed: first the one that was good last, last
     * those that failed within five minutes. Types that this package does not know are passed over, such as
     * autobahn's `rawsocket`, which no browser can have.
     */
    transports?: TransportOptions[];
    /** The serializers to offer, best first. All that this package speaks unless said otherwise. */
    serializers?: Array<SerializerName | { SERIALIZER_ID: string } | Serializer>;
    /** Whether to take null for args or kwargs that are not there, as some routers send them. */
    lenient?: boolean;
    /** The same as subprotocols. */
    protocols?: Array<Subprotocol | (string & {})>;
    /**
     * How to authenticate. The methods, what they need in HELLO, and the answers to challenges come from
     * here, so `authmethods` and `onchallenge` are not given beside it.
     *
     * ```ts
     * auth: { method: 'wampcra', authid: 'joe', secret: 'secret2' }
     * auth: [{ method: 'cookie' }, { method: 'ticket', authid: 'joe', ticket: () => fetchToken() }]
     * auth: async () => ({ method: 'scram', authid: 'joe', password: await askForPassword() })
     * ```
     */
    auth?: Auth;
    /** The authentication methods to offer, where `onchallenge` answers them. */
    authmethods?: string[];
    /** Who to join as. */
    authid?: string;
    /** What the authentication method needs besides; goes to the router as it is. */
    authextra?: Dict;
    /**
     * Answers a challenge by hand: with the signature, or `[signature, extra]`; see `wamp-wasm/auth` for
     * helpers. When it throws or rejects, the session is given up, with the URI of a `WampError` or with
     * `wamp.error.cannot_authenticate`.
     */
    onchallenge?: (session: Session, method: string, extra: Dict) => ChallengeAnswer | Promise<ChallengeAnswer>;
    /**
     * Told of errors in your handlers; `console.error` unless given. A `WampError` that an endpoint
     * throws is an answer to the caller and not reported.
     */
    on_user_error?: (error: unknown, message: string) => void;
    /** Told of protocol violations of the router and of failures inside; `console.error` unless given. */
    on_internal_error?: (error: unknown, message: string) => void;
    /** Milliseconds after which a call without a `timeout` of its own is rejected with `wamp.error.timeout`; never. */
    call_timeout?: number;
    /** The class to use in place of the global `WebSocket`; needed in Node before version 22. */
    WebSocket?: WebSocketClass;
    /**
     * How many octets may wait in the WebSocket before requests fail with "send buffer full"; 64 MiB
     * unless said otherwise. Answers to calls are always sent.
     */
    max_buffered?: number;
    /**
     * Milliseconds until a way to the router that has neither opened nor failed counts as failed; 20,000. A browser would wait
     * for minutes where something takes connections and says nothing.
     */
    connect_timeout?: number;
    /**
     * When to doubt a connection on which nothing comes, as a browser does not notice by itself that it is dead. After
     * `interval` milliseconds without a frame (30,000) the router is asked for an answer, and when nothing at all comes
     * within `timeout` milliseconds (10,000), the connection is given up as lost. Also at once, and within 5 seconds,
     * when the network or the page comes back. On for durable sessions; `true` and `false` switch it on and off.
     */
    heartbeat?: boolean | { interval?: number; timeout?: number };
    /** Told of every message that is sent or has come, soon after and in order. What it throws is reported and does no harm. */
    trace?: (entry: TraceEntry) => void;
    /** Whether `trace` and the log show the payloads of messages. Secrets of authentication are never shown. */
    trace_payloads?: boolean;
    /**
     * What to write to the console: `error`, the default, only what there is no callback for; `warn` also that a
     * connection is lost; `info` all that becomes of it; `debug` every message.
     */
    log_level?: 'error' | 'warn' | 'info' | 'debug';
    /**
     * The largest frame to accept, in octets, or in characters where it is text; 16 MiB unless said otherwise.
     * A batch, and an answer to a long poll, is a frame. A larger one ends the session.
     */
    max_message_size?: number;
    /** How many requests may wait for an answer before another one fails; 100,000 unless said otherwise. */
    max_pending?: number;
}

/** An address, or what gives it at every attempt. */
export type Address = string | URL | (() => string | URL | Promise<string | URL>);

/** A message, as `trace` shows it. */
export interface TraceEntry {
    direction: 'sent' | 'received';
    /** When: milliseconds since 1970, as of `Date.now()`. */
    at: number;
    /** The type of the message by its name, such as `EVENT`; `INVALID` for what is no message. */
    type: string;
    /**
     * The message, as WAMP writes it down: its code, ids, options or details, and URIs. In the place of each part of the payload
     * there is a text that says what it is, such as `<2 args: string, dict>`; with `trace_payloads` the part itself, not a copy.
     */
    message: any[];
    /** The size of the frame in octets, or in characters where it is text. */
    size: number;
    /** Whether it only asked whether the router is there, or answered that: see `heartbeat` and `rtt`. */
    probe: boolean;
}

/** The answer to a challenge. */
export type ChallengeAnswer =
    | string
    | [signature: string, extra: Dict]
    | { signature: string; extra?: Dict; /** What WELCOME has to show, in base64: SCRAM's proof that the router knows the password. */ server_signature?: string };

/** A serializer of your own, in autobahn's form. It is offered as `wamp.2.` and its id. */
export interface Serializer {
    SERIALIZER_ID: string;
    /** Whether its frames are octets. */
    BINARY: boolean;
    /** Makes a frame of a message; what it throws rejects the request. */
    serialize(message: unknown[]): string | Uint8Array;
    unserialize(frame: any): unknown;
}

/** One way to a router. */
export interface TransportOptions {
    /** `websocket`, `longpoll` (WAMP over HTTP requests), or any name beside `create`. */
    type: 'websocket' | 'longpoll' | (string & {});
    /** Its address, or several; that of the connection unless given. For a long poll that to which `/open` is appended. */
    url?: Address | Address[];
    /** As in the connection's options, for this transport. */
    serializers?: Array<SerializerName | { SERIALIZER_ID: string } | Serializer>;
    /** As in the connection's options, for this transport. */
    protocols?: Array<Subprotocol | (string & {})>;
    /** Of a long poll: milliseconds until a request that should be answered at once has failed; 12,000. */
    request_timeout?: number;
    /** What ends a message in batches of JSON, until the router has shown its own; Crossbar.io wants `'\x18'`. */
    batch_separator?: '\x1e' | '\x18';
    /** Makes a transport of your own, such as one over a MessagePort. */
    create?: (protocols: string[]) => Transport;
}

/**
 * What moves frames to a router and back, in order. The callbacks are set by this package as soon as
 * `create` has given it; report nothing before that, nor from within `send`, nor after `close` or `onclose`.
 */
export interface Transport {
    /** Call it when it is open, with the subprotocol that the other side chose. */
    onopen?(protocol: string): void;
    /** Call it with each frame: a string for JSON, octets otherwise. */
    onmessage?(frame: string | ArrayBuffer | Uint8Array): void;
    /** Call it when the other side has closed it, or it broke. */
    onclose?(closed: { code: number; reason: string; wasClean: boolean }): void;
    /** Sends a frame. Its octets may change as soon as this has returned. */
    send(frame: string | Uint8Array): void;
    /** Closes it once all of that is sent. May be called again. */
    close(): void;
    /** Whether the application should wait before it sends more. */
    readonly full?: boolean;
    /** How many octets wait to be sent. */
    readonly bufferedAmount?: number;
}

/**
 * What becomes of a request of a durable session that has no connection: `fail`, it rejects with a `SessionLost`;
 * `wait`, it is sent on the next connection; a number, it waits for so many milliseconds and then rejects with
 * `wamp.error.timeout`. A publication without acknowledgement has no promise: `fail` throws, and what waited and was not
 * sent is told to `on_user_error`.
 */
export type OfflinePolicy = 'fail' | 'wait' | number;

/** How a connection is made again when it is lost, and what becomes of its session. */
export interface DurableOptions {
    /**
     * Whether the session lives on from one connection to the next, with its subscriptions and registrations. True for
     * `connect`, where false also means that nothing is tried again once it was open; false for a `Connection`.
     */
    durable?: boolean;
    /** What becomes of what a durable session is asked while there is no connection; it fails unless said otherwise. */
    offline?: OfflinePolicy;
    /** How much may wait for a connection before more is refused with `wamp.error.limit_exceeded`; 1,000. */
    offline_limit?: number;
    /**
     * Decides whether to try again after an attempt that ended, or a session that was lost or ended by the router: yes
     * if it gives, or resolves to, something truthy, also after a refusal that would come again. It gets what
     * `onclose` gets; `will_retry` says what happens without it. Nobody asks it after `close`, `leave` or `reconnect`,
     * and nothing is tried more often than `max_retries` says.
     */
    should_retry?: (reason: CloseReason, details: CloseDetails) => unknown;
    /** Called with each status: see `Connection.status`. */
    onstatus?: (status: ConnectionStatus) => void;
    /** Whether to try again when no connection was ever possible; true. */
    retry_if_unreachable?: boolean;
    /** How often to try again; 15 and for `connect` for ever, which is -1. */
    max_retries?: number;
    /** The same before a session has ever joined: as `max_retries`. */
    max_first_retries?: number;
    /** Seconds before the first retry; 1.5. */
    initial_retry_delay?: number;
    /** The longest wait in seconds; 300, and for `connect` 30. */
    max_retry_delay?: number;
    /** The factor from one wait to the next; 1.5. */
    retry_delay_growth?: number;
    /** The spread of the waits as a fraction; 0.1, and 0 for none. */
    retry_delay_jitter?: number;
}

/** Options of a Connection: autobahn's names and defaults. Others of autobahn's are accepted and ignored. */
export interface ConnectionOptions extends ConnectOptions, DurableOptions {
    [option: string]: unknown;
}

/** Options of a call. Keys that are not listed go to the router as they are. */
export interface CallOptions {
    /**
     * Milliseconds. The call is rejected with `wamp.error.timeout` when no answer came in time, or none
     * since the last part of the result. The router is told, and the call canceled by whoever notices first.
     * It counts from when the call is sent: what waits for a connection before has `offline` for that.
     */
    timeout?: number;
    /** What becomes of it without a connection, if not what the connection's options say; see `OfflinePolicy`. Not sent. */
    offline?: OfflinePolicy | null;
    /** Cancels the call when it aborts, as `CallPromise.cancel` does without a mode. Not sent. */
    signal?: AbortSignal;
    /** Called with each part of a progressive result. Implies `receive_progress`. Not sent. */
    on_progress?: (args: any[], kwargs: Dict) => void;
    /** Whether to take progressive results. */
    receive_progress?: boolean;
    /** Whether the callee learns who calls. */
    disclose_me?: boolean;
    [option: string]: unknown;
}

/** Options of a publication. Keys that are not listed go to the router as they are. */
export interface PublishOptions {
    /** Whether the broker answers. Only then `publish` gives a promise. */
    acknowledge?: boolean;
    /** What becomes of it without a connection, if not what the connection's options say; see `OfflinePolicy`. Not sent. */
    offline?: OfflinePolicy | null;
    /** Whether this session gets no event of its own; true unless said otherwise. */
    exclude_me?: boolean;
    /** Sessions that get no event. */
    exclude?: number[];
    /** Authids that get no event. */
    exclude_authid?: string[];
    /** Authroles that get no event. */
    exclude_authrole?: string[];
    /** The only sessions that may get the event. */
    eligible?: number[];
    /** The only authids that may get the event. */
    eligible_authid?: string[];
    /** The only authroles that may get the event. */
    eligible_authrole?: string[];
    /** Whether subscribers learn who published. */
    disclose_me?: boolean;
    /** Whether the broker keeps the event for later subscribers. */
    retain?: boolean;
    [option: string]: unknown;
}

/** Options of a subscription. Keys that are not listed go to the router as they are. */
export interface SubscribeOptions {
    /** How the topic is matched; `exact` unless said otherwise. */
    match?: 'exact' | 'prefix' | 'wildcard';
    /** Whether the broker sends the retained event at once. */
    get_retained?: boolean;
    /** Without a handler: how many events wait for a reader before the oldest is dropped; 1024. Not sent. */
    buffer?: number;
    /**
     * Without a handler: called when events begin to be dropped, with the number of all that were, and again when that
     * happens after the reader had caught up. Not sent.
     */
    on_slow?: (dropped: number) => void;
    /** What becomes of it without a connection, if not what the connection's options say; see `OfflinePolicy`. Not sent. */
    offline?: OfflinePolicy | null;
    [option: string]: unknown;
}

/** Options of a registration. Keys that are not listed go to the router as they are. */
export interface RegisterOptions {
    /** How the procedure is matched; `exact` unless said otherwise. */
    match?: 'exact' | 'prefix' | 'wildcard';
    /** Which of several callees gets a call; `single` unless said otherwise. */
    invoke?: 'single' | 'first' | 'last' | 'roundrobin' | 'random';
    /** What becomes of it without a connection, if not what the connection's options say; see `OfflinePolicy`. Not sent. */
    offline?: OfflinePolicy | null;
    /** How many calls may run at a time. */
    concurrency?: number;
    /** Whether an older registration makes place. */
    force_reregister?: boolean;
    /** Whether callers are disclosed to this callee. */
    disclose_caller?: boolean;
    [option: string]: unknown;
}

/**
 * Octets in the place of the arguments (`enc_algo`, and `enc_serializer` and `enc_key` as needed), or as the one
 * argument in WAMP's payload passthru mode (`ppt_scheme`, …). Names of your own begin with `x_`.
 */
export type EncodedPayload = { payload: Uint8Array } & (
    | { enc_algo: string; enc_serializer?: string; enc_key?: string; ppt_scheme?: undefined }
    | { ppt_scheme: string; ppt_serializer?: string; ppt_cipher?: string; ppt_keyid?: string; enc_algo?: undefined }
);

/**
 * Turns arguments into octets and back. The originator of a payload is who calls or publishes. What a session needs for
 * it is loaded by `import 'wamp-wasm/e2ee'`.
 */
export interface PayloadCodec {
    /** The octets to send for these arguments; null to send them as they are. An answer is asked for only where the call came encoded. */
    encode(is_originator: boolean, uri: string, args: unknown[], kwargs: Dict): EncodedPayload | null;
    /**
     * The arguments in these octets, with the URI they are meant for if that is in there: it must be the one of the
     * message. null to deliver them as they came. Whatever it throws means that they cannot be decoded.
     */
    decode(is_originator: boolean, uri: string, encoded: EncodedPayload): { uri?: string; args?: unknown[] | null; kwargs?: Dict | null } | null;
}

// @ts-check
// Autobahn's Connection: opens a transport and a session on it, and tries again when it is lost.
// One rule: whatever happens to an attempt, `onclose` fires once for it.

import { Core } from '../wasm/wamp_wasm.js';
import { lineOver } from '../glue/codec.js';
import { checkGoodbye, isUri } from '../glue/check.js';
import { Driver } from '../glue/driver.js';
import { init } from '../glue/load.js';
import { EndCause } from '../glue/op.js';
import { isUsable, openTransport } from '../glue/transports.js';
import { Backoff, isFatal } from './backoff.js';
import { deferred } from './deferred.js';
import { StateError, WampError } from './errors.js';
import { guarded } from './guarded.js';
import { connectionOptions } from './options.js';
import { Session } from './session.js';

/** @typedef {import('../glue/transports.js').Transport} Transport */
/** @typedef {import('../glue/transports.js').Way} Way */

const INVALID_URI = 'wamp.error.invalid_uri';
/** setTimeout takes no more. */
const LONGEST_TIMER = 2 ** 31 - 1;

const NO_TRANSPORT = Object.freeze({ type: 'none', url: null, protocol: null });

/** One try: from loading the module to the end of its session. */
class Attempt {
    over = false;
    /** The ways to the router that are left to try. @type {Way[]} */
    ways = [];
    /** The WebAssembly module. @type {Promise<void> | undefined} */
    loading = undefined;
    /** Why the others were none. @type {string[]} */
    failures = [];
    /** @type {Transport | null} */
    transport = null;
    /** @type {Driver | null} */
    driver = null;
    /** @type {import('./authenticate.js').Authentication | undefined} */
    authentication = undefined;
    /** @type {Readonly<{ type: string, url: string | null, protocol: string | null }>} */
    info = NO_TRANSPORT;
}

export class Connection {
    #options;
    #backoff;
    /** @type {Attempt | null} */
    #attempt = null;
    /** @type {Session | null} */
    #session = null;
    /** @type {ReturnType<typeof setTimeout> | null} */
    #timer = null;
    /** Which of the transports was open last. */
    #good = 0;
    /** Whether a transport was ever open: tells "lost" from "unreachable". */
    #everOpen = false;
    #wanted = false;

    /** @type {((session: Session, details: any) => void) | undefined} */
    onopen = undefined;
    /** @type {((reason: string, details: any) => any) | undefined} */
    onclose = undefined;

    /** @param {any} options */
    constructor(options) {
        this.#options = connectionOptions(options);
        this.#backoff = new Backoff(this.#options);
    }

    get defer() {
        return deferred;
    }

    get session() {
        return this.#session;
    }

    get isOpen() {
        return this.#session?.isOpen ?? false;
    }

    get isConnected() {
        return this.#attempt !== null;
    }

    get isRetrying() {
        return this.#timer !== null;
    }

    get transport() {
        return { info: this.#attempt?.info ?? NO_TRANSPORT };
    }

    open() {
        if (this.#attempt) throw new StateError('connection already open (or opening)');
        this.#backoff.reset();
        this.#wanted = true;
        this.#start();
    }

    /** @param {string | null} [reason] @param {string | null} [message] */
    close(reason, message) {
        const attempt = this.#attempt;
        // There is nobody to tell the reason without a session, and perhaps no module yet to check it with.
        const session = attempt?.driver?.alive ? this.#session : null;
        if (session && reason != null) checkGoodbye('Connection.close', reason, message);
        // In the middle of onclose the timer for the next attempt is set already, so this stops it.
        if (!attempt && !this.isRetrying) throw new StateError('connection already closed');
        this.#wanted = false;
        this.#stopTimer();
        if (!attempt) return;
        if (session) {
            session.leave(reason, message);
        } else {
            attempt.transport?.close();
            this.#finish(attempt, 'closed', { reason: null, message: 'closed by the application' });
        }
    }

    // --- inside --------------------------------------------------------------------------------

    #stopTimer() {
        if (this.#timer !== null) clearTimeout(this.#timer);
        this.#timer = null;
    }

    async #start() {
        this.#stopTimer();
        const attempt = (this.#attempt = new Attempt());
        // The module comes while the transport opens.
        attempt.loading = init();
        attempt.loading.catch((error) => this.#unready(attempt, error));
        try {
            attempt.authentication = await this.#options.authenticate();
        } catch (error) {
            return this.#unready(attempt, error);
        }
        if (attempt.over) return this.#forget(attempt);
        const usable = this.#options.transports.filter(isUsable);
        if (usable.length === 0) return this.#unsupported(attempt, new Error("none of the transports is of the type 'websocket' or 'longpoll', or has a create"));
        // The one that was good last comes first, and every other gets its turn.
        const first = this.#good % usable.length;
        attempt.ways = [...usable.slice(first), ...usable.slice(0, first)];
        this.#next(attempt);
    }

    /** Tries the next way to the router. @param {Attempt} attempt */
    async #next(attempt) {
        const way = /** @type {Way} */ (attempt.ways.shift());
        let loading = false;
        try {
            const transport = openTransport(way, this.#options.socket);
            loading = transport instanceof Promise;
            this.#connect(attempt, way, loading ? await transport : /** @type {Transport} */ (transport));
        } catch (error) {
            if (loading || attempt.failures.length > 0) return this.#missed(attempt, way, text(error));
            if (attempt.ways.length > 0) return this.#next(attempt);
            this.#unsupported(attempt, error);
        }
    }

    /** A way to the router is none now, which may be another matter next time. @param {Attempt} attempt @param {Way} way @param {string} why */
    #missed(attempt, { type, url }, why) {
        if (attempt.over) return;
        attempt.transport = null;
        attempt.failures.push(`cannot connect to ${url ?? `the transport '${type}'`}: ${why}`);
        if (attempt.ways.length > 0) return void this.#next(attempt);
        this.#finish(attempt, this.#everOpen ? 'lost' : 'unreachable', { reason: null, message: attempt.failures.join('; ') });
    }

    /** The secrets of an attempt are of no more use. @param {Attempt} attempt */
    #forget(attempt) {
        attempt.authentication?.done();
        attempt.authentication = undefined;
    }

    /** There are no credentials, or a module cannot be loaded. @param {Attempt} attempt @param {any} error */
    #unready(attempt, error) {
        if (attempt.over) return;
        attempt.transport?.close();
        if (error instanceof WampError) return this.#finish(attempt, 'closed', { reason: error.uri, message: String(error.args[0]) }, true);
        if (error.name === 'ProviderError') this.#options.on_user_error(error.cause, 'auth raised: ');
        this.#finish(attempt, this.#everOpen ? 'lost' : 'unreachable', { reason: null, message: text(error) });
    }

    /** @param {Attempt} attempt @param {unknown} error */
    #unsupported(attempt, error) {
        this.#options.on_internal_error(error, 'could not create a transport:');
        this.#finish(attempt, 'unsupported', { reason: null, message: text(error) });
    }

    /** @param {Attempt} attempt @param {Way} way @param {Transport} transport */
    #connect(attempt, way, transport) {
        if (attempt.over) return transport.close();
        const { type, url, protocols } = way;
        attempt.transport = transport;
        transport.onclose = ({ code, reason }) => this.#missed(attempt, way, `closed with code ${code}${reason && ` (${reason})`}`);
        transport.onopen = (protocol) => {
            if (!protocols.includes(protocol)) {
                transport.close();
                const chose = protocol ? `chose the subprotocol '${protocol}'` : 'chose no subprotocol';
                return this.#finish(attempt, 'unsupported', { reason: null, message: `the server ${chose}; offered were ${protocols.join(', ')}` });
            }
            this.#everOpen = true;
            this.#good = this.#options.transports.filter(isUsable).indexOf(way);
            attempt.info = Object.freeze({ type, url, protocol });
            this.#prepare(attempt, way, transport, protocol);
        };
    }

    /**
     * Gets what the session needs besides a transport.
     * @param {Attempt} attempt @param {Way} way @param {Transport} transport @param {string} protocol
     */
    async #prepare(attempt, { batch_separator }, transport, protocol) {
        try {
            const { own, lenient } = this.#options;
            await attempt.loading;
            const line = lineOver(protocol, transport, { own, lenient, batch_separator });
            const { transport: outer, codec } = line instanceof Promise ? await line : line;
            // It was given up, or the connection was lost meanwhile.
            if (attempt.over || attempt.transport !== transport) return;
            attempt.transport = outer;
            this.#join(attempt, outer, codec);
        } catch (error) {
            transport.close();
            if (attempt.transport === transport) this.#finish(attempt, 'unreachable', { reason: null, message: text(error) });
        }
    }

    /** @param {Attempt} attempt @param {Transport} transport @param {import('../glue/codec.js').Codec} codec */
    #join(attempt, transport, codec) {
        if (attempt.over) return;
        const { authentication } = attempt;
        const { authmethods, authid, authextra } = authentication ?? this.#options;
        const { realm, onchallenge, on_user_error, on_internal_error, max_message_size } = this.#options;
        try {
            const core = new Core();
            const session = new Session({
                start: (host) => (attempt.driver = new Driver(core, codec, transport, host, max_message_size)),
                onchallenge,
                authentication,
                on_user_error,
                on_internal_error,
                ended: (ended) => this.#ended(attempt, ended),
            });
            this.#session = session;
            session.onjoin = (details) => {
                this.#forget(attempt);
                // Not before: a router that takes connections and refuses sessions would be asked for ever.
                this.#backoff.reset();
                this.#user('onopen', () => this.onopen?.(session, { ...details, transport: attempt.info }));
            };
            session.join(realm, authmethods, authid, authextra);
        } catch (error) {
            on_internal_error(error, 'could not join:');
            attempt.driver?.abandon();
            transport.close();
            this.#finish(attempt, 'closed', { reason: isUri(realm) ? null : INVALID_URI, message: text(error) }, true);
        }
    }

    /** @param {Attempt} attempt @param {import('../glue/driver.js').Ended} ended */
    #ended(attempt, { cause, reason, message, wasOpen, wasClean }) {
        if (cause === EndCause.Violation) this.#options.on_internal_error(new Error(message), 'protocol violation:');
        const lost = cause === EndCause.TransportLost && !wasClean;
        // Whoever was in can come in again: only a refusal to join says that trying is of no use.
        this.#finish(attempt, lost ? 'lost' : 'closed', { reason, message }, cause === EndCause.Left || (!wasOpen && isFatal(reason)));
    }

    /**
     * The end of an attempt.
     * @param {Attempt} attempt @param {'closed' | 'lost' | 'unreachable' | 'unsupported'} how
     * @param {{ reason: string | null, message: string }} why @param {boolean} [final] whether trying again is of no use
     */
    #finish(attempt, how, why, final = false) {
        if (attempt.over) return;
        attempt.over = true;
        this.#forget(attempt);
        this.#attempt = null;
        const retry = this.#wanted && !final && how !== 'unsupported' && (how !== 'unreachable' || this.#options.retry_if_unreachable);
        const delay = retry ? this.#backoff.next() : null;
        const details = {
            ...why,
            retry_delay: delay,
            retry_count: delay === null ? null : this.#backoff.count,
            will_retry: delay !== null,
        };
        // Before the callback, which may itself close the connection or open it at once.
        const timer = (this.#timer = delay === null ? null : setTimeout(() => this.#start(), Math.min(delay * 1000, LONGEST_TIMER)));
        const veto = this.#user('onclose', () => this.onclose?.(how, details));
        this.#session = null;
        const stopIf = (/** @type {unknown} */ stop) => {
            if (stop && timer !== null && this.#timer === timer) this.#stopTimer();
        };
        if (veto instanceof Promise) veto.then(stopIf, () => {});
        else stopIf(veto);
    }

    /** @param {string} name @param {() => unknown} call */
    #user(name, call) {
        return guarded(call, this.#options.on_user_error, `Exception raised from app code while firing Connection.${name}()`);
    }
}

/** @param {unknown} error */
function text(error) {
    return error instanceof Error ? error.message : String(error);
}

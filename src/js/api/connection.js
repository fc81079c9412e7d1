// @ts-check
// Autobahn's Connection: opens a transport and a session on it, and tries again when it is lost.
// One rule: whatever happens to an attempt, `onclose` fires once for it.

import { Core } from '../wasm/wamp_wasm.js';
import { checkGoodbye, isUri } from '../glue/check.js';
import { Driver } from '../glue/driver.js';
import { EndCause } from '../glue/op.js';
import { Attempt, NO_TRANSPORT, text } from './attempt.js';
import { Backoff, isFatal } from './backoff.js';
import { deferred } from './deferred.js';
import { StateError } from './errors.js';
import { guarded } from './guarded.js';
import { connectionOptions } from './options.js';
import { Session } from './session.js';
import { nothing, together } from './watch.js';

/** @typedef {import('../glue/transports.js').Transport} Transport */

const INVALID_URI = 'wamp.error.invalid_uri';
/** setTimeout takes no more. */
const LONGEST_TIMER = 2 ** 31 - 1;

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
    /** What went over the connections of earlier sessions. */
    #past = nothing();

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

    /** What went over all connections so far. */
    stats() {
        return together(this.#past, this.#session?.stats() ?? nothing());
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
            attempt.close();
            this.#finish(attempt, 'closed', { reason: null, message: 'closed by the application' });
        }
    }

    // --- inside --------------------------------------------------------------------------------

    #stopTimer() {
        if (this.#timer !== null) clearTimeout(this.#timer);
        this.#timer = null;
    }

    #start() {
        this.#stopTimer();
        const ways = this.#options.transports;
        // The one that was good last comes first, and every other gets its turn.
        this.#attempt = new Attempt(this.#options, [...ways.slice(this.#good), ...ways.slice(0, this.#good)], {
            opened: (way) => {
                this.#everOpen = true;
                this.#good = ways.indexOf(way);
            },
            ready: (attempt, transport, codec) => this.#join(attempt, transport, codec),
            failed: (attempt, failure, why) => this.#failed(attempt, failure, why),
        });
        this.#attempt.start();
    }

    /** @param {Attempt} attempt @param {import('./attempt.js').Failure} failure @param {import('./attempt.js').Why} why */
    #failed(attempt, failure, why) {
        if (failure === 'refused') return this.#finish(attempt, 'closed', why, true);
        this.#finish(attempt, failure === 'unreachable' && this.#everOpen ? 'lost' : failure, why);
    }

    /** @param {Attempt} attempt @param {Transport} transport @param {import('../glue/codec.js').Codec} codec */
    #join(attempt, transport, codec) {
        if (attempt.over) return;
        const { authentication } = attempt;
        const { authmethods, authid, authextra } = authentication ?? this.#options;
        const { realm, onchallenge, on_user_error, on_internal_error, max_message_size, heartbeat } = this.#options;
        try {
            const core = new Core(false);
            const session = new Session({
                start: (host) => (attempt.driver = new Driver(core, codec, transport, host, max_message_size)),
                onchallenge,
                authentication,
                on_user_error,
                on_internal_error,
                heartbeat,
                ended: (ended) => this.#ended(attempt, ended),
            });
            this.#session = session;
            session.onjoin = (details) => {
                attempt.forget();
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
        attempt.end();
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
        if (this.#session) this.#past = together(this.#past, this.#session.stats());
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

// @ts-check
// Autobahn's Connection: opens a transport and a session on it, and tries again when it is lost. When and where is the
// business of the reconnect machine. One rule: whatever happens to an attempt, `onclose` fires once for it.

import { LONGEST_TIMER } from '../glue/alarm.js';
import * as EndCause from '../glue/cause.js';
import { checkGoodbye, isUri } from '../glue/check.js';
import { Driver } from '../glue/driver.js';
import { listen } from '../glue/page.js';
import { Attempt, NO_TRANSPORT } from './attempt.js';
import { deferred } from './deferred.js';
import * as End from './end.js';
import { StateError, textOf } from './errors.js';
import { guarded } from './guarded.js';
import { connectionOptions } from './options.js';
import { AT_ONCE, Retries } from './retries.js';
import { ASYNC_DISPOSE, Session } from './session.js';
import { Statuses } from './status.js';
import { nothing, together } from './watch.js';

/** @typedef {import('./attempt.js').Why} Why */
/** @typedef {import('../glue/driver.js').Ended} Ended */
/** @typedef {import('./retries.js').Retry} Retry */
/** @typedef {import('./lifetime.js').Start} Start */
/** How an attempt ended, or the whole. @typedef {{ how: import('./retries.js').How, ended: Ended }} Outcome */

const INVALID_URI = 'wamp.error.invalid_uri';
const BY_APPLICATION = 'closed by the application';

export class Connection {
    #options;
    #retries;
    #statuses;
    /** @type {Attempt | null} */
    #attempt = null;
    /** The end of the last attempt, while the application is asked whether to try again. @type {Outcome | null} */
    #deciding = null;
    /** Runs until the next attempt. @type {ReturnType<typeof setTimeout> | null} */
    #timer = null;
    /** Until then, ends listening to the page. @type {(() => void) | undefined} */
    #unlisten;
    /** @type {Session | null} */
    #session = null;
    /** Those of a durable session that is not over. @type {import('./lifetime.js').Controls | null} */
    #controls = null;
    /** Whether the session that there is has been open. */
    #wasOpen = false;
    /** Resolved when there will be no further attempt. */
    #closed = deferred();
    #disposed = false;
    /** What went over the connections of earlier sessions. */
    #past = nothing();

    /** @type {((session: Session, details: any) => void) | undefined} */
    onopen = undefined;
    /** @type {((reason: string, details: any) => any) | undefined} */
    onclose = undefined;

    /** @param {any} options */
    constructor(options) {
        this.#options = connectionOptions(options);
        this.#retries = new Retries(this.#options);
        this.#statuses = new Statuses(this.#options.onstatus, this.#options.on_user_error, this.#options.log);
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
        return this.#timer !== null || this.#deciding !== null;
    }

    get transport() {
        return { info: this.#attempt?.info ?? NO_TRANSPORT };
    }

    /** What went over all connections so far. */
    stats() {
        return together(this.#past, this.#session?.stats() ?? nothing());
    }

    get closed() {
        return this.#closed.promise;
    }

    get onstatus() {
        return this.#statuses.onstatus;
    }

    set onstatus(callback) {
        this.#statuses.onstatus = callback;
    }

    status() {
        return this.#statuses.read();
    }

    open() {
        if (this.#attempt) throw new StateError('connection already open (or opening)');
        if (this.#disposed) throw new StateError('connection disposed');
        if (!this.isRetrying) this.#closed = deferred();
        this.#retries.start();
        if (this.#deciding) this.#conclude(this.#deciding, AT_ONCE);
        else this.#start();
    }

    reconnect() {
        const attempt = this.#attempt;
        if (!attempt && this.isRetrying) return this.open();
        if (!attempt || !this.#retries.reconnect()) throw new StateError('connection closed');
        if (attempt.driver?.alive) return attempt.driver.lose('the application reconnects');
        attempt.close();
        this.#finish(attempt, End.Unreachable, { reason: null, message: 'the application reconnects' });
    }

    /** @param {string | null} [reason] @param {string | null} [message] */
    close(reason, message) {
        const attempt = this.#attempt;
        // There is nobody to tell the reason without a session, and perhaps no module yet to check it with.
        const session = attempt?.driver?.alive ? this.#session : null;
        if (session && reason != null) checkGoodbye('Connection.close', reason, message);
        // In the middle of onclose the timer for the next attempt is set already, so this stops it.
        if (!attempt && !this.isRetrying) throw new StateError('connection already closed');
        this.#retries.stop();
        if (!session) return this.#halt(null, BY_APPLICATION);
        try {
            session.leave(reason, message);
        } catch (error) {
            // In a callback of a session whose end is on its way already.
            if (!(error instanceof StateError)) throw error;
        }
    }

    async [ASYNC_DISPOSE]() {
        this.#disposed = true;
        if (this.isConnected || this.isRetrying) {
            this.close();
            await this.#closed.promise;
        }
        this.#statuses.end();
    }

    // --- inside --------------------------------------------------------------------------------

    #stopTimer() {
        if (this.#timer !== null) clearTimeout(this.#timer);
        this.#timer = null;
        this.#unlisten?.();
    }

    /** Something speaks for trying now, such as a network that is there again. */
    #wake() {
        if (this.#timer !== null) this.#start();
    }

    /** Ends what goes on without an open session. @param {string | null} reason @param {string} message */
    #halt(reason, message) {
        const attempt = this.#attempt;
        this.#retries.stop();
        // In a callback of a session whose end is on its way already.
        if (attempt?.driver?.alive) return;
        this.#stopTimer();
        attempt?.close();
        if (attempt) return this.#finish(attempt, End.Left, { reason, message });
        const outcome = this.#outcome('closed', EndCause.Left, { reason, message });
        if (this.#deciding) return this.#conclude(this.#deciding, null, outcome);
        this.#over(outcome);
        this.#forget();
    }

    #start() {
        const count = this.#retries.count;
        this.#stopTimer();
        this.#attempt = new Attempt(this.#options, this.#retries.order(), {
            trying: (transport, url) => this.#statuses.tell({ type: 'connecting', transport, url, count }),
            missed: (way) => this.#retries.missed(way),
            opened: (way) => this.#retries.opened(way),
            ready: (attempt, transport, codec) => this.#join(attempt, transport, codec),
            failed: (attempt, end, why) => this.#finish(attempt, end, why),
        });
        this.#attempt.start();
    }

    /** @param {Attempt} attempt @param {import('../glue/transports.js').Transport} transport @param {import('../glue/codec.js').Codec} codec */
    #join(attempt, transport, codec) {
        const { authentication } = attempt;
        const { authmethods, authid, authextra } = authentication ?? this.#options;
        const { realm, on_internal_error, max_message_size } = this.#options;
        try {
            /** @type {Start} */
            const start = (host, core) => (attempt.driver = new Driver(core, codec, transport, host, max_message_size));
            // A durable session goes on with what it has.
            if (this.#controls) this.#controls.resume(start, authentication);
            else this.#session = this.#newSession(start, authentication);
            /** @type {Session} */ (this.#session).join(realm, authmethods, authid, authextra);
        } catch (error) {
            on_internal_error(error, 'could not join:');
            attempt.driver?.abandon();
            transport.close();
            this.#finish(attempt, End.Refused, { reason: isUri(realm) ? null : INVALID_URI, message: textOf(error) });
        }
    }

    /** @param {Start} start @param {import('./authenticate.js').Authentication | undefined} authentication */
    #newSession(start, authentication) {
        const { durable, offline, offline_limit } = this.#options;
        this.#wasOpen = false;
        return new Session({
            ...this.#options,
            start,
            bind: (controls) => (this.#controls = durable ? controls : null),
            connection: {
                stop: (reason, message) => this.#halt(reason, message ?? ''),
                reconnect: () => this.reconnect(),
                status: () => this.status(),
            },
            tell: (status) => this.#statuses.tell(status),
            offline: { policy: offline, limit: offline_limit },
            joined: (details) => this.#joined(details),
            ended: (ended) => this.#ended(ended),
            authentication,
        });
    }

    /** @param {any} details */
    #joined(details) {
        const session = /** @type {Session} */ (this.#session);
        const attempt = /** @type {Attempt} */ (this.#attempt);
        const restored = this.#wasOpen;
        attempt.forget();
        this.#retries.joined();
        this.#wasOpen = true;
        if (!restored) this.#user('onopen', () => this.onopen?.(session, { ...details, transport: attempt.info }));
        if (session.isOpen) this.#statuses.tell({ type: 'open', session, restored });
    }

    /** @param {Ended} ended */
    #ended(ended) {
        const { cause, reason, message, wasClean } = ended;
        if (cause === EndCause.Violation) this.#options.on_internal_error(new Error(message), 'protocol violation:');
        const attempt = this.#attempt;
        // Code of the application that was told first may have begun another attempt, which has no transport yet.
        if (!attempt || attempt.info === NO_TRANSPORT) return;
        const lost = cause === EndCause.TransportLost && !wasClean;
        // It may have been closed when its end was on its way already.
        const left = cause === EndCause.Left || !this.#retries.wanted;
        this.#finish(attempt, left ? End.Left : lost ? End.Lost : End.Closed, { reason, message }, left ? { ...ended, cause: EndCause.Left } : ended);
    }

    /** The end of an attempt. @param {Attempt} attempt @param {number} end @param {Why} why @param {Ended} [ended] */
    #finish(attempt, end, why, ended) {
        if (attempt.over) return;
        attempt.end();
        this.#attempt = null;
        const { should_retry, on_user_error } = this.#options;
        const { how, retry } = this.#retries.ended(end, why.reason);
        const outcome = ended ? { how, ended } : this.#outcome(how, end === End.Left ? EndCause.Left : EndCause.TransportLost, why);
        if (!should_retry || !this.#retries.mayBeJudged) return this.#conclude(outcome, retry);
        this.#deciding = outcome;
        new Promise((resolve) => resolve(should_retry(how, detailsOf(outcome, retry))))
            .catch((error) => {
                on_user_error(error, 'should_retry raised: ');
                return retry !== null;
            })
            .then((again) => {
                if (this.#deciding === outcome) this.#conclude(outcome, this.#retries.overrule(Boolean(again)));
            });
    }

    /** What comes after an attempt. @param {Outcome} outcome @param {Retry | null} retry @param {Outcome} [whole] if it is another */
    #conclude(outcome, retry, whole = outcome) {
        const details = detailsOf(outcome, retry);
        this.#deciding = null;
        // Before the callback, which may itself close the connection or open it at once.
        const timer = (this.#timer = retry ? setTimeout(() => this.#start(), Math.min(retry.delay * 1000, LONGEST_TIMER)) : null);
        if (timer && this.#options.durable) this.#unlisten = listen((change) => change !== 'offline' && this.#wake());
        if (!retry) this.#over(whole);
        const veto = this.#user('onclose', () => this.onclose?.(outcome.how, details));
        if (!this.#controls) this.#forget();
        if (!retry) return;
        const stopIf = (/** @type {unknown} */ stop) => {
            if (!stop || this.#timer !== timer) return;
            this.#stopTimer();
            this.#retries.stop();
            this.#over(whole);
            this.#forget();
        };
        if (veto instanceof Promise) veto.then(stopIf, () => {});
        else stopIf(veto);
        if (timer !== this.#timer) return;
        if (retry === AT_ONCE) return this.#start();
        const { reason, message } = details;
        this.#statuses.tell({ type: 'waiting', how: outcome.how, reason, message, ...retry });
    }

    /** There will be no further attempt. @param {Outcome} outcome */
    #over({ how, ended }) {
        const controls = this.#controls;
        this.#controls = null;
        const status = Object.freeze({ type: 'closed', how, reason: ended.reason, message: ended.message });
        // First, because whoever is told may open it again, which makes another promise.
        this.#closed.resolve(status);
        controls?.over({ ...ended, wasOpen: this.#wasOpen });
        this.#statuses.tell(status);
    }

    /** The session is of the past. */
    #forget() {
        if (this.#session) this.#past = together(this.#past, this.#session.stats());
        this.#session = null;
    }

    /** An end of which no session tells. @param {Outcome['how']} how @param {number} cause @param {Why} why @returns {Outcome} */
    #outcome(how, cause, why) {
        return { how, ended: { cause, ...why, wasOpen: this.#wasOpen, wasClean: false } };
    }

    /** @param {string} name @param {() => unknown} call */
    #user(name, call) {
        return guarded(call, this.#options.on_user_error, `Exception raised from app code while firing Connection.${name}()`);
    }
}

/** What `onclose` is told of an end. @param {Outcome} outcome @param {Retry | null} retry */
function detailsOf({ ended: { reason, message } }, retry) {
    return { reason, message, retry_delay: retry?.delay ?? null, retry_count: retry?.count ?? null, will_retry: retry !== null };
}

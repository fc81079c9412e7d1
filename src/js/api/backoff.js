// @ts-check
// When to try again: autobahn's back-off, which grows by a factor and is spread by a normal distribution.

/** Reasons after which the same attempt would fail the same way. */
const FATAL = new Set([
    'wamp.error.authentication_denied', 'wamp.error.authentication_failed', 'wamp.error.authentication_required',
    'wamp.error.authorization_denied', 'wamp.error.cannot_authenticate', 'wamp.error.invalid_uri',
    'wamp.error.no_auth_method', 'wamp.error.no_matching_auth_method', 'wamp.error.no_such_principal',
    'wamp.error.no_such_realm', 'wamp.error.no_such_role', 'wamp.error.not_authorized',
    'wamp.error.protocol_violation',
]);

/** @param {string | null} reason a URI */
export function isFatal(reason) {
    return reason !== null && FATAL.has(reason);
}

/** Box and Muller's way to a normal distribution. @param {number} mean @param {number} deviation */
export function normal(mean, deviation) {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * Math.random());
}

export class Backoff {
    #options;
    #delay = 0;
    count = 0;

    /** @param {{ max_retries: number, initial_retry_delay: number, max_retry_delay: number, retry_delay_growth: number, retry_delay_jitter: number }} options times in seconds */
    constructor(options) {
        this.#options = options;
        this.reset();
    }

    reset() {
        this.count = 0;
        this.#delay = this.#options.initial_retry_delay;
    }

    /** Seconds until the next attempt, or null when there were enough. */
    next() {
        const { max_retries, max_retry_delay, retry_delay_growth, retry_delay_jitter } = this.#options;
        if (max_retries >= 0 && this.count >= max_retries) return null;
        this.count++;
        const jittered = retry_delay_jitter ? normal(this.#delay, this.#delay * retry_delay_jitter) : this.#delay;
        const delay = Math.min(Math.max(jittered, 0), max_retry_delay);
        this.#delay = Math.min(this.#delay * retry_delay_growth, max_retry_delay);
        return delay;
    }
}

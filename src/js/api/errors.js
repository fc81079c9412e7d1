// @ts-check
// The errors of the API: each a subclass of Error. Branch on `uri`, never on a text.

/** @param {object} target @param {Record<string, unknown>} properties */
function hidden(target, properties) {
    for (const [key, value] of Object.entries(properties)) {
        Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: false });
    }
}

/** What something that was thrown says. @param {unknown} error */
export const textOf = (error) => (error instanceof Error ? error.message : String(error));

/** An error that WAMP carries, or that ends a request. Its enumerable keys are autobahn's: error, args, kwargs. */
export class WampError extends Error {
    /**
     * @param {string} error
     * @param {unknown[]} [args]
     * @param {Record<string, unknown>} [kwargs]
     * @param {{ details?: Record<string, unknown>, message?: string, cause?: unknown }} [more]
     */
    constructor(error, args, kwargs, more = {}) {
        const text = more.message ?? (typeof args?.[0] === 'string' ? args[0] : '');
        super(text ? `${error}: ${text}` : error, 'cause' in more ? { cause: more.cause } : undefined);
        hidden(this, { details: more.details ?? {} });
        this.error = error;
        this.args = args ?? [];
        this.kwargs = kwargs ?? {};
    }

    get uri() {
        return this.error;
    }
}
hidden(WampError.prototype, { name: 'WampError' });

/** The session ended, or was never reached: `uri` is the reason that the router or the protocol gave. */
export class SessionLost extends WampError {}
hidden(SessionLost.prototype, { name: 'SessionLost' });

/** Why a session ended, for whoever still waits for something of it. @param {string | null | undefined} uri @param {string | undefined} text */
export function sessionLost(uri, text) {
    return new SessionLost(uri ?? 'wamp.error.network_failure', text ? [text] : [], {}, { message: text || 'the session ended' });
}

/** Something was asked for that is not possible now; nothing was sent. Its texts are autobahn's. */
export class StateError extends Error {}
hidden(StateError.prototype, { name: 'StateError' });

/** A value that has no form in the serializer of the session; nothing was sent. */
export class EncodeError extends WampError {
    /** @param {unknown} cause */
    constructor(cause) {
        super('wamp.error.invalid_argument', [textOf(cause)], {}, { cause });
    }
}
hidden(EncodeError.prototype, { name: 'EncodeError' });

/** A feature of WAMP that the router did not announce, and without which the request would mean something else; nothing was sent. */
export class FeatureNotSupported extends WampError {
    /** @param {string} role the router's, `broker` or `dealer` @param {string} feature as WAMP names it */
    constructor(role, feature) {
        super('wamp.error.feature_not_supported', [`the router's ${role} does not announce ${feature}`]);
        hidden(this, { role, feature });
    }
}
hidden(FeatureNotSupported.prototype, { name: 'FeatureNotSupported' });

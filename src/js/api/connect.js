// @ts-check
// One call from options to an open session: no retries, a promise with a reason.

import { check, isGivenDict } from '../glue/check.js';
import { Connection } from './connection.js';
import { WampError, sessionLost } from './errors.js';

/**
 * @param {any} options
 * @returns {Promise<import('./session.js').Session>}
 */
export function connect(options) {
    return new Promise((resolve, reject) => {
        check(isGivenDict(options), 'connect: <options> must be an object {}');
        const { signal, ...rest } = options;
        check(signal == null || typeof signal.addEventListener === 'function', 'connect: <options>.signal must be an AbortSignal');
        const connection = new Connection({ ...rest, max_retries: 0 });
        const aborted = () => {
            // First, because closing tells onclose, which rejects too.
            reject(new WampError('wamp.error.canceled', ['canceled by signal'], {}, { cause: signal.reason }));
            if (connection.isConnected) connection.close();
        };
        connection.onopen = (session) => {
            signal?.removeEventListener('abort', aborted);
            resolve(session);
        };
        connection.onclose = (_, { reason, message }) => {
            signal?.removeEventListener('abort', aborted);
            reject(sessionLost(reason, message));
        };
        if (signal?.aborted) return aborted();
        signal?.addEventListener('abort', aborted);
        connection.open();
    });
}

// @ts-check
// One call from options to an open session, which then stays open: a promise with a reason.

import { check, must } from '../glue/check.js';
import { Connection } from './connection.js';
import { WampError, sessionLost } from './errors.js';
import { ASYNC_DISPOSE } from './session.js';

/**
 * @param {any} options
 * @returns {Promise<import('./session.js').Session>}
 */
export function connect(options) {
    return new Promise((resolve, reject) => {
        must(options, 'an object {}', 'connect: <options>');
        const { signal, durable = true, max_retries, max_first_retries = max_retries ?? (options.should_retry ? -1 : 0), ...rest } = options;
        check(signal == null || typeof signal.addEventListener === 'function', 'connect: <options>.signal must be an AbortSignal');
        // A session that is not durable ends with its connection: there is nobody to be given another.
        const retries = { max_retries: durable ? max_retries ?? -1 : 0, max_first_retries };
        const connection = new Connection({ max_retry_delay: 30, ...rest, durable, ...retries });
        const aborted = () => {
            // First, because closing tells onclose, which rejects too.
            reject(new WampError('wamp.error.canceled', ['canceled by signal'], {}, { cause: signal.reason }));
            if (connection.isConnected || connection.isRetrying) connection.close();
        };
        connection.onopen = (session) => {
            signal?.removeEventListener('abort', aborted);
            resolve(session);
        };
        if (signal?.aborted) return aborted();
        signal?.addEventListener('abort', aborted);
        connection.open();
        connection.closed.then((/** @type {any} */ { reason, message }) => {
            signal?.removeEventListener('abort', aborted);
            reject(sessionLost(reason, message));
            // Nobody can open it again.
            return connection[ASYNC_DISPOSE]();
        });
    });
}

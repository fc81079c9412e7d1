// @ts-check
// Runs an endpoint for an INVOCATION and sends its answer. One rule: every invocation is answered
// exactly once, whatever the endpoint does.

import { is_uri } from '../wasm/wamp_wasm.js';
import { checkPayload } from '../glue/check.js';
import { payloadArgs } from '../glue/payload.js';
import { WampError } from './errors.js';
import { Invocation, Result } from './values.js';

const RUNTIME_ERROR = 'wamp.error.runtime_error';

/**
 * @param {import('../glue/driver.js').Driver} driver
 * @param {import('./registration.js').Registration} registration
 * @param {number} request
 * @param {any} message INVOCATION, Request, Registration, Details, Args, Kwargs
 * @param {(error: unknown, text: string) => void} report
 */
export function invoke(driver, registration, request, message, report) {
    const details = message[3];
    let answered = false;

    /** @param {unknown} error */
    const fail = (error) => {
        if (!(error instanceof WampError)) report(error, 'Exception raised in invocation handler:');
        if (answered) return;
        answered = true;
        answerError(driver, request, error, report);
    };
    /** @param {unknown} value */
    const succeed = (value) => {
        const { args, kwargs } = value instanceof Result ? value : { args: [value], kwargs: undefined };
        try {
            driver.answer(false, request, [{}], args, kwargs);
            answered = true;
        } catch (error) {
            fail(new Error(`the result cannot be sent: ${text(error)}`, { cause: error }));
        }
    };
    const progress = details.receive_progress !== true ? null : (/** @type {any} */ args, /** @type {any} */ kwargs) => {
        checkPayload('Invocation.', 'progress', args, kwargs);
        driver.progress(request, args ?? undefined, kwargs ?? undefined);
    };

    let result;
    let later;
    try {
        const invocation = new Invocation(details.procedure ?? registration.procedure, progress, details);
        result = registration.endpoint(payloadArgs(message[4]), message[5] ?? {}, invocation);
        later = typeof result?.then === 'function';
    } catch (error) {
        return fail(error);
    }
    if (later) Promise.resolve(result).then(succeed, fail);
    else succeed(result);
}

/**
 * @param {import('../glue/driver.js').Driver} driver @param {number} request @param {unknown} error
 * @param {(error: unknown, text: string) => void} report
 */
function answerError(driver, request, error, report) {
    /** @type {any[][]} */
    const attempts = [[RUNTIME_ERROR, [text(error)], undefined]];
    if (error instanceof WampError && is_uri(String(error.error))) {
        attempts.unshift([error.error, error.args, error.kwargs], [error.error, [text(error)], undefined]);
    } else if (!(error instanceof Error)) {
        attempts.unshift([RUNTIME_ERROR, [error], undefined]);
    }
    for (const [uri, args, kwargs] of attempts) {
        try {
            return driver.answer(true, request, [{}, uri], args, kwargs);
        } catch (problem) {
            report(problem, 'The error of an invocation handler cannot be sent:');
        }
    }
}

/** @param {unknown} error */
function text(error) {
    try {
        return error instanceof Error ? error.message : String(error);
    } catch {
        return 'an error without a text';
    }
}

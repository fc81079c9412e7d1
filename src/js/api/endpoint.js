// @ts-check
// Runs an endpoint for an INVOCATION and sends its answer. One rule: every invocation is answered
// exactly once, whatever the endpoint does.

import { NO_OPTIONS, checkPayload, isUri } from '../glue/check.js';
import { payloadArgs } from '../glue/payload.js';
import { WampError, textOf } from './errors.js';
import { Invocation, Result, runningOf } from './values.js';

const RUNTIME_ERROR = 'wamp.error.runtime_error';

/** What stands between the id and the payload of a YIELD. @type {any[]} */
const NO_MIDDLE = [NO_OPTIONS];

/**
 * @param {import('../glue/driver.js').Sender} driver
 * @param {import('./registration.js').Registration} registration
 * @param {number} request
 * @param {any} message INVOCATION, Request, Registration, Details, Args, Kwargs
 * @param {import('./running.js').Runs} running where it is put while it runs on
 * @param {(error: unknown, text: string) => void} report
 */
export function invoke(driver, registration, request, message, running, report) {
    const details = message[3];
    const progress = details.receive_progress === true ? progressOf(driver, request) : null;
    const invocation = new Invocation(details.procedure ?? registration.procedure, progress, details, message);
    let result;
    let later;
    try {
        result = registration.endpoint(payloadArgs(message[4]), message[5] ?? {}, invocation);
        later = typeof result?.then === 'function';
    } catch (error) {
        return fail(driver, request, error, report);
    }
    if (later) runOn(driver, request, invocation, result, running, report);
    else succeed(driver, request, result, report);
}

/**
 * Waits for the result of an endpoint. A function of its own, as closures would cost every invocation the room for what they hold.
 * @param {import('../glue/driver.js').Sender} driver @param {number} request @param {Invocation} invocation @param {any} result
 * @param {import('./running.js').Runs} running @param {(error: unknown, text: string) => void} report
 */
function runOn(driver, request, invocation, result, running, report) {
    running.set(request, invocation);
    Promise.resolve(result).then(
        (value) => {
            running.end(request);
            succeed(driver, request, value, report);
        },
        (error) => {
            running.end(request);
            // Whoever was asked to stop may say it in the words of the platform.
            fail(driver, request, (error?.name === 'AbortError' && runningOf(invocation).reason) || error, report);
        },
    );
}

/** @param {import('../glue/driver.js').Sender} driver @param {number} request */
function progressOf(driver, request) {
    return (/** @type {any} */ args, /** @type {any} */ kwargs) => {
        checkPayload('Invocation.', 'progress', args, kwargs);
        driver.progress(request, args ?? undefined, kwargs ?? undefined);
    };
}

/**
 * @param {import('../glue/driver.js').Sender} driver @param {number} request @param {unknown} value
 * @param {(error: unknown, text: string) => void} report
 */
function succeed(driver, request, value, report) {
    try {
        if (value instanceof Result) {
            checkPayload('', 'Result', value.args, value.kwargs);
            driver.answer(false, request, NO_MIDDLE, value.args, value.kwargs);
        } else driver.answer(false, request, NO_MIDDLE, [value], undefined);
    } catch (error) {
        fail(driver, request, new Error(`the result cannot be sent: ${text(error)}`, { cause: error }), report);
    }
}

/**
 * The driver sends nothing for an invocation that is answered already.
 * @param {import('../glue/driver.js').Sender} driver @param {number} request @param {unknown} error
 * @param {(error: unknown, text: string) => void} report
 */
function fail(driver, request, error, report) {
    if (!(error instanceof WampError)) report(error, 'Exception raised in invocation handler:');
    answerError(driver, request, error, report);
}

/**
 * @param {import('../glue/driver.js').Sender} driver @param {number} request @param {unknown} error
 * @param {(error: unknown, text: string) => void} report
 */
function answerError(driver, request, error, report) {
    /** @type {any[][]} */
    const attempts = [[RUNTIME_ERROR, [text(error)], undefined]];
    if (error instanceof WampError && hasUri(error)) {
        attempts.unshift([error.error, error.args, error.kwargs], [error.error, [text(error)], undefined]);
    } else if (!(error instanceof Error)) {
        attempts.unshift([RUNTIME_ERROR, [error], undefined]);
    }
    for (const [uri, args, kwargs] of attempts) {
        try {
            checkPayload('', 'WampError', args, kwargs);
            return driver.answer(true, request, [{}, uri], args, kwargs);
        } catch (problem) {
            report(problem, 'The error of an invocation handler cannot be sent:');
        }
    }
}

/** Whether an error has a URI that can be sent. @param {WampError} error */
function hasUri(error) {
    try {
        return isUri(String(error.error));
    } catch {
        // It is nothing that has a text; or the module has failed, and nobody is to be told anything.
        return false;
    }
}

/** @param {unknown} error */
function text(error) {
    try {
        return textOf(error);
    } catch {
        return 'an error without a text';
    }
}

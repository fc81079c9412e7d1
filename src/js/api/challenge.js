// @ts-check
// Answers the router's challenges. One rule: an answer goes over the connection on which it was asked for, or nowhere.

import { check, isUri } from '../glue/check.js';
import { plainDict } from '../glue/octets.js';
import { WampError } from './errors.js';

const ABORT = 3;
const AUTHENTICATE = 5;

const CANNOT_AUTHENTICATE = 'wamp.error.cannot_authenticate';

/** @typedef {import('../glue/driver.js').Driver} Driver */
/**
 * @typedef {object} Answering
 * @property {(session: any, method: string, extra: any) => any} [onchallenge]
 * @property {import('./authenticate.js').Authentication} [authentication] answers in place of onchallenge
 * @property {(error: unknown, text: string) => void} on_user_error
 * @property {(error: unknown, text: string) => void} on_internal_error
 */

/** @param {any} session @param {Driver} driver @param {Answering} answering @param {any} message CHALLENGE, AuthMethod, Extra */
export async function answerChallenge(session, driver, { authentication, onchallenge, on_internal_error, on_user_error }, message) {
    if (!authentication && !onchallenge) {
        on_internal_error(new Error('received WAMP challenge, but no onchallenge() handler set'), '');
        return refuse(driver, CANNOT_AUTHENTICATE, 'there is no onchallenge handler');
    }
    try {
        const answer = await (authentication ? authentication.answer(message[1], message[2]) : onchallenge?.(session, message[1], message[2]));
        const [signature, extra, proof] = Array.isArray(answer) ? answer : typeof answer === 'string' ? [answer] : [answer?.signature, answer?.extra, answer?.server_signature];
        check(typeof signature === 'string', 'onchallenge must give a string or [string, object]');
        const plain = plainDict(extra ?? {});
        if (!driver.alive) return;
        if (proof != null) driver.expectProof(String(proof));
        driver.command([AUTHENTICATE, signature, plain]);
    } catch (error) {
        if (!authentication) on_user_error(error, 'onchallenge() raised: ');
        const known = error instanceof WampError && isUri(error.uri);
        const text = known ? error.args[0] : error instanceof Error ? error.message : error;
        refuse(driver, known ? error.uri : CANNOT_AUTHENTICATE, String(text ?? ''));
    }
}

/** Gives up joining. @param {Driver} driver @param {string} reason @param {string} text */
function refuse(driver, reason, text) {
    if (!driver.alive) return;
    try {
        driver.command([ABORT, { message: text }, reason]);
    } catch {
        // The session is over, or the challenge was given up: nobody waits for the answer.
    }
}

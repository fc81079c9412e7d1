// @ts-check
// The option `auth`: its shape is checked when the connection is made, what it holds at every attempt.
// One rule: what does the work is loaded with the first attempt, not with the package.

import { check, isGivenDict } from '../glue/check.js';

/** The methods, each with what a credential must have. */
export const METHODS = Object.freeze(/** @type {Record<string, string | null>} */ ({
    anonymous: null, cookie: null, ticket: 'ticket', wampcra: 'secret', scram: 'password', cryptosign: null,
}));

/** What loads the helpers for signing by hand, once the application has imported them. @type {{ load: (() => Promise<void>) | null }} */
export const helpers = { load: null };

/** A value of the application's, or a function that gives it. @param {unknown} value @param {string} at @param {boolean} [needed] */
function isText(value, at, needed) {
    check(typeof value === 'string' || typeof value === 'function' || (value == null && !needed), `${at} must be a string or a function`);
}

/** @param {any} credential @param {string} at where it is */
export function checkCredential(credential, at) {
    check(isGivenDict(credential), `${at} must be an object {}, a function, or an array [] of these`);
    const { method } = credential;
    check(typeof method === 'string' && Object.hasOwn(METHODS, method), `${at}.method must be one of ${Object.keys(METHODS).join(', ')}`);
    isText(credential.authid, `${at}.authid`);
    const secret = METHODS[method];
    if (secret) isText(credential[secret], `${at}.${secret}`, true);
    if (method === 'cryptosign') check((credential.seed == null) !== (credential.key == null), `${at} must have either seed or key`);
}

/**
 * Checks the option as far as it is known, and gives the function that readies an attempt.
 * @param {any} options
 * @returns {() => Promise<import('./authenticate.js').Authentication | undefined>}
 */
export function authOption({ auth, authid, authextra, authmethods, onchallenge }) {
    if (auth == null) return async () => void (onchallenge && (await Promise.all([helpers.load?.(), import('./challenge.js')]).catch(() => {})));
    const at = 'Connection: <options>.auth';
    check(authmethods == null && onchallenge == null, `${at} does what authmethods and onchallenge do: give either`);
    const list = Array.isArray(auth) ? auth : [auth];
    check(list.length > 0, `${at} must not be empty`);
    list.forEach((item, i) => typeof item === 'function' || checkCredential(item, list === auth ? `${at}[${i}]` : at));
    return async () => {
        const [{ authenticate }] = await Promise.all([import('./authenticate.js'), import('./challenge.js')]);
        return authenticate(auth, authid, authextra);
    };
}

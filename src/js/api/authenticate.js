// @ts-check
// The authentication of one attempt: credentials are asked for, HELLO is told what to offer, challenges
// are answered. One rule: nothing of an attempt serves another; nonces and tickets are of one use.
// The proofs are made in Rust, in a module that is loaded when one is needed.

import { loadAuth } from '../glue/auth.js';
import { check } from '../glue/check.js';
import { METHODS, checkCredential } from './credentials.js';
import { WampError } from './errors.js';
import { saslprep } from './saslprep.js';

const AT = 'Connection: <options>.auth';
const CANNOT = 'wamp.error.cannot_authenticate';
/** What RANDOM_OCTETS says in Rust. */
const RANDOM_OCTETS = 56;
const LIMITS = ['cra_iterations', 'pbkdf2_iterations', 'argon2_memory', 'argon2_iterations', 'argon2_work'];

/** @typedef {{ signature: string, extra?: object, server_signature?: string }} Answer */
/**
 * @typedef {object} Authentication
 * @property {string[]} authmethods
 * @property {string | undefined} authid
 * @property {object | undefined} authextra
 * @property {boolean} demanding whether WELCOME must not come without a challenge
 * @property {(method: string, extra: any) => Promise<Answer>} answer
 * @property {() => void} done wipes the secrets, because the join is over
 */

/** A failure of the application's own function, which may do better next time. */
export class ProviderError extends Error {
    name = 'ProviderError';
}

/** @param {any} value @returns {Promise<any>} */
async function given(value) {
    if (typeof value !== 'function') return value;
    try {
        return await value();
    } catch (cause) {
        throw new ProviderError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
}

/** The credentials of this attempt, every function called. @param {any} auth */
async function resolved(auth) {
    const lists = await Promise.all((Array.isArray(auth) ? auth : [auth]).map(given));
    return Promise.all(lists.flat().map(async (credential, i) => {
        const at = Array.isArray(auth) ? `${AT}[${i}]` : AT;
        checkCredential(credential, at);
        const fields = { ...credential };
        for (const key of ['authid', 'ticket', 'secret', 'password', 'seed', 'key']) fields[key] = await given(fields[key]);
        const secret = METHODS[fields.method];
        check(fields.authid == null || typeof fields.authid === 'string', `${at}.authid must be a string`);
        if (secret) check(typeof fields[secret] === 'string', `${at}.${secret} must be a string`);
        return { ...fields, at };
    }));
}

/**
 * Readies an attempt.
 * @param {any} auth @param {string | undefined} fallback the authid of the connection @param {any} given_extra
 * @returns {Promise<Authentication>}
 */
export async function authenticate(auth, fallback, given_extra) {
    try {
        return await ready(auth, fallback, given_extra);
    } catch (error) {
        // Another attempt would find the same wrong option.
        throw error instanceof TypeError ? new WampError(CANNOT, [error.message], {}, { cause: error }) : error;
    }
}

/** @param {any} auth @param {string | undefined} fallback @param {any} given_extra */
async function ready(auth, fallback, given_extra) {
    const credentials = await resolved(auth);
    const names = new Set(credentials.map((credential) => credential.authid).filter((authid) => authid != null));
    check(names.size <= 1, `${AT}: all of its credentials must be for the same authid`);
    const authid = [...names][0] ?? fallback ?? undefined;
    for (const { method, at } of credentials) check(authid != null || METHODS[method] === null, `${at}.authid is missing`);
    const plain = credentials.every(({ method }) => ['anonymous', 'cookie', 'ticket'].includes(method));
    return plain ? withoutProofs(credentials, authid, given_extra) : withProofs(credentials, authid, given_extra);
}

/**
 * Tickets need no cryptography, so nothing is loaded for them.
 * @param {any[]} credentials @param {string | undefined} authid @param {any} authextra @returns {Authentication}
 */
function withoutProofs(credentials, authid, authextra) {
    let ticket = credentials.find(({ method }) => method === 'ticket')?.ticket;
    return {
        authmethods: [...new Set(credentials.map(({ method }) => method))],
        authid,
        authextra,
        demanding: false,
        async answer(method) {
            const signature = method === 'ticket' ? ticket : undefined;
            if (signature === undefined) throw new WampError(CANNOT, [`no answer to a challenge of '${method}', or not another one`]);
            ticket = undefined;
            return { signature };
        },
        done() {},
    };
}

/** @param {any[]} credentials @param {string | undefined} authid @param {any} given_extra @returns {Promise<Authentication>} */
async function withProofs(credentials, authid, given_extra) {
    const { Authenticator } = await loadAuth();
    const scram = credentials.some(({ method }) => method === 'scram');
    const rust = new Authenticator(scram && authid != null ? saslprep(authid, `${AT}: authid`) : authid);
    /** @type {((message: Uint8Array) => any) | undefined} */
    let sign;
    for (const credential of credentials) sign = (await add(rust, credential)) ?? sign;
    const extra = refusing(rust, () => pairs(rust.hello(crypto.getRandomValues(new Uint8Array(RANDOM_OCTETS)))));
    return {
        authmethods: rust.methods(),
        authid,
        authextra: given_extra || Object.keys(extra).length > 0 ? { ...given_extra, ...extra } : undefined,
        demanding: rust.demands_challenge(),
        async answer(method, challenge) {
            for (const [key, value] of Object.entries(challenge ?? {})) {
                if (typeof value === 'string') rust.text(key, value);
                else if (typeof value === 'number') rust.number(key, value);
                else if (value != null) rust.other(key);
            }
            const message = refusing(rust, () => rust.challenged(method));
            if (message) {
                const signature = await sign?.(message);
                refusing(rust, () => rust.signed(new Uint8Array(signature)));
            }
            return { signature: rust.signature(), extra: pairs(rust.extra()), server_signature: rust.server_signature() };
        },
        done: () => rust.free(),
    };
}

/**
 * @param {import('../wasm/wamp_wasm_auth.js').Authenticator} rust @param {any} credential
 * @returns {Promise<((message: Uint8Array) => any) | undefined>} what signs, if it is elsewhere
 */
async function add(rust, credential) {
    const { method, at, limits } = credential;
    for (const [name, range] of Object.entries(limits ?? {})) {
        check(LIMITS.includes(name), `${at}.limits.${name} is none of ${LIMITS.join(', ')}`);
        check(Array.isArray(range) && range.length === 2 && range.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32), `${at}.limits.${name} must be [least, most]`);
        rust.limit(name, range[0], range[1]);
    }
    switch (method) {
        case 'ticket':
            return void rust.ticket(credential.ticket);
        case 'wampcra':
            return void rust.wampcra(credential.secret);
        case 'scram': {
            const { password, dialect, argon2_key } = credential;
            oneOf(dialect, ['scram', 'wamp-scram'], `${at}.dialect`);
            oneOf(argon2_key, ['octets', 'base64'], `${at}.argon2_key`);
            // Each dialect has its own password, so both cannot be offered when preparing changes it.
            const prepared = dialect === 'scram' ? password : saslprep(password, `${at}.password`);
            check(dialect != null || prepared === password, `${at}.dialect must say which dialect the router speaks, as they differ in this password`);
            return void rust.scram(prepared, dialect ?? undefined, argon2_key ?? undefined);
        }
        case 'cryptosign':
            return addKey(rust, credential);
        default:
            return void rust.plain(method);
    }
}

/** @param {import('../wasm/wamp_wasm_auth.js').Authenticator} rust @param {any} credential */
async function addKey(rust, { seed, key, router_key, at }) {
    const hex64 = (/** @type {unknown} */ text) => typeof text === 'string' && /^[0-9a-f]{64}$/i.test(text);
    check(router_key == null || hex64(router_key), `${at}.router_key must be 64 hexadecimal digits`);
    if (seed != null) {
        check(hex64(seed), `${at}.seed must be 64 hexadecimal digits`);
        return void rust.cryptosign(seed, true, router_key ?? undefined);
    }
    const { privateKey, publicKey, sign } = Object(key);
    const isKey = (/** @type {any} */ it, /** @type {string} */ type) => typeof CryptoKey === 'function' && it instanceof CryptoKey && it.type === type && it.algorithm.name === 'Ed25519';
    const known = hex64(publicKey) || isKey(publicKey, 'public');
    check(known && (typeof sign === 'function' || isKey(privateKey, 'private')), `${at}.key must be a CryptoKeyPair of Ed25519, or { publicKey, sign }`);
    const digits = typeof publicKey === 'string' ? publicKey : hex(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)));
    rust.cryptosign(digits, false, router_key ?? undefined);
    return sign ? (/** @type {Uint8Array} */ message) => key.sign(message) : (/** @type {Uint8Array} */ message) => crypto.subtle.sign('Ed25519', privateKey, /** @type {BufferSource} */ (message));
}

/** @param {unknown} value @param {string[]} values @param {string} at */
function oneOf(value, values, at) {
    check(value == null || values.includes(/** @type {string} */ (value)), `${at} must be one of ${values.join(', ')}`);
}

/** What Rust refuses, as an error with its reason. @template T @param {{ reason(): string }} rust @param {() => T} call @returns {T} */
function refusing(rust, call) {
    try {
        return call();
    } catch (error) {
        throw new WampError(rust.reason(), [String(error)]);
    }
}

/** @param {string[]} texts key, value, key, value … @returns {Record<string, string>} */
function pairs(texts) {
    /** @type {Record<string, string>} */
    const object = {};
    for (let i = 0; i < texts.length; i += 2) object[texts[i]] = texts[i + 1];
    return object;
}

/** @param {Uint8Array} octets */
function hex(octets) {
    return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

// @ts-check
// Autobahn's helpers for signing challenges by hand, and the same for SCRAM. They are synchronous, as
// autobahn's are, so the module that does the work has to be there. One rule: a connection whose
// `onchallenge` may need it has loaded it before it says HELLO.

import { loadAuth } from '../glue/auth.js';
import { check, isGivenDict } from '../glue/check.js';
import { helpers } from './credentials.js';
import { StateError, WampError } from './errors.js';
import { Connection } from './connection.js';
import { atob, btoa, btoh, htob } from './util.js';

/** @typedef {typeof import('../wasm/wamp_wasm_auth.js')} Module */
/** @typedef {{ publicKey: Uint8Array, secretKey: Uint8Array }} KeyPair that of the npm package tweetnacl */

/** @type {Module | null} */
let loaded = null;
/** @type {(() => Module) | null} */
let loadSync = null;

/** Loads what the helpers need. Inside `onchallenge` it is there already. */
export async function initAuth() {
    loaded ??= /** @type {Module} */ (await loadAuth());
}

helpers.load = initAuth;

/** @param {() => Module} load for where a module can be read without waiting */
export function setSyncLoad(load) {
    loadSync = load;
}

/** @param {string} name of who asks */
function module(name) {
    loaded ??= loadSync?.() ?? null;
    if (!loaded) throw new StateError(`${name}: the module for it is not loaded here: await initAuth() first`);
    return loaded;
}

/** What Rust throws is a text. @template T @param {() => T} call @param {string} name @returns {T} */
function named(name, call) {
    try {
        return call();
    } catch (text) {
        throw new TypeError(`${name}: ${text}`);
    }
}

export const auth_cra = {
    /** @param {string} key @param {string} challenge */
    sign(key, challenge) {
        check(typeof key === 'string' && typeof challenge === 'string', 'auth_cra.sign: <key> and <challenge> must be strings');
        return module('auth_cra.sign').cra_sign(key, challenge);
    },
    /** @param {string} secret @param {string} salt @param {number} [iterations] @param {number} [keylen] */
    derive_key(secret, salt, iterations, keylen) {
        check(typeof secret === 'string' && typeof salt === 'string', 'auth_cra.derive_key: <secret> and <salt> must be strings');
        for (const [name, number] of [['iterations', iterations], ['keylen', keylen]]) {
            check(number == null || (Number.isInteger(number) && Number(number) > 0 && Number(number) < 2 ** 31), `auth_cra.derive_key: <${name}> must be a positive integer`);
        }
        // Autobahn takes 0 as missing, too.
        return module('auth_cra.derive_key').cra_derive_key(secret, salt, iterations || 1000, keylen || 32);
    },
};

/** @param {string} name @param {any} pkey @returns {KeyPair} */
function keyPair(name, pkey) {
    check(pkey?.secretKey instanceof Uint8Array && pkey.publicKey instanceof Uint8Array, `${name}: <pkey> must be a key pair { publicKey, secretKey }`);
    return pkey;
}

/** @param {string} name @param {Uint8Array} seed @returns {KeyPair} */
function fromSeed(name, seed) {
    const publicKey = htob(named(name, () => module(name).cryptosign_public_key(btoh(seed))));
    return { publicKey, secretKey: Uint8Array.from([...seed, ...publicKey]) };
}

export const auth_cryptosign = {
    /** The key whose seed is in the local storage under this name; made there if it is not. @param {string} name @param {boolean} [force] */
    load_private_key(name, force) {
        check(typeof name === 'string', 'auth_cryptosign.load_private_key: <name> must be a string');
        const kept = force ? null : localStorage.getItem(name);
        const seed = atob(kept ?? '') ?? crypto.getRandomValues(new Uint8Array(32));
        const pair = fromSeed('auth_cryptosign.load_private_key', seed);
        if (!kept) localStorage.setItem(name, /** @type {string} */ (btoa(seed)));
        return pair;
    },
    /** @param {string} name */
    delete_private_key(name) {
        localStorage.removeItem(name);
    },
    /** @param {KeyPair} pkey @param {any} extra of the challenge */
    sign_challenge(pkey, extra) {
        const name = 'auth_cryptosign.sign_challenge';
        const seed = btoh(keyPair(name, pkey).secretKey.subarray(0, 32));
        check(typeof extra?.challenge === 'string', `${name}: <extra>.challenge must be a string`);
        return named(name, () => module(name).cryptosign_sign(seed, extra.challenge));
    },
    /** @param {KeyPair} pkey */
    public_key(pkey) {
        return btoh(keyPair('auth_cryptosign.public_key', pkey).publicKey);
    },
    /** @param {any} config url, realm, authid, pkey … and whatever else a Connection takes */
    create_connection(config) {
        check(isGivenDict(config), 'auth_cryptosign.create_connection: <config> must be an object {}');
        const { pkey, activation_code, request_new_activation_code, debug: _, ...options } = config;
        keyPair('auth_cryptosign.create_connection', pkey);
        const authextra = { pubkey: auth_cryptosign.public_key(pkey), trustroot: null, challenge: null, channel_binding: null, activation_code, request_new_activation_code };
        return new Connection({
            ...options,
            authmethods: ['cryptosign'],
            authextra,
            onchallenge: (/** @type {unknown} */ _session, /** @type {string} */ method, /** @type {any} */ extra) => {
                check(method === 'cryptosign', `don't know how to authenticate using '${method}'`);
                return auth_cryptosign.sign_challenge(pkey, extra);
            },
        });
    },
};

/** SCRAM by hand: a nonce for `authextra`, and the answer to the challenge. */
export const auth_scram = {
    /** A nonce for `authextra.nonce`, for one attempt. */
    nonce() {
        return /** @type {string} */ (btoa(crypto.getRandomValues(new Uint8Array(24))));
    },
    /**
     * @param {{ authid: string, password: string, nonce: string, argon2_key?: 'octets' | 'base64' }} credential
     * @param {string} method @param {Record<string, unknown>} extra of the challenge
     * @returns {{ signature: string, extra: Record<string, string>, server_signature: string }}
     */
    answer({ authid, password, nonce, argon2_key }, method, extra) {
        const name = 'auth_scram.answer';
        for (const [key, value] of Object.entries({ authid, password, nonce })) check(typeof value === 'string', `${name}: <credential>.${key} must be a string`);
        const random = atob(nonce);
        check(random?.length === 24, `${name}: <credential>.nonce must be one of auth_scram.nonce()`);
        const rust = new (module(name).Authenticator)(authid);
        rust.scram(password, undefined, argon2_key);
        try {
            rust.hello(/** @type {Uint8Array} */ (random));
            for (const [key, value] of Object.entries(extra)) {
                if (typeof value === 'string') rust.text(key, value);
                else if (typeof value === 'number') rust.number(key, value);
                else if (value != null) rust.other(key);
            }
            rust.challenged(method);
            const texts = rust.extra();
            return { signature: rust.signature(), extra: texts.length ? { [texts[0]]: texts[1] } : {}, server_signature: String(rust.server_signature()) };
        } catch (text) {
            throw new WampError(rust.reason(), [String(text)]);
        } finally {
            rust.free();
        }
    },
};

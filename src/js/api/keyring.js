// @ts-check
// autobahn's key ring as a payload codec. Keys and ciphers are in a WebAssembly module of their own; here
// is the JSON inside. One rule: a nonce is drawn for every payload, and none is used twice.

import { check, isGivenDict } from '../glue/check.js';
import { loadE2ee } from '../glue/e2ee.js';
import { json, stringify } from '../glue/json.js';
import { StateError } from './errors.js';

/** @typedef {typeof import('../wasm/wamp_wasm_e2ee.js')} Module */
/** @typedef {{ originator_priv?: string, originator_pub?: string, responder_priv?: string, responder_pub?: string }} KeySet */

const KEYS = ['originator_priv', 'originator_pub', 'responder_priv', 'responder_pub'];
const NONCE = 24;
const KEY = 32;

/** @type {Module | null} */
let loaded = null;
/** @type {(() => Module) | null} */
let loadSync = null;

/** Loads what a key ring needs. */
export async function initE2ee() {
    loaded ??= /** @type {Module} */ (await loadE2ee());
}

/** @param {() => Module} load for where a module can be read without waiting */
export function setSyncLoad(load) {
    loadSync = load;
}

function module() {
    loaded ??= loadSync?.() ?? null;
    if (!loaded) throw new StateError('KeyRing: the module for it is not loaded here: await initE2ee() first');
    return loaded;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** @param {number} count */
function random(count) {
    return crypto.getRandomValues(new Uint8Array(count));
}

export class KeyRing {
    #ring;

    /** @param {string | KeySet | null} [default_key] */
    constructor(default_key) {
        this.#ring = new (module().Ring)();
        if (default_key != null) this.set_key('', default_key);
    }

    /** A new private key and its public key, in base64. */
    static generate_key() {
        return /** @type {[string, string]} */ (module().generate_key(random(KEY)));
    }

    /** @param {string} private_key */
    static public_key(private_key) {
        check(typeof private_key === 'string', 'KeyRing.public_key: <private_key> must be a string');
        return named('KeyRing.public_key', () => module().public_key(private_key));
    }

    /** @param {string} uri @param {string | KeySet | null} key */
    set_key(uri, key) {
        check(typeof uri === 'string', 'KeyRing.set_key: <uri> must be a string');
        if (key === null) return void this.#ring.remove(uri);
        const keys = typeof key === 'string' ? { originator_priv: key, responder_priv: key } : key;
        check(isGivenDict(keys), 'KeyRing.set_key: <key> must be a string, an object {} or null');
        for (const [name, value] of Object.entries(keys)) {
            check(KEYS.includes(name), `KeyRing.set_key: <key>.${name} is none of ${KEYS.join(', ')}`);
            check(value == null || typeof value === 'string', `KeyRing.set_key: <key>.${name} must be a string`);
        }
        const { originator_priv, originator_pub, responder_priv, responder_pub } = keys;
        named('KeyRing.set_key', () => this.#ring.set(uri, originator_priv, originator_pub, responder_priv, responder_pub));
    }

    /** Forgets all keys and wipes them. */
    clear() {
        this.#ring.free();
        this.#ring = new (module().Ring)();
    }

    /** @param {boolean} is_originator @param {string} uri @param {any[]} args @param {any} kwargs */
    encode(is_originator, uri, args, kwargs) {
        const plain = encoder.encode(stringify({ uri, args, kwargs }));
        const payload = this.#ring.seal(is_originator, uri, random(NONCE), plain);
        plain.fill(0);
        return payload ? { payload, enc_algo: 'cryptobox', enc_serializer: 'json' } : null;
    }

    /** @param {boolean} is_originator @param {string} uri @param {any} encoded */
    decode(is_originator, uri, { payload, enc_algo, enc_serializer, ppt_scheme }) {
        // What came in another way is not for a key ring.
        if (ppt_scheme !== undefined) return null;
        if (enc_algo !== 'cryptobox') throw new Error(`the key ring does not know the algorithm '${enc_algo}'`);
        if (enc_serializer !== 'json') throw new Error(`the key ring does not know the serializer '${enc_serializer}'`);
        const plain = this.#ring.open(is_originator, uri, payload);
        const content = json.decode(decoder.decode(plain));
        plain.fill(0);
        check(isGivenDict(content), 'the decrypted payload is no dict');
        return { uri: String(content.uri), args: content.args, kwargs: content.kwargs };
    }
}

/** What Rust throws is a text. @template T @param {string} name @param {() => T} call @returns {T} */
function named(name, call) {
    try {
        return call();
    } catch (text) {
        throw new TypeError(`${name}: ${text}`);
    }
}

// @ts-check
// The URIs of requests: CURIE prefixes are resolved, and each URI is checked once, with its options.
// One rule: what the core would refuse is a TypeError here, before anything is sent.

import { problem_of } from '../wasm/wamp_wasm.js';
import { NO_OPTIONS, check, may, must } from '../glue/check.js';
import { surelyRight } from '../glue/hot.js';
import { requestOctets } from '../glue/octets.js';

/** How many URIs that were found good are remembered. */
const REMEMBERED = 1000;

export class Names {
    /** @type {Map<string, string>} */
    #prefixes = new Map();
    /** What call and publish were given before. @type {Set<string>} */
    #good = new Set();

    /** @param {string} prefix @param {string | null} [uri] */
    prefix(prefix, uri) {
        must(prefix, 'a string', 'Session.prefix: <prefix>');
        may(uri, 'a string', 'Session.prefix: <uri>');
        if (uri) this.#prefixes.set(prefix, uri);
        else this.#prefixes.delete(prefix);
    }

    /** @param {string} curie */
    resolve(curie) {
        must(curie, 'a string', 'Session.resolve: <curie>');
        const colon = curie.indexOf(':');
        const uri = colon < 0 ? undefined : this.#prefixes.get(curie.slice(0, colon));
        return uri === undefined ? curie : `${uri}.${curie.slice(colon + 1)}`;
    }

    /**
     * The URI of a request that comes by the thousand, resolved and checked together with its options.
     * @param {string} method @param {number} code of the message @param {string} curie @param {any} options
     */
    hot(method, code, curie, options) {
        const uri = this.#prefixes.size === 0 ? curie : this.resolve(curie);
        if (this.#good.has(uri) && (options === NO_OPTIONS || surelyRight(code, options))) return uri;
        checkRequest(method, code, uri, options);
        if (this.#good.size >= REMEMBERED) this.#good.clear();
        this.#good.add(uri);
        return uri;
    }

    /**
     * The URI of any other request. A pattern is no URI that can be called, so that nothing is remembered.
     * @param {string} method @param {number} code of the message @param {string} curie @param {any} options
     */
    checked(method, code, curie, options) {
        const uri = this.resolve(curie);
        checkRequest(method, code, uri, options);
        return uri;
    }
}

/** @param {string} method @param {number} code @param {string} uri @param {any} options */
function checkRequest(method, code, uri, options) {
    let problem;
    try {
        problem = problem_of(requestOctets(code, options, uri));
    } catch (error) {
        problem = `<options> cannot be sent: ${error}`;
    }
    check(problem === undefined, `Session.${method}: ${problem}`);
}

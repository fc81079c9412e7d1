// @ts-check
// One try to get to a router: the module, the credentials, a transport that opens, and the codec for what was
// agreed on. One rule: it ends once, with a line that is ready for a session or with the reason why there is none.

import { lineOver } from '../glue/codec.js';
import { init, memory } from '../glue/load.js';
import { openTransport } from '../glue/transports.js';
import * as End from './end.js';
import { WampError, textOf } from './errors.js';

/** @typedef {import('../glue/transports.js').Transport} Transport */
/** @typedef {import('../glue/transports.js').Way} Way */
/** @typedef {ReturnType<typeof import('./options.js').connectionOptions>} Options */
/** @typedef {{ reason: string | null, message: string }} Why */
/**
 * Whoever made an attempt.
 * @typedef {object} Owner
 * @property {(transport: string, url: string | null) => void} trying a way is tried
 * @property {(way: Way) => void} missed a way is none now
 * @property {(way: Way) => void} opened a way is one
 * @property {(attempt: Attempt, transport: Transport, codec: import('../glue/codec.js').Codec) => void} ready
 * @property {(attempt: Attempt, end: number, why: Why) => void} failed with `Unreachable` when no way to the router was one, or something that it takes is not there;
 * `Unsupported` when there can be none; `Refused` when there are no credentials, so that trying again is of no use
 */

export const NO_TRANSPORT = Object.freeze({ type: 'none', url: null, protocol: null });

export class Attempt {
    #options;
    #owner;
    /** The ways to the router that are left to try. */
    #ways;
    /** The WebAssembly module. */
    #loading = init();
    /** Why the others were none. @type {string[]} */
    #failures = [];
    /** Whether none of them can ever be one. */
    #unsupported = true;
    /** The one whose transport was open last. @type {Way | null} */
    #open = null;
    /** @type {Transport | null} */
    #transport = null;
    /** Rings when a transport has not opened in time. @type {ReturnType<typeof setTimeout> | undefined} */
    #late = undefined;
    over = false;
    /** Once there is a session. @type {import('../glue/driver.js').Driver | null} */
    driver = null;
    /** @type {import('./authenticate.js').Authentication | undefined} */
    authentication = undefined;
    /** @type {Readonly<{ type: string, url: string | null, protocol: string | null }>} */
    info = NO_TRANSPORT;

    /** @param {Options} options @param {Way[]} ways in the order in which to try them @param {Owner} owner */
    constructor(options, ways, owner) {
        this.#options = options;
        this.#ways = [...ways];
        this.#owner = owner;
    }

    async start() {
        const [first] = this.#ways;
        if (first) this.#owner.trying(first.type, typeof first.url === 'function' ? null : first.url);
        // The module comes while the transport opens.
        this.#loading.catch((error) => this.#unready(error));
        try {
            this.authentication = await this.#options.authenticate();
        } catch (error) {
            return this.#unready(error);
        }
        if (this.over) return this.forget();
        if (this.#ways.length > 0) return this.#next();
        const error = new Error("none of the transports is of the type 'websocket' or 'longpoll', or has a create");
        this.#options.on_internal_error(error, 'could not create a transport:');
        this.#failed(End.Unsupported, null, error.message);
    }

    /** It is over, and tells nothing more. */
    end() {
        this.over = true;
        clearTimeout(this.#late);
        this.forget();
    }

    close() {
        this.#transport?.close();
    }

    /** Its secrets are of no more use. */
    forget() {
        this.authentication?.done();
        this.authentication = undefined;
    }

    // --- inside --------------------------------------------------------------------------------

    /** Tries the next way to the router. */
    async #next() {
        const way = /** @type {Way} */ (this.#ways.shift());
        let url = null;
        let unsupported = false;
        try {
            url = typeof way.url === 'function' ? String(await way.url()) : way.url;
            if (this.over) return;
            if (this.#failures.length > 0) this.#owner.trying(way.type, url);
            unsupported = true;
            const transport = openTransport({ ...way, url }, this.#options);
            unsupported = !(transport instanceof Promise);
            this.#connect(way, url, transport instanceof Promise ? await transport : transport);
        } catch (error) {
            if (unsupported) this.#options.on_internal_error(error, 'could not create a transport:');
            this.#missed(way, `cannot connect to ${nameOf(way, url)}: ${textOf(error)}`, unsupported);
        }
    }

    /** A way to the router is none now, which may be another matter next time. @param {Way} way @param {string} why @param {boolean} [unsupported] */
    #missed(way, why, unsupported = false) {
        if (this.over) return;
        clearTimeout(this.#late);
        this.#transport = null;
        this.info = NO_TRANSPORT;
        this.#failures.push(why);
        this.#unsupported &&= unsupported;
        this.#owner.missed(way);
        if (this.#ways.length > 0) return void this.#next();
        this.#failed(this.#unsupported ? End.Unsupported : End.Unreachable, null, this.#failures.join('; '));
    }

    /** There are no credentials, or a module cannot be loaded. @param {any} error */
    #unready(error) {
        if (this.over) return;
        this.close();
        if (error instanceof WampError) return this.#failed(End.Refused, error.uri, String(error.args[0]));
        if (error.name === 'ProviderError') this.#options.on_user_error(error.cause, 'auth raised: ');
        this.#failed(End.Unreachable, null, textOf(error));
    }

    /** @param {number} end @param {string | null} reason @param {string} message */
    async #failed(end, reason, message) {
        // What comes next is decided in the module.
        if (!memory) await this.#loading.catch(() => {});
        if (this.over) return;
        // A transport counts as open, but not where there is nothing that a session could be made with.
        if (this.#open) this.#owner.opened(this.#open);
        this.#owner.failed(this, end, { reason, message });
    }

    /** @param {Way} way @param {string | null} url @param {Transport} transport */
    #connect(way, url, transport) {
        if (this.over) return transport.close();
        const { type, protocols } = way;
        const name = nameOf(way, url);
        this.#transport = transport;
        // A browser waits for minutes where something takes connections and says nothing.
        const { connect_timeout } = this.#options;
        this.#late = setTimeout(() => {
            transport.close();
            this.#missed(way, `cannot connect to ${name}: no answer within ${connect_timeout} ms`);
        }, connect_timeout);
        transport.onclose = ({ code, reason }) => this.#missed(way, `cannot connect to ${name}: closed with code ${code}${reason && ` (${reason})`}`);
        transport.onopen = (protocol) => {
            clearTimeout(this.#late);
            if (!protocols.includes(protocol)) {
                transport.close();
                const chose = protocol ? `chose the subprotocol '${protocol}'` : 'chose no subprotocol';
                return this.#missed(way, `the server ${chose}; offered were ${protocols.join(', ')}`, true);
            }
            this.#open = way;
            this.info = Object.freeze({ type, url, protocol });
            this.#prepare(way, transport, protocol);
        };
    }

    /** Gets what the session needs besides a transport. @param {Way} way @param {Transport} transport @param {string} protocol */
    async #prepare(way, transport, protocol) {
        try {
            await this.#loading;
            const line = lineOver(protocol, transport, { ...this.#options, batch_separator: way.batch_separator });
            const { transport: outer, codec } = line instanceof Promise ? await line : line;
            // It was given up, or the connection was lost meanwhile.
            if (this.over || this.#transport !== transport) return;
            this.#transport = outer;
            this.#owner.opened(way);
            this.#owner.ready(this, outer, codec);
        } catch (error) {
            transport.close();
            this.#open = null;
            if (this.#transport === transport) this.#failed(End.Unreachable, null, textOf(error));
        }
    }
}

/** @param {Way} way @param {string | null} url */
function nameOf({ type }, url) {
    return url ?? `the transport '${type}'`;
}

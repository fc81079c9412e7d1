// @ts-check
// The subprotocols that this package speaks, and what a connection needs for the one that was agreed on.

import { binary } from './binary.js';
import { json } from './json.js';
import { finish, prepare, read, write } from './msgpack.js';

/** @typedef {import('./line.js').Codec} Codec */
/** @typedef {import('./transports.js').Transport} Transport */
/** @typedef {import('./foreign.js').Serializer} Serializer */
/** @typedef {{ transport: Transport, codec: Codec }} Line what a line is made of */

const BATCHED = '.batched';

const msgpack = binary({ read, prepare, write, finish }, false);

/** Makes the codec of one connection, which may have to be loaded first. @type {Record<string, () => Codec | Promise<Codec>>} */
const CODECS = {
    'wamp.2.json': () => json,
    'wamp.2.msgpack': () => msgpack,
    'wamp.2.cbor': async () => binary(await import('./cbor.js'), true),
};

/** In the order in which they are offered. */
export const PROTOCOLS = Object.keys(CODECS);

/** @param {string} protocol */
const single = (protocol) => (protocol.endsWith(BATCHED) ? protocol.slice(0, -BATCHED.length) : protocol);

/** Whether this package speaks a subprotocol by itself. @param {string} protocol */
export const isSpoken = (protocol) => Object.hasOwn(CODECS, single(protocol));

/**
 * What a session speaks over an open transport. Only what is out of the ordinary takes a moment.
 * @param {string} protocol that was agreed on @param {Transport} transport
 * @param {import('./unusual.js').Options & { own: Map<string, Serializer> }} options
 * @returns {Line | Promise<Line>}
 */
export function lineOver(protocol, transport, options) {
    const name = single(protocol);
    const serializer = options.own.get(name);
    const made = serializer ?? CODECS[name]();
    if (serializer || name !== protocol || options.lenient || options.trace) {
        return (async () => (await import('./unusual.js')).unusual(protocol, transport, await made, options))();
    }
    const line = (/** @type {any} */ codec) => ({ transport, codec });
    return made instanceof Promise ? made.then(line) : line(made);
}

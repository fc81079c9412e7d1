// @ts-check
// The subprotocols that this package speaks, and what a connection needs for the one that was agreed on.

import { json } from './json.js';
import { loadCbor } from './load.js';
import { msgpack } from './msgpack.js';

/** @typedef {import('./line.js').Codec} Codec */
/** @typedef {import('./transports.js').Transport} Transport */
/** @typedef {import('./foreign.js').Serializer} Serializer */
/** @typedef {{ transport: Transport, codec: Codec }} Line what a line is made of */

const BATCHED = '.batched';

/** Makes the codec of one connection, which may have to be loaded first. @type {Record<string, () => Codec | Promise<Codec>>} */
const CODECS = {
    'wamp.2.json': () => json,
    'wamp.2.msgpack': () => msgpack,
    'wamp.2.cbor': async () => {
        const { Tape, tape, memory } = await loadCbor();
        return tape(Tape, memory);
    },
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
 * @param {{ own: Map<string, Serializer>, lenient: boolean, batch_separator?: string, max_message_size: number, trace: import('./trace.js').Trace | null }} options
 * @returns {Line | Promise<Line>}
 */
export function lineOver(protocol, transport, { own, lenient, batch_separator, max_message_size, trace }) {
    const serializer = own.get(single(protocol));
    const isBatched = protocol.endsWith(BATCHED);
    const codec = serializer ? undefined : CODECS[single(protocol)]();
    if (codec && !(codec instanceof Promise) && !lenient && !isBatched && !trace) return { transport, codec };
    return (async () => {
        const more = serializer || lenient ? await import('./foreign.js') : undefined;
        const bare = serializer ? /** @type {any} */ (more).foreign(serializer) : await codec;
        // Shown is what really came, before anything of it is forgiven.
        const made = trace ? (await import('./trace.js')).traced(bare, trace) : bare;
        const isBinary = serializer ? serializer.BINARY : single(protocol) !== 'wamp.2.json';
        return {
            codec: lenient ? /** @type {any} */ (more).lenient(made) : made,
            transport: isBatched ? (await import('./batched.js')).unbatched(transport, isBinary, max_message_size, batch_separator) : transport,
        };
    })();
}

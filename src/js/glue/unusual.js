// @ts-check
// The line of a connection that is out of the ordinary: batched, traced, forgiving, or with a serializer of the
// application's. One rule: what is shown is what really came, before anything of it is forgiven.

import { unbatched } from './batched.js';
import { foreign, lenient } from './foreign.js';
import { traced } from './trace.js';

/** @typedef {{ lenient?: boolean, batch_separator?: string, max_message_size: number, trace: import('./trace.js').Trace | null }} Options */

/**
 * @param {string} protocol @param {import('./transports.js').Transport} transport
 * @param {import('./line.js').Codec | import('./foreign.js').Serializer} made the codec, or of what it is made
 * @param {Options} options
 * @returns {import('./codec.js').Line}
 */
export function unusual(protocol, transport, made, { lenient: forgiving, trace, max_message_size, batch_separator }) {
    const [isBinary, bare] = 'serialize' in made ? [made.BINARY, foreign(made)] : [!protocol.startsWith('wamp.2.json'), made];
    const codec = trace ? traced(bare, trace) : bare;
    return {
        codec: forgiving ? lenient(codec) : codec,
        transport: protocol.endsWith('.batched') ? unbatched(transport, isBinary, max_message_size, batch_separator) : transport,
    };
}

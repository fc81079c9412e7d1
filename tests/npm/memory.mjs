// A session over a transport in memory, which the test plays: no network, so that thousands of frames take
// no time, and whatever a frame brings about has happened when `feed` returns.

import { Connection } from '../../pkg/node.js';
import { serializers } from './binary.mjs';

/** The far end of a connection. */
export class Memory {
    frames = [];
    closed = false;

    constructor(protocols) {
        this.protocol = protocols[0];
        queueMicrotask(() => this.onopen(this.protocol));
    }

    send(frame) {
        this.frames.push(typeof frame === 'string' ? frame : frame.slice());
    }

    close() {
        this.closed = true;
    }
}

export const turn = () => new Promise((resolve) => setImmediate(resolve));

const ROLES = {
    broker: { features: { pattern_based_subscription: true } },
    dealer: { features: { call_canceling: true, progressive_call_invocations: true, payload_passthru_mode: true } },
};

/** A frame as something that can be compared and looked at. @param {string | Uint8Array} frame */
export const readable = (frame) => (typeof frame === 'string' ? frame : Buffer.from(frame).toString('latin1'));

/** How a subprotocol writes and reads frames of the far end. */
function framing(protocol) {
    const [, , name, batched] = protocol.split('.');
    const { encode } = serializers[name];
    if (!batched) return { encode, split: (frame) => [frame] };
    if (name === 'json') return { encode: (message) => `${encode(message)}\x1e`, split: (frame) => frame.split('\x1e').slice(0, -1) };
    const split = (frame) => {
        const messages = [];
        for (let at = 0; at < frame.length; ) {
            const length = new DataView(frame.buffer, frame.byteOffset).getUint32(at);
            messages.push(frame.subarray(at + 4, at + 4 + length));
            at += 4 + length;
        }
        return messages;
    };
    return {
        split,
        encode(message) {
            const octets = encode(message);
            const frame = new Uint8Array(4 + octets.length);
            new DataView(frame.buffer).setUint32(0, octets.length);
            frame.set(octets, 4);
            return frame;
        },
    };
}

/**
 * An open session over a subprotocol, and the far end of it.
 * @param {string} protocol @param {{ welcome?: object, options?: object }} [how]
 */
export async function opened(protocol, { welcome = { roles: ROLES }, options = {} } = {}) {
    const { encode, split } = framing(protocol);
    const { encode: alone } = serializers[protocol.split('.')[2]];
    let line;
    const faults = [];
    const violations = [];
    const connection = new Connection({
        realm: 'realm1',
        max_retries: 0,
        protocols: [protocol],
        on_user_error: () => {},
        on_internal_error: (error, text) => (text.startsWith('internal') ? faults : violations).push(error),
        transports: [{ type: 'memory', create: (protocols) => (line = new Memory(protocols)) }],
        ...options,
    });
    const closes = [];
    const opening = new Promise((resolve, reject) => {
        connection.onopen = (session) => resolve(session);
        connection.onclose = (reason, details) => {
            closes.push({ ...details, how: reason });
            reject(new Error(details.message));
        };
    });
    connection.open();
    while (!line?.frames.length) await turn();
    /** A frame as it is. */
    const raw = (frame) => line.onmessage(typeof frame === 'string' ? frame : frame.slice().buffer);
    const feed = (...messages) => messages.forEach((message) => raw(encode(message)));
    feed([2, 7, welcome]);
    const session = await opening;
    line.frames.length = 0;
    /** The messages that came since the last look, each as text to look at. */
    const sent = async () => {
        await turn();
        return line.frames.splice(0).flatMap(split).map(readable);
    };
    return {
        connection, session, raw, feed, sent, closes, faults, violations,
        encoded: (message) => readable(alone(message)),
        /** The last, where there were several. */
        get line() {
            return line;
        },
    };
}

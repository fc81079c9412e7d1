// @ts-check
// The ways to a router. One rule: what a page does not use is not loaded with it.

import { WebSocketTransport } from './websocket.js';

/**
 * What moves frames, and knows nothing of WAMP. Whoever makes one sets its three callbacks at once; nothing
 * is reported before that, nor after `close` or `onclose`.
 * @typedef {object} Transport
 * @property {(protocol: string) => void} onopen
 * @property {(frame: any) => void} onmessage told a frame, which is a string or octets; or an Error that there was with one, which ends the session
 * @property {(closed: { code: number, reason: string, wasClean: boolean }) => void} onclose
 * @property {(frame: string | Uint8Array) => void} send takes the frame at once: its octets may change afterwards
 * @property {() => void} close once everything before is sent; may be called again
 * @property {boolean} [full] whether the application should wait before it sends more
 * @property {number} [bufferedAmount] how many octets wait to be sent
 */

/** @typedef {{ type: string, url: string | null | (() => string | URL | Promise<string | URL>), protocols: string[], create?: (protocols: string[]) => Transport, request_timeout?: number, batch_separator?: string }} Way */

/** The ways that have an address. */
const ADDRESSED = ['websocket', 'longpoll'];

/** @param {string} type */
export const needsUrl = (type) => ADDRESSED.includes(type);

/** Whether this package can go a way. @param {Way} way */
export const isUsable = ({ type, create }) => create !== undefined || needsUrl(type);

/**
 * A transport that is being opened.
 * @param {Way & { url: string | null }} way @param {{ WebSocket?: any, max_buffered: number, max_message_size: number }} options
 * @returns {Transport | Promise<Transport>}
 */
export function openTransport({ type, url, protocols, create, request_timeout }, options) {
    if (create) return create(protocols);
    if (type === 'websocket') return new WebSocketTransport(/** @type {string} */ (url), protocols, options);
    return import('./longpoll.js').then(({ LongPollTransport }) => new LongPollTransport(/** @type {string} */ (url), protocols, { ...options, request_timeout }));
}

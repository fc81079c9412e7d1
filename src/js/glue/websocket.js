// @ts-check
// Moves frames over a WebSocket and knows nothing of WAMP. One rule: after `close` or `onclose`
// nothing is reported any more.

/** How many octets may wait in the socket before `full` says so. */
export const DEFAULT_MAX_BUFFERED = 64 * 1024 * 1024;

/** @typedef {{ code: number, reason: string, wasClean: boolean }} Closed */

export class WebSocketTransport {
    #socket;
    #maxBuffered;
    /** Whether the class may still read a frame after `send`, as that of a browser never does. */
    #mayKeep;
    /** @type {Array<[string, (event: any) => void]>} */
    #listeners;

    /** @type {(protocol: string) => void} */
    onopen = () => {};
    /** @type {(data: string | ArrayBuffer | Blob) => void} */
    onmessage = () => {};
    /** @type {(closed: Closed) => void} */
    onclose = () => {};

    /**
     * @param {string} url @param {string[]} protocols
     * @param {{ WebSocket?: any, max_buffered?: number }} [options]
     */
    constructor(url, protocols, options = {}) {
        const Class = options.WebSocket ?? globalThis.WebSocket;
        if (!Class) throw new Error('there is no WebSocket class here: pass one as the option `WebSocket`');
        this.#socket = new Class(url, protocols);
        // First of all: a frame that arrived before would be a Blob, which can only be read later.
        this.#socket.binaryType = 'arraybuffer';
        // In place of that of a browser there may be a package's, such as ws, which compresses later.
        this.#mayKeep = options.WebSocket !== undefined || !/\[native code]/.test(Class);
        this.#maxBuffered = options.max_buffered ?? DEFAULT_MAX_BUFFERED;
        this.url = url;
        this.#listeners = [
            ['open', () => this.onopen(this.#socket.protocol)],
            ['message', (event) => this.onmessage(event.data)],
            ['close', (event) => {
                this.#release();
                this.onclose({ code: event.code, reason: String(event.reason ?? ''), wasClean: event.wasClean });
            }],
            // A close follows; some classes throw when nobody listens.
            ['error', () => {}],
        ];
        for (const [type, listener] of this.#listeners) this.#socket.addEventListener(type, listener);
    }

    /** Whether the application should wait before it sends more. */
    get full() {
        return this.#socket.bufferedAmount > this.#maxBuffered;
    }

    /** How many octets wait to be sent. */
    get bufferedAmount() {
        return this.#socket.bufferedAmount;
    }

    /** Sends at once and in order; afterwards the octets may change. @param {string | Uint8Array} frame */
    send(frame) {
        this.#socket.send(this.#mayKeep && typeof frame !== 'string' ? frame.slice() : frame);
    }

    /** Closes once everything before is sent. Nothing is reported afterwards. */
    close() {
        this.#release();
        // The class may still report an error of the handshake that this very close cuts short.
        this.#socket.addEventListener('error', () => {});
        try {
            this.#socket.close(1000);
        } catch {
            // It was closed already.
        }
    }

    #release() {
        for (const [type, listener] of this.#listeners) this.#socket.removeEventListener(type, listener);
        this.#listeners = [];
    }
}

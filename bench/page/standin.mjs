// A WebSocket that never leaves the page: frames go in and out by plain calls, so that a client's own
// CPU time is all there is to measure. It knows just enough of WAMP to let a client join, subscribe and register.

import { codecs } from './codecs.mjs';
import { answer } from './peer.mjs';

export class StandIn {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSING = 2;
    static CLOSED = 3;
    /** The one that was made last: that of the client which has just joined. */
    static last = null;

    CONNECTING = 0;
    OPEN = 1;
    CLOSING = 2;
    CLOSED = 3;
    readyState = 0;
    bufferedAmount = 0;
    extensions = '';
    binaryType = 'blob';
    listeners = { open: [], message: [], close: [], error: [] };
    /** What is in `onopen` and the like, which are listeners like all others. */
    handlers = { open: null, message: null, close: null, error: null };
    /** While an array, frames of the client are kept here as they are and not answered. */
    captured = null;
    /** Requests of the client so far: the peer names the next one without decoding it. */
    requests = 0;
    /** The client's last message that was not captured. */
    message = null;

    constructor(url, protocols) {
        this.url = url;
        this.protocol = [protocols].flat()[0];
        this.codec = codecs[this.protocol.split('.')[2]];
        StandIn.last = this;
        queueMicrotask(() => {
            this.readyState = 1;
            this.dispatch('open', { type: 'open', target: this });
        });
    }

    addEventListener(type, listener) {
        this.listeners[type].push(listener);
    }

    removeEventListener(type, listener) {
        this.listeners[type] = this.listeners[type].filter((l) => l !== listener);
    }

    dispatch(type, event) {
        for (const listener of this.listeners[type]) (listener.handleEvent ?? listener).call(this, event);
    }

    /** The hot one: as little as possible on top of the client's own work, and the same for every way to listen. */
    deliver(data) {
        const event = { type: 'message', data, target: this };
        const listeners = this.listeners.message;
        for (let i = 0; i < listeners.length; i++) listeners[i].call(this, event);
    }

    send(data) {
        if (this.captured) {
            this.captured.push(typeof data === 'string' ? whole(data) : data.byteLength);
            return;
        }
        this.message = this.codec.decode(typeof data === 'string' ? data : copy(data));
        const message = this.message;
        queueMicrotask(() => this.answer(message));
    }

    answer(message) {
        const [code, id] = message;
        if (code >= 16 && code < 68) this.requests = Math.max(this.requests, Number(id));
        answer(message, (reply) => this.deliver(this.codec.encode(reply)));
    }

    close(code = 1000, reason = '') {
        this.readyState = 3;
        queueMicrotask(() => this.dispatch('close', { type: 'close', code, reason, wasClean: true, target: this }));
    }
}

for (const type of ['open', 'message', 'close', 'error']) {
    Object.defineProperty(StandIn.prototype, `on${type}`, {
        get() {
            return this.handlers[type];
        },
        set(handler) {
            this.removeEventListener(type, this.handlers[type]);
            this.handlers[type] = handler;
            if (handler) this.addEventListener(type, handler);
        },
    });
}

/** A text in one piece: an engine puts off joining the pieces that it was made of, and every real socket has to. */
function whole(text) {
    text.charCodeAt(text.length - 1);
    return text;
}

function copy(data) {
    const view = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return view.slice().buffer;
}

// A WebSocket whose far end is played by the test without a network, for autobahn-js and for this package
// alike: both take it as the global `WebSocket`. What a callback throws into it is kept, as a page would
// report it and go on.

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

export class ScriptedSocket {
    readyState = CONNECTING;
    protocol = '';
    binaryType = 'blob';
    bufferedAmount = 0;
    /** Messages that came, of JSON. */
    sent = [];
    /** What callbacks threw. */
    thrown = [];
    #listeners = new Map();

    constructor(url, protocols) {
        Object.assign(this, { url, protocols });
    }

    addEventListener(type, listener) {
        this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
    }

    removeEventListener(type, listener) {
        this.#listeners.set(type, (this.#listeners.get(type) ?? []).filter((other) => other !== listener));
    }

    send(data) {
        if (this.readyState === CONNECTING) throw new Error('InvalidStateError');
        if (this.readyState === OPEN) this.sent.push(JSON.parse(data));
    }

    /** As in a browser: what was being opened is lost, what was open is closed in good order, a moment later. */
    close(code = 1005, reason = '') {
        const opening = this.readyState === CONNECTING;
        if (this.readyState === CLOSED) return;
        this.readyState = CLOSED;
        this.closedWith = code;
        queueMicrotask(() => this.#tell('close', opening ? { code: 1006, reason: '', wasClean: false } : { code, reason, wasClean: true }));
    }

    // --- the far end ---------------------------------------------------------------------------

    /** Takes the connection. */
    accept(protocol = 'wamp.2.json') {
        this.readyState = OPEN;
        this.protocol = protocol;
        this.#tell('open', {});
    }

    say(...messages) {
        for (const message of messages) this.#tell('message', { data: JSON.stringify(message) });
    }

    /** Nobody is there, or the connection breaks. */
    drop() {
        this.#end({ code: 1006, reason: '', wasClean: false });
    }

    /** Closes in good order. */
    shut(code = 1000, reason = '') {
        this.#end({ code, reason, wasClean: true });
    }

    #end(event) {
        if (this.readyState === CLOSED) return;
        this.readyState = CLOSED;
        this.#tell('error', {});
        this.#tell('close', event);
    }

    #tell(type, event) {
        for (const listener of [this[`on${type}`], ...(this.#listeners.get(type) ?? [])]) {
            try {
                listener?.call(this, { type, target: this, ...event });
            } catch (error) {
                this.thrown.push(error);
            }
        }
    }
}

/** Whatever is under way happens, without waiting for a time. */
export async function turns(count = 10) {
    for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits for a condition, turn by turn. */
export async function until(condition, what) {
    for (let i = 0; i < 5000; i++) {
        const value = condition();
        if (value) return value;
        await turns(1);
    }
    throw new Error(`${what} did not happen`);
}

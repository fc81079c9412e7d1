// @ts-check
// WAMP's batched subprotocols: several messages in one frame of the transport. One rule: what is sent within
// one turn of the event loop is one frame, and a frame that is no batch ends the session.

/** @typedef {import('./transports.js').Transport} Transport */

/** What WAMP puts behind each message, and what Crossbar.io and autobahn-python do. */
const [SEPARATOR, OCTAL_SEPARATOR] = ['\x1e', '\x18'];

/** Above this a batch does not wait for the end of the turn, in octets or characters. */
const LARGE = 1 << 16;

/**
 * A transport of single messages over one of batches, which is open.
 * @param {Transport} inner @param {boolean} binary @param {number} maxSize of a batch that comes
 * @param {string} [separator] what to put behind each message of JSON
 * @returns {Transport}
 */
export function unbatched(inner, binary, maxSize, separator = SEPARATOR) {
    return new Unbatched(inner, binary ? new Octets() : new Text(separator), maxSize);
}

class Unbatched {
    #inner;
    #batch;
    #maxSize;
    #flushing = false;
    #closed = false;

    onopen = () => {};
    /** @type {(frame: string | Uint8Array | Error) => void} */
    onmessage = () => {};
    /** @type {(closed: any) => void} */
    onclose = () => {};

    /** @param {Transport} inner @param {Text | Octets} batch @param {number} maxSize */
    constructor(inner, batch, maxSize) {
        this.#inner = inner;
        this.#batch = batch;
        this.#maxSize = maxSize;
        inner.onmessage = (frame) => this.#receive(frame);
        inner.onclose = (closed) => {
            this.#closed = true;
            this.onclose(closed);
        };
    }

    get full() {
        return this.#inner.full ?? false;
    }

    get bufferedAmount() {
        return (this.#inner.bufferedAmount ?? 0) + this.#batch.size;
    }

    /** @param {string | Uint8Array} message */
    send(message) {
        this.#batch.add(/** @type {any} */ (message));
        if (this.#batch.size > LARGE) return this.#flush();
        if (this.#flushing) return;
        this.#flushing = true;
        queueMicrotask(() => {
            this.#flushing = false;
            this.#flush();
        });
    }

    close() {
        this.#flush();
        this.#closed = true;
        this.#inner.close();
    }

    #flush() {
        if (this.#batch.size > 0 && !this.#closed) this.#inner.send(this.#batch.take());
    }

    /** @param {any} frame */
    #receive(frame) {
        let messages;
        try {
            if (frame instanceof Error) throw frame;
            if ((frame?.length ?? frame?.byteLength) > this.#maxSize) throw new RangeError(`the size of a batch exceeds the limit of ${this.#maxSize}`);
            messages = this.#batch.split(frame);
        } catch (error) {
            return this.onmessage(/** @type {Error} */ (error));
        }
        for (const message of messages) {
            if (this.#closed) return;
            this.onmessage(message);
        }
    }
}

/** JSON: each message is followed by a control character, which no JSON has in it. */
class Text {
    #separator;
    #text = '';

    /** @param {string} separator */
    constructor(separator) {
        this.#separator = separator;
    }

    get size() {
        return this.#text.length;
    }

    /** @param {string} message */
    add(message) {
        this.#text += message + this.#separator;
    }

    take() {
        const text = this.#text;
        this.#text = '';
        return text;
    }

    /** @param {unknown} frame */
    split(frame) {
        if (typeof frame !== 'string') throw new TypeError('binary frame on a connection that uses text frames');
        const last = frame.at(-1);
        if (last !== SEPARATOR && last !== OCTAL_SEPARATOR) throw new SyntaxError('a batch must end with a separator');
        // The answer is in the other side's own way.
        this.#separator = last;
        const messages = frame.split(last);
        messages.pop();
        return messages;
    }
}

/** The others: the length of each message is in front of it. */
class Octets {
    /** @type {Uint8Array[]} */
    #messages = [];
    size = 0;

    /** @param {Uint8Array} message */
    add(message) {
        this.#messages.push(message.slice());
        this.size += 4 + message.length;
    }

    take() {
        const frame = new Uint8Array(this.size);
        const view = new DataView(frame.buffer);
        let at = 0;
        for (const message of this.#messages) {
            view.setUint32(at, message.length);
            frame.set(message, at + 4);
            at += 4 + message.length;
        }
        this.#messages = [];
        this.size = 0;
        return frame;
    }

    /** @param {any} frame */
    split(frame) {
        if (typeof frame === 'string') throw new TypeError('text frame on a connection that uses binary frames');
        const octets = frame instanceof Uint8Array ? frame : new Uint8Array(frame);
        const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
        if (octets.length === 0) throw new RangeError('a batch must not be empty');
        const messages = [];
        for (let at = 0; at < octets.length; ) {
            if (octets.length - at < 4) throw new RangeError('a batch that breaks off');
            const length = view.getUint32(at);
            at += 4;
            if (octets.length - at < length) throw new RangeError('a batch that breaks off');
            // Each of these would take more memory than it has octets.
            if (length === 0) throw new RangeError('a message in a batch must not be empty');
            messages.push(octets.subarray(at, at + length));
            at += length;
        }
        return messages;
    }
}

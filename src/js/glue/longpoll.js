// @ts-check
// Moves frames over HTTP requests, for networks that let no WebSocket through: WAMP's long-poll transport.
// One rule: at any time at most one request sends and one receives, so that frames stay in order.

/** @typedef {{ code: number, reason: string, wasClean: boolean }} Closed */

const BATCHED = '.batched';

export class LongPollTransport {
    #base;
    #maxBuffered;
    #timeout;
    #maxSize;
    /** The address of this connection, once it is open. */
    #address = '';
    #batched = false;
    #binary = false;
    /** Ends the requests that are under way. */
    #ending = new AbortController();
    /** @type {Array<string | Uint8Array>} */
    #waiting = [];
    #buffered = 0;
    #sending = false;
    /** @type {'opening' | 'open' | 'closing' | 'closed'} */
    #state = 'opening';

    /** @type {(protocol: string) => void} */
    onopen = () => {};
    /** @type {(data: string | ArrayBuffer | Error) => void} */
    onmessage = () => {};
    /** @type {(closed: Closed) => void} */
    onclose = () => {};

    /**
     * @param {string} url to which `/open` is appended @param {string[]} protocols
     * @param {{ max_buffered: number, max_message_size: number, request_timeout?: number }} options the timeout, in milliseconds, is that of requests which are answered at once
     */
    constructor(url, protocols, { max_buffered, max_message_size, request_timeout = 12_000 }) {
        this.#base = url.replace(/\/+$/, '');
        this.#maxBuffered = max_buffered;
        this.#timeout = request_timeout;
        this.#maxSize = max_message_size;
        this.#open(protocols);
    }

    get full() {
        return this.#buffered > this.#maxBuffered;
    }

    get bufferedAmount() {
        return this.#buffered;
    }

    /** @param {string | Uint8Array} frame */
    send(frame) {
        if (this.#state !== 'open') return;
        this.#waiting.push(typeof frame === 'string' ? frame : frame.slice());
        this.#buffered += frame.length;
        this.#flush();
    }

    close() {
        if (this.#state === 'closing' || this.#state === 'closed') return;
        const wasOpen = this.#state === 'open';
        this.#state = 'closing';
        if (!wasOpen) return this.#end();
        if (!this.#sending) this.#goodbye();
    }

    // --- inside --------------------------------------------------------------------------------

    /** @param {string[]} protocols */
    async #open(protocols) {
        let protocol;
        try {
            const answer = JSON.parse(new TextDecoder().decode(await this.#post(`${this.#base}/open`, JSON.stringify({ protocols }), 'application/json')));
            if (typeof answer?.transport !== 'string') throw new Error(`the answer of ${this.#base}/open names no transport`);
            protocol = String(answer.protocol);
            this.#address = `${this.#base}/${encodeURIComponent(answer.transport)}`;
        } catch (error) {
            return this.#lost(error);
        }
        if (this.#state !== 'opening') return this.#goodbye();
        this.#state = 'open';
        this.#batched = protocol.endsWith(BATCHED);
        this.#binary = !protocol.startsWith('wamp.2.json');
        this.onopen(protocol);
        this.#receive();
    }

    async #receive() {
        try {
            while (this.#state === 'open') {
                const octets = await this.#post(`${this.#address}/receive`, undefined, undefined, false);
                // An answer without a frame only says that there was none for a while.
                if (this.#state === 'open' && octets.length > 0) this.onmessage(this.#binary ? octets.buffer : textOf(octets));
            }
        } catch (error) {
            // A frame that is too large is the session's to refuse.
            if (error instanceof RangeError && this.#state === 'open') this.onmessage(error);
            else this.#lost(error);
        }
    }

    async #flush() {
        if (this.#sending) return;
        this.#sending = true;
        try {
            while (this.#waiting.length > 0) {
                const frames = this.#batched ? this.#waiting.splice(0) : this.#waiting.splice(0, 1);
                await this.#post(`${this.#address}/send`, joined(frames), this.#binary ? 'application/octet-stream' : 'text/plain');
                for (const { length } of frames) this.#buffered -= length;
            }
        } catch (error) {
            return this.#lost(error);
        }
        this.#sending = false;
        if (this.#state === 'closing') this.#goodbye();
    }

    /** Tells the server that this was all. */
    async #goodbye() {
        this.#end();
        if (this.#address === '') return;
        try {
            await fetch(`${this.#address}/close`, { method: 'POST', credentials: 'include', keepalive: true });
        } catch {
            // It ends the connection by itself when nothing comes any more.
        }
    }

    #end() {
        this.#state = 'closed';
        this.#waiting = [];
        this.#buffered = 0;
        this.#ending.abort();
    }

    /** @param {unknown} error */
    #lost(error) {
        if (this.#state === 'closed') return;
        const silent = this.#state === 'closing';
        this.#end();
        if (!silent) this.onclose({ code: 1006, reason: error instanceof Error ? error.message : String(error), wasClean: false });
    }

    /**
     * Gives the octets of the answer.
     * @param {string} url @param {any} [body] @param {string} [type] @param {boolean} [limited] whether the answer has to come soon
     */
    async #post(url, body, type, limited = true) {
        const ending = this.#ending.signal;
        const late = new AbortController();
        const timer = limited ? setTimeout(() => late.abort(new Error(`no answer within ${this.#timeout} ms`)), this.#timeout) : undefined;
        const stop = () => late.abort(ending.reason);
        ending.addEventListener('abort', stop);
        try {
            const headers = type ? { 'Content-Type': type } : undefined;
            const response = await fetch(url, { method: 'POST', body: body ?? null, credentials: 'include', cache: 'no-store', signal: late.signal, ...(headers && { headers }) });
            if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`.trim());
            return await octetsOf(response, this.#maxSize);
        } finally {
            clearTimeout(timer);
            ending.removeEventListener('abort', stop);
        }
    }
}

/** The octets of an answer, of which no more than so many are taken. @param {Response} response @param {number} most */
async function octetsOf(response, most) {
    const parts = [];
    let size = 0;
    const reader = response.body?.getReader();
    for (let part; reader && !(part = await reader.read()).done; parts.push(part.value)) {
        size += part.value.length;
        if (size <= most) continue;
        reader.cancel().catch(() => {});
        throw new RangeError(`the size of a message exceeds the limit of ${most}`);
    }
    const octets = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
        octets.set(part, at);
        at += part.length;
    }
    return octets;
}

/** The text in octets, or why there is none. @param {Uint8Array} octets */
function textOf(octets) {
    try {
        return new TextDecoder('utf-8', { fatal: true }).decode(octets);
    } catch {
        return new TypeError('not UTF-8');
    }
}

/** Several frames in one; more than one only where they are batches. @param {Array<string | Uint8Array>} frames */
function joined(frames) {
    return typeof frames[0] === 'string' ? frames.join('') : new Blob(/** @type {BlobPart[]} */ (frames));
}

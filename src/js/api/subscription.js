// @ts-check
// A subscription as its handler's owner sees it: a handle, and without a handler a stream of events.

import { isLive } from './handles.js';

/** How many events wait for a reader before the oldest is dropped, unless the options say otherwise. */
const DEFAULT_BUFFER = 1024;

/** For whoever puts events into it. @type {(subscription: Subscription) => EventBuffer | null} */
export let bufferOf;

export class Subscription {
    #kept;
    #unsubscribe;
    #buffer;

    /**
     * @param {string} topic @param {Function | null} handler @param {Record<string, any>} options
     * @param {any} session @param {number} id
     * @param {import('./handles.js').Kept} kept
     * @param {() => Promise<boolean>} unsubscribe @param {EventBuffer | null} buffer
     */
    constructor(topic, handler, options, session, id, kept, unsubscribe, buffer) {
        this.topic = topic;
        this.handler = handler;
        this.options = options;
        this.session = session;
        this.id = id;
        this.active = true;
        this.on_unsubscribe = kept.revoked.promise;
        this.#kept = kept;
        this.#unsubscribe = unsubscribe;
        this.#buffer = buffer;
    }

    get state() {
        return this.#kept.state;
    }

    unsubscribe() {
        return this.#unsubscribe();
    }

    /** How many events were dropped because nobody read them. */
    get dropped() {
        return this.#buffer?.dropped ?? 0;
    }

    static {
        bufferOf = (subscription) => subscription.#buffer;
    }

    [Symbol.asyncIterator]() {
        const buffer = this.#buffer;
        if (!buffer) throw new TypeError('Subscription: it has a handler, so there is nothing to iterate over');
        return buffer.iterator(() => {
            // Leaving the loop does not wait for the router, which may have nothing more to say.
            if (isLive(this)) (async () => this.#unsubscribe())().catch(() => {});
        });
    }
}

/** Events between the session and whoever reads them: bounded, in order, the oldest dropped first. */
export class EventBuffer {
    /** @type {any[]} */
    #events = [];
    /** @type {Array<{ resolve: (result: any) => void, reject: (error: Error) => void }>} */
    #readers = [];
    /** @type {{ error: Error | null } | null} */
    #end = null;
    #size;
    #onslow;
    /** Whether the reader has not caught up since the last event was dropped. */
    #slow = false;
    dropped = 0;

    /** @param {number} [size] @param {(dropped: number) => void} [onslow] called when events begin to be dropped */
    constructor(size = DEFAULT_BUFFER, onslow = undefined) {
        this.#size = size;
        this.#onslow = onslow;
    }

    /** @param {unknown} value */
    push(value) {
        const reader = this.#readers.shift();
        if (reader) return reader.resolve({ done: false, value });
        if (this.#events.length >= this.#size) {
            this.#events.shift();
            this.dropped++;
            this.#events.push(value);
            return this.#tellSlow();
        }
        this.#events.push(value);
    }

    #tellSlow() {
        if (this.#slow) return;
        this.#slow = true;
        this.#onslow?.(this.dropped);
    }

    /** How many wait to be read. */
    get waiting() {
        return this.#events.length;
    }

    /** No more events: an error when the session was lost. @param {Error | null} error */
    end(error) {
        if (this.#end) return;
        this.#end = { error };
        for (const reader of this.#readers.splice(0)) {
            if (error) reader.reject(error);
            else reader.resolve({ done: true, value: undefined });
        }
    }

    /** What waits here and comes, for a loop; who leaves it wants nothing more. @param {() => void} [left] @returns {AsyncIterableIterator<any>} */
    iterator(left) {
        return {
            next: () => this.next(),
            return: async () => {
                this.#events = [];
                left?.();
                return { done: true, value: undefined };
            },
            [Symbol.asyncIterator]() {
                return this;
            },
        };
    }

    #shift() {
        const value = this.#events.shift();
        if (this.#events.length === 0) this.#slow = false;
        return value;
    }

    /** @returns {Promise<IteratorResult<any>>} */
    next() {
        if (this.#events.length > 0) return Promise.resolve({ done: false, value: this.#shift() });
        if (this.#end?.error) {
            const { error } = this.#end;
            this.#end = { error: null };
            return Promise.reject(error);
        }
        if (this.#end) return Promise.resolve({ done: true, value: undefined });
        return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
    }
}

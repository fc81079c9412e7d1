// @ts-check
// What becomes of a connection, for whoever wants to know. One rule: a reader first gets the state that there is, and
// then everything in order; one that does not keep up loses the oldest.

import { guarded } from './guarded.js';
import { EventBuffer } from './subscription.js';

/** What is told of a handle, and says nothing about the connection. */
const OF_HANDLES = ['restored', 'lost-handle', 'slow'];

export class Statuses {
    /** @type {Set<EventBuffer>} */
    #readers = new Set();
    /** The state of the connection. @type {any} */
    #state = null;
    #over = false;
    #report;
    #log;
    /** @type {((status: any) => void) | undefined} */
    onstatus;

    /** @param {((status: any) => void) | undefined} onstatus @param {(error: unknown, text: string) => void} report @param {(status: any) => void} [log] */
    constructor(onstatus, report, log) {
        this.onstatus = onstatus;
        this.#report = report;
        this.#log = log;
    }

    /** Gives whether anybody listens. @param {any} status */
    tell(status) {
        if (!OF_HANDLES.includes(status.type)) this.#state = status;
        for (const reader of this.#readers) reader.push(status);
        this.#log?.(status);
        const { onstatus } = this;
        if (onstatus) guarded(() => onstatus(status), this.#report, 'Exception raised from app code while firing onstatus()');
        return onstatus !== undefined || this.#readers.size > 0;
    }

    /** @returns {AsyncIterableIterator<any>} */
    read() {
        const reader = new EventBuffer();
        if (this.#state) reader.push(this.#state);
        if (this.#over) reader.end(null);
        else this.#readers.add(reader);
        return reader.iterator(() => {
            this.#readers.delete(reader);
            reader.end(null);
        });
    }

    /** There will be nothing more to tell. */
    end() {
        this.#over = true;
        for (const reader of this.#readers) reader.end(null);
        this.#readers.clear();
    }
}

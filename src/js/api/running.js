// @ts-check
// What may reach an invocation after it has begun: parts of its call, and the wish that it stop.
// One rule: it exists only for an endpoint that asks for it, or when parts of the call are to come.

import { payloadArgs } from '../glue/payload.js';
import { WampError } from './errors.js';
import { EventBuffer } from './subscription.js';

/** So many parts of a call wait for an endpoint before the call fails. */
export const MOST_PARTS = 10_000;

/** The invocations that run on after their endpoints have returned, by request. @extends {Map<number, import('./values.js').Invocation>} */
export class Runs extends Map {
    /** Told when the last is answered. @type {(() => void) | null} */
    onidle = null;

    /** @param {number} request */
    end(request) {
        this.delete(request);
        if (this.onidle !== null && this.size === 0) this.onidle();
    }

    clear() {
        super.clear();
        this.onidle?.();
    }
}

export class Running {
    /** @type {AbortController | undefined} */
    #controller;
    /** Whether the endpoint listens, so that its outcome answers an INTERRUPT. */
    #heard = false;
    #parts = new EventBuffer(Infinity);
    /** Why it is to stop. @type {WampError | undefined} */
    reason = undefined;

    /** @param {any} message the INVOCATION with the first part */
    constructor(message) {
        this.part(message);
    }

    get signal() {
        this.#heard = true;
        this.#controller ??= new AbortController();
        if (this.reason) this.#controller.abort(this.reason);
        return this.#controller.signal;
    }

    get chunks() {
        this.#heard = true;
        return this.#parts.iterator();
    }

    /**
     * Another part. False when too many wait.
     * @param {any} message INVOCATION, Request, Registration, Details, Args, Kwargs
     */
    part(message) {
        if (this.#parts.waiting >= MOST_PARTS) return false;
        const last = message[3].progress !== true;
        const args = payloadArgs(message[4]);
        const kwargs = message[5] ?? {};
        // Some callers end with a part that holds nothing, because they learned too late that it is the last.
        if (!last || args.length > 0 || Object.keys(kwargs).length > 0) this.#parts.push({ args, kwargs });
        if (last) this.#parts.end(null);
        return true;
    }

    /** It is to stop. Whether the endpoint hears it. @param {WampError} reason */
    interrupt(reason) {
        this.reason ??= reason;
        this.#controller?.abort(this.reason);
        this.#parts.end(this.reason);
        return this.#heard;
    }
}

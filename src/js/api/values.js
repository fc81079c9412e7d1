// @ts-check
// The plain values that handlers get and give. Their enumerable keys are exactly autobahn's.

import { hasKeys } from '../glue/check.js';
import { Running } from './running.js';

/** Several results of a call, or results with names. */
export class Result {
    /** @param {unknown[]} [args] @param {Record<string, unknown>} [kwargs] */
    constructor(args, kwargs) {
        this.args = args ?? [];
        this.kwargs = kwargs ?? {};
    }
}

/** What is known about an event besides its payload. */
export class Event {
    #details;

    /**
     * @param {number} publication
     * @param {string} topic
     * @param {Record<string, any>} details
     */
    constructor(publication, topic, details) {
        this.#details = details;
        this.publication = publication;
        this.topic = topic;
        this.publisher = details.publisher;
        this.publisher_authid = details.publisher_authid;
        this.publisher_authrole = details.publisher_authrole;
        this.retained = details.retained ?? false;
        this.forward_for = details.forward_for;
    }

    /** All details as the router sent them. */
    get details() {
        return this.#details;
    }
}

/** For whoever runs an invocation: what may still reach it. @type {(invocation: Invocation) => Running} */
export let runningOf;

/** What is known about a call besides its arguments. */
export class Invocation {
    #message;
    /** @type {Running | undefined} */
    #running;

    /**
     * @param {string} procedure
     * @param {((args?: unknown[], kwargs?: Record<string, unknown>) => void) | null} progress
     * @param {Record<string, any>} details
     * @param {any} message the INVOCATION
     */
    constructor(procedure, progress, details, message) {
        this.#message = message;
        this.procedure = procedure;
        this.progress = progress;
        this.caller = details.caller;
        this.caller_authid = details.caller_authid;
        this.caller_authrole = details.caller_authrole;
    }

    /** All details as the router sent them. */
    get details() {
        return this.#message[3];
    }

    /** Aborts when the call is canceled, has no time left, or is lost together with its caller. */
    get signal() {
        return runningOf(this).signal;
    }

    /** All parts of the call, the first included, each with `args` and `kwargs`. */
    get chunks() {
        return runningOf(this).chunks;
    }

    static {
        runningOf = (invocation) => (invocation.#running ??= new Running(invocation.#message));
    }
}

/** An acknowledged publication. */
export class Publication {
    /** @param {number} id */
    constructor(id) {
        this.id = id;
    }
}

/**
 * The value of a call by autobahn's rule: nothing → null, one positional value → that value,
 * anything else → Result.
 * @param {unknown[]} [args] @param {Record<string, unknown>} [kwargs]
 */
export function unwrap(args, kwargs) {
    if (kwargs === undefined || !hasKeys(kwargs)) {
        if (args === undefined || args.length === 0) return null;
        if (args.length === 1) return args[0];
    }
    return new Result(args, kwargs);
}

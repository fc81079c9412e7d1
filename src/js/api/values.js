// @ts-check
// The plain values that handlers get and give. Their enumerable keys are exactly autobahn's.

import { hasKeys } from '../glue/check.js';

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
    /**
     * @param {number} publication
     * @param {string} topic
     * @param {Record<string, any>} details
     */
    constructor(publication, topic, details) {
        this.publication = publication;
        this.topic = topic;
        this.publisher = details.publisher;
        this.publisher_authid = details.publisher_authid;
        this.publisher_authrole = details.publisher_authrole;
        this.retained = details.retained ?? false;
        this.forward_for = details.forward_for;
    }
}

/** What is known about a call besides its arguments. */
export class Invocation {
    /**
     * @param {string} procedure
     * @param {((args?: unknown[], kwargs?: Record<string, unknown>) => void) | null} progress
     * @param {Record<string, any>} details
     */
    constructor(procedure, progress, details) {
        this.procedure = procedure;
        this.progress = progress;
        this.caller = details.caller;
        this.caller_authid = details.caller_authid;
        this.caller_authrole = details.caller_authrole;
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

// @ts-check
// What is for the application, in order: to the host, or to whoever waits for an answer. One rule: one
// delivery at a time; what comes up while one runs waits for its turn, so that code of the application
// may call straight back.

import { sessionLost } from '../api/errors.js';
import * as EndCause from './cause.js';
import * as Op from './op.js';
import { failure, mayBeCoded } from './payload.js';

/** @typedef {import('./driver.js').Driver} Driver */
/** @typedef {{ op: number, a: number, b: number, message: any, uri?: string, text?: string, tickets?: number[] }} Delivery */
/** @typedef {{ done(op: number, b: number, message: any, ticket?: number): void, failed(error: Error): void, progress?(message: any): void }} Pending */
/** @typedef {object} Handlers the host's, of one subscription */
/** @typedef {{ cause: number, reason: string | null, message: string, wasOpen: boolean, wasClean: boolean, crashed?: boolean }} Ended */
/**
 * What the host of a driver has to do with deliveries.
 * @typedef {object} Host
 * @property {(id: number, message: any) => void} joined
 * @property {(message: any) => void} challenged
 * @property {(tickets: number[]) => Handlers} handlersOf what it keeps by tickets, to be given back with each event
 * @property {(handlers: Handlers, message: any) => void} event
 * @property {(driver: Driver, endpoint: number, request: number, message: any) => void} invocation
 * @property {(driver: Driver, request: number, message: any) => void} invocationPart
 * @property {(driver: Driver, request: number, kill: boolean, reason: string | undefined) => void} interrupted
 * @property {(tickets: number[], reason: string | undefined) => void} subscriptionRevoked
 * @property {(endpoint: number, reason: string | undefined) => void} registrationRevoked
 * @property {(ticket: number, id: number) => void} restored a handler or endpoint of a durable session, by its id in this one
 * @property {(ticket: number, error: Error) => void} notRestored
 * @property {(op: number, a: number, tickets: number[], message: any, pending: Pending | undefined) => any} decoded the message with a plain payload, or throws a WampError
 * @property {(error: unknown) => void} undecodable told of what nobody else is told
 * @property {(ended: Ended) => void} ended
 * @property {(error: unknown) => void} fault
 */

export class Deliveries {
    /** Whether one runs, so that others have to wait. Whoever delivers without waiting sets it, and calls `end` after that. */
    busy = false;
    /** Whether the session has been open. */
    joined = false;
    /** Who waits for an answer, by ticket. @type {Map<number, Pending>} */
    pending = new Map();
    /** Who waits for the results of calls that the core knows nothing of, by request. @type {Map<number, Pending>} */
    calls = new Map();
    /** Told when nobody waits any more. @type {(() => void) | null} */
    onidle = null;
    /** @type {Delivery[]} */
    #queue = [];
    #driver;
    #host;
    #end;

    /** @param {Driver} driver @param {Host} host @param {(lost: Error) => boolean} end called before the host is told of the end; gives whether it was in good order */
    constructor(driver, host, end) {
        this.#driver = driver;
        this.#host = host;
        this.#end = end;
    }

    /** @param {Delivery} delivery */
    push(delivery) {
        this.#queue.push(delivery);
    }

    /** Works off what waits, unless that is being done already. */
    run() {
        if (this.busy || this.#queue.length === 0) return;
        this.busy = true;
        for (let i = 0; i < this.#queue.length; i++) {
            try {
                this.#dispatch(this.#queue[i]);
            } catch (error) {
                // The host guards the application's code; whatever this is, what comes after it must arrive.
                this.#host.fault(error);
            }
        }
        this.#queue = [];
        this.busy = false;
    }

    /** After what was delivered without waiting, because none ran: what came up meanwhile. */
    end() {
        this.busy = false;
        if (this.#queue.length > 0) this.run();
    }

    /** Who waits for an answer, which is the last. @param {number} key a ticket, or a request @param {Map<number, Pending>} from */
    take(key, from = this.pending) {
        const pending = from.get(key);
        from.delete(key);
        if (this.onidle !== null && this.size === 0) this.onidle();
        return pending;
    }

    /** How many wait for an answer. */
    get size() {
        return this.pending.size + this.calls.size;
    }

    /** The end without a word of the core's: what it would have settled is settled here. @param {string} text says why */
    fail(text) {
        this.#queue = [];
        this.#end(sessionLost(null, text));
        for (const from of [this.pending, this.calls]) {
            for (const key of [...from.keys()]) this.take(key, from)?.failed(sessionLost(null, text));
        }
        this.#host.ended({ cause: EndCause.TransportLost, reason: null, message: text, wasOpen: this.joined, wasClean: false, crashed: true });
    }

    // --- inside --------------------------------------------------------------------------------

    /** @param {Delivery} delivery */
    #dispatch({ op, a, b, message, uri, text, tickets = [] }) {
        const host = this.#host;
        const driver = this.#driver;
        // None of the messages that come by the thousand: those have no details, and a list of arguments.
        if (mayBeCoded(op, message)) {
            try {
                message = host.decoded(op, a, tickets, message, this.pending.get(a));
            } catch (error) {
                return this.#undecodable(op, a, message, error);
            }
        }
        switch (op) {
            case Op.Event:
                return host.event(host.handlersOf(tickets), message);
            case Op.Invocation:
                return host.invocation(driver, a, b, message);
            case Op.Progress:
                return this.pending.get(a)?.progress?.(message);
            case Op.InvocationPart:
                return host.invocationPart(driver, a, message);
            case Op.Interrupted:
                return host.interrupted(driver, a, b === 1, uri);
            case Op.Joined:
                this.joined = true;
                return host.joined(a, message);
            case Op.Challenged:
                return host.challenged(message);
            case Op.SubscriptionRevoked:
                return host.subscriptionRevoked(tickets, uri);
            case Op.RegistrationRevoked:
                return host.registrationRevoked(a, uri);
            case Op.SubscriptionRestored:
            case Op.RegistrationRestored:
                return host.restored(a, b);
            case Op.NotRestored:
                return host.notRestored(a, failure(uri ?? '', message, text));
            case Op.Failed:
                return this.take(a)?.failed(failure(uri ?? '', message, text));
            case Op.Lost:
                return this.take(a)?.failed(sessionLost(uri, text));
            case Op.Ended:
                return host.ended({ cause: a, reason: uri ?? null, message: text ?? '', wasOpen: b === 1, wasClean: this.#end(sessionLost(uri, text)) });
            default:
                return this.take(a)?.done(op, b, message, a);
        }
    }

    /** Everyone whom a payload that cannot be decoded concerns is told. @param {number} op @param {number} a @param {any} message @param {any} error */
    #undecodable(op, a, message, error) {
        if (op === Op.Result || op === Op.Failed) return this.take(a)?.failed(error);
        if (op === Op.Progress) {
            this.pending.get(a)?.failed(error);
            return this.#driver.cancel(message[1], 'killnowait');
        }
        if (op === Op.InvocationPart) this.#host.interrupted(this.#driver, a, false, error.uri);
        this.#host.undecodable(error);
        if (op !== Op.Event) this.#driver.answer(true, message[1], [{}, error.uri], error.args, undefined);
    }
}

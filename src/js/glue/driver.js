// @ts-check
// The loop between a transport, the codec and the core: frames in, frames out, deliveries in order.
// One rule: `#drain` empties the core after every call into it, sending at once; what is for the
// application goes into a queue that one loop works off in order. So callbacks may call straight back.

import { FeatureNotSupported, StateError, sessionLost, textOf } from '../api/errors.js';
import { Alarm } from './alarm.js';
import { utf8 } from './check.js';
import { Deliveries } from './deliveries.js';
import { ASK, INVOCATION, RESULT, hot, isEvent } from './hot.js';
import { Ledger } from './ledger.js';
import { Line } from './line.js';
import { fromOctets, guardedOctets, requestOctets, toOctets } from './octets.js';
import * as Op from './op.js';
import { Probes, probe } from './probes.js';

/** @typedef {import('../wasm/wamp_wasm.js').Core} Core */
/** @typedef {import('./line.js').Codec} Codec */
/** @typedef {import('./deliveries.js').Pending} Pending */
/** @typedef {import('./deliveries.js').Handlers} Handlers */
/** @typedef {import('./deliveries.js').Host} Host */
/** @typedef {import('./deliveries.js').Ended} Ended */
/** @typedef {Pick<Driver, 'full' | 'send' | 'part' | 'plan' | 'cancel' | 'demand' | 'answer' | 'progress'>} Sender what a driver does with payloads */

const ERROR = 8;
const SUBSCRIBE = 32;
const CALL = 48;
const CANCEL = 49;
const REGISTER = 64;
const YIELD = 70;

/** How many subscriptions' handlers are remembered. */
const REMEMBERED = 1000;

export class Driver {
    /** @type {Core | null} */
    #core;
    #line;
    #host;
    /** What the core has said last about subscriptions, until it is told anything that may change it. @type {Map<number, Handlers>} */
    #handlers = new Map();
    /** The subscription of the last event, for which no map needs to be asked. */
    #recent = 0;
    /** Its handlers. @type {Handlers | null} */
    #recentHandlers = null;
    #deliveries;
    /** Who waits for an answer: the deliveries'. */
    #pending;
    #ledger;
    #alarm;
    /** Whether the transport was closed in good order by the other side. */
    #wasClean = false;
    #probes = new Probes();
    #draining = false;
    /** Frames that came while the transport was told to send, and its end: taken in after what the core says. @type {any[]} */
    #early = [];

    /**
     * @param {Core} core of the session, which may outlive this @param {Codec} codec
     * @param {import('./transports.js').Transport} transport open, with its subprotocol agreed
     * @param {Host} host @param {number} maxSize of a frame
     */
    constructor(core, codec, transport, host, maxSize) {
        this.#core = core;
        this.#line = new Line(transport, codec, maxSize);
        this.#host = host;
        this.#deliveries = new Deliveries(this, host, (lost) => this.#end(lost));
        this.#pending = this.#deliveries.pending;
        this.#ledger = new Ledger(this.#deliveries);
        this.#alarm = new Alarm(() => this.#run((core) => core.on_deadline(performance.now())));
        transport.onmessage = (data) => this.#receive(data);
        transport.onclose = ({ code, reason, wasClean }) => {
            const closed = () => {
                this.#wasClean = wasClean;
                this.#run((core) => core.on_close(performance.now(), utf8(`connection closed with code ${code}${reason && `: ${reason}`}`)));
            };
            if (this.#draining) this.#early.push(closed);
            else closed();
        };
        this.#run((core) => core.on_open(performance.now()));
    }

    /** Whether the session can still do anything. */
    get alive() {
        return this.#core !== null;
    }

    get bufferedAmount() {
        return this.#line.bufferedAmount;
    }

    // --- commands ------------------------------------------------------------------------------

    /** Carries out a command: the message that is to be sent, in plain values. A refusal is a StateError. @param {any[]} message */
    command(message) {
        this.#carryOut(message);
        this.#flush(null);
    }

    /** Carries out a command that is answered; gives its ticket. @param {any[]} message @param {Pending} pending */
    request(message, pending) {
        this.#use();
        // What ends something there is always room for: without it, more would come.
        if (message[0] === SUBSCRIBE || message[0] === REGISTER) this.#line.checkRoom();
        const ticket = this.#carryOut(message);
        this.#pending.set(ticket, pending);
        this.#flush(null);
        return ticket;
    }

    /**
     * Sends a PUBLISH or CALL. The payload is encoded before the request id is taken: a value that cannot
     * be encoded leaves no gap, and code of the application that the encoding runs may send in between.
     * @param {number} code
     * @param {boolean} flag of a PUBLISH, whether it is acknowledged; of a CALL, whether it takes parts of the result
     * @param {any[]} middle @param {any} args @param {any} kwargs @param {Pending | null} pending
     * @returns {number} the id of the request
     */
    send(code, flag, middle, args, kwargs, pending) {
        this.#use();
        if (this.#line.full) this.#line.checkRoom();
        const tail = this.#line.prepare(middle, args, kwargs);
        const request = this.#begin(code, flag, pending);
        this.#line.send([code, request], tail);
        return request;
    }

    /**
     * What few calls need, right after they were sent.
     * @param {number} request @param {number} timeout in milliseconds, 0 for none @param {boolean} more whether parts of it follow
     */
    plan(request, timeout, more) {
        this.#tell((core) => core.plan_call(performance.now(), request, timeout, more));
        this.#flush(null);
    }

    /**
     * Sends another part of a call. False: it has its answer, and nobody waits for more.
     * @param {number} request @param {boolean} more @param {any[]} middle @param {any} args @param {any} kwargs
     */
    part(request, more, middle, args, kwargs) {
        const tail = this.#line.prepare(middle, args, kwargs);
        if (!this.#core?.continue_call(request, more)) return false;
        this.#line.send([CALL, request], tail);
        return true;
    }

    /** Cancels a call, if it is not over. @param {number} request @param {string} mode */
    cancel(request, mode) {
        if (this.#core) this.command([CANCEL, request, { mode }]);
    }

    /**
     * Demands that the router proves itself before the session counts as joined: with the signature of
     * SCRAM, or else by a challenge.
     * @param {string} [signature]
     */
    expectProof(signature) {
        const expected = this.#tell((core) => core.demand(signature === undefined ? undefined : utf8(signature)));
        if (!expected) throw new StateError(this.#use().take_text());
    }

    /** Refuses a request whose options need what the router does not announce. @param {number} code @param {any} options */
    demand(code, options) {
        const missing = this.#use().missing_feature(requestOctets(code, options, ''));
        if (missing === undefined) return;
        const [role, feature] = missing.split(' ');
        throw new FeatureNotSupported(role, feature);
    }

    /**
     * Answers an invocation for good: with a YIELD or an ERROR. Nothing happens when it needs no answer.
     * @param {boolean} isError @param {number} request @param {any[]} middle @param {any} args @param {any} kwargs
     */
    answer(isError, request, middle, args, kwargs) {
        if (!this.#core) return;
        const tail = this.#line.prepare(middle, args, kwargs);
        const core = this.#core;
        if (!core || !(this.#ledger.end(request) || core.end_invocation(request))) return;
        this.#line.send(isError ? [ERROR, INVOCATION, request] : [YIELD, request], tail);
    }

    /** A part of an invocation's result; more follows. @param {number} request @param {any} args @param {any} kwargs @param {any} [options] */
    progress(request, args, kwargs, options = { progress: true }) {
        if (!this.#core) return;
        const tail = this.#line.prepare([options], args, kwargs);
        if (this.#core?.takes_progress(request)) this.#line.send([YIELD, request], tail);
    }

    /** Whether the connection does not keep up, and a sender that can wait should. */
    get full() {
        return this.#line.full;
    }

    /** What the session speaks over, which counts. */
    get line() {
        return this.#line;
    }

    /** Who waits for answers. */
    get deliveries() {
        return this.#deliveries;
    }

    /** How many requests wait for their answers. */
    get pending() {
        return this.#deliveries.size;
    }

    /**
     * Sends what every router answers at once, whatever its policy, and nobody else gets to see: an UNSUBSCRIBE of what
     * is no subscription. For the core it is a request whose answer nobody waits for, so that there is always room.
     * False: there is no session. @param {Pending} [pending]
     */
    probe(pending) {
        try {
            const request = this.#begin(0, false, null);
            if (pending) this.#probes.add(request, pending);
            this.#line.sendWhole(probe(request));
            return true;
        } catch (error) {
            if (!(error instanceof StateError)) this.#crash(error);
            return false;
        }
    }

    /** Gives up an open transport from which no session came, or whose session nobody wants. */
    abandon() {
        this.lose('closed by the application');
    }

    /** Gives up a transport as if it had closed by itself. @param {string} text says why */
    lose(text) {
        this.#line.close();
        this.#run((core) => core.on_close(performance.now(), utf8(text)));
        // There is no end of what had no beginning.
        if (!this.#deliveries.busy) this.#end(sessionLost(null, text));
    }

    // --- inside --------------------------------------------------------------------------------

    #use() {
        if (!this.#core) throw new StateError('session not open');
        return this.#core;
    }

    /** What the core is told next may change what it has said about subscriptions. @param {Core} core */
    #settle(core) {
        this.#ledger.settle(core);
        this.#handlers.clear();
        this.#recent = 0;
    }

    /**
     * The id of a request that is sent next. A refusal is a StateError.
     * @param {number} code @param {boolean} flag @param {Pending | null} pending
     */
    #begin(code, flag, pending) {
        const core = this.#use();
        let request;
        try {
            request = flag ? 0 : this.#ledger.number(core, pending);
            if (request !== 0) return request;
            this.#ledger.settle(core);
            request = core.begin(code === CALL, flag);
        } catch (error) {
            this.#crash(error);
            throw error;
        }
        if (request === 0) throw new StateError(core.take_text());
        if (pending) this.#pending.set(core.a, pending);
        return request;
    }

    /** Tells the core something. What it throws is a fault. @template T @param {(core: Core) => T} call @returns {T} */
    #tell(call) {
        const core = this.#use();
        try {
            this.#settle(core);
            return call(core);
        } catch (error) {
            this.#crash(error);
            throw error;
        }
    }

    /** @param {any[]} message @returns {number} the ticket, 0 if there is none */
    #carryOut(message) {
        const octets = toOctets(message);
        const ticket = this.#tell((core) => core.command(performance.now(), octets));
        if (ticket < 0) throw new StateError(this.#use().take_text());
        return ticket;
    }

    /** @param {any} data */
    #receive(data) {
        const core = this.#core;
        if (!core) return;
        if (this.#draining) return void this.#early.push(data);
        let message;
        try {
            message = this.#line.read(data);
        } catch (error) {
            return this.#run((core) => core.on_invalid(performance.now(), utf8(textOf(error))));
        }
        const deliveries = this.#deliveries;
        if (deliveries.busy || !isEvent(message)) return this.#receiveOther(core, hot(message), message, data);
        const handlers = message[1] === this.#recent ? this.#recentHandlers : this.#handlersOf(core, message[1]);
        if (handlers === null) return this.#receiveRare(0, message);
        deliveries.busy = true;
        try {
            this.#host.event(handlers, message);
        } catch (error) {
            this.#host.fault(error);
        }
        deliveries.end();
    }

    /**
     * The handlers of a subscription, null where the ordinary way has to decide.
     * @param {Core} core @param {number} subscription
     */
    #handlersOf(core, subscription) {
        let handlers = this.#handlers.get(subscription);
        try {
            if (handlers === undefined) {
                core.on_event(subscription);
                const list = tickets(core);
                if (list.length === 0) return null;
                handlers = this.#host.handlersOf(list);
                if (this.#handlers.size >= REMEMBERED) this.#handlers.clear();
                this.#handlers.set(subscription, handlers);
            }
        } catch (error) {
            this.#crash(error);
            return null;
        }
        this.#recent = subscription;
        this.#recentHandlers = handlers;
        return handlers;
    }

    /**
     * Any message but an event that can be delivered at once. Of a RESULT or INVOCATION the core hears its numbers, if it has to hear
     * of it at all. It has nothing else to say about these, so that there is nothing to drain; 0 means that it does not decide.
     * @param {Core} core @param {number} flags what `hot` says @param {any} message @param {any} data
     */
    #receiveOther(core, flags, message, data) {
        const deliveries = this.#deliveries;
        const type = flags === 0 ? message[0] : 0;
        try {
            let ticket = 0;
            if (type === RESULT || type === INVOCATION) {
                if (!deliveries.busy && this.#takeAlone(core, type, message)) return;
                this.#ledger.settle(core);
                ticket = type === RESULT ? core.on_result(message[1]) : core.on_invocation(message[1], message[2]);
            } else if (flags === ASK) this.#line.exact(message, data);
            if (ticket === 0) return this.#receiveRare(flags, message);
            deliveries.push({ op: type === RESULT ? Op.Result : Op.Invocation, a: ticket, b: message[1], message });
            deliveries.run();
        } catch (error) {
            this.#crash(error);
        }
    }

    /** Whether a RESULT or INVOCATION was none that the core has to hear of. @param {Core} core @param {number} type @param {any} message */
    #takeAlone(core, type, message) {
        const deliveries = this.#deliveries;
        const pending = type === RESULT ? deliveries.take(message[1], deliveries.calls) : undefined;
        const endpoint = type === RESULT ? 0 : this.#ledger.begin(core, message);
        if (pending === undefined && endpoint === 0) return false;
        deliveries.busy = true;
        try {
            if (pending !== undefined) pending.done(Op.Result, 0, message);
            else this.#host.invocation(this, endpoint, message[1], message);
        } catch (error) {
            this.#host.fault(error);
        }
        if (pending === undefined) this.#ledger.runOn();
        deliveries.end();
        return true;
    }

    /** Any message: by its numbers if it is well-shaped, else as a whole. @param {number} flags what `hot` says @param {any} message */
    #receiveRare(flags, message) {
        this.#probes.look(message);
        this.#run((core) => {
            const now = performance.now();
            if (flags !== ASK) {
                core.on_message(now, message[0], message[1], typeof message[2] === 'number' ? message[2] : 0, flags);
            } else {
                const octets = guardedOctets(message);
                if (typeof octets === 'string') core.on_invalid(now, utf8(octets));
                else core.on_octets(now, octets);
            }
            return message;
        });
    }

    /** Calls into the core, drains and delivers; gives what the call gave to the deliveries. @param {(core: Core) => any} call */
    #run(call) {
        if (!this.#core) return;
        try {
            this.#settle(this.#core);
            this.#flush(call(this.#core));
        } catch (error) {
            this.#crash(error);
        }
    }

    /** @param {any} message */
    #flush(message) {
        const outer = this.#draining;
        this.#draining = true;
        try {
            this.#drain(message);
        } catch (error) {
            this.#crash(error);
        }
        this.#draining = outer;
        if (!outer && this.#early.length > 0) this.#catchUp();
        this.#deliveries.run();
    }

    /** Takes in what came early. It is delivered after what waits already. */
    #catchUp() {
        const deliveries = this.#deliveries;
        const { busy } = deliveries;
        deliveries.busy = true;
        while (this.#early.length > 0) {
            const early = this.#early.shift();
            if (typeof early === 'function') early();
            else this.#receive(early);
        }
        deliveries.busy = busy;
    }

    /** @param {any} message the received message that is being handled */
    #drain(message) {
        const core = this.#core;
        if (!core) return;
        for (;;) {
            const op = core.poll();
            switch (op) {
                case Op.Nothing:
                    this.#alarm.set(core.deadline());
                    return;
                case Op.Send:
                    this.#line.sendWhole(fromOctets(core.take_octets()));
                    break;
                case Op.Close:
                    this.#line.close();
                    break;
                case Op.Event:
                    this.#deliveries.push({ op, a: 0, b: 0, message, tickets: tickets(core) });
                    break;
                case Op.SubscriptionRevoked:
                    this.#deliveries.push({ op, a: 0, b: 0, message, tickets: tickets(core), uri: core.take_uri() });
                    break;
                case Op.Failed:
                case Op.NotRestored:
                case Op.Lost:
                case Op.RegistrationRevoked:
                case Op.Interrupted:
                case Op.Ended:
                    this.#deliveries.push({ op, a: core.a, b: core.b, message, uri: core.take_uri(), text: core.take_text() });
                    break;
                default:
                    this.#deliveries.push({ op, a: core.a, b: core.b, message });
            }
        }
    }

    /** @param {Error} lost */
    #end(lost) {
        this.#alarm.stop();
        this.#line.close();
        this.#core = null;
        this.#probes.end(lost);
        return this.#wasClean;
    }

    /** A failure that should not exist must not leave anything hanging. @param {unknown} error */
    #crash(error) {
        if (!this.#core) return;
        // It may be in any state, so that not even the garbage collector is to free it.
        this.#core.__destroy_into_raw();
        this.#core = null;
        this.#host.fault(error);
        this.#deliveries.fail(`internal error: ${textOf(error)}`);
    }
}

/** The tickets in the register of handlers. @param {Core} core */
function tickets(core) {
    const list = [];
    for (let i = 0, ticket; (ticket = core.handler(i)) !== 0; i++) list.push(ticket);
    return list;
}

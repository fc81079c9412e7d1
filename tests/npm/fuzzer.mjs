// Frames that no router should send, by the thousand, through the whole package in JavaScript: a transport in
// memory, the codecs, the glue and the core, up to the promises and handlers of an application. What has to
// hold is asserted after each of them. The same seed gives the same frames.

import assert from 'node:assert/strict';

import { serializers } from './binary.mjs';
import { Random } from '../faults/random.js';
import { opened, turn } from './memory.mjs';

const KEYS = ['a', 'key', '__proto__', 'constructor', 'prototype', 'toString', 'then', 'hasOwnProperty', 'progress', 'topic', 'timeout', 'ppt_scheme', 'enc_algo', '0', '', 'ключ'];
const IDS = [0, 1, 2, 3, 5, 7, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -1, 1.5, -0, NaN, Infinity, '1', null, true, [], {}];
const TEXTS = ['', 'com.t', 'wamp.error.canceled', 'not a uri', '\0AAAA', '\0!', '\ud83d\ude00', 'x'.repeat(300), '__proto__'];

export class Chance {
    constructor(seed) {
        const numbers = new Random(seed);
        this.next = () => numbers.next();
    }

    below(limit) {
        return Math.floor(this.next() * limit);
    }

    of(list) {
        return list[this.below(list.length)];
    }

    one(in_) {
        return this.below(in_) === 0;
    }

    value(depth = 3) {
        switch (this.below(depth > 0 ? 9 : 7)) {
            case 0:
                return null;
            case 1:
                return this.one(2);
            case 2:
                return this.below(1000) - 32;
            case 3:
                return this.next() * 2 ** this.below(80);
            case 4:
                return this.of(TEXTS.slice(0, 4));
            case 5:
                return new Uint8Array(this.below(40)).fill(this.below(256));
            case 6:
                return this.below(2 ** 31) * 2 ** this.below(22);
            case 7:
                return Array.from({ length: this.below(5) }, () => this.value(depth - 1));
            default:
                return this.dict(depth - 1);
        }
    }

    dict(depth = 2) {
        const dict = {};
        for (let n = this.below(5); n > 0; n--) {
            Object.defineProperty(dict, this.of(KEYS), { value: this.value(depth), enumerable: true, configurable: true, writable: true });
        }
        return dict;
    }

    payload() {
        return this.of([[], [[this.value()]], [[this.value(), this.value()], this.dict()], [[]], [[], this.dict()]]);
    }

    /** A message that is right where it comes, with a payload of any shape. */
    right() {
        this.invocations = (this.invocations ?? 0) + 1;
        const details = this.one(3) ? { x_custom: this.value(), ...this.dict() } : {};
        for (const known of ['progress', 'topic', 'timeout', 'ppt_scheme', 'enc_algo']) delete details[known];
        return this.of([
            () => [36, 5, 1 + this.below(2 ** 30), details, ...this.payload()],
            () => [36, 9, 1, details, ...this.payload()],
            () => [68, this.invocations, 6, { receive_progress: this.one(2), ...details }, ...this.payload()],
            () => [69, 1 + this.below(this.invocations), {}],
            () => [50, 3 + this.below(2), details, ...this.payload()],
            () => [8, 48, 3, details, 'com.example.error', ...this.payload()],
            () => [33, 6, 5],
        ])();
    }

    /** A message that a router may send at some time. */
    message() {
        if (!this.one(12)) return this.right();
        const id = () => (this.one(6) ? this.of(IDS) : 1 + this.below(8));
        const dict = () => (this.one(2) ? {} : this.dict());
        const uri = () => (this.one(5) ? this.of(TEXTS) : 'com.example.error');
        return this.of([
            () => [36, 5, id(), dict(), ...this.payload()],
            () => [36, id(), id(), dict(), ...this.payload()],
            () => [50, id(), dict(), ...this.payload()],
            () => [50, id(), { progress: true }, ...this.payload()],
            () => [68, id(), 6, dict(), ...this.payload()],
            () => [68, id(), id(), { receive_progress: true }, ...this.payload()],
            () => [8, this.of([16, 32, 34, 48, 64, 66, 68, id()]), id(), dict(), uri(), ...this.payload()],
            () => [17, id(), id()],
            () => [33, id(), id()],
            () => [35, id()],
            () => [35, 0, { subscription: id(), reason: uri() }],
            () => [65, id(), id()],
            () => [67, id()],
            () => [67, 0, { registration: id() }],
            () => [69, id(), dict()],
            () => [4, uri(), dict()],
            () => [2, id(), dict()],
            () => [3, dict(), uri()],
            () => [6, dict(), uri()],
            () => [this.below(90), ...Array.from({ length: this.below(6) }, () => this.value())],
            () => this.value(),
        ])();
    }

    /** The same message with a wrong element. */
    bent(message) {
        if (!Array.isArray(message)) return message;
        const copy = [...message];
        const at = this.below(copy.length + 1);
        this.of([() => copy.splice(at, 1), () => copy.splice(at, 0, this.value()), () => (copy[at] = this.of(IDS)), () => (copy[at] = this.value()), () => (copy[at] = this.of(TEXTS))])();
        return copy;
    }

    /** A frame with wrong octets, or characters. */
    broken(frame) {
        if (typeof frame === 'string') {
            const at = this.below(frame.length + 1);
            const piece = this.of(['', '[', ']', '{', '}', '"', ',', ':', '\\u0000', '9007199254740993', '-', '1e999', '\u2028', '[[[[[[[[', frame.slice(at, at + 20)]);
            return frame.slice(0, at) + piece + frame.slice(at + this.below(4));
        }
        const octets = [...frame];
        for (let n = 1 + this.below(3); n > 0; n--) {
            const at = this.below(octets.length + 1);
            this.of([
                () => (octets[at] = this.below(256)), () => octets.splice(at, 1 + this.below(4)), () => octets.splice(at, 0, this.below(256)),
                () => octets.splice(at, 0, ...octets.slice(at, at + 16)), () => (octets.length = at), () => (octets[at] = this.of([0xc1, 0xc4, 0xc6, 0xdd, 0xdf, 0xff, 0x9f, 0x5f, 0xbf, 0x7f, 0xfb])),
            ])();
        }
        return Uint8Array.from(octets);
    }
}

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, Promise.prototype, Uint8Array.prototype];
const snapshot = () => JSON.stringify(PROTOTYPES.map((prototype) => [Object.getOwnPropertyNames(prototype), Object.getOwnPropertySymbols(prototype).map(String)]));

const WELCOME = { roles: { broker: {}, dealer: { features: { call_canceling: true, progressive_call_invocations: true } } } };

/** One session that is open, with a subscription, a registration and requests under way. */
class Victim {
    waiting = 0;
    events = 0;

    async open(chance, name, options) {
        this.far = await opened(`wamp.2.${name}`, { options });
        const { session, feed } = this.far;
        Object.assign(this, { session, faults: this.far.faults });
        this.track(session.subscribe('com.t', (args) => void (this.events += args.length >= 0)));
        this.track(session.register('com.p', (args, kwargs, { progress }) => (progress?.(args), chance.one(3) ? new Promise(() => {}) : args)));
        feed([33, 1, 5], [65, 2, 6]);
        this.track(session.call('com.a'), session.call('com.b', [], {}, { receive_progress: true }), session.publish('com.t', [1], {}, { acknowledge: true }), session.subscribe('com.u', () => {}), session.register('com.q', () => {}));
        if (chance.one(3)) {
            const given_up = session.call('com.c');
            this.track(given_up);
            given_up.cancel();
        }
        return this;
    }

    /** Whether the session, or this connection of it, has ended. */
    get isOver() {
        return this.far.line.closed;
    }

    /** A frame as it is. */
    feed(frame) {
        if (!this.isOver) this.far.raw(frame);
    }

    lose() {
        const { line } = this.far;
        line.closed = true;
        line.onclose({ code: 1006, reason: '', wasClean: false });
    }

    /**
     * A durable session on its next connection, with some of what it asks for again answered. False: there is none,
     * after a violation in the middle of joining.
     */
    async again(lost) {
        for (let turns = 0; this.far.line === lost || !this.far.line.frames.length; turns++) {
            if (this.far.closes.at(-1)?.will_retry === false) return false;
            assert.ok(turns < 10_000, `a durable session connects again: ${JSON.stringify(this.far.closes.at(-1))}`);
            await turn();
        }
        this.far.feed([2, 8, WELCOME], [33, 1, 5], [65, 2, 6]);
        if (this.session.isOpen) this.track(this.session.call('com.a'), this.session.publish('com.t', [], {}, { acknowledge: true }));
        return true;
    }

    /** Counts what has to be settled at the end. */
    track(...promises) {
        for (const promise of promises) {
            this.waiting++;
            const settled = () => void this.waiting--;
            promise.then(settled, settled);
        }
    }
}

/**
 * Sends frames until there were enough or the time is over.
 * @param {{ seed: number, frames?: number, minutes?: number, report?: (line: string) => void }} options
 */
export async function fuzz({ seed, frames = Infinity, minutes = Infinity, report = () => {} }) {
    const chance = new Chance(seed);
    const before = snapshot();
    const until = performance.now() + minutes * 60_000;
    const rejections = [];
    const unhandled = (error) => rejections.push(error);
    process.on('unhandledRejection', unhandled);
    const done = { frames: 0, sessions: 0, events: 0, violations: 0 };
    let told = performance.now();
    let last;
    try {
        while (done.frames < frames && performance.now() < until) {
            const name = chance.of(Object.keys(serializers));
            const { encode } = serializers[name];
            chance.invocations = 0;
            const durable = chance.one(3);
            const victim = await new Victim().open(chance, name, durable ? { durable, max_retries: -1, initial_retry_delay: 0, heartbeat: false } : {});
            done.sessions++;
            const enough = 1 + chance.below(200);
            for (let n = 0; n < enough; n++) {
                if (victim.isOver || chance.one(100)) {
                    if (!durable) break;
                    const { line } = victim.far;
                    if (!victim.isOver) victim.lose();
                    done.violations++;
                    if (!(await victim.again(line))) break;
                }
                let message = chance.message();
                if (chance.one(25)) message = chance.bent(message);
                let frame = encode(message);
                if (frame === undefined) continue;
                if (chance.one(25)) frame = chance.broken(frame);
                if (chance.one(500)) frame = typeof frame === 'string' ? new Uint8Array([0x90]) : '[36]';
                last = { name, message, frame };
                victim.feed(frame);
                done.frames++;
                assert.deepEqual(victim.faults, [], 'no failure inside');
                if (chance.one(50)) await turn();
            }
            if (durable && victim.far.closes.at(-1)?.will_retry !== false) victim.far.connection.close();
            else if (victim.isOver) done.violations++;
            if (!victim.isOver) victim.lose();
            await victim.session.closed;
            await turn();
            assert.equal(victim.waiting, 0, 'everything is settled once the session is over');
            assert.equal(snapshot(), before, 'no prototype is touched');
            assert.deepEqual(rejections, [], 'nothing is rejected that nobody can handle');
            done.events += victim.events;
            if (performance.now() - told > 60_000) {
                told = performance.now();
                report(JSON.stringify(done));
            }
        }
    } catch (error) {
        report(`seed ${seed}, after ${JSON.stringify(done)}, frame ${typeof last?.frame === 'string' ? JSON.stringify(last.frame) : Buffer.from(last?.frame ?? []).toString('hex')} (${last?.name})`);
        throw error;
    } finally {
        process.off('unhandledRejection', unhandled);
    }
    return done;
}

/** What an application gets is what was sent, and what it sends is what was given, for any value of WAMP. */
export async function echo({ seed, messages }) {
    const chance = new Chance(seed);
    for (const name of Object.keys(serializers)) {
        const { encode } = serializers[name];
        const { line, session, feed } = await opened(`wamp.2.${name}`);
        let seen;
        const subscribing = session.subscribe('com.t', (args, kwargs) => {
            seen = [args, kwargs];
            session.publish('com.e', args, kwargs);
        });
        feed([33, 1, 5]);
        await subscribing;
        for (let n = 0; n < messages; n++) {
            const [args, kwargs] = [[chance.value(4), chance.value(4)], chance.dict(3)];
            line.frames.length = 0;
            feed([36, 5, 1, {}, args, kwargs]);
            assert.deepEqual(seen, [args, kwargs], name);
            const wanted = encode(Object.keys(kwargs).length ? [16, n + 2, {}, 'com.e', args, kwargs] : [16, n + 2, {}, 'com.e', args]);
            const [got] = line.frames;
            assert.equal(typeof got === 'string' ? got : Buffer.from(got).toString('hex'), typeof wanted === 'string' ? wanted : Buffer.from(wanted).toString('hex'), name);
        }
        session.leave();
        line.onclose({ code: 1000, reason: '', wasClean: true });
    }
}

// Random lives of a durable session: connections come and go at any moment, the router answers some requests and
// refuses others, and the application does everything that it can. Whatever happens, the promises below hold.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Random } from '../faults/random.js';
import { Life } from './wire.mjs';

const LIVES = 60;
const STEPS = 120;

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A life of one seed, and what is promised about it. */
class Story {
    #next;
    #life = Life.opened({ offline: { policy: 'wait', limit: 5 } });
    /** Requests that the router has not answered, of this connection. */
    #open = [];
    #handles = [];
    #calls = [];
    #running = [];
    #last = 100;
    /** What was asked for, by the token that it carries, and whether it has settled. */
    asked = [];
    /** How often each token was seen on a wire. */
    seen = new Map();

    constructor(seed) {
        const numbers = new Random(seed);
        this.#next = () => numbers.next();
    }

    get #isOpen() {
        return this.#life.session.isOpen;
    }

    #one(list) {
        return list[Math.floor(this.#next() * list.length)];
    }

    #ask(begin) {
        const entry = { token: this.asked.length, settled: 0 };
        this.asked.push(entry);
        const options = this.#next() < 0.3 ? { offline: this.#one(['fail', 'wait']) } : {};
        const count = () => entry.settled++;
        let promise;
        try {
            promise = begin(entry.token, options);
        } catch (error) {
            count();
            assert.ok(['SessionLost', 'WampError', 'StateError'].includes(error.name), error);
            return;
        }
        if (promise) promise.then(count, count);
        else count();
        return promise;
    }

    /** The router reads what came. */
    #read() {
        for (const message of this.#life.wire.take()) {
            const [code, request] = message;
            if ([16, 48].includes(code)) this.seen.set(message[4][0], (this.seen.get(message[4][0]) ?? 0) + 1);
            if ([16, 32, 34, 48, 64, 66].includes(code) && (code !== 16 || message[2].acknowledge)) this.#open.push([code, request]);
        }
    }

    #answer() {
        if (this.#open.length === 0) return;
        const [[code, request]] = this.#open.splice(Math.floor(this.#next() * this.#open.length), 1);
        const id = ++this.#last;
        if (this.#next() < 0.15) return this.#life.wire.send([8, code, request, {}, 'com.example.refused']);
        const answers = { 16: [17, request, id], 32: [33, request, id], 34: [35, request], 48: [50, request, {}, [id]], 64: [65, request, id], 66: [67, request] };
        this.#life.wire.send(answers[code]);
        if (code === 64) this.#running.push(id);
    }

    #steps = {
        subscribe: () => this.#ask((token, options) => this.#keep(this.#life.session.subscribe(`com.t${token % 3}`, this.#next() < 0.5 ? () => {} : null, options))),
        register: () => this.#ask((token, options) => this.#keep(this.#life.session.register(`com.p${token}`, () => new Promise(() => {}), options))),
        publish: () => this.#ask((token, options) => this.#life.session.publish('com.t', [token], {}, { acknowledge: this.#next() < 0.5, ...options })),
        call: () => this.#ask((token, options) => {
            const call = this.#life.session.call('com.x', [token], {}, options);
            this.#calls.push(call);
            return call;
        }),
        cancel: () => this.#one(this.#calls)?.cancel(),
        end: () => {
            const handle = this.#one(this.#handles);
            if (handle && ['active', 'pending'].includes(handle.state)) this.#ask(() => (handle.unsubscribe ? handle.unsubscribe() : handle.unregister()));
        },
        invoke: () => this.#isOpen && this.#running.length > 0 && this.#life.wire.send([68, ++this.#last, this.#one(this.#running), {}]),
        answer: () => this.#isOpen && this.#answer(),
        drop: () => this.#isOpen && this.#lose(() => this.#life.wire.drop()),
        goodbye: () => this.#isOpen && this.#lose(() => this.#life.wire.send([6, {}, 'wamp.close.system_shutdown'])),
        fail: () => {
            if (this.#isOpen) return;
            const wire = this.#life.attempt();
            wire.take();
            if (this.#next() < 0.5) wire.drop();
            else wire.send([3, {}, 'com.example.busy']);
        },
        connect: () => {
            if (this.#isOpen) return;
            this.#open = [];
            this.#running = [];
            this.#life.again(++this.#last);
        },
    };

    #keep(promise) {
        promise.then((handle) => this.#handles.push(handle), () => {});
        return promise;
    }

    #lose(how) {
        how();
        this.#life.wire.take();
        for (const handle of this.#handles) assert.notEqual(handle.state, 'active');
    }

    async live() {
        const weights = ['subscribe', 'register', 'publish', 'publish', 'call', 'call', 'cancel', 'end', 'invoke', 'answer', 'answer', 'answer', 'answer', 'drop', 'goodbye', 'fail', 'connect', 'connect', 'connect'];
        for (let step = 0; step < STEPS; step++) {
            this.#steps[this.#one(weights)]();
            if (this.#isOpen) this.#read();
            if (this.#next() < 0.5) await settled();
        }
        // The router answers all that there is, and the handles are what they were.
        this.#steps.connect();
        for (;;) {
            this.#read();
            if (this.#open.length === 0) break;
            this.#answer();
        }
        await settled();
        for (const { state, active } of this.#handles) {
            assert.ok(['active', 'lost', 'ended'].includes(state), state);
            assert.equal(active, state === 'active');
        }
        const active = this.#handles.filter((handle) => handle.active);
        assert.equal(this.#life.session.subscriptions.flat().length + this.#life.session.registrations.length, active.length);
        this.#life.wire.drop();
        this.#life.controls.over(this.#life.ends.at(-1));
        await settled();
        for (const handle of active) assert.equal(handle.state, 'lost');
        assert.equal((await this.#life.session.closed).was_open, true);
        const unexpected = this.#life.errors.list.filter(([text]) => !/could not be restored|What waited/.test(text));
        assert.deepEqual(unexpected, []);
    }
}

test('in random lives every promise settles once, nothing is sent twice, and every handle ends as what it is', async () => {
    for (let seed = 1; seed <= LIVES; seed++) {
        const story = new Story(seed);
        try {
            await story.live();
            assert.deepEqual(story.asked.filter((entry) => entry.settled !== 1), []);
            assert.deepEqual([...story.seen].filter(([, times]) => times !== 1), []);
        } catch (error) {
            throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
        }
    }
});

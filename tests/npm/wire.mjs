// A durable session without a Connection and without sockets: the test opens and drops the wires, and plays the router
// on each. What is sent is there at once, so that nothing is waited for and time may be virtual.

import assert from 'node:assert/strict';

import { init } from '../../pkg/node.js';
import { Session } from '../../pkg/api/session.js';
import { Driver } from '../../pkg/glue/driver.js';
import { json } from '../../pkg/glue/json.js';
import { WELCOME, reports } from './peer.mjs';

await init();

/** One connection, and the router's end of it. */
export class Wire {
    #sent = [];

    constructor() {
        this.transport = {
            full: false,
            bufferedAmount: 0,
            send: (frame) => this.#sent.push(JSON.parse(frame)),
            close: () => (this.closed = true),
        };
        this.closed = false;
    }

    /** What came since the last time. */
    take() {
        return this.#sent.splice(0);
    }

    /** The one message that came since the last time. */
    one() {
        const messages = this.take();
        assert.equal(messages.length, 1, JSON.stringify(messages));
        return messages[0];
    }

    send(...messages) {
        for (const message of messages) this.transport.onmessage(JSON.stringify(message));
    }

    /** Answers HELLO. */
    welcome(session = 7, details = WELCOME) {
        assert.equal(this.one()[0], 1);
        this.send([2, session, details]);
    }

    /** The connection is lost without a word. */
    drop() {
        this.transport.onclose({ code: 1006, reason: '', wasClean: false });
    }
}

/** A session that lives as long as the test wants, and all that it tells. */
export class Life {
    ends = [];
    told = [];
    stopped = [];
    /** Whether anybody listens to what is told. */
    listens = false;
    errors = reports();

    /** @param config of the session, with the `authmethods` that it joins with */
    constructor({ authmethods, ...config } = {}) {
        this.authmethods = authmethods;
        const wire = (this.wire = new Wire());
        this.session = new Session({
            durable: true,
            start: (host, core) => this.#drive(host, core, wire),
            bind: (controls) => (this.controls = controls),
            connection: { stop: (...why) => this.stopped.push(why) },
            tell: (status) => this.told.push(status) > 0 && this.listens,
            ended: (ended) => this.ends.push(ended),
            ...this.errors,
            ...config,
        });
        this.session.join('realm1', this.authmethods);
    }

    #drive(host, core, wire) {
        this.core = core;
        return (this.driver = new Driver(core, json, wire.transport, host, 2 ** 24));
    }

    /** Open on its first wire. */
    static opened(config, details = WELCOME) {
        const life = new Life(config);
        life.wire.welcome(7, details);
        return life;
    }

    /** Another attempt, that has sent HELLO. */
    attempt(authentication) {
        const wire = (this.wire = new Wire());
        this.controls.resume((host, core) => this.#drive(host, core, wire), authentication);
        this.session.join('realm1', this.authmethods);
        return wire;
    }

    /** Another attempt, that is welcome. */
    again(session = 8, details = WELCOME) {
        const wire = this.attempt();
        wire.welcome(session, details);
        return wire;
    }
}

// What goes wrong in programs on autobahn-js, and goes right in the same programs on this package. Every
// test runs both and shows both.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { both, stateOf, turns, until } from './both.mjs';

/** The messages that a socket got after HELLO. */
const after = (socket) => socket.sent.slice(1);

/** What nobody handles while a scenario runs; the test runner would take it for a failure of the test. */
async function unhandled(run) {
    const events = ['unhandledRejection', 'uncaughtException'];
    const others = events.map((event) => process.listeners(event));
    const seen = [];
    const keep = (error) => seen.push(error);
    for (const event of events) process.removeAllListeners(event).on(event, keep);
    try {
        await run();
        await turns();
        return seen;
    } finally {
        events.forEach((event, i) => {
            process.removeAllListeners(event);
            for (const listener of others[i]) process.on(event, listener);
        });
    }
}

test('whatever waits for an answer is rejected when the connection is lost, where autobahn leaves it hanging', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const waiting = [
            p.session.call('com.a'), p.session.publish('com.t', [], {}, { acknowledge: true }),
            p.session.subscribe('com.t', () => {}), p.session.register('com.p', () => {}),
        ];
        const states = waiting.map(stateOf);
        await until(() => after(socket).length === 4, 'the requests');
        socket.drop();
        return Promise.all(states);
    });
    assert.deepEqual(theirs, ['pending', 'pending', 'pending', 'pending']);
    assert.deepEqual(ours, ['rejected', 'rejected', 'rejected', 'rejected']);
});

for (const mode of [undefined, 'skip', 'killnowait', 'kill']) {
    test(`cancel() of a call with mode ${mode} leaves the session alone${mode === 'kill' ? '' : ', where autobahn loses it with the answer of the router'}`, async (t) => {
        t.mock.timers.enable({ apis: ['setTimeout'] });
        const { theirs, ours } = await both(t, async (p) => {
            p.open();
            const socket = await p.greeted();
            socket.say([2, 7, { roles: { broker: {}, dealer: { features: { call_canceling: true } } } }]);
            await until(() => p.session, 'onopen');
            const call = p.session.call('com.a');
            const state = stateOf(call);
            call.cancel(mode && { mode });
            await until(() => after(socket).length === 2, 'CANCEL');
            socket.say([8, 48, 1, {}, 'wamp.error.canceled']);
            return [after(socket)[1][0], await state, p.connection.isOpen, p.closes.length];
        });
        assert.deepEqual(ours, [49, 'rejected', true, 0]);
        assert.deepEqual(theirs, mode === 'kill' ? ours : [49, 'rejected', false, 1]);
    });
}

test('progressive results need no library of promises, where autobahn with native promises throws', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const parts = [];
        const socket = await p.joined({ use_es6_promises: true });
        const call = p.session.call('com.a', [], {}, { receive_progress: true });
        call.then(undefined, undefined, (part) => parts.push(part));
        const state = stateOf(call);
        await until(() => after(socket).length === 1, 'CALL');
        socket.say([50, 1, { progress: true }, [1]], [50, 1, {}, [2]]);
        return [parts, await state, socket.thrown.map((error) => error.message)];
    });
    assert.deepEqual(ours, [[1], 'fulfilled', []]);
    assert.deepEqual(theirs, [[], 'fulfilled', ['d.notify is not a function']]);
});

test('close() during the wait for a retry is the end of it, where autobahn connects again', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        (await p.joined()).drop();
        await p.closed();
        p.connection.close();
        t.mock.timers.tick(600_000);
        await turns();
        return [p.sockets.length, p.connection.isRetrying];
    });
    assert.deepEqual(ours, [1, false]);
    assert.deepEqual(theirs, [2, true]);
});

for (const [what, message] of [['restarts', [6, {}, 'wamp.close.system_shutdown']], ['sends a session away', [3, {}, 'wamp.error.system_overload']]]) {
    test(`a router that ${what} is connected to again, where autobahn gives up for good`, async (t) => {
        t.mock.timers.enable({ apis: ['setTimeout'] });
        const { theirs, ours } = await both(t, async (p) => {
            p.open();
            const socket = await p.greeted();
            if (message[0] === 6) socket.say([2, 7, { roles: { broker: {} } }]);
            socket.say(message);
            await p.closed();
            t.mock.timers.tick(1001);
            await turns();
            return [p.closes[0].uri, p.closes[0].will_retry, p.sockets.length];
        });
        assert.deepEqual(ours, [message[2], true, 2]);
        assert.deepEqual(theirs, [message[2], false, 1]);
    });
}

test('a router that says GOODBYE gets its reply, with the URI of the specification, where autobahn closes before it is sent', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        socket.say([6, {}, 'wamp.close.system_shutdown']);
        await p.closed();
        await turns();
        return after(socket);
    });
    assert.deepEqual(theirs, []);
    assert.deepEqual(ours, [[6, {}, 'wamp.close.goodbye_and_out']]);
});

test('a router whose challenge cannot be answered is told so, where autobahn closes before ABORT is sent', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open({ authmethods: ['ticket'] });
        const socket = await p.greeted();
        socket.say([4, 'ticket', {}]);
        await p.closed();
        await turns();
        return after(socket).map(([type, , reason]) => [type, reason]);
    });
    assert.deepEqual(theirs, []);
    assert.deepEqual(ours, [[3, 'wamp.error.cannot_authenticate']]);
});

test('an argument that cannot be sent rejects its call, where autobahn leaves the call hanging', async (t) => {
    const circle = {};
    circle.self = circle;
    const { theirs, ours } = await both(t, async (p) => {
        await p.joined();
        let state;
        const errors = await unhandled(async () => {
            state = await stateOf(p.session.call('com.a', [circle]));
        });
        return [state, errors.length];
    });
    assert.deepEqual(ours, ['rejected', 0]);
    assert.deepEqual(theirs, ['pending', 1]);
});

test('the caller gets the text of an error that an endpoint throws, where autobahn sends {}', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        p.session.register('com.p', () => {
            throw new Error('no such thing');
        });
        await until(() => after(socket).length === 1, 'REGISTER');
        socket.say([65, 1, 5], [68, 1, 5, {}]);
        await until(() => after(socket).length === 2, 'ERROR');
        return after(socket)[1];
    });
    assert.deepEqual(ours, [8, 68, 1, {}, 'wamp.error.runtime_error', ['no such thing']]);
    assert.deepEqual(theirs, [8, 68, 1, {}, 'wamp.error.runtime_error', [{}]]);
});

test('a router that breaks the protocol is reported as an Error with a text, where autobahn reports undefined and sets a global', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    t.after(() => delete globalThis.error);
    const { theirs, ours } = await both(t, async (p) => {
        delete globalThis.error;
        const socket = await p.joined();
        socket.say([36, 'no id', 1, {}]);
        await p.closed();
        const [[name, , error]] = p.reported;
        return [name, error instanceof Error && error.message, 'error' in globalThis];
    });
    assert.equal(ours[0], 'on_internal_error');
    assert.match(ours[1], /EVENT\.Subscription/);
    assert.equal(ours[2], false);
    assert.deepEqual(theirs, ['on_internal_error', false, true]);
});

test('a server that chooses no subprotocol is unsupported, where autobahn throws and never calls onclose', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open();
        const socket = await p.socket(0);
        const errors = await unhandled(async () => socket.accept(''));
        await turns();
        return [p.closes.map(({ reason, will_retry }) => [reason, will_retry]), errors.length + socket.thrown.length > 0];
    });
    assert.deepEqual(ours, [[['unsupported', false]], false]);
    assert.deepEqual(theirs, [[], true]);
});

test('an async onclose does not stop the retries, where autobahn takes its promise for a veto', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        (await p.joined({}, { onclose: async () => {} })).drop();
        await p.closed();
        t.mock.timers.tick(1001);
        await turns();
        return p.sockets.length;
    });
    assert.deepEqual([theirs, ours], [1, 2]);
});

for (const [what, late] of [
    ['an event that was on its way when its subscription ended', [36, 5, 9, {}, ['late']]],
    ['an INTERRUPT of a call that is over', [69, 99, {}]],
]) {
    test(`${what} is nothing, where autobahn closes the connection`, async (t) => {
        t.mock.timers.enable({ apis: ['setTimeout'] });
        const { theirs, ours } = await both(t, async (p) => {
            const socket = await p.joined();
            const subscribing = p.session.subscribe('com.t', () => {});
            await until(() => after(socket).length === 1, 'SUBSCRIBE');
            socket.say([33, 1, 5]);
            (await subscribing).unsubscribe();
            await until(() => after(socket).length === 2, 'UNSUBSCRIBE');
            socket.say([35, 2], late);
            await turns();
            return [p.connection.isOpen, p.closes.length];
        });
        assert.deepEqual(ours, [true, 0]);
        assert.deepEqual(theirs, [false, 1]);
    });
}

test('a message of a type that is none is answered with ABORT, where autobahn closes without a word', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        socket.say([99, 1]);
        await p.closed();
        await turns();
        return [p.closes.map(({ reason, will_retry }) => [reason, will_retry]), after(socket).map(([type, , uri]) => [type, uri])];
    });
    assert.deepEqual(ours, [[['closed', true]], [[3, 'wamp.error.protocol_violation']]]);
    assert.deepEqual(theirs, [[['closed', true]], []]);
});

test('as autobahn: what is sent in one turn arrives in its order', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        for (let n = 0; n < 5; n++) p.session.publish('com.t', [n]);
        await until(() => after(socket).length === 5, 'PUBLISH');
        return after(socket).map((message) => [message[1], message[4][0]]);
    });
    assert.deepEqual(ours, [[1, 0], [2, 1], [3, 2], [4, 3], [5, 4]]);
    assert.deepEqual(theirs, ours);
});

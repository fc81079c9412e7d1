// A trap in WebAssembly, should one ever happen: its memory is spoilt for the test. One rule: a file and a
// process of its own, as every session of the process is hit.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memory } from '../../pkg/glue/load.js';
import { Core } from '../../pkg/wasm/wamp_wasm.js';
import { opened, turn } from './memory.mjs';

/** Everything that a session may have under way. */
async function busy() {
    const far = await opened('wamp.2.json');
    const { session, feed } = far;
    const subscribing = session.subscribe('com.t');
    const registering = session.register('com.p', (args, kwargs, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))));
    feed([33, 1, 5], [65, 2, 6]);
    const [subscription] = [await subscribing, await registering];
    const parts = session.call('com.a', [], {}, { receive_progress: true });
    const waiting = [
        session.call('com.b'), session.publish('com.t', [], {}, { acknowledge: true }), session.subscribe('com.u', () => {}), session.register('com.q', () => {}),
        parts, parts[Symbol.asyncIterator]().next(), subscription[Symbol.asyncIterator]().next(),
    ];
    feed([68, 1, 6, {}]);
    return { ...far, waiting: Promise.allSettled(waiting) };
}

async function assertEnded({ session, waiting, closes, faults, line }) {
    const outcomes = await waiting;
    assert.deepEqual(outcomes.map(({ status, reason }) => [status, reason?.name]), outcomes.map(() => ['rejected', 'SessionLost']));
    const { message, was_open } = await session.closed;
    assert.match(message, /internal error/);
    assert.equal(was_open, true);
    await turn();
    assert.deepEqual([faults.length, closes.length, line.closed, session.isOpen, session.subscriptions, session.registrations], [1, 1, true, false, [], []]);
    assert.throws(() => session.call('com.a'), { name: 'StateError', message: 'session not open' });
}

test('a trap in one session rejects everything in it and says so, and other sessions of the page go on', async (t) => {
    const [hit, other] = [await busy(), await busy()];
    const { poll } = Core.prototype;
    let victim = true;
    t.mock.method(Core.prototype, 'poll', function () {
        if (victim) {
            victim = false;
            throw new WebAssembly.RuntimeError('unreachable');
        }
        return poll.call(this);
    });
    hit.feed([17, 5, 9], [50, 4, {}]);
    await assertEnded(hit);
    assert.equal(other.session.isOpen, true);
    const call = other.session.call('com.c');
    other.feed([50, 8, {}, ['still here']]);
    assert.equal(await call, 'still here');
    assert.equal((await opened('wamp.2.msgpack')).session.isOpen, true);
});

test('whoever closes the connection when a trap is reported hears of its end, once', async (t) => {
    let connection;
    const far = await opened('wamp.2.json', { options: { durable: true, on_internal_error: () => connection.close() } });
    ({ connection } = far);
    const printed = t.mock.method(console, 'error', () => {});
    const mocked = t.mock.method(Core.prototype, 'poll', () => {
        throw new WebAssembly.RuntimeError('unreachable');
    });
    far.feed([8, 48, 3, {}, 'com.example.error']);
    mocked.mock.restore();
    await turn();
    assert.deepEqual(printed.mock.calls.map(({ arguments: [text, error] }) => `${text} ${error?.stack}`), []);
    assert.deepEqual([far.closes.length, far.line.closed, far.session.isOpen], [1, true, false]);
    assert.match((await far.session.closed).message, /by the application/);
});

test('a session whose memory is spoilt ends with what comes next, and what is asked of it fails and never hangs', async () => {
    const [received, closed, asked] = [await busy(), await busy(), await busy()];
    new Uint8Array(memory.buffer).fill(0xff);
    received.feed([8, 48, 3, {}, 'com.example.error']);
    await assertEnded(received);
    closed.line.onclose({ code: 1006, reason: '', wasClean: false });
    await assertEnded(closed);
    await assert.rejects(async () => asked.session.call('com.b'), Error);
});

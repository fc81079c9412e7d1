// What is asked for while there is no connection: it rejects, or waits its turn. And a session that is drained.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, SessionLost } from '../../pkg/node.js';
import { joined } from './peer.mjs';
import { Life } from './wire.mjs';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A session that waits for its next connection. */
function away(offline = { policy: 'wait', limit: 1000 }, config = {}) {
    const life = Life.opened({ offline, ...config });
    life.wire.drop();
    return life;
}

/** Everything that can be asked for. */
const ASKED = {
    call: (session, options) => session.call('com.p', [1], {}, options),
    'call in parts': (session, options) => session.call('com.p', (async function* () {})(), null, options),
    'publish with acknowledge': (session, options) => session.publish('com.t', [1], {}, { acknowledge: true, ...options }),
    subscribe: (session, options) => session.subscribe('com.t', () => {}, options),
    register: (session, options) => session.register('com.p', () => 1, options),
};

for (const [what, ask] of Object.entries(ASKED)) {
    test(`without a connection ${what} rejects with SessionLost, and nothing of it is sent later`, async () => {
        const life = away(undefined, { offline: undefined });
        await assert.rejects(ask(life.session), (error) => error instanceof SessionLost && /there is no connection/.test(error.message));
        assert.deepEqual(life.again().take(), []);
    });

    test(`${what} that waits longer than it may rejects with wamp.error.timeout`, async (t) => {
        t.mock.timers.enable({ apis: ['setTimeout'] });
        const life = away({ policy: 'fail', limit: 1000 });
        const rejected = assert.rejects(ask(life.session, { offline: 500 }), { uri: 'wamp.error.timeout' });
        t.mock.timers.tick(500);
        await rejected;
        assert.deepEqual(life.again().take(), []);
    });

    test(`${what} that waits rejects when there will be no connection`, async () => {
        const life = away();
        const rejected = assert.rejects(ask(life.session), SessionLost);
        life.controls.over(life.ends[0]);
        await rejected;
    });

    test(`a wrong offline option of ${what} is a TypeError that names it`, () => {
        const { session } = Life.opened();
        for (const offline of ['later', -1, true]) {
            assert.throws(() => ask(session, { offline }), { name: 'TypeError', message: /<options>.offline must be 'fail', 'wait' or a number of milliseconds$/ });
        }
    });
}

test('without a connection publish without acknowledge throws SessionLost', () => {
    const { session } = away(undefined, { offline: undefined });
    assert.throws(() => session.publish('com.t'), SessionLost);
});

test('what waits is sent once, in order, after the handles were asked for again', async () => {
    const life = Life.opened({ offline: { policy: 'wait', limit: 1000 } });
    const subscribing = life.session.subscribe('com.kept', () => {});
    life.wire.take();
    life.wire.send([33, 1, 5]);
    await subscribing;
    life.wire.drop();
    const { session } = life;
    session.publish('com.t', ['unacknowledged']);
    const publishing = session.publish('com.t', ['acknowledged'], {}, { acknowledge: true });
    const calling = session.call('com.p', [1]);
    const another = session.subscribe('com.new', () => {});
    const registering = session.register('com.p', () => 1);
    const wire = life.again();
    assert.deepEqual(wire.take(), [
        [32, 1, {}, 'com.kept'],
        [16, 2, {}, 'com.t', ['unacknowledged']],
        [16, 3, { acknowledge: true }, 'com.t', ['acknowledged']],
        [48, 4, {}, 'com.p', [1]],
        [32, 5, {}, 'com.new'],
        [64, 6, {}, 'com.p'],
    ]);
    wire.send([33, 1, 50], [17, 3, 9], [50, 4, {}, ['sum']], [33, 5, 51], [65, 6, 60]);
    assert.equal((await publishing).id, 9);
    assert.equal(await calling, 'sum');
    assert.deepEqual([(await another).id, (await registering).id], [51, 60]);
    wire.drop();
    assert.deepEqual(life.again().take().map(([code]) => code), [32, 32, 64]);
});

test('what waits is sent before what the application sends when it learns of the connection', async () => {
    const life = away({ policy: 'wait', limit: 10 }, { joined: () => life.session.publish('com.t', ['after']) });
    life.wire.take();
    life.session.publish('com.t', ['before']);
    const wire = life.again();
    assert.deepEqual(wire.take().map((message) => message[4][0]), ['before', 'after']);
});

test('what waited, was sent and is lost again rejects, and is not sent twice', async () => {
    const life = away();
    const rejected = assert.rejects(life.session.call('com.p'), SessionLost);
    const wire = life.again();
    assert.equal(wire.take().length, 1);
    wire.drop();
    await rejected;
    assert.deepEqual(life.again().take(), []);
});

test('what waits goes on waiting through attempts that fail', async () => {
    const life = away();
    const calling = life.session.call('com.p');
    const wire = life.attempt();
    wire.take();
    wire.send([3, {}, 'com.example.busy']);
    const next = life.again();
    assert.deepEqual(next.one(), [48, 1, {}, 'com.p']);
    next.send([50, 1, {}, ['late']]);
    assert.equal(await calling, 'late');
});

test('a message says by itself what becomes of it, and that is not sent', async () => {
    const life = Life.opened({ offline: { policy: 'fail', limit: 10 } });
    const { session } = life;
    session.publish('com.t', [], {}, { offline: 'wait' });
    session.call('com.p', [], {}, { offline: 5 }).catch(() => {});
    session.call('com.p', (async function* () {})(), null, { offline: 'wait' }).catch(() => {});
    await settled();
    session.subscribe('com.t', () => {}, { offline: null }).catch(() => {});
    session.register('com.p', () => {}, { offline: 'fail' }).catch(() => {});
    assert.deepEqual(life.wire.take().map((message) => message[2]), [{}, {}, {}, {}, {}]);
    life.wire.drop();
    session.publish('com.t', ['kept'], {}, { offline: 'wait' });
    assert.throws(() => session.publish('com.t'), SessionLost);
    assert.deepEqual(life.again().take(), [[16, 1, {}, 'com.t', ['kept']]]);
});

test('a full queue takes nothing more, and says so', async () => {
    const life = away({ policy: 'wait', limit: 2 });
    const { session } = life;
    session.publish('com.t', [1]);
    const second = session.call('com.p');
    await assert.rejects(session.call('com.p'), { uri: 'wamp.error.limit_exceeded', args: ['2 requests wait for a connection already'] });
    assert.throws(() => session.publish('com.t'), { uri: 'wamp.error.limit_exceeded' });
    second.cancel();
    await assert.rejects(second, { uri: 'wamp.error.canceled' });
    session.publish('com.t', [2]);
    assert.deepEqual(life.again().take().map((message) => message[4][0]), [1, 2]);
});

test('a call that waits can be canceled, by cancel() and by its signal, and is not sent', async () => {
    const life = away();
    const controller = new AbortController();
    const calls = [life.session.call('com.a'), life.session.call('com.b', [], {}, { signal: controller.signal })];
    let closed = false;
    const parts = (async function* () {
        try {
            yield 1;
        } finally {
            closed = true;
        }
    })();
    const inParts = life.session.call('com.c', parts);
    const rejected = Promise.all([...calls, inParts].map((call) => assert.rejects(call, { uri: 'wamp.error.canceled' })));
    calls[0].cancel({ mode: 'kill' });
    controller.abort();
    inParts.cancel();
    await rejected;
    assert.deepEqual(life.again().take(), []);
    assert.equal(closed, false, 'the stream was not begun');
    assert.deepEqual(await parts.next(), { done: true, value: undefined });
});

test('the timeout of a call that waits counts from when it is sent', async (t) => {
    const life = away();
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const calling = life.session.call('com.p', [], {}, { timeout: 1000 });
    t.mock.timers.tick(5000);
    const wire = life.again();
    assert.deepEqual(wire.one(), [48, 1, { timeout: 1000 }, 'com.p']);
    wire.send([50, 1, {}, ['in time']]);
    assert.equal(await calling, 'in time');
});

test('a call in parts that waits is read and sent on the next connection', async () => {
    const life = away();
    const calling = life.session.call('com.p', (async function* () {
        yield 1;
        yield 2;
    })());
    await settled();
    const wire = life.again();
    await settled();
    assert.deepEqual(wire.take(), [[48, 1, { progress: true }, 'com.p', [1]], [48, 1, { progress: true }, 'com.p', [2]], [48, 1, {}, 'com.p']]);
    wire.send([50, 1, {}, ['all']]);
    assert.equal(await calling, 'all');
});

for (const [when, begin] of [['open', () => Life.opened()], ['away', away]]) {
    test(`a call in parts whose first part never comes, begun while the session is ${when}, is lost with the connection`, async () => {
        const life = begin();
        let returned = false;
        const stream = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: async () => (returned = true) }) };
        const calling = assert.rejects(life.session.call('com.p', stream), { name: 'SessionLost' });
        if (when === 'away') life.again();
        await settled();
        life.wire.drop();
        await calling;
        assert.equal(returned, true);
        assert.deepEqual(life.wire.take(), []);
    });
}

test('what waited and cannot be sent on the next connection says so and hinders nothing', async () => {
    const life = away();
    const { session } = life;
    const circle = {};
    circle.self = circle;
    session.publish('com.t', [circle]);
    const call = assert.rejects(session.call('com.p', [circle]), { name: 'EncodeError' });
    const parts = assert.rejects(session.call('com.p', (async function* () {})()), { name: 'FeatureNotSupported' });
    session.publish('com.t', ['fine']);
    const wire = life.again(8, { roles: { broker: {}, dealer: {} } });
    await Promise.all([call, parts]);
    assert.deepEqual(wire.one(), [16, 1, {}, 'com.t', ['fine']]);
    assert.deepEqual(life.errors.list.map(([text, error]) => [text, error.name]), [["What waited to be published to 'com.t' was not:", 'EncodeError']]);
});

test('call_timeout is the timeout of calls that have none of their own', async () => {
    const life = Life.opened({ call_timeout: 3000 });
    for (const options of [undefined, {}, { timeout: 5 }, { timeout: 0 }]) life.session.call('com.p', [], {}, options).catch(() => {});
    assert.deepEqual(life.wire.take().map((message) => message[2].timeout), [3000, 3000, 5, 0]);
});

test('leaving a loop over events unsubscribes, also while the send buffer is full', async () => {
    const { session, wire } = Life.opened();
    const subscribing = session.subscribe('com.t');
    wire.take();
    wire.send([33, 1, 5]);
    const stream = await subscribing;
    wire.send([36, 5, 1, {}, ['one']]);
    wire.transport.full = true;
    assert.throws(() => session.publish('com.t'), { name: 'StateError', message: /^send buffer full/ });
    for await (const event of stream) if (event.args[0] === 'one') break;
    await settled();
    assert.deepEqual(wire.one(), [34, 2, 5]);
    assert.equal(stream.state, 'ended');
});

test('on_slow is called when events begin to be dropped, and again after the reader has caught up', async () => {
    const life = Life.opened();
    const slow = [];
    const subscribing = life.session.subscribe('com.t', null, { buffer: 2, on_slow: (dropped) => slow.push(dropped) });
    assert.deepEqual(life.wire.one(), [32, 1, {}, 'com.t']);
    life.wire.send([33, 1, 5]);
    const stream = await subscribing;
    const publish = (count) => {
        for (let i = 0; i < count; i++) life.wire.send([36, 5, 1, {}, [i]]);
    };
    publish(5);
    assert.deepEqual([slow, stream.dropped], [[1], 3]);
    const events = stream[Symbol.asyncIterator]();
    await events.next();
    publish(2);
    assert.deepEqual([slow, stream.dropped], [[1], 4]);
    await events.next();
    await events.next();
    publish(3);
    assert.deepEqual([slow, stream.dropped], [[1, 5], 5]);
    assert.deepEqual(life.told, [{ type: 'slow', subscription: stream, dropped: 1 }, { type: 'slow', subscription: stream, dropped: 5 }]);
});

test('drain() ends the handles, waits for what has begun, and leaves', async () => {
    const life = Life.opened();
    const { session, wire } = life;
    const subscribing = session.subscribe('com.t', () => {});
    let answer;
    const registering = session.register('com.p', () => new Promise((resolve) => (answer = resolve)));
    wire.take();
    wire.send([33, 1, 5], [65, 2, 6]);
    await Promise.all([subscribing, registering]);
    wire.send([68, 1, 6, {}]);
    const calling = session.call('com.other');
    wire.take();

    const drained = session.drain();
    assert.deepEqual(wire.take(), [[34, 4, 5], [66, 5, 6]]);
    // What runs may still ask others.
    session.publish('com.t', ['from the endpoint']);
    assert.equal(wire.one()[0], 16);
    wire.send([35, 4], [67, 5]);
    await settled();
    assert.deepEqual(wire.take(), []);
    answer('done');
    await settled();
    assert.deepEqual(wire.take(), [[70, 1, {}, ['done']]]);
    for (const ask of [() => session.call('com.p'), () => session.publish('com.t'), () => session.subscribe('com.t'), () => session.register('com.q', () => {})]) {
        assert.throws(ask, { name: 'StateError', message: 'session draining' });
    }
    wire.send([50, 3, {}, ['answer']]);
    assert.equal(await calling, 'answer');
    await settled();
    assert.deepEqual(wire.one(), [6, {}, 'wamp.close.normal']);
    wire.send([6, {}, 'wamp.close.goodbye_and_out']);
    assert.equal((await drained).was_open, true);
    assert.equal((await subscribing).state, 'ended');
});

test('while a session is drained endpoints that run may call, but make no new handles', async () => {
    const life = Life.opened();
    const { session, wire } = life;
    const registering = session.register('com.p', () => new Promise(() => {}));
    wire.take();
    wire.send([65, 1, 6]);
    await registering;
    wire.send([68, 1, 6, {}]);
    session.drain();
    wire.take();
    session.call('com.q');
    assert.deepEqual(wire.one(), [48, 3, {}, 'com.q']);
    assert.throws(() => session.subscribe('com.t'), { name: 'StateError', message: 'session draining' });
    assert.throws(() => session.register('com.q', () => {}), { name: 'StateError', message: 'session draining' });
});

test('drain() that is called again ends as the first does', async () => {
    const { session, wire } = Life.opened();
    const calling = session.call('com.p');
    wire.take();
    const drained = [session.drain(), session.drain()];
    await settled();
    wire.send([50, 1, {}, ['answer']]);
    await calling;
    await settled();
    assert.deepEqual(wire.one(), [6, {}, 'wamp.close.normal']);
    wire.send([6, {}, 'wamp.close.goodbye_and_out']);
    for (const { was_open } of await Promise.all(drained)) assert.equal(was_open, true);
});

test('drain() waits for no longer than its timeout', async (t) => {
    const { session, wire } = Life.opened();
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const calling = assert.rejects(session.call('com.p'), SessionLost);
    wire.take();
    const drained = session.drain({ timeout: 1000 });
    await settled();
    assert.deepEqual(wire.take(), []);
    t.mock.timers.tick(1000);
    await settled();
    assert.deepEqual(wire.one(), [6, {}, 'wamp.close.normal']);
    wire.send([6, {}, 'wamp.close.goodbye_and_out']);
    await Promise.all([calling, drained]);
    assert.throws(() => session.drain({ timeout: -1 }), { name: 'TypeError' });
});

test('drain() without a connection sends what waits on the next one first', async () => {
    const life = away();
    const calling = life.session.call('com.p');
    const drained = life.session.drain();
    await settled();
    assert.deepEqual(life.stopped, []);
    const wire = life.again();
    wire.take();
    wire.send([50, 1, {}, ['answer']]);
    assert.equal(await calling, 'answer');
    await settled();
    assert.deepEqual(wire.one(), [6, {}, 'wamp.close.normal']);
    wire.send([6, {}, 'wamp.close.goodbye_and_out']);
    await drained;
});

test('a session is left at the end of the block that disposes of it', async (t) => {
    const { session, router } = await joined(t, { connect });
    const disposing = session[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
    assert.deepEqual(await router.goodbye(), [6, {}, 'wamp.close.normal']);
    await disposing;
    assert.equal(session.isOpen, false);
    await session[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
});

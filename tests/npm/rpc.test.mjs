// The Advanced Profile of RPC: canceling, timeouts, interrupts, and calls and results in parts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Result, WampError, connect } from '../../pkg/node.js';
import { joined, reports } from './peer.mjs';

const join = (t, options, details) => joined(t, { connect, options, details });
const BASIC = { roles: { broker: {}, dealer: {} } };

async function joinWithReports(t) {
    const errors = reports();
    return { ...(await join(t, errors)), errors };
}

/** A session whose endpoint serves registration 5. */
async function serving(t, endpoint) {
    const errors = reports();
    const { session, router } = await join(t, errors);
    const registering = session.register('com.p', endpoint);
    await router.receive();
    router.send([65, 1, 5]);
    await registering;
    return { session, router, errors };
}

// --- canceling --------------------------------------------------------------------------------------

test('cancel, a signal and a timeout send CANCEL, and the call is over at once', async (t) => {
    const { session, router } = await join(t);
    const controller = new AbortController();
    const calls = [session.call('com.a'), session.call('com.a'), session.call('com.a', [], {}, { signal: controller.signal }), session.call('com.a', [], {}, { timeout: 1 })];
    const settled = Promise.allSettled(calls);
    calls[0].cancel();
    calls[1].cancel({ mode: 'skip' });
    controller.abort('enough');
    const reasons = (await settled).map(({ reason }) => [reason.uri, reason.args[0], reason.cause]);
    assert.deepEqual(reasons, [
        ['wamp.error.canceled', 'canceled by the caller', undefined],
        ['wamp.error.canceled', 'canceled by the caller', undefined],
        ['wamp.error.canceled', 'canceled by signal', 'enough'],
        ['wamp.error.timeout', 'no answer within 1 ms', undefined],
    ]);
    const sent = [];
    for (let i = 0; i < 8; i++) sent.push(await router.receive());
    assert.deepEqual(sent.slice(4), [[49, 1, { mode: 'killnowait' }], [49, 2, { mode: 'skip' }], [49, 3, { mode: 'killnowait' }], [49, 4, { mode: 'killnowait' }]]);
    calls[0].cancel();
    router.send([50, 1, {}, ['late']], [8, 48, 2, {}, 'wamp.error.canceled']);
    const last = session.call('com.b');
    assert.equal((await router.receive())[3], 'com.b');
    router.send([50, 5, {}, ['alive']]);
    assert.equal(await last, 'alive');
});

test('a call that is killed waits for what the callee says', async (t) => {
    const { session, router } = await join(t);
    const calls = [session.call('com.a'), session.call('com.a')];
    for (const call of calls) call.cancel({ mode: 'kill' });
    router.send([8, 48, 1, {}, 'wamp.error.canceled', ['stopped'], { at: 3 }], [50, 2, {}, ['done before']]);
    await assert.rejects(calls[0], { uri: 'wamp.error.canceled', args: ['stopped'], kwargs: { at: 3 } });
    assert.equal(await calls[1], 'done before');
    assert.throws(() => calls[0].cancel({ mode: 'softly' }), { name: 'TypeError', message: /<options>.mode must be one of skip/ });
});

test('to a router that does not cancel calls nothing is sent, and the call is over all the same', async (t) => {
    const { session, router } = await join(t, {}, BASIC);
    const call = session.call('com.a');
    call.cancel({ mode: 'kill' });
    await assert.rejects(call, { uri: 'wamp.error.canceled' });
    await assert.rejects(session.call('com.b', [], {}, { timeout: 1 }), { uri: 'wamp.error.timeout' });
    await router.receive();
    assert.equal((await router.receive())[3], 'com.b');
    assert.equal(router.unread, 0);
});

// --- interrupts -------------------------------------------------------------------------------------

test('an endpoint that listens is told to stop, and its outcome is the answer', async (t) => {
    const reasons = [];
    const { router, errors } = await serving(t, (args, kwargs, { signal }) => new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => {
            reasons.push(signal.reason);
            if (args[0] === 'result') resolve('half of it');
            else reject(args[0] === 'reason' ? signal.reason : new DOMException('stopped', 'AbortError'));
        });
    }));
    router.send([68, 1, 5, {}, ['result']], [68, 2, 5, {}, ['reason']], [68, 3, 5, {}, ['platform']], [68, 4, 5, {}, ['reason']]);
    router.send([69, 1, { mode: 'kill' }], [69, 2, { mode: 'kill', reason: 'com.bored' }], [69, 3, { mode: 'kill' }], [69, 4, { mode: 'killnowait' }]);
    assert.deepEqual([await router.receive(), await router.receive(), await router.receive()], [
        [70, 1, {}, ['half of it']],
        [8, 68, 2, {}, 'wamp.error.canceled', ['com.bored']],
        [8, 68, 3, {}, 'wamp.error.canceled'],
    ]);
    assert.ok(reasons.every((reason) => reason instanceof WampError && reason.uri === 'wamp.error.canceled'));
    assert.equal(reasons.length, 4);
    assert.equal(router.unread, 0);
    assert.deepEqual(errors.list, []);
});

test('an endpoint that does not listen is answered for, and what it gives later is not sent', async (t) => {
    const ends = [];
    const { session, router } = await serving(t, () => new Promise((resolve) => ends.push(resolve)));
    router.send([68, 1, 5, {}], [68, 2, 5, {}], [69, 1, { mode: 'kill' }], [69, 2, {}], [69, 99, { mode: 'kill' }]);
    assert.deepEqual(await router.receive(), [8, 68, 1, {}, 'wamp.error.canceled']);
    for (const end of ends) end('late');
    const answer = session.call('com.last');
    assert.equal((await router.receive())[3], 'com.last');
    router.send([50, 2, {}]);
    await answer;
});

test('the end of the session aborts what still runs', async (t) => {
    let signal;
    const { session, router } = await serving(t, (args, kwargs, invocation) => {
        signal = invocation.signal;
        return new Promise(() => {});
    });
    router.send([68, 1, 5, {}]);
    router.drop();
    await session.closed;
    assert.equal(signal.aborted, true);
    assert.equal(signal.reason.name, 'SessionLost');
});

test('an invocation and an event show all details, trust levels among them', async (t) => {
    const seen = [];
    const { session, router } = await serving(t, (args, kwargs, invocation) => {
        seen.push(invocation.details, Object.keys(invocation).includes('details'));
    });
    const subscribing = session.subscribe('com.t', (args, kwargs, event) => seen.push(event.details, Object.keys(event).includes('details')));
    await router.receive();
    router.send([33, 2, 6], [68, 1, 5, { trustlevel: 3, timeout: 100, _x_own: 1 }], [36, 6, 7, { trustlevel: 2 }]);
    await subscribing;
    await router.receive();
    const answer = session.call('com.last');
    await router.receive();
    router.send([50, 3, {}]);
    await answer;
    assert.deepEqual(seen, [{ trustlevel: 3, timeout: 100, _x_own: 1 }, false, { trustlevel: 2 }, false]);
});

// --- results in parts -------------------------------------------------------------------------------

test('for await gives the parts of a result, and the promise the result', async (t) => {
    const { session, router } = await join(t);
    const call = session.call('com.a', [], {}, { receive_progress: true });
    router.send([50, 1, { progress: true }, [1]], [50, 1, { progress: true }, [2, 3]], [50, 1, {}, ['end']]);
    const parts = [];
    for await (const part of call) parts.push(part);
    assert.deepEqual(parts, [1, new Result([2, 3])]);
    assert.equal(await call, 'end');
});

test('an error ends the loop, and leaving the loop cancels the call', async (t) => {
    const { session, router } = await join(t);
    const failing = session.call('com.a', [], {}, { receive_progress: true });
    await router.receive();
    router.send([50, 1, { progress: true }, [1]], [8, 48, 1, {}, 'com.error']);
    const parts = [];
    await assert.rejects(async () => { for await (const part of failing) parts.push(part); }, { uri: 'com.error' });
    assert.deepEqual(parts, [1]);
    const endless = session.call('com.a', [], {}, { receive_progress: true });
    await router.receive();
    router.send([50, 2, { progress: true }, ['first']]);
    for await (const part of endless) {
        assert.equal(part, 'first');
        break;
    }
    assert.deepEqual(await router.receive(), [49, 2, { mode: 'killnowait' }]);
    await assert.rejects(endless, { uri: 'wamp.error.canceled' });
    const whole = session.call('com.a');
    whole.catch(() => {});
    assert.throws(() => whole[Symbol.asyncIterator](), { name: 'TypeError', message: /receive_progress: true/ });
});

test('a call that has failed before anyone iterates ends the loop with its error, too', async (t) => {
    const { session, router } = await join(t);
    const unsendable = session.call('com.a', [10n ** 30n], {}, { receive_progress: true });
    await assert.rejects(async () => { for await (const _ of unsendable); }, { name: 'EncodeError' });
    const failing = session.call('com.a', [], {}, { receive_progress: true });
    await router.receive();
    router.send([8, 48, 1, {}, 'com.error']);
    await assert.rejects(failing, { uri: 'com.error' });
    await assert.rejects(async () => { for await (const _ of failing); }, { uri: 'com.error' });
});

test('a timeout that is a BigInt is a number of milliseconds like any other', async (t) => {
    const { session } = await join(t);
    await assert.rejects(session.call('com.a', [], {}, { timeout: 1n }), { uri: 'wamp.error.timeout' });
    assert.equal(session.isOpen, true);
});

test('a call that its own arguments give up is canceled', async (t) => {
    const { session, router } = await join(t);
    const controller = new AbortController();
    const argument = { toJSON: () => (controller.abort('changed my mind'), 1) };
    await assert.rejects(session.call('com.a', [argument], {}, { signal: controller.signal }), { uri: 'wamp.error.canceled' });
    assert.deepEqual([await router.receive(), await router.receive()], [[48, 1, {}, 'com.a', [1]], [49, 1, { mode: 'killnowait' }]]);
});

test('a Result or WampError with args that are no list, or kwargs that are no dict, is an error and not a broken message', async (t) => {
    const answers = [new Result('one'), new Result([1], [2]), () => new WampError('com.error', 'one'), () => new WampError('com.error', [1], [2]), new Result(5), () => new WampError('com.error', true)];
    const { session, router, errors } = await serving(t, () => {
        const answer = answers.shift();
        if (typeof answer === 'function') throw answer();
        return answer;
    });
    for (let i = 1; i <= 6; i++) router.send([68, i, 5, {}]);
    const sent = [];
    for (let i = 1; i <= 6; i++) sent.push(await router.receive());
    const [args, kwargs] = ['<args> must be an array []', '<kwargs> must be an object {}'];
    assert.deepEqual(sent, [
        [8, 68, 1, {}, 'wamp.error.runtime_error', [`the result cannot be sent: Result: ${args}`]],
        [8, 68, 2, {}, 'wamp.error.runtime_error', [`the result cannot be sent: Result: ${kwargs}`]],
        [8, 68, 3, {}, 'com.error', [sent[2][5]?.[0]]],
        [8, 68, 4, {}, 'com.error', ['com.error']],
        [8, 68, 5, {}, 'wamp.error.runtime_error', [`the result cannot be sent: Result: ${args}`]],
        [8, 68, 6, {}, 'com.error', ['com.error']],
    ]);
    const problems = errors.list.filter(([text]) => text === 'The error of an invocation handler cannot be sent:');
    assert.deepEqual(problems.map(([, error]) => error.message), [`WampError: ${args}`, `WampError: ${kwargs}`, `WampError: ${args}`]);
    for (const wrong of ['one', 5]) await assert.rejects(session.call('com.a', (async function* () { yield new Result(wrong); })()), { name: 'TypeError', message: `Result: ${args}` });
    session.call('com.b').catch(() => {});
    assert.equal((await router.receive())[3], 'com.b');
});

// --- calls in parts ---------------------------------------------------------------------------------

test('a stream as args is sent as one call in parts, and ends with an empty one', async (t) => {
    const { session, router } = await join(t);
    async function* parts() {
        yield 1;
        yield new Result([2, 3], { k: 4 });
        yield [5];
    }
    const call = session.call('com.a', parts(), null, { disclose_me: true });
    const sent = [];
    for (let i = 0; i < 4; i++) sent.push(await router.receive());
    assert.deepEqual(sent, [
        [48, 1, { disclose_me: true, progress: true }, 'com.a', [1]],
        [48, 1, { progress: true }, 'com.a', [2, 3], { k: 4 }],
        [48, 1, { progress: true }, 'com.a', [[5]]],
        [48, 1, {}, 'com.a'],
    ]);
    router.send([50, 1, {}, ['sum']]);
    assert.equal(await call, 'sum');
});

test('a ReadableStream is a stream, also where it is no async iterable; an empty one is a call without arguments', async (t) => {
    const { session, router } = await join(t);
    const stream = new ReadableStream({
        start(controller) {
            controller.enqueue('a');
            controller.close();
        },
    });
    const safari = { getReader: () => stream.getReader() };
    session.call('com.a', safari).catch(() => {});
    assert.deepEqual([await router.receive(), await router.receive()], [[48, 1, { progress: true }, 'com.a', ['a']], [48, 1, {}, 'com.a']]);
    session.call('com.b', (async function* () {})()).catch(() => {});
    assert.deepEqual(await router.receive(), [48, 2, {}, 'com.b']);
});

test('a stream is told when its call is over, and one that fails cancels its call', async (t) => {
    const { session, router } = await join(t);
    let told;
    const returned = new Promise((resolve) => (told = resolve));
    const endless = { [Symbol.asyncIterator]: () => ({ n: 0, next() { return this.n++ === 0 ? Promise.resolve({ done: false, value: 0 }) : new Promise(() => {}); }, return: async () => told('returned') }) };
    const call = session.call('com.a', endless);
    await router.receive();
    router.send([8, 48, 1, {}, 'com.enough']);
    await assert.rejects(call, { uri: 'com.enough' });
    assert.equal(await returned, 'returned');
    const problem = new Error('no more');
    const failing = session.call('com.a', (async function* () {
        yield 1;
        throw problem;
    })());
    await assert.rejects(failing, problem);
    assert.deepEqual([await router.receive(), await router.receive()], [[48, 2, { progress: true }, 'com.a', [1]], [49, 2, { mode: 'killnowait' }]]);
});

test('a stream that nobody can read rejects its call and leaves nothing behind', async (t) => {
    const { session, router } = await join(t);
    const locked = new ReadableStream();
    locked.getReader();
    const listeners = new Set();
    const signal = { aborted: false, addEventListener: (_, listener) => listeners.add(listener), removeEventListener: (_, listener) => listeners.delete(listener) };
    await assert.rejects(session.call('com.a', locked, null, { signal }), { name: 'TypeError' });
    assert.equal(listeners.size, 0);
    session.call('com.b').catch(() => {});
    assert.deepEqual(await router.receive(), [48, 1, {}, 'com.b']);
});

test('a stream whose end throws or gives nothing hurts nobody', async (t) => {
    const { session, router, errors } = await joinWithReports(t);
    for (const end of [() => { throw new Error('no end'); }, () => undefined, () => Promise.reject(new Error('no end'))]) {
        const stream = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: end }) };
        const call = session.call('com.a', stream);
        call.cancel();
        await assert.rejects(call, { uri: 'wamp.error.canceled' });
    }
    const endless = { [Symbol.asyncIterator]: () => ({ n: 0, next() { return this.n++ === 0 ? Promise.resolve({ done: false, value: 0 }) : new Promise(() => {}); }, return: () => { throw new Error('no end'); } }) };
    const call = session.call('com.a', endless);
    await router.receive();
    router.send([8, 48, 1, {}, 'com.enough']);
    await assert.rejects(call, { uri: 'com.enough' });
    assert.deepEqual(errors.list, []);
});

test('a Result that a stream returns is its last part, also where it is the only one', async (t) => {
    const { session, router } = await join(t);
    session.call('com.a', (async function* () {
        yield 1;
        return new Result([2], { k: 3 });
    })()).catch(() => {});
    assert.deepEqual([await router.receive(), await router.receive()], [[48, 1, { progress: true }, 'com.a', [1]], [48, 1, {}, 'com.a', [2], { k: 3 }]]);
    session.call('com.a', (async function* () { return new Result([2], { k: 3 }); })()).catch(() => {});
    assert.deepEqual(await router.receive(), [48, 2, {}, 'com.a', [2], { k: 3 }]);
});

test('a stream that is given up before its first part sends nothing', async (t) => {
    const { session, router } = await join(t);
    let give;
    const call = session.call('com.a', (async function* () {
        yield await new Promise((resolve) => (give = resolve));
    })());
    await Promise.resolve();
    call.cancel({ mode: 'kill' });
    await assert.rejects(call, { uri: 'wamp.error.canceled' });
    give(1);
    session.call('com.b').catch(() => {});
    assert.deepEqual(await router.receive(), [48, 1, {}, 'com.b']);
    assert.throws(() => session.call('com.a', (async function* () {})(), { k: 1 }), { name: 'TypeError', message: /<kwargs> must be absent/ });
});

test('an endpoint gets all parts of a call as one invocation', async (t) => {
    const { router } = await serving(t, async (args, kwargs, { chunks }) => {
        const all = [];
        for await (const chunk of chunks) all.push([chunk.args, chunk.kwargs]);
        return all;
    });
    router.send([68, 1, 5, { progress: true }, [1]], [68, 1, 5, { progress: true }, [2], { k: 3 }], [68, 2, 5, {}, ['whole']], [68, 1, 5, {}]);
    assert.deepEqual([await router.receive(), await router.receive()].sort((a, b) => a[1] - b[1]), [
        [70, 1, {}, [[[[1], {}], [[2], { k: 3 }]]]],
        [70, 2, {}, [[[['whole'], {}]]]],
    ]);
});

test('parts stop with an interrupt, and those after the answer are ignored', async (t) => {
    const { session, router } = await serving(t, async (args, kwargs, { chunks }) => {
        if (args[0] === 'first only') return 'enough';
        for await (const _ of chunks);
        return 'all';
    });
    router.send([68, 1, 5, { progress: true }, ['first only']], [68, 1, 5, { progress: true }], [68, 1, 5, {}]);
    assert.deepEqual(await router.receive(), [70, 1, {}, ['enough']]);
    router.send([68, 2, 5, { progress: true }, ['x']], [69, 2, { mode: 'kill' }], [68, 2, 5, {}]);
    assert.deepEqual(await router.receive(), [8, 68, 2, {}, 'wamp.error.canceled']);
    assert.equal(session.isOpen, true);
});

test('parts that nobody reads fail the call before they fill the memory', async (t) => {
    const { router } = await serving(t, (args, kwargs, { chunks }) => new Promise(() => chunks.next()));
    const part = [68, 1, 5, { progress: true }];
    for (let i = 0; i < 10_010; i++) router.send(part);
    const [, , request, , uri, [text]] = await router.receive();
    assert.deepEqual([request, uri], [1, 'wamp.error.canceled']);
    assert.match(text, /faster than they are read/);
});

// --- features ---------------------------------------------------------------------------------------

test('what needs a feature that the router does not announce is refused by name, and nothing is sent', async (t) => {
    const { session, router } = await join(t, {}, BASIC);
    const refused = (role, feature) => ({ name: 'FeatureNotSupported', role, feature, uri: 'wamp.error.feature_not_supported' });
    await assert.rejects(session.call('com.a', (async function* () {})()), refused('dealer', 'progressive_call_invocations'));
    await assert.rejects(session.call('com.a', [], {}, { progress: true }), refused('dealer', 'progressive_call_invocations'));
    await assert.rejects(session.call('com.a', [], {}, { ppt_scheme: 'x_own' }), refused('dealer', 'payload_passthru_mode'));
    await assert.rejects(session.subscribe('com.', () => {}, { match: 'prefix' }), refused('broker', 'pattern_based_subscription'));
    await assert.rejects(session.register('com.', () => {}, { match: 'prefix' }), refused('dealer', 'pattern_based_registration'));
    await assert.rejects(session.register('com.a', () => {}, { invoke: 'random' }), refused('dealer', 'shared_registration'));
    await assert.rejects(session.publish('com.a', [], {}, { acknowledge: true, exclude: [1] }), refused('broker', 'subscriber_blackwhite_listing'));
    assert.throws(() => session.publish('com.a', [], {}, { eligible_authid: ['joe'] }), refused('broker', 'subscriber_blackwhite_listing'));
    session.publish('com.a', [], {}, { exclude_me: false, retain: true });
    assert.deepEqual(await router.receive(), [16, 1, { exclude_me: false, retain: true }, 'com.a']);
});

// Requests under stress: wrong arguments, values that cannot be sent, callbacks that call back, handles
// that end, calls that are given up.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, EncodeError, StateError } from '../../pkg/node.js';
import { joined, reports } from './peer.mjs';

const join = (t, options, details) => joined(t, { connect, options, details });

/** A message that the router gets once everything before it is handled. */
async function barrier(session, router) {
    session.publish('com.example.barrier');
    const message = await router.receive();
    assert.equal(message[3], 'com.example.barrier');
    return message[1];
}

test('wrong arguments are a TypeError that names them, and nothing is sent', async (t) => {
    const { session, router } = await join(t);
    for (const [call, text] of [
        [() => session.call(5), 'Session.call: <procedure> must be a string'],
        [() => session.call('com.a', {}), 'Session.call: <args> must be an array []'],
        [() => session.call('com.a', [], []), 'Session.call: <kwargs> must be an object {}'],
        [() => session.call('com.a', [], new Uint8Array(1)), 'Session.call: <kwargs> must be an object {}'],
        [() => session.call('com.a', [], {}, 'x'), 'Session.call: <options> must be an object {}'],
        [() => session.call('com.a', [], {}, { timeout: 'soon' }), "Session.call: <options>.timeout must be an integer, not 'soon'"],
        [() => session.call('com.a', [], {}, { signal: 1 }), 'Session.call: <options>.signal must be an AbortSignal'],
        [() => session.call('com..a'), "Session.call: <procedure>: URI 'com..a' has an empty component"],
        [() => session.publish('com.a', 'text'), 'Session.publish: <args> must be an array []'],
        [() => session.publish('com a'), "Session.publish: <topic>: URI 'com a' has the forbidden character ' '"],
        [() => session.publish('com.a', [], {}, { acknowledge: 1 }), 'Session.publish: <options>.acknowledge must be a bool, not integer'],
        [() => session.publish('com.a', [], {}, { exclude: ['x'] }), 'Session.publish: <options>.exclude must be a list of integers, not list'],
        [() => session.subscribe(null), 'Session.subscribe: <topic> must be a string'],
        [() => session.subscribe('com.a', 'x'), 'Session.subscribe: <handler> must be a function'],
        [() => session.subscribe('com.a', () => {}, { match: 'fuzzy' }), "Session.subscribe: <options>.match must be one of 'exact' 'prefix' 'wildcard', not 'fuzzy'"],
        [() => session.subscribe('com.', () => {}), "Session.subscribe: <topic>: URI 'com.' has an empty component"],
        [() => session.register('com.a'), 'Session.register: <endpoint> must be a function'],
        [() => session.register('com.a', () => {}, { invoke: 'all' }), /^Session\.register: <options>\.invoke must be one of/],
        [() => session.unsubscribe({}), 'Session.unsubscribe: <subscription> must be a Subscription'],
        [() => session.unregister({}), 'Session.unregister: <registration> must be a Registration'],
        [() => session.leave(5), 'Session.leave: <reason> must be a string'],
        [() => session.leave('not a uri'), "Session.leave: <reason> must be a URI, not 'not a uri'"],
        [() => session.leave('com.x', 5), 'Session.leave: <message> must be a string'],
        [() => session.prefix(5), 'Session.prefix: <prefix> must be a string'],
        [() => session.resolve(5), 'Session.resolve: <curie> must be a string'],
    ]) {
        assert.throws(call, { name: 'TypeError', message: text }, String(text));
    }
    assert.equal(await barrier(session, router), 1);
});

test('a payload that cannot be encoded rejects that one promise and leaves no gap', async (t) => {
    const { session, router } = await join(t);
    const circular = {};
    circular.self = circular;
    let deep = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    for (const bad of [circular, deep, 2n ** 53n, '\0text']) {
        await assert.rejects(session.call('com.a', [bad]), (error) => error instanceof EncodeError && error.uri === 'wamp.error.invalid_argument');
        await assert.rejects(session.publish('com.a', [bad], {}, { acknowledge: true }), EncodeError);
        assert.throws(() => session.publish('com.a', [], { bad }), EncodeError);
    }
    const throwing = { toJSON() { throw new Error('no'); } };
    await assert.rejects(session.call('com.a', [throwing]), (error) => error instanceof EncodeError && error.cause.message === 'no');
    assert.equal(await barrier(session, router), 1);
});

test('an endpoint whose result cannot be sent answers with an ERROR', async (t) => {
    const errors = reports();
    const { session, router } = await join(t, errors);
    session.register('com.p', () => 2n ** 64n);
    await router.receive();
    router.send([65, 1, 5], [68, 9, 5, {}]);
    const error = await router.receive();
    assert.deepEqual(error.slice(0, 5), [8, 68, 9, {}, 'wamp.error.runtime_error']);
    assert.match(error[5][0], /^the result cannot be sent: /);
    assert.equal(errors.list.length, 1);
});

test('code that runs while a payload is encoded may send, and ids stay in order', async (t) => {
    const { session, router } = await join(t);
    const nosy = { toJSON: () => (session.publish('com.inner'), session.subscribe('com.sub', () => {}).catch(() => {}), 'outer') };
    session.publish('com.outer', [nosy]);
    const seen = [await router.receive(), await router.receive(), await router.receive()];
    assert.deepEqual(seen.map(([code, id, , uri]) => [code, id, uri]), [[16, 1, 'com.inner'], [32, 2, 'com.sub'], [16, 3, 'com.outer']]);
});

test('a handler may call straight back, in the middle of its own delivery', async (t) => {
    const { session, router } = await join(t);
    const order = [];
    const first = session.subscribe('com.t', ([n], _, __, subscription) => {
        order.push(`a${n}`);
        session.publish('com.echo', [n]);
        if (n === 2) subscription.unsubscribe();
    });
    const second = session.subscribe('com.t', ([n]) => order.push(`b${n}`));
    assert.equal((await router.receive())[1], 1);
    router.send([33, 1, 5]);
    assert.equal((await router.receive())[1], 2);
    router.send([33, 2, 5], [36, 5, 1, {}, [1]], [36, 5, 2, {}, [2]], [36, 5, 3, {}, [3]]);
    await Promise.all([first, second]);
    assert.deepEqual([(await router.receive())[4], (await router.receive())[4]], [[1], [2]]);
    await barrier(session, router);
    assert.deepEqual(order, ['a1', 'b1', 'a2', 'b2', 'b3']);
});

test('a handler that is unsubscribed by the one before it gets nothing more', async (t) => {
    const { session, router } = await join(t);
    let second;
    const got = [];
    const subscribing = session.subscribe('com.t', () => {
        got.push('first');
        if (second.active) second.unsubscribe();
    });
    await router.receive();
    router.send([33, 1, 5]);
    await subscribing;
    const another = session.subscribe('com.t', () => got.push('second'));
    await router.receive();
    router.send([33, 2, 5]);
    second = await another;
    router.send([36, 5, 1, {}]);
    // UNSUBSCRIBE is not sent, because the first handler remains.
    router.send([36, 5, 2, {}]);
    const answer = session.call('com.a');
    await router.receive();
    router.send([50, 3, {}]);
    await answer;
    assert.deepEqual(got, ['first', 'first']);
});

test('events reach the handlers of their own subscription, also where its id is a small number', async (t) => {
    const { session, router } = await join(t);
    const got = [];
    for (const [topic, id] of [['com.example.a', 2], ['com.example.b', 1]]) {
        const subscribing = session.subscribe(topic, ([n], _, event) => got.push([topic, n, event.retained]));
        const [, request] = await router.receive();
        router.send([33, request, id]);
        await subscribing;
    }
    router.send([36, 2, 10, {}, [1]], [36, 1, 11, {}, [2]], [36, 1, 12, { retained: true }, [3]], [36, 2, 13, { retained: true }, [4]]);
    const last = session.call('com.example.last');
    const [, request] = await router.receive();
    router.send([50, request, {}]);
    await last;
    assert.deepEqual(got, [['com.example.a', 1, false], ['com.example.b', 2, false], ['com.example.b', 3, true], ['com.example.a', 4, true]]);
});

test('a handler that comes later gets the next event, and one that ended gets none', async (t) => {
    const { session, router } = await join(t);
    const got = [];
    const subscribe = async (name) => {
        const subscribing = session.subscribe('com.example.topic', ([n]) => got.push(`${name}${n}`));
        const [, request] = await router.receive();
        router.send([33, request, 4]);
        return subscribing;
    };
    const arrived = async (n) => {
        router.send([36, 4, n, {}, [n]]);
        const call = session.call('com.example.sync');
        const [, request] = await router.receive();
        router.send([50, request, {}]);
        await call;
    };
    const first = await subscribe('a');
    await arrived(1);
    await subscribe('b');
    await arrived(2);
    await first.unsubscribe();
    await arrived(3);
    router.send([35, 0, { subscription: 4, reason: 'com.example.gone' }]);
    await arrived(4);
    assert.deepEqual(got, ['a1', 'a2', 'b2', 'b3']);
});

test('a handler that throws or rejects is reported, and the others get the event', async (t) => {
    const errors = reports();
    const { session, router } = await join(t, errors);
    const got = [];
    for (const handler of [() => { throw new Error('sync'); }, async () => { throw new Error('async'); }, () => got.push(1)]) {
        session.subscribe('com.t', handler);
        const [, id] = await router.receive();
        router.send([33, id, 5]);
    }
    router.send([36, 5, 1, {}]);
    const answer = session.call('com.a');
    router.send([50, (await router.receive())[1], {}]);
    await answer;
    assert.deepEqual(got, [1]);
    assert.deepEqual(errors.list.map(([text, error]) => `${text} ${error.message}`), ['Exception raised in event handler: sync', 'Exception raised in event handler: async']);
});

test('unsubscribe gives false while others remain and true for the last', async (t) => {
    const { session, router } = await join(t);
    const making = [session.subscribe('com.t', () => {}), session.subscribe('com.t', () => {})];
    await router.receive();
    router.send([33, 1, 5]);
    await router.receive();
    router.send([33, 2, 5]);
    const [a, b] = await Promise.all(making);
    assert.deepEqual(session.subscriptions, [[a, b]]);
    assert.equal(await a.unsubscribe(), false);
    assert.equal(a.active, false);
    const ending = session.unsubscribe(b);
    assert.deepEqual(await router.receive(), [34, 3, 5]);
    // An event that was on its way is not the router's fault.
    router.send([36, 5, 1, {}], [35, 3]);
    assert.equal(await ending, true);
    assert.deepEqual(session.subscriptions, []);
    assert.throws(() => b.unsubscribe(), new StateError('subscription not active'));
    assert.throws(() => session.unsubscribe(b), new StateError('subscription not active'));
});

test('unregister ends a registration; running invocations are still answered', async (t) => {
    const { session, router } = await join(t);
    let finish;
    const registering = session.register('com.p', () => new Promise((resolve) => (finish = resolve)));
    await router.receive();
    router.send([65, 1, 5]);
    const registration = await registering;
    router.send([68, 1, 5, {}]);
    await Promise.race([router.closed, new Promise((resolve) => setImmediate(function poll() { finish ? resolve() : setImmediate(poll); }))]);
    const ending = registration.unregister();
    assert.deepEqual(await router.receive(), [66, 2, 5]);
    router.send([67, 2]);
    assert.equal(await ending, undefined);
    assert.deepEqual([registration.active, session.registrations], [false, []]);
    finish('late');
    assert.deepEqual(await router.receive(), [70, 1, {}, ['late']]);
    assert.throws(() => registration.unregister(), new StateError('registration not active'));
});

test('what the router revokes says so on its handle', async (t) => {
    const { session, router } = await join(t);
    const subscribing = session.subscribe('com.t', () => {});
    await router.receive();
    router.send([33, 1, 5]);
    const registering = session.register('com.p', () => {});
    await router.receive();
    router.send([65, 2, 6]);
    const [subscription, registration] = await Promise.all([subscribing, registering]);
    router.send([35, 0, { subscription: 5, reason: 'com.why' }], [67, 0, { registration: 6, reason: 'com.why.not' }]);
    assert.equal(await subscription.on_unsubscribe, 'com.why');
    assert.equal(await registration.on_unregister, 'com.why.not');
    assert.deepEqual([subscription.active, registration.active], [false, false]);
});

test('a subscription without a handler is a stream that ends with unsubscribe', async (t) => {
    const { session, router } = await join(t);
    const subscribing = session.subscribe('com.t', null, { buffer: 2 });
    assert.deepEqual(await router.receive(), [32, 1, {}, 'com.t']);
    router.send([33, 1, 5], [36, 5, 1, {}, [1]], [36, 5, 2, {}, [2]], [36, 5, 3, {}, [3], { k: 1 }]);
    const answer = session.call('com.a');
    await router.receive();
    router.send([50, 2, {}]);
    await answer;
    const stream = await subscribing;
    const got = [];
    for await (const { args, kwargs, details } of stream) {
        got.push([args[0], kwargs, details.publication]);
        if (args[0] === 3) break;
    }
    assert.deepEqual(got, [[2, {}, 2], [3, { k: 1 }, 3]]);
    assert.equal(stream.dropped, 1);
    assert.deepEqual(await router.receive(), [34, 3, 5]);
});

test('a stream throws when the session is lost', async (t) => {
    const { session, router } = await join(t);
    const subscribing = session.subscribe('com.t');
    await router.receive();
    router.send([33, 1, 5]);
    const stream = await subscribing;
    const reading = (async () => {
        for await (const _ of stream);
    })();
    router.drop();
    await assert.rejects(reading, { name: 'SessionLost' });
});

test('a call can be given up by timeout, signal and cancel, and a late answer is ignored', async (t) => {
    const { session, router } = await join(t);
    const controller = new AbortController();
    const late = [session.call('com.a', [], {}, { timeout: 1 }), session.call('com.a', [], {}, { signal: controller.signal }), session.call('com.a')];
    const settled = Promise.allSettled(late);
    assert.deepEqual((await router.receive())[2], { timeout: 1 });
    assert.deepEqual((await router.receive())[2], {});
    await router.receive();
    controller.abort('reason');
    late[2].cancel();
    const reasons = (await settled).map(({ reason }) => reason);
    assert.deepEqual(reasons.map(({ uri }) => uri), ['wamp.error.timeout', 'wamp.error.canceled', 'wamp.error.canceled']);
    assert.equal(reasons[1].cause, 'reason');
    await assert.rejects(session.call('com.a', [], {}, { signal: AbortSignal.abort() }), { uri: 'wamp.error.canceled' });
    for (let canceled = 0; canceled < 3; canceled++) assert.equal((await router.receive())[0], 49);
    router.send([50, 1, {}], [50, 2, {}, [1]], [8, 48, 3, {}, 'com.x']);
    assert.equal(await barrier(session, router), 4);
    assert.equal(session.isOpen, true);
});

test('progressive results reach on_progress and the third argument of then', async (t) => {
    const { session, router } = await join(t);
    const parts = [];
    const values = [];
    const call = session.call('com.a', [], {}, { receive_progress: true, on_progress: (args, kwargs) => parts.push([args, kwargs]) });
    const done = call.then((value) => value, undefined, (value) => values.push(value));
    assert.deepEqual(await router.receive(), [48, 1, { receive_progress: true }, 'com.a']);
    router.send([50, 1, { progress: true }, [1]], [50, 1, { progress: true }, [2, 3], { k: 1 }], [50, 1, {}, ['end']]);
    assert.equal(await done, 'end');
    assert.deepEqual(parts, [[[1], {}], [[2, 3], { k: 1 }]]);
    assert.equal(values[0], 1);
    assert.deepEqual(values[1].args, [2, 3]);
});

test('an endpoint sends progress to a caller who takes it', async (t) => {
    const { session, router } = await join(t);
    session.register('com.p', (args, kwargs, invocation) => {
        invocation.progress([1], { k: 1 });
        invocation.progress([2]);
        return 'end';
    });
    await router.receive();
    router.send([65, 1, 5], [68, 1, 5, { receive_progress: true }]);
    assert.deepEqual(await router.receive(), [70, 1, { progress: true }, [1], { k: 1 }]);
    assert.deepEqual(await router.receive(), [70, 1, { progress: true }, [2]]);
    assert.deepEqual(await router.receive(), [70, 1, {}, ['end']]);
});

test('prefixes are resolved in requests', async (t) => {
    const { session, router } = await join(t);
    session.prefix('ex', 'com.example');
    assert.deepEqual([session.resolve('ex:a.b'), session.resolve('no:a'), session.resolve('plain')], ['com.example.a.b', 'no:a', 'plain']);
    session.publish('ex:t');
    assert.equal((await router.receive())[3], 'com.example.t');
    session.prefix('ex');
    assert.equal(session.resolve('ex:a'), 'ex:a');
});

test('disclose_me of the session is added to options, and the options of the caller are not touched', async (t) => {
    const { session, router } = await join(t);
    session.caller_disclose_me = session.publisher_disclose_me = true;
    const options = Object.freeze({ _own: 1 });
    session.publish('com.t', [], {}, options);
    assert.deepEqual((await router.receive())[2], { _own: 1, disclose_me: true });
    const call = session.call('com.p', [], {}, options);
    assert.deepEqual((await router.receive())[2], { _own: 1, disclose_me: true });
    router.send([50, 2, {}]);
    await call;
});

test('a router without the role rejects the request before it is sent', async (t) => {
    const { session, router } = await join(t, {}, { roles: { broker: {} } });
    await assert.rejects(session.call('com.a'), new StateError('the router is no dealer'));
    await assert.rejects(session.register('com.a', () => {}), StateError);
    assert.equal(await barrier(session, router), 1);
});

test('requests fail while too much waits in the socket', async (t) => {
    const { session, router } = await join(t, { max_buffered: 1 });
    const big = 'x'.repeat(4_000_000);
    session.publish('com.t', [big]);
    assert.ok(session.bufferedAmount > 1);
    assert.throws(() => session.publish('com.t'), /^StateError: send buffer full: \d+ octets wait in the WebSocket$/);
    assert.equal((await router.receive())[4][0].length, big.length);
});

// What a session does on the wire and what its promises and handlers get.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, Event, Invocation, Publication, Registration, Result, SessionLost, Subscription, WampError } from '../../pkg/node.js';
import { joined, reports } from './peer.mjs';

const join = (t, options, details) => joined(t, { connect, options, details });

test('connect says HELLO with the roles and what the options add, and resolves when welcome', async (t) => {
    const { session, hello } = await join(t, { authid: 'joe', authmethods: ['ticket'], authextra: { a: 1 } });
    assert.equal(hello[0], 1);
    assert.equal(hello[1], 'realm1');
    assert.deepEqual(Object.keys(hello[2].roles).sort(), ['callee', 'caller', 'publisher', 'subscriber']);
    assert.equal(hello[2].authid, 'joe');
    assert.deepEqual(hello[2].authmethods, ['ticket']);
    assert.deepEqual(hello[2].authextra, { a: 1 });
    assert.deepEqual([session.id, session.realm, session.isOpen], [7, 'realm1', true]);
});

test('the features are those that both sides announced', async (t) => {
    const theirs = { progressive_call_results: true, caller_identification: false, call_canceling: true, unheard_of: true };
    const { session } = await join(t, {}, { roles: { broker: { features: { publisher_exclusion: true } }, dealer: { features: theirs } } });
    assert.deepEqual(session.features, { publisher: { publisher_exclusion: true }, subscriber: {}, caller: { progressive_call_results: true, call_canceling: true }, callee: { progressive_call_results: true, call_canceling: true } });
});

test('a handler gets args, kwargs, an Event and its subscription', async (t) => {
    const { session, router } = await join(t);
    const calls = [];
    const subscribing = session.subscribe('com.example.chat', (...call) => calls.push(call), { get_retained: true, _x_own: 1 });
    assert.deepEqual(await router.receive(), [32, 1, { get_retained: true, _x_own: 1 }, 'com.example.chat']);
    // SUBSCRIBED and the first event at once: the handler has to be there already.
    router.send([33, 1, 11], [36, 11, 21, {}, ['hi'], { a: 1 }], [36, 11, 22, { publisher: 9, topic: 'com.x', retained: true }]);
    const subscription = await subscribing;
    router.send([36, 11, 23, {}, [], { only: 'kwargs' }]);
    const answer = session.call('com.example.last');
    await router.receive();
    router.send([50, 2, {}]);
    await answer;

    assert.ok(subscription instanceof Subscription);
    assert.deepEqual(Object.keys(subscription), ['topic', 'handler', 'options', 'session', 'id', 'active', 'on_unsubscribe']);
    assert.equal(subscription.session, session);
    assert.deepEqual(calls[0].slice(0, 2), [['hi'], { a: 1 }]);
    const event = calls[0][2];
    assert.ok(event instanceof Event);
    assert.deepEqual(Object.keys(event), ['publication', 'topic', 'publisher', 'publisher_authid', 'publisher_authrole', 'retained', 'forward_for']);
    assert.deepEqual([event.publication, event.topic, event.retained], [21, 'com.example.chat', false]);
    assert.equal(calls[0][3], subscription);
    assert.deepEqual(calls[1].slice(0, 2), [[], {}]);
    assert.deepEqual([calls[1][2].publisher, calls[1][2].topic, calls[1][2].retained], [9, 'com.x', true]);
    assert.deepEqual(calls[2].slice(0, 2), [[], { only: 'kwargs' }]);
});

test('a call gives null, the one value, or a Result', async (t) => {
    const { session, router } = await join(t);
    const answers = [session.call('com.a'), session.call('com.a', [1, 'x']), session.call('com.a', [], { k: 1 }), session.call('com.a', null, null, { _my_option: true })];
    assert.deepEqual(await router.receive(), [48, 1, {}, 'com.a']);
    assert.deepEqual(await router.receive(), [48, 2, {}, 'com.a', [1, 'x']]);
    assert.deepEqual(await router.receive(), [48, 3, {}, 'com.a', [], { k: 1 }]);
    assert.deepEqual(await router.receive(), [48, 4, { _my_option: true }, 'com.a']);
    router.send([50, 1, {}], [50, 2, { callee: 5 }, [42]], [50, 3, {}, [1, 2]], [50, 4, {}, [], { x: 1 }]);
    const [nothing, one, two, named] = await Promise.all(answers);
    assert.equal(nothing, null);
    assert.equal(one, 42);
    assert.ok(two instanceof Result && named instanceof Result);
    assert.deepEqual({ ...two }, { args: [1, 2], kwargs: {} });
    assert.deepEqual({ ...named }, { args: [], kwargs: { x: 1 } });
});

test('an error of a call is a WampError with uri, args, kwargs and details', async (t) => {
    const { session, router } = await join(t);
    const call = session.call('com.a');
    await router.receive();
    router.send([8, 48, 1, { trace: 1 }, 'com.example.error', ['why', 2], { k: 'v' }]);
    const error = await call.then(() => assert.fail('resolved'), (e) => e);
    assert.ok(error instanceof WampError && error instanceof Error);
    assert.deepEqual(Object.keys(error), ['error', 'args', 'kwargs']);
    assert.deepEqual([error.name, error.uri, error.error, error.message], ['WampError', 'com.example.error', 'com.example.error', 'com.example.error: why']);
    assert.deepEqual([error.args, error.kwargs, error.details], [['why', 2], { k: 'v' }, { trace: 1 }]);
});

test('publish gives undefined, and with acknowledge a Publication', async (t) => {
    const { session, router } = await join(t);
    assert.equal(session.publish('com.t', ['x']), undefined);
    const publishing = session.publish('com.t', [], {}, { acknowledge: true, exclude: [1, 2] });
    assert.deepEqual(await router.receive(), [16, 1, {}, 'com.t', ['x']]);
    assert.deepEqual(await router.receive(), [16, 2, { acknowledge: true, exclude: [1, 2] }, 'com.t']);
    router.send([17, 2, 99]);
    const publication = await publishing;
    assert.ok(publication instanceof Publication);
    assert.deepEqual({ ...publication }, { id: 99 });
    const refused = session.publish('com.t', [], {}, { acknowledge: true });
    await router.receive();
    router.send([8, 16, 3, {}, 'wamp.error.not_authorized']);
    await assert.rejects(refused, { uri: 'wamp.error.not_authorized' });
});

test('an endpoint answers with a value, a Result or a promise', async (t) => {
    const { session, router } = await join(t);
    const seen = [];
    const registering = session.register('com.p', async (args, kwargs, invocation) => {
        seen.push([args, kwargs, invocation]);
        return args[0] === 'result' ? new Result([1, 2], { x: 3 }) : args[0];
    }, { invoke: 'roundrobin' });
    assert.deepEqual(await router.receive(), [64, 1, { invoke: 'roundrobin' }, 'com.p']);
    router.send([65, 1, 5], [68, 100, 5, { caller: 3 }, ['a'], { k: 1 }]);
    assert.deepEqual(await router.receive(), [70, 100, {}, ['a']]);
    const registration = await registering;
    assert.ok(registration instanceof Registration);
    assert.deepEqual(Object.keys(registration), ['procedure', 'endpoint', 'options', 'session', 'id', 'active', 'on_unregister']);
    router.send([68, 7, 5, {}, ['result']]);
    assert.deepEqual(await router.receive(), [70, 7, {}, [1, 2], { x: 3 }]);
    router.send([68, 8, 5, {}]);
    assert.deepEqual(await router.receive(), [70, 8, {}, [null]]);
    assert.ok(seen[0][2] instanceof Invocation);
    assert.deepEqual(Object.keys(seen[0][2]), ['procedure', 'progress', 'caller', 'caller_authid', 'caller_authrole']);
    assert.deepEqual([seen[0][0], seen[0][1], seen[0][2].caller, seen[0][2].procedure, seen[0][2].progress], [['a'], { k: 1 }, 3, 'com.p', null]);
    assert.deepEqual(seen[2].slice(0, 2), [[], {}]);
});

test('an endpoint that throws answers with an ERROR', async (t) => {
    const errors = reports();
    const { session, router } = await join(t, errors);
    const thrown = [new WampError('com.example.bad', ['a'], { k: 1 }), new RangeError('too much'), 'a text', new WampError('not a uri!')];
    session.register('com.p', (args) => {
        throw thrown[args[0]];
    });
    await router.receive();
    router.send([65, 1, 5], [68, 1, 5, {}, [0]], [68, 2, 5, {}, [1]], [68, 3, 5, {}, [2]], [68, 4, 5, {}, [3]]);
    assert.deepEqual(await router.receive(), [8, 68, 1, {}, 'com.example.bad', ['a'], { k: 1 }]);
    assert.deepEqual(await router.receive(), [8, 68, 2, {}, 'wamp.error.runtime_error', ['too much']]);
    assert.deepEqual(await router.receive(), [8, 68, 3, {}, 'wamp.error.runtime_error', ['a text']]);
    assert.equal((await router.receive())[4], 'wamp.error.runtime_error');
    assert.deepEqual(errors.list.map(([text, error]) => [text, error]), [
        ['Exception raised in invocation handler:', thrown[1]],
        ['Exception raised in invocation handler:', thrown[2]],
    ]);
});

test('everything that is pending is rejected when the connection is lost', async (t) => {
    const errors = reports();
    const { session, router } = await join(t, errors);
    const pending = [session.call('com.a'), session.subscribe('com.t', () => {}), session.register('com.p', () => {}), session.publish('com.t', [], {}, { acknowledge: true })];
    for (const _ of pending) await router.receive();
    router.drop();
    for (const result of await Promise.allSettled(pending)) {
        assert.equal(result.status, 'rejected');
        assert.ok(result.reason instanceof SessionLost, String(result.reason));
        assert.equal(result.reason.uri, 'wamp.error.network_failure');
    }
    assert.equal((await session.closed).was_open, true);
    assert.throws(() => session.call('com.a'), { name: 'StateError', message: 'session not open' });
});

test('leave says GOODBYE and resolves when it is answered', async (t) => {
    const { session, router } = await join(t);
    const call = session.call('com.a');
    await router.receive();
    const rejected = assert.rejects(call, { name: 'SessionLost', uri: 'wamp.close.normal' });
    const leaving = session.leave('wamp.close.normal', 'bye');
    assert.deepEqual(await router.goodbye(), [6, { message: 'bye' }, 'wamp.close.normal']);
    await rejected;
    await leaving;
    assert.equal(session.isOpen, false);
    await router.closed;
});

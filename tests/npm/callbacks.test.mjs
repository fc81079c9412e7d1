// Code of the application that misbehaves: in progress handlers, in endpoints, in what it gives to send.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from '../../pkg/node.js';
import { joined, reports } from './peer.mjs';

const join = (t, options) => joined(t, { connect, options });

test('who gave a call up hears no more of it', async (t) => {
    const { session, router } = await join(t);
    const parts = [];
    const call = session.call('com.a', [], {}, { on_progress: (args) => parts.push(args) });
    const rejected = assert.rejects(call, { uri: 'wamp.error.canceled' });
    await router.receive();
    call.cancel();
    router.send([50, 1, { progress: true }, [1]], [50, 1, {}, [2]]);
    await rejected;
    const next = session.call('com.b');
    await router.receive();
    router.send([50, 2, {}]);
    await next;
    assert.deepEqual(parts, []);
});

test('progress handlers that throw or reject are reported, and the others get every part', async (t) => {
    const errors = reports();
    const { session, router } = await join(t, errors);
    const parts = [];
    const call = session.call('com.a', [], {}, { on_progress: async () => { throw new Error('first'); } });
    call.then(undefined, undefined, () => { throw new Error('second'); });
    call.then(undefined, undefined, (part) => parts.push(part));
    await router.receive();
    router.send([50, 1, { progress: true }, [1]], [50, 1, {}, ['end']]);
    assert.equal(await call, 'end');
    assert.deepEqual(parts, [1]);
    assert.deepEqual(errors.list.map(([text, error]) => `${text} ${error.message}`).sort(), ['Exception raised in progress handler: first', 'Exception raised in progress handler: second']);
});

test('every invocation is answered once, whatever the endpoint gives', async (t) => {
    const { session, router } = await join(t, reports());
    const unreadable = { get then() { throw new Error('no then'); } };
    const endpoints = [
        [() => unreadable, [8, 68, 1, {}, 'wamp.error.runtime_error', ['no then']]],
        [() => { throw unreadable; }, [8, 68, 2, {}, 'wamp.error.runtime_error', ['[object Object]']]],
        [() => { throw undefined; }, [8, 68, 3, {}, 'wamp.error.runtime_error', [null]]],
        [() => ({ then: (resolve, reject) => (resolve(1), resolve(2), reject(3)) }), [70, 4, {}, [1]]],
        [(args, kwargs, { progress }) => progress('part'), [8, 68, 5, {}, 'wamp.error.runtime_error', ['Invocation.progress: <args> must be an array []']]],
        [(args, kwargs, { progress }) => progress(null, null), [70, 6, { progress: true }]],
    ];
    session.register('com.p', ([index], kwargs, invocation) => endpoints[index][0]([], {}, invocation));
    await router.receive();
    router.send([65, 1, 5]);
    for (const [index, [, answer]] of endpoints.entries()) {
        router.send([68, index + 1, 5, { receive_progress: true }, [index]]);
        assert.deepEqual(await router.receive(), answer);
    }
    assert.deepEqual(await router.receive(), [70, 6, {}, [null]]);
    session.publish('com.example.barrier');
    assert.equal((await router.receive())[0], 16);
});

test('kwargs and options whose entries would be lost are a TypeError', async (t) => {
    const { session, router } = await join(t);
    for (const wrong of [new Map([['a', 1]]), Promise.resolve({ a: 1 }), new Date(), new Error('x'), () => {}]) {
        assert.throws(() => session.call('com.p', [], wrong), { name: 'TypeError', message: 'Session.call: <kwargs> must be an object {}' });
        assert.throws(() => session.publish('com.t', [], {}, wrong), { name: 'TypeError', message: 'Session.publish: <options> must be an object {}' });
        assert.throws(() => session.subscribe('com.t', () => {}, wrong), { name: 'TypeError' });
    }
    for (const timeout of [NaN, -1, 1.5]) {
        assert.throws(() => session.call('com.p', [], {}, { timeout }), { name: 'TypeError', message: 'Session.call: <options>.timeout must be a whole number of milliseconds' });
    }
    class Named {
        name = 'x';
    }
    session.publish('com.t', [], new Named());
    session.publish('com.t', [], Object.assign(Object.create(null), { name: 'y' }));
    assert.deepEqual([await router.receive(), await router.receive()], [[16, 1, {}, 'com.t', [], { name: 'x' }], [16, 2, {}, 'com.t', [], { name: 'y' }]]);
});

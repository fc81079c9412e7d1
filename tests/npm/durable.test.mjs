// A durable session: what becomes of its handles, requests and invocations from one connection to the next.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SessionLost } from '../../pkg/node.js';
import '../../pkg/e2ee_node.js';
// What answers challenges is loaded here, so that a few turns are enough for whoever asks for it again.
import '../../pkg/api/challenge.js';
import { Core } from '../../pkg/wasm/wamp_wasm.js';
import { WELCOME } from './peer.mjs';
import { Life } from './wire.mjs';

const TRANSPARENT = { roles: { broker: { features: { ...WELCOME.roles.broker.features, payload_transparency: true } }, dealer: { features: { ...WELCOME.roles.dealer.features, payload_transparency: true } } } };

/** Everything that promises have to say is said. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A subscription to com.t with the id 5. */
async function subscribed({ session, wire }, handler = () => {}, options) {
    const subscribing = session.subscribe('com.t', handler, options);
    const [, request] = wire.one();
    wire.send([33, request, 5]);
    return subscribing;
}

/** A registration of com.p with the id 6. */
async function registered({ session, wire }, endpoint = () => 1) {
    const registering = session.register('com.p', endpoint);
    const [, request] = wire.one();
    wire.send([65, request, 6]);
    return registering;
}

test('handles are pending while there is no connection, and active under new ids on the next', async () => {
    const life = Life.opened();
    const events = [];
    const subscription = await subscribed(life, (args) => events.push(args[0]));
    const registration = await registered(life, () => 'served');
    assert.deepEqual([subscription.state, registration.state], ['active', 'active']);
    life.wire.drop();
    assert.deepEqual([subscription.state, subscription.active, registration.state, registration.active], ['pending', false, 'pending', false]);
    assert.deepEqual([life.session.id, life.session.isOpen, life.session.subscriptions, life.session.registrations], [null, false, [], []]);

    const wire = life.again(8);
    assert.deepEqual(wire.take(), [[32, 1, {}, 'com.t'], [64, 2, {}, 'com.p']]);
    assert.deepEqual([life.session.id, subscription.state], [8, 'pending']);
    wire.send([33, 1, 51], [65, 2, 61], [36, 51, 1, {}, ['hi']], [68, 9, 61, {}]);
    assert.deepEqual([subscription.id, subscription.state, subscription.active, registration.id, registration.state], [51, 'active', true, 61, 'active']);
    assert.deepEqual(events, ['hi']);
    assert.deepEqual(wire.one(), [70, 9, {}, ['served']]);
    assert.deepEqual(life.told, [{ type: 'restored', handle: subscription }, { type: 'restored', handle: registration }]);
    assert.deepEqual([life.session.subscriptions, life.session.registrations], [[[subscription]], [registration]]);
});

test('a session that is not durable is over with its connection, and its handles are lost', async () => {
    const life = Life.opened({ durable: false });
    const subscription = await subscribed(life);
    life.wire.drop();
    assert.deepEqual([subscription.state, subscription.active], ['lost', false]);
    assert.equal((await life.session.closed).was_open, true);
    assert.throws(() => life.session.call('com.p'), { name: 'StateError', message: 'session not open' });
    assert.throws(() => life.session.subscribe('com.t'), { name: 'StateError' });
});

test('a stream of events goes on over a loss, and ends with an error when the session is over', async () => {
    const life = Life.opened();
    const stream = await subscribed(life, null);
    const events = stream[Symbol.asyncIterator]();
    const first = events.next();
    life.wire.drop();
    const wire = life.again();
    wire.take();
    wire.send([33, 1, 51], [36, 51, 1, {}, ['back']]);
    assert.deepEqual((await first).value.args, ['back']);
    const next = assert.rejects(events.next(), { name: 'SessionLost' });
    wire.drop();
    life.controls.over(life.ends.at(-1));
    await next;
    assert.equal(stream.state, 'lost');
});

test('a stream that is being read ends without an error when the application leaves', async () => {
    const life = Life.opened();
    const stream = await subscribed(life, null);
    const reading = stream[Symbol.asyncIterator]().next();
    const left = life.session.leave();
    life.wire.send([6, {}, 'wamp.close.goodbye_and_out']);
    assert.deepEqual(await reading, { done: true, value: undefined });
    await left;
    assert.equal(stream.state, 'ended');
});

test('a handle that the router does not give back is lost, and its stream ends with the error', async () => {
    const life = Life.opened();
    const stream = await subscribed(life, null);
    const events = stream[Symbol.asyncIterator]();
    life.wire.drop();
    const wire = life.again();
    wire.take();
    const reading = assert.rejects(events.next(), { uri: 'wamp.error.not_authorized' });
    wire.send([8, 32, 1, {}, 'wamp.error.not_authorized', ['no more']]);
    await reading;
    assert.equal(stream.state, 'lost');
    const [told] = life.told;
    assert.deepEqual([told.type, told.handle, told.error.args], ['lost-handle', stream, ['no more']]);
    assert.deepEqual(life.errors.list.map(([text, error]) => [text, error.uri]), [["'com.t' could not be restored:", 'wamp.error.not_authorized']]);
    await assert.rejects(async () => stream.unsubscribe(), { name: 'StateError', message: 'subscription not active' });
});

test('a lost handle is not reported as an error when somebody listens to the status', async () => {
    const life = Life.opened();
    life.listens = true;
    await subscribed(life);
    life.wire.drop();
    const wire = life.again();
    wire.take();
    wire.send([8, 32, 1, {}, 'wamp.error.not_authorized']);
    assert.deepEqual([life.told.length, life.errors.list], [1, []]);
});

test('handles can be ended while there is no connection, and are not restored', async () => {
    const life = Life.opened();
    const [first, second] = [await subscribed(life), await subscribed(life)];
    const registration = await registered(life);
    life.wire.drop();
    assert.equal(await first.unsubscribe(), false);
    assert.equal(await life.session.unsubscribe(second), true);
    await life.session.unregister(registration);
    assert.deepEqual([first.state, second.state, registration.state], ['ended', 'ended', 'ended']);
    assert.throws(() => first.unsubscribe(), { name: 'StateError' });
    assert.deepEqual(life.again().take(), []);
    assert.deepEqual(life.told, []);
});

test('a handle that is ended while it is being restored is ended on the wire as soon as it can be', async () => {
    const life = Life.opened();
    const subscription = await subscribed(life);
    life.wire.drop();
    const wire = life.again();
    wire.take();
    const ending = subscription.unsubscribe();
    wire.send([33, 1, 51]);
    assert.deepEqual(wire.one(), [34, 2, 51]);
    wire.send([35, 2]);
    assert.equal(await ending, true);
    assert.deepEqual([subscription.state, life.told], ['ended', []]);
});

test('what the router revokes is revoked, and not restored', async () => {
    const life = Life.opened();
    const subscription = await subscribed(life);
    life.wire.send([35, 0, { subscription: 5, reason: 'com.why' }]);
    assert.equal(await subscription.on_unsubscribe, 'com.why');
    assert.equal(subscription.state, 'revoked');
    life.wire.drop();
    assert.deepEqual(life.again().take(), []);
    assert.equal(subscription.state, 'revoked');
});

test('what was asked for and not answered rejects with SessionLost, and is not sent again', async () => {
    const life = Life.opened();
    const { session } = life;
    const asked = [session.call('com.p'), session.publish('com.t', [], {}, { acknowledge: true }), session.subscribe('com.t'), session.register('com.p', () => {})];
    const rejected = Promise.all(asked.map((promise) => assert.rejects(promise, SessionLost)));
    life.wire.drop();
    await rejected;
    assert.deepEqual(life.again().take(), []);
});

test('the late answer of an endpoint, its progress and the cancel of a call never reach the next connection', async () => {
    const life = Life.opened();
    let answer;
    let invocation;
    await registered(life, (_, __, details) => {
        invocation = details;
        return new Promise((resolve) => (answer = resolve));
    });
    life.wire.send([68, 1, 6, { receive_progress: true }]);
    const { signal } = invocation;
    const call = life.session.call('com.other');
    const rejected = assert.rejects(call, SessionLost);
    life.wire.drop();
    await rejected;
    assert.ok(signal.aborted && signal.reason instanceof SessionLost);

    const wire = life.again();
    wire.take();
    wire.send([65, 1, 61]);
    // Another invocation and another call with the numbers of the old ones.
    const { progress } = invocation;
    const late = answer;
    wire.send([68, 1, 61, { receive_progress: true }]);
    const again = life.session.call('com.other');
    assert.deepEqual(wire.one(), [48, 2, {}, 'com.other']);
    progress(['late']);
    late('late');
    call.cancel();
    await settled();
    assert.deepEqual(wire.take(), []);
    answer('now');
    await settled();
    assert.deepEqual(wire.one(), [70, 1, {}, ['now']]);
    wire.send([50, 2, {}, ['answered']]);
    assert.equal(await again, 'answered');
});

test('prefixes, disclosure and the roles of a session live on', async () => {
    const life = Life.opened();
    life.session.prefix('my', 'com.example');
    life.session.caller_disclose_me = true;
    life.wire.drop();
    const wire = life.again();
    life.session.call('my:add');
    assert.deepEqual(wire.one(), [48, 1, { disclose_me: true }, 'com.example.add']);
});

/** Doubles what it is given, in place of an encryption. */
const codec = {
    encode: (_, __, args) => ({ payload: Uint8Array.from(args), enc_algo: 'x_twice' }),
    decode: (_, __, { payload }) => ({ args: [...payload].map((octet) => octet * 2) }),
};

test('a payload codec is kept, also one that is set while there is no connection', async () => {
    const life = Life.opened({}, TRANSPARENT);
    const { session } = life;
    session.set_payload_codec(codec);
    life.wire.drop();
    assert.equal(session.get_payload_codec(), codec);
    const wire = life.again(8, TRANSPARENT);
    session.call('com.p', [1]).catch(() => {});
    const [, , options, , payload] = wire.one();
    assert.deepEqual([options, payload], [{ enc_algo: 'x_twice' }, '\0AQ==']);
    wire.drop();
    assert.throws(() => session.set_payload_codec({}), { name: 'TypeError' });
    session.set_payload_codec(null);
    const third = life.again(9, TRANSPARENT);
    session.call('com.p', [1]).catch(() => {});
    assert.deepEqual(third.one(), [48, 1, {}, 'com.p', [1]]);
});

test('the late answer of an endpoint to an encoded call never reaches the next connection', async () => {
    const life = Life.opened({}, TRANSPARENT);
    life.session.set_payload_codec(codec);
    const answers = [];
    await registered(life, (args) => new Promise((resolve) => answers.push(() => resolve(args[0]))));
    life.wire.send([68, 1, 6, { enc_algo: 'x_twice' }, '\0Ag==']);
    life.wire.drop();
    const wire = life.again(8, TRANSPARENT);
    wire.take();
    wire.send([65, 1, 61], [68, 1, 61, { enc_algo: 'x_twice' }, '\0BA==']);
    answers[0]();
    await settled();
    assert.deepEqual(wire.take(), []);
    answers[1]();
    await settled();
    assert.deepEqual(wire.one(), [70, 1, { enc_algo: 'x_twice' }, '\0CA==']);
});

test('without another attempt the session is over: handles are lost and what it is asked is a StateError', async () => {
    const life = Life.opened();
    const subscription = await subscribed(life);
    life.wire.drop();
    life.controls.over(life.ends[0]);
    life.controls.over(life.ends[0]);
    assert.deepEqual(await life.session.closed, { reason: null, message: 'connection closed with code 1006', was_open: true });
    assert.equal(subscription.state, 'lost');
    for (const ask of [(s) => s.call('com.p'), (s) => s.publish('com.t'), (s) => s.subscribe('com.t'), (s) => s.register('com.p', () => {}), (s) => s.leave(), (s) => s.drain()]) {
        assert.throws(() => ask(life.session), { name: 'StateError', message: 'session not open' });
    }
});

test('leave() without a connection tells the Connection that there is to be none', async () => {
    const life = Life.opened();
    const subscription = await subscribed(life);
    life.wire.drop();
    const left = life.session.leave();
    assert.deepEqual(life.stopped, [['wamp.close.normal', undefined]]);
    life.controls.over({ cause: 0, reason: 'wamp.close.normal', message: '', wasOpen: true, wasClean: false });
    assert.equal((await left).reason, 'wamp.close.normal');
    assert.equal(subscription.state, 'ended');
});

test('after a failure inside the session goes on with its handles, and a new core, on the next connection', async (t) => {
    const life = Life.opened();
    const subscription = await subscribed(life);
    const registration = await registered(life);
    const call = assert.rejects(life.session.call('com.p'), { name: 'SessionLost', message: /internal error: unreachable/ });
    const { core } = life;
    const poll = t.mock.method(Core.prototype, 'poll', () => {
        throw new WebAssembly.RuntimeError('unreachable');
    });
    life.wire.send([33, 99, 1]);
    await call;
    poll.mock.restore();
    assert.deepEqual(life.errors.list.map(([text]) => text), ['internal error of wamp-wasm:']);
    assert.deepEqual([subscription.state, life.wire.closed, life.ends.length], ['pending', true, 1]);

    const wire = life.again();
    assert.notEqual(life.core, core);
    assert.equal(core.__wbg_ptr, 0, 'a core in an unknown state is never freed');
    assert.deepEqual(wire.take(), [[32, 1, {}, 'com.t'], [64, 2, {}, 'com.p']]);
    wire.send([33, 1, 51], [65, 2, 61]);
    assert.deepEqual([subscription.state, subscription.id, registration.state, registration.id], ['active', 51, 'active', 61]);
    const ending = subscription.unsubscribe();
    assert.deepEqual(wire.one(), [34, 3, 51]);
    wire.send([35, 3]);
    assert.equal(await ending, true);
});

test('handles come back after a failure inside, also when the next connection is lost before they do', async (t) => {
    const life = Life.opened();
    const [first, second] = [await subscribed(life), await subscribed(life, null)];
    const registration = await registered(life);
    const poll = t.mock.method(Core.prototype, 'poll', () => {
        throw new WebAssembly.RuntimeError('unreachable');
    });
    life.wire.send([33, 99, 1]);
    poll.mock.restore();
    let wire = life.again();
    assert.equal(wire.take().length, 3);
    wire.send([33, 1, 51]);
    assert.deepEqual([first.state, second.state], ['active', 'pending']);
    assert.equal(await second.unsubscribe(), false);
    wire.drop();
    assert.deepEqual([first.state, second.state, registration.state], ['pending', 'ended', 'pending']);
    wire = life.again();
    assert.deepEqual(wire.take(), [[32, 1, {}, 'com.t'], [64, 2, {}, 'com.p']]);
    wire.send([33, 1, 52], [65, 2, 62]);
    assert.deepEqual([first.id, first.state, registration.id, registration.state], [52, 'active', 62, 'active']);
    wire.drop();
    life.controls.over(life.ends.at(-1));
    assert.deepEqual([first.state, second.state, registration.state], ['lost', 'ended', 'lost']);
});

test('after a failure inside, handles of which too many are to be asked for are lost, and the session joins', async (t) => {
    const life = Life.opened({ max_pending: 1 });
    life.listens = true;
    const { session, wire } = life;
    const handles = [];
    for (const request of [1, 2]) {
        const subscribing = session.subscribe(`com.t${request}`, () => {});
        wire.take();
        wire.send([33, request, 4 + request]);
        handles.push(await subscribing);
    }
    const poll = t.mock.method(Core.prototype, 'poll', () => {
        throw new WebAssembly.RuntimeError('unreachable');
    });
    wire.send([33, 99, 1]);
    poll.mock.restore();
    let joined = 0;
    session.onjoin = () => joined++;
    const next = life.again();
    assert.deepEqual([next.one(), joined], [[32, 1, {}, 'com.t1'], 1]);
    next.send([33, 1, 51]);
    assert.deepEqual(handles.map(({ state }) => state), ['active', 'lost']);
    assert.deepEqual([life.told[0].type, life.told[0].handle], ['lost-handle', handles[1]]);
    assert.equal(life.errors.list.length, 1);
});

test('handles can be ended after a failure inside, too', async (t) => {
    const life = Life.opened();
    const subscription = await subscribed(life);
    const poll = t.mock.method(Core.prototype, 'poll', () => {
        throw new WebAssembly.RuntimeError('unreachable');
    });
    life.wire.send([33, 99, 1]);
    poll.mock.restore();
    assert.equal(await subscription.unsubscribe(), false);
    assert.deepEqual(life.again().take(), []);
});

test('a challenge whose attempt is over before what answers it is loaded is answered by nobody', async () => {
    const asked = [];
    const authentication = (attempt) => ({ answer: async (method, extra) => (asked.push([attempt, extra.n]), { signature: `of ${attempt}` }) });
    const life = new Life({ authmethods: ['ticket'], authentication: authentication(1) });
    life.wire.one();
    life.wire.send([4, 'ticket', { n: 1 }]);
    life.wire.drop();
    const wire = life.attempt(authentication(2));
    wire.one();
    wire.send([4, 'ticket', { n: 2 }]);
    for (let turn = 0; turn < 1000 && asked.length === 0; turn++) await settled();
    await settled();
    assert.deepEqual(asked, [[2, 2]]);
    assert.deepEqual(wire.one(), [5, 'of 2', {}]);
});

test('a challenge that is answered too late is not answered on the next connection', async () => {
    const answers = [];
    const life = new Life({ authmethods: ['ticket'], onchallenge: () => new Promise((resolve) => answers.push(resolve)) });
    life.wire.take();
    life.wire.send([4, 'ticket', {}]);
    for (let turn = 0; turn < 1000 && answers.length === 0; turn++) await settled();
    life.wire.drop();
    const wire = life.attempt();
    wire.take();
    answers[0]('secret');
    await settled();
    assert.deepEqual(wire.take(), []);
});

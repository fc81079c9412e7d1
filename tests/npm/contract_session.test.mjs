// The contract of autobahn's Session: what goes over the wire and what programs get, seen on autobahn-js and
// on this package side by side.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { both, stateOf, thrown, turns, until } from './both.mjs';

/** The messages that a socket got after HELLO. */
const after = (socket) => socket.sent.slice(1);

/** Waits for the nth message after HELLO, counted from 1. */
const sent = (socket, n) => until(() => after(socket)[n - 1], `message ${n}`);

/** A message without the empty args and kwargs at its end, which say nothing. */
function bare(message) {
    const short = [...message];
    const payloadAt = { 16: 4, 48: 4, 8: 5, 70: 3 }[short[0]] ?? short.length;
    while (short.length > payloadAt && Object.keys(short.at(-1)).length === 0) short.pop();
    return short;
}

test('as autobahn: requests go out with the same elements', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const { session } = p;
        const requests = [
            () => session.call('com.a'),
            () => session.call('com.a', [1, 'x', null]),
            () => session.call('com.a', null, { key: [1] }),
            () => session.call('com.a', [], {}, { timeout: 1000, _custom: { a: 1 } }),
            () => session.publish('com.t'),
            () => session.publish('com.t', [{}], { k: null }, { exclude_me: false, eligible_authid: ['joe'], x_unknown: 1 }),
            () => session.publish('com.t', undefined, { k: 1 }, { acknowledge: true }),
            () => session.subscribe('com.t', () => {}),
            () => session.subscribe('com.t', () => {}, { match: 'prefix', get_retained: true }),
            () => session.register('com.p', () => {}, { match: 'wildcard', invoke: 'roundrobin', concurrency: 2, force_reregister: true }),
        ];
        for (const request of requests) request()?.catch?.(() => {});
        await sent(socket, requests.length);
        return after(socket).map(bare);
    });
    assert.deepEqual(ours, theirs);
    assert.equal(ours.length, 10);
});

test('as autobahn: the result of a call is null, its one value, or a Result', async (t) => {
    const payloads = [[], [[]], [[], {}], [[5]], [[null]], [['a'], {}], [[1, 2]], [[1], { k: 2 }], [[], { k: 2 }]];
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const results = [];
        for (const [i, payload] of payloads.entries()) {
            const call = p.session.call('com.a');
            await sent(socket, i + 1);
            socket.say([50, i + 1, {}, ...payload]);
            const result = await call;
            results.push(result instanceof p.library.Result ? { Result: { ...result } } : result);
        }
        return results;
    });
    assert.deepEqual(ours, [null, null, null, 5, null, 'a', { Result: { args: [1, 2], kwargs: {} } }, { Result: { args: [1], kwargs: { k: 2 } } }, { Result: { args: [], kwargs: { k: 2 } } }]);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: an error has the fields error, args and kwargs, whatever was asked for', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const errors = [];
        const asks = [
            [48, () => p.session.call('com.a')], [16, () => p.session.publish('com.t', [], {}, { acknowledge: true })],
            [32, () => p.session.subscribe('com.t', () => {})], [64, () => p.session.register('com.p', () => {})],
        ];
        for (const [i, [type, ask]] of asks.entries()) {
            const asked = ask();
            await sent(socket, i + 1);
            socket.say([8, type, i + 1, {}, 'com.example.error', ['text', i], i ? { k: i } : {}]);
            await asked.then(() => errors.push('none'), (error) => errors.push([error instanceof p.library.Error, { ...error }]));
        }
        return errors;
    });
    assert.deepEqual(ours, [0, 1, 2, 3].map((i) => [true, { error: 'com.example.error', args: ['text', i], kwargs: i ? { k: i } : {} }]));
    assert.deepEqual(theirs, ours);
});

test('as autobahn: a handler gets args, kwargs, an Event and its Subscription', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const got = [];
        const subscribing = p.session.subscribe('com.t', (args, kwargs, event, subscription) => got.push([args, kwargs, { ...event }, event instanceof p.library.Event, subscription]));
        await sent(socket, 1);
        socket.say([33, 1, 5]);
        const subscription = await subscribing;
        socket.say(
            [36, 5, 1, {}],
            [36, 5, 2, { publisher: 9, publisher_authid: 'joe', publisher_authrole: 'user', retained: true, topic: 'com.other', forward_for: [] }, [1], { k: 2 }],
        );
        return got.map(([args, kwargs, event, isEvent, handle]) => [args, kwargs, event, isEvent, handle === subscription]);
    });
    const event = { publication: 1, topic: 'com.t', publisher: undefined, publisher_authid: undefined, publisher_authrole: undefined, retained: false, forward_for: undefined };
    assert.deepEqual(ours[0], [[], {}, event, true, true]);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: an endpoint gets an Invocation, and its values, Results and errors are answers', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const { Result, Error: WampError } = p.library;
        const seen = [];
        const answers = [
            () => 5, () => null, () => [1, 2], async () => 'later', () => new Result([1, 2], { k: 3 }), () => new Result([], { k: 3 }), () => new Result(),
            () => { throw new WampError('com.example.error', ['a'], { k: 1 }); }, async () => { throw new WampError('com.example.error'); }, () => { throw 'text'; },
            (args, kwargs, { progress }) => (progress([1]), progress([], { k: 1 }), 'done'),
        ];
        p.session.register('com.p', (args, kwargs, invocation) => {
            seen.push([args, kwargs, { ...invocation, progress: typeof invocation.progress }]);
            return answers[args[0]](args, kwargs, invocation);
        });
        await sent(socket, 1);
        socket.say([65, 1, 5]);
        for (const n of answers.keys()) {
            socket.say([68, n + 1, 5, n === answers.length - 1 ? { receive_progress: true, caller: 3, caller_authid: 'joe', caller_authrole: 'r', procedure: 'com.q' } : {}, [n]]);
            await sent(socket, n === answers.length - 1 ? n + 4 : n + 2);
        }
        return [after(socket).slice(1).map(bare), seen.at(0), seen.at(-1)];
    });
    assert.deepEqual(ours, theirs);
    assert.deepEqual(ours[1], [[0], {}, { procedure: 'com.p', progress: 'object', caller: undefined, caller_authid: undefined, caller_authrole: undefined }]);
    assert.deepEqual(ours[0].slice(-3), [[70, 11, { progress: true }, [1]], [70, 11, { progress: true }, [], { k: 1 }], [70, 11, {}, ['done']]]);
});

test('as autobahn: handles say what they are for, and are listed while they live', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const { session } = p;
        const options = { match: 'prefix' };
        const endpoint = () => {};
        const asked = [session.subscribe('com.t', endpoint, options), session.subscribe('com.t', endpoint), session.subscribe('com.u', endpoint), session.register('com.p', endpoint, options)];
        await sent(socket, 4);
        socket.say([33, 1, 5], [33, 2, 5], [33, 3, 6], [65, 4, 7]);
        const [first, second, third, registration] = await Promise.all(asked);
        const fields = [first.topic, first.handler === endpoint, first.options, first.session === session, first.id, first.active, registration.procedure, registration.endpoint === endpoint, registration.id, registration.active];
        const lists = [session.subscriptions.map((list) => list.map(({ id }) => id)), session.registrations.map(({ id }) => id)];

        const results = [await session.unsubscribe(first)];
        const unsubscribing = second.unsubscribe();
        await sent(socket, 5);
        socket.say([35, 5]);
        results.push(await unsubscribing);
        const unregistering = session.unregister(registration);
        await sent(socket, 6);
        socket.say([67, 6]);
        results.push(await unregistering);
        const texts = [() => session.unsubscribe(second), () => registration.unregister()].map(thrown);
        return [fields, lists, results, after(socket).slice(4), first.active, registration.active, texts.at(-1), session.subscriptions.flat().map(({ id }) => id), session.registrations, third.active];
    });
    assert.deepEqual(ours.slice(1), [[[[5, 5], [6]], [7]], [false, true, undefined], [[34, 5, 5], [66, 6, 7]], false, false, 'registration not active', [6], [], true]);
    assert.deepEqual(theirs, ours);
});

test('a subscription that has ended says so when it is ended again, where autobahn fails inside', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const subscribing = p.session.subscribe('com.t', () => {});
        await sent(socket, 1);
        socket.say([33, 1, 5]);
        const subscription = await subscribing;
        const unsubscribing = subscription.unsubscribe();
        await sent(socket, 2);
        socket.say([35, 2]);
        await unsubscribing;
        return thrown(() => subscription.unsubscribe());
    });
    assert.equal(ours, 'subscription not active');
    assert.match(theirs, /Cannot read properties of undefined/);
});

test('as autobahn: on_unsubscribe and on_unregister tell what the router revoked, and why', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const asked = [p.session.subscribe('com.t', () => {}), p.session.register('com.p', () => {})];
        await sent(socket, 2);
        socket.say([33, 1, 5], [65, 2, 7]);
        const [subscription, registration] = await Promise.all(asked);
        const before = [await stateOf(subscription.on_unsubscribe), await stateOf(registration.on_unregister)];
        socket.say([35, 0, { subscription: 5, reason: 'com.example.gone' }], [67, 0, { registration: 7, reason: 'com.example.over' }]);
        return [before, await subscription.on_unsubscribe, await registration.on_unregister, subscription.active, registration.active];
    });
    assert.deepEqual(ours, [['pending', 'pending'], 'com.example.gone', 'com.example.over', false, false]);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: prefixes are set, resolved and deleted', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        await p.joined();
        const { session } = p;
        session.prefix('api', 'com.example');
        const resolved = ['api:add', 'api:', 'other:add', 'com.plain', 'api:a:b'].map((curie) => session.resolve(curie));
        session.prefix('api');
        return [...resolved, session.resolve('api:add')];
    });
    assert.deepEqual(ours, ['com.example.add', 'com.example.', 'other:add', 'com.plain', 'com.example.a:b', 'api:add']);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: wrong arguments are named, with the same words', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const { session } = p;
        const texts = [
            () => session.call(5), () => session.call('com.a', 'x'), () => session.call('com.a', [], 5), () => session.call('com.a', [], {}, 5),
            () => session.publish(5), () => session.publish('com.t', {}), () => session.publish('com.t', [], 'x'), () => session.publish('com.t', [], {}, 'x'),
            () => session.subscribe(5, () => {}), () => session.subscribe('com.t', 5), () => session.subscribe('com.t', () => {}, 5),
            () => session.register(5, () => {}), () => session.register('com.p', 5), () => session.register('com.p', () => {}, 5),
            () => session.prefix(5), () => session.resolve(5), () => session.leave(5),
        ].map(thrown);
        await turns();
        return [texts, after(socket)];
    });
    assert.deepEqual(ours, theirs);
    assert.equal(ours[0][1], 'Session.call: <args> must be an array []');
    assert.deepEqual(ours[1], []);
});

test('as autobahn: without a session every request says so', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        (await p.joined()).drop();
        await p.closed();
        const { session } = p;
        return [() => session.call('com.a'), () => session.publish('com.t'), () => session.subscribe('com.t', () => {}), () => session.register('com.p', () => {}), () => session.leave()].map(thrown);
    });
    assert.deepEqual(ours, Array(5).fill('session not open'));
    assert.deepEqual(theirs, ours);
});

test('as autobahn: what a handler throws is told to on_user_error, and the next handler gets the event', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const got = [];
        const asked = [p.session.subscribe('com.t', () => { throw new Error('first'); }), p.session.subscribe('com.t', (args) => got.push(args))];
        await sent(socket, 2);
        socket.say([33, 1, 5], [33, 2, 5]);
        await Promise.all(asked);
        socket.say([36, 5, 1, {}, ['x']]);
        return [got, p.reported.map(([name, text, error]) => [name, text, error.message])];
    });
    assert.deepEqual(ours, [[['x']], [['on_user_error', 'Exception raised in event handler:', 'first']]]);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: disclose_me of the session is added to what does not say otherwise', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        const { session } = p;
        session.caller_disclose_me = session.publisher_disclose_me = true;
        for (const options of [undefined, { disclose_me: false }]) {
            session.call('com.a', [], {}, options && { ...options })?.catch?.(() => {});
            session.publish('com.t', [], {}, options && { ...options });
        }
        await sent(socket, 4);
        return after(socket).map((message) => message[2]);
    });
    assert.deepEqual(ours, [{ disclose_me: true }, { disclose_me: true }, { disclose_me: false }, { disclose_me: false }]);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: log groups what it is given under the id and realm of the session', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        await p.joined();
        const lines = [];
        for (const name of ['group', 'log', 'groupEnd']) t.mock.method(console, name, (...items) => lines.push([name, ...items]));
        p.session.log('a', { b: 1 });
        t.mock.restoreAll();
        return lines.map(([name, text, ...rest]) => [name, typeof text === 'string' ? text.replace(/[\d.]+ ms/, '… ms') : text, ...rest]);
    });
    assert.deepEqual(ours, [['group', "WAMP session 7 on 'realm1' at … ms"], ['log', 'a'], ['log', { b: 1 }], ['groupEnd', undefined]]);
    assert.deepEqual(theirs, ours);
});

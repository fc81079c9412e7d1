// What the glue does without a word to the core, against the same with every word said: nobody can tell them apart.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Core } from '../../pkg/wasm/wamp_wasm.js';
import { Random } from '../faults/random.js';
import { opened, turn } from './memory.mjs';

const METHODS = ['lend', 'lent_endpoint', 'took', 'on_invocation', 'end_invocation', 'on_result', 'begin'];

/** How often the core is called by the messages that come by the thousand. */
function counted(t) {
    const calls = {};
    for (const name of METHODS) {
        const method = Core.prototype[name];
        t.mock.method(Core.prototype, name, function (...args) {
            calls[name] = (calls[name] ?? 0) + 1;
            return method.apply(this, args);
        });
    }
    return calls;
}

/** An open session whose core lends nothing, so that it is told of every message. */
async function strict(t, how) {
    const far = await opened('wamp.2.json', how);
    const mocks = ['lend', 'lent_endpoint'].map((name) => t.mock.method(Core.prototype, name, () => 0));
    return { ...far, restore: () => mocks.forEach((mock) => mock.mock.restore()) };
}

async function registered({ session, feed, sent }, procedure, endpoint) {
    const registering = session.register(procedure, endpoint);
    await turn();
    const [request] = (await sent()).map((text) => JSON.parse(text)[1]);
    feed([65, request, 6]);
    return registering;
}

test('plain calls, publications and invocations do not reach the core once it has lent', async (t) => {
    const far = await opened('wamp.2.json');
    const { session, feed, sent } = far;
    await registered(far, 'com.p', ([value]) => value);
    feed([68, 1, 6, {}, ['warm']]);
    session.publish('com.t');
    const calls = counted(t);
    for (let i = 2; i < 50; i++) {
        const call = session.call('com.q', [i]);
        session.publish('com.t', [i]);
        feed([50, 2 * i - 1, {}, [i]], [68, i, 6, {}, [i]]);
        assert.equal(await call, i);
    }
    assert.deepEqual(calls, {});
    const texts = await sent();
    assert.deepEqual(texts.slice(-3), ['[48,97,{},"com.q",[49]]', '[16,98,{},"com.t",[49]]', '[70,49,{},[49]]']);
});

test('request ids go on without a gap, whoever numbers them', async () => {
    const { session, feed, sent } = await opened('wamp.2.json');
    const ids = async () => (await sent()).map((text) => JSON.parse(text)[1]);
    session.publish('com.t');
    const first = session.call('com.a');
    const parts = session.call('com.b', [], {}, { receive_progress: true });
    const acknowledged = session.publish('com.t', [], {}, { acknowledge: true });
    session.publish('com.t');
    const second = session.call('com.c');
    const subscribing = session.subscribe('com.t', () => {});
    await turn();
    const third = session.call('com.d');
    assert.deepEqual(await ids(), [1, 2, 3, 4, 5, 6, 7, 8]);
    feed([50, 8, {}, [8]], [50, 2, {}, [2]], [50, 6, {}, [6]], [50, 3, {}, [3]], [17, 4, 9], [33, 7, 5]);
    assert.deepEqual(await Promise.all([first, parts, second, third]), [2, 3, 6, 8]);
    assert.equal((await acknowledged).id, 9);
    assert.equal((await subscribing).id, 5);
    session.publish('com.t');
    assert.deepEqual(await ids(), [9]);
});

test('an error, a cancel and the end of the session reach calls that the core had not heard of', async () => {
    const { session, feed, sent } = await opened('wamp.2.json');
    const calls = ['a', 'b', 'c', 'd'].map((name) => session.call(`com.${name}`));
    const outcomes = Promise.allSettled(calls);
    feed([8, 48, 2, {}, 'com.error.x']);
    calls[2].cancel();
    assert.deepEqual((await sent()).at(-1), '[49,3,{"mode":"killnowait"}]');
    feed([50, 1, {}, ['one']], [50, 3, {}, ['late']], [6, {}, 'wamp.close.system_shutdown']);
    const [one, two, three, four] = await outcomes;
    assert.equal(one.value, 'one');
    assert.deepEqual([two.reason.error, three.reason.error, four.reason.name], ['com.error.x', 'wamp.error.canceled', 'SessionLost']);
});

test('a RESULT comes once, and that of a call which was never made ends the session', async () => {
    const { session, feed, violations } = await opened('wamp.2.json');
    const call = session.call('com.a');
    feed([50, 1, {}, [1]], [50, 1, {}, [2]]);
    assert.equal(await call, 1);
    assert.equal(session.isOpen, true);
    feed([50, 2, {}]);
    assert.equal(session.isOpen, false);
    assert.match(violations[0]?.message ?? (await session.closed).message, /RESULT/);
});

test('an invocation that runs may not come again, whether the core has heard of it or not', async () => {
    for (const told of [false, true]) {
        const far = await opened('wamp.2.json');
        await registered(far, 'com.p', () => new Promise(() => {}));
        far.feed([68, 1, 6, {}], [68, 2, 6, {}]);
        if (told) far.session.subscribe('com.t', () => {}).catch(() => {});
        await turn();
        far.feed([68, 2, 6, {}]);
        const { message } = await far.session.closed;
        assert.match(message, /INVOCATION.Request 2 is running already/);
    }
});

test('an INTERRUPT reaches what runs, and nothing is answered after it', async () => {
    const far = await opened('wamp.2.json');
    const ends = [];
    const reasons = [];
    await registered(far, 'com.p', (args, kwargs, { signal }) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason.error));
        return new Promise((resolve) => ends.push(resolve));
    });
    far.feed([68, 1, 6, {}], [68, 2, 6, {}], [69, 1, { mode: 'killnowait' }]);
    ends.forEach((end) => end('done'));
    await turn();
    assert.deepEqual(await far.sent(), ['[70,2,{},["done"]]']);
    assert.deepEqual(reasons, ['wamp.error.canceled']);
});

test('as many invocations may run as like, whatever their ids have in common', async () => {
    const far = await opened('wamp.2.json');
    const ends = [];
    await registered(far, 'com.p', ([value]) => new Promise((resolve) => ends.push(() => resolve(value))));
    const ids = [1, 257, 513, 2, 2 ** 53 - 1, ...Array.from({ length: 400 }, (_, i) => 1000 + 3 * i)];
    far.feed(...ids.map((id) => [68, id, 6, {}, [id]]));
    ends.reverse().forEach((end) => end());
    await turn();
    assert.deepEqual(await far.sent(), ids.reverse().map((id) => `[70,${id},{},[${id}]]`));
});

test('nothing is answered once the endpoint has left, nor by what ran when the session ended', async () => {
    const far = await opened('wamp.2.json');
    let end;
    await registered(far, 'com.p', ([what]) => (what === 'leave' ? (far.session.leave(), 'too late') : new Promise((resolve) => (end = resolve))));
    far.feed([68, 1, 6, {}, ['wait']], [68, 2, 6, {}, ['leave']]);
    end('too late');
    assert.deepEqual((await far.sent()).map((text) => JSON.parse(text)[0]), [6]);
    far.feed([6, {}, 'wamp.close.goodbye_and_out']);
    await far.session.closed;
    assert.deepEqual(await far.sent(), []);
});

test('an endpoint that asks others, subscribes and unregisters itself is answered once', async () => {
    const far = await opened('wamp.2.json');
    const registration = await registered(far, 'com.p', async () => {
        far.session.subscribe('com.t', () => {}).catch(() => {});
        registration.unregister();
        return far.session.call('com.q');
    });
    far.feed([68, 1, 6, {}]);
    await turn();
    assert.deepEqual((await far.sent()).map((text) => JSON.parse(text).slice(0, 2)), [[32, 2], [66, 3], [48, 4]]);
    far.feed([50, 4, {}, ['answer']]);
    await turn();
    assert.deepEqual(await far.sent(), ['[70,1,{},["answer"]]']);
});

test('of no more calls than may wait the core is spared', async () => {
    const { session, feed } = await opened('wamp.2.json', { options: { max_pending: 3 } });
    const calls = [1, 2, 3].map(() => session.call('com.a'));
    session.publish('com.t');
    await assert.rejects(session.call('com.a'), { name: 'StateError' });
    feed([50, 2, {}, ['two']]);
    assert.equal(await calls[1], 'two');
    const fifth = session.call('com.a');
    await assert.rejects(session.call('com.a'), { name: 'StateError' });
    feed([50, 5, {}, ['five']]);
    assert.equal(await fifth, 'five');
});

test('drain waits for calls that the core knows nothing of', async () => {
    const { session, feed, sent } = await opened('wamp.2.json');
    const call = session.call('com.a');
    const draining = session.drain();
    await turn();
    assert.equal(session.stats().pending, 1);
    feed([50, 1, {}, ['last']]);
    assert.equal(await call, 'last');
    await turn();
    assert.deepEqual((await sent()).map((text) => JSON.parse(text)[0]), [48, 6]);
    feed([6, {}, 'wamp.close.goodbye_and_out']);
    await draining;
});

/** One random life of a session; gives all that could be noticed of it. */
async function life(far, seed) {
    const random = new Random(seed);
    const below = (limit) => Math.floor(random.next() * limit);
    const { session, feed, sent } = far;
    const log = [];
    let label = 0;
    const note = (what) => log.push(what);
    const follow = (promise) => {
        const name = `#${++label}`;
        Promise.resolve(promise).then((value) => note(`${name} ${JSON.stringify(value?.id ?? value)}`), (error) => note(`${name} ${error.name} ${error.error ?? error.message}`));
        return promise;
    };
    const attempt = (act) => {
        try {
            return act();
        } catch (error) {
            note(`${error.name} ${error.message}`);
            return undefined;
        }
    };
    const waiting = [];
    const handles = [];
    const calls = [];
    const command = (depth = 0) => {
        switch (below(9)) {
            case 0:
            case 1:
                return attempt(() => calls.push(follow(session.call('com.a', [label]))));
            case 2:
            case 3:
                return attempt(() => session.publish('com.t', [label]));
            case 4:
                return attempt(() => follow(session.publish('com.t', [], {}, { acknowledge: true })));
            case 5:
                return attempt(() => follow(session.call('com.b', [], {}, { receive_progress: below(2) === 0 })));
            case 6:
                return attempt(() => follow(session.subscribe('com.t', () => (note('event'), depth < 2 && below(3) === 0 && command(depth + 1)))).then((handle) => handles.push(handle), () => {}));
            case 7:
                return attempt(() => follow(session.register('com.p', endpoint)).then((handle) => handles.push(handle), () => {}));
            default:
                if (below(8) === 0) return attempt(() => follow(session.leave()));
                if (below(2) === 0) return calls[below(calls.length)]?.cancel({ mode: ['skip', 'killnowait', 'kill'][below(3)] });
                return handles.length > 0 ? attempt(() => follow((handles[0].unsubscribe ?? handles[0].unregister).call(handles.shift()))) : undefined;
        }
    };
    const endpoint = ([value] = []) => {
        note(`invoked ${value}`);
        if (below(3) === 0) command(1);
        if (below(2) === 0) return value;
        if (below(5) === 0) throw new Error('failed');
        return new Promise((resolve) => waiting.push(() => resolve(value)));
    };
    /** What is not answered yet. */
    const open = [];
    let invocation = 0;
    const answer = () => {
        const [code, request, { acknowledge }] = open.splice(below(open.length), 1)[0];
        if (code === 16 && !acknowledge) return [36, 1, 9, {}, ['event']];
        if (below(6) === 0) return [8, code, request, {}, 'com.error.x'];
        const id = 1 + below(3);
        return { 16: [17, request, id], 32: [33, request, id], 34: [35, request], 48: [50, request, {}, ['result']], 64: [65, request, id], 66: [67, request] }[code];
    };
    /** What the router says: most often what it should. */
    const router = () => {
        const id = 1 + below(3);
        const before = Math.max(1, invocation - below(3));
        switch (below(20)) {
            case 0:
                return [50, below(20), {}, ['perhaps never asked for']];
            case 1:
                return [68, before, id, below(3) === 0 ? { progress: true } : {}, ['perhaps again']];
            case 2:
                return [69, before, { mode: below(2) === 0 ? 'kill' : 'killnowait' }];
            case 3:
                return [36, id, 9, {}, ['event']];
            case 4:
                return [68, ++invocation, id, { receive_progress: true, progress: below(4) === 0 }];
            case 5:
                return below(3) === 0 ? [67, 0, { registration: id }] : [35, 0, { subscription: id }];
            default:
                return below(2) === 0 && open.length > 0 ? answer() : [68, ++invocation, id, {}, [invocation]];
        }
    };
    for (let step = 0; step < 60; step++) {
        const what = below(10);
        if (what < 4) command();
        else if (what < 9) attempt(() => feed(router()));
        else waiting.splice(below(waiting.length), 1)[0]?.();
        // Sometimes at once, as handlers of one frame that asks for the next.
        if (below(3) === 0) await turn();
        for (const text of await sent()) {
            const message = JSON.parse(text);
            if ([16, 32, 34, 48, 64, 66].includes(message[0])) open.push(message);
            note(text);
        }
    }
    feed([6, {}, 'wamp.close.system_shutdown']);
    await turn();
    note(session.isOpen);
    for (const text of await sent()) note(text);
    return [...log, ...far.violations.map(String), ...far.faults.map(String)];
}

test('in random lives a session does the same whether the core is spared or told everything', async (t) => {
    let length = 0;
    for (let seed = 1; seed <= 300; seed++) {
        const plain = await life(await opened('wamp.2.json', { options: { max_pending: 6 } }), seed);
        const far = await strict(t, { options: { max_pending: 6 } });
        const told = await life(far, seed);
        far.restore();
        assert.deepEqual(plain, told, `seed ${seed}`);
        length += plain.length;
    }
    assert.ok(length > 10_000, 'they did something');
});

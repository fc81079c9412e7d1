// What comes for an endpoint before there is what runs it, which the first registration of a page loads. Everything here
// happens before the first wait, because a process loads it once: nothing is lost, and what needs no run gets none.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Life } from './wire.mjs';

const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

/** A session with an endpoint, of which the router knows, and what it was called with. */
function serving(endpoint) {
    const life = Life.opened();
    const seen = [];
    life.session.register('com.p', (...call) => (seen.push(call[0]), endpoint?.(...call)));
    life.wire.one();
    life.wire.send([65, 1, 5]);
    return { life, wire: life.wire, seen };
}

const part = (n) => [68, 1, 5, { progress: true }, [n]];
const canceled = [8, 68, 1, {}, 'wamp.error.canceled'];

test('parts, interrupts, a drain and a loss that come while the module of endpoints is loaded', async () => {
    const parts = serving(async (args, kwargs, { chunks }) => {
        const all = [];
        for await (const chunk of chunks) all.push(chunk.args[0]);
        return all;
    });
    parts.wire.send(part(1), part(2), [68, 2, 5, {}, ['whole']], part(3), [68, 1, 5, {}]);

    const heard = serving((args, kwargs, { signal }) => new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)) ?? (signal.aborted && resolve('stopped'))));
    heard.wire.send([68, 1, 5, {}], [69, 1, { mode: 'kill' }]);

    const unheard = serving(() => new Promise(() => {}));
    unheard.wire.send([68, 1, 5, {}], [69, 1, { mode: 'kill' }]);

    const many = serving((args, kwargs, { chunks }) => new Promise(() => chunks.next()));
    for (let i = 0; i < 10_010; i++) many.wire.send(part(i));

    const lost = serving(() => 1);
    lost.wire.send([68, 1, 5, {}]);
    lost.life.wire.drop();

    const drained = serving(() => 'done');
    drained.wire.send([68, 1, 5, {}]);
    drained.life.session.drain();
    assert.deepEqual(drained.wire.take(), [[66, 2, 5]]);
    drained.wire.send([67, 2]);

    await settled();
    assert.deepEqual(parts.wire.take().sort((a, b) => a[1] - b[1]), [[70, 1, {}, [[1, 2, 3]]], [70, 2, {}, [['whole']]]]);
    assert.deepEqual(parts.seen, [[1], ['whole']]);
    assert.equal(heard.wire.one()[2], 1);
    assert.deepEqual(unheard.wire.take(), [canceled]);
    assert.deepEqual(many.wire.take().map((message) => message.slice(0, 5)), [canceled]);
    assert.deepEqual([lost.wire.take(), lost.seen], [[], []]);
    assert.deepEqual(drained.wire.take().map(([type]) => type), [70, 6]);
    for (const { life } of [parts, heard, unheard, many, lost, drained]) assert.deepEqual(life.errors.list, []);
});

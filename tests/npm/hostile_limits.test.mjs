// A router that means harm, by how much it sends: each limit is kept, with its default and with an option, and
// what is over it ends in an error with a name.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { connect, StateError } from '../../pkg/node.js';
import { longPollPeer } from './longpoll_peer.mjs';
import { opened, turn } from './memory.mjs';

const BASES = ['wamp.2.json', 'wamp.2.msgpack', 'wamp.2.cbor'];
const PROTOCOLS = [...BASES, ...BASES.map((name) => `${name}.batched`)];

/** The session ends by a violation with this text; whoever waited is told. */
async function violated({ session, sent, faults, closes }, call, text) {
    const [abort] = await sent();
    assert.match(abort, /wamp\.error\.protocol_violation/);
    assert.match(abort, text);
    assert.equal((await call).uri, 'wamp.error.protocol_violation');
    assert.equal((await session.closed).reason, 'wamp.error.protocol_violation');
    assert.deepEqual([faults, closes.length], [[], 1]);
}

const pending = (session) => session.call('com.a').catch((error) => error);

for (const protocol of PROTOCOLS) {
    test(`${protocol}: a frame above max_message_size ends the session unread, and one at the limit is read`, async () => {
        const far = await opened(protocol, { options: { max_message_size: 1000 } });
        const call = pending(far.session);
        await far.sent();
        far.feed([50, 1, {}, ['x'.repeat(900)]]);
        assert.equal((await call).length, 900);
        const next = pending(far.session);
        await far.sent();
        far.feed([50, 2, {}, ['x'.repeat(1000)]]);
        await violated(far, next, /exceeds the limit of 1000/);
    });

    test(`${protocol}: 16 MiB and one is too large unless the options say otherwise`, async () => {
        const far = await opened(protocol);
        const call = pending(far.session);
        await far.sent();
        far.raw(protocol.includes('json') ? ' '.repeat(2 ** 24 + 1) : new Uint8Array(2 ** 24 + 1));
        await violated(far, call, /exceeds the limit of 16777216/);
    });
}

/** Heads that announce far more than follows: lists, dicts, texts and octets of 2^32 − 1 and more. */
const ANNOUNCED = {
    'wamp.2.msgpack': ['dd ffffffff', 'df ffffffff', 'db ffffffff', 'c6 ffffffff', 'c9 ffffffff 01', 'dc ffff', 'de ffff'],
    'wamp.2.cbor': ['9a ffffffff', 'ba ffffffff', '7a ffffffff', '5a ffffffff', '9b ffffffffffffffff', '7b 7fffffffffffffff', '5b 0000001000000000', 'bb 0020000000000000'],
};

for (const [protocol, heads] of Object.entries(ANNOUNCED)) {
    test(`${protocol}: lengths and counts that a frame cannot hold cost nothing`, async () => {
        for (const head of heads) {
            for (const front of ['', protocol.endsWith('msgpack') ? '95 24 01 02 80' : '85 1824 01 02 a0', protocol.endsWith('msgpack') ? '91' : '81']) {
                const far = await opened(protocol);
                const call = pending(far.session);
                await far.sent();
                const before = process.memoryUsage().arrayBuffers;
                far.raw(Uint8Array.from(Buffer.from(`${front}${head}`.replaceAll(' ', ''), 'hex')));
                assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 22, `${front} ${head}`);
                await violated(far, call, /./);
            }
        }
    });
}

for (const protocol of ['wamp.2.msgpack.batched', 'wamp.2.cbor.batched']) {
    test(`${protocol}: a batch whose lengths lie, or of nothing but empty messages, ends the session`, async () => {
        for (const [batch, text] of [[[0xff, 0xff, 0xff, 0xff, 1], /breaks off/], [[0, 0, 0], /breaks off/], [new Array(4000).fill(0), /must not be empty/], [[], /must not be empty/]]) {
            const far = await opened(protocol);
            const call = pending(far.session);
            await far.sent();
            far.raw(Uint8Array.from(batch));
            await violated(far, call, text);
        }
    });
}

test('a text that is not UTF-8 ends the session, in a frame and in a long poll', async (t) => {
    for (const [protocol, octets] of [['wamp.2.msgpack', '95 24 01 02 80 91 a2 c328'], ['wamp.2.cbor', '85 1824 01 02 a0 81 62 c328'], ['wamp.2.msgpack', '95 24 01 02 81 a2 c328 01 90']]) {
        const far = await opened(protocol);
        const call = pending(far.session);
        await far.sent();
        far.raw(Uint8Array.from(Buffer.from(octets.replaceAll(' ', ''), 'hex')));
        await violated(far, call, /UTF-8/);
    }
    const { session, peer, call } = await polled(t);
    peer.send(Buffer.from('[50,1,{},["\xff"]]', 'latin1'));
    assert.equal((await call).uri, 'wamp.error.protocol_violation');
    assert.match((await session.closed).message, /UTF-8/);
});

/** A session over a long poll, with a call under way. */
async function polled(t, options) {
    const peer = await longPollPeer(t);
    const joining = connect({ realm: 'realm1', transports: [{ type: 'longpoll', url: peer.url }], protocols: ['wamp.2.json'], durable: false, on_internal_error() {}, ...options });
    await peer.receive();
    peer.send('[2,7,{"roles":{"dealer":{}}}]');
    const session = await joining;
    const call = pending(session);
    await peer.receive();
    return { session, peer, call };
}

test('a long poll takes no more of an answer than max_message_size, also of one that never ends', async (t) => {
    const { session, peer, call } = await polled(t, { max_message_size: 10_000 });
    peer.send(`[50,1,{},["${'x'.repeat(9000)}"]]`);
    assert.equal((await call).length, 9000);
    const next = pending(session);
    await peer.receive();
    peer.send(' '.repeat(10_001));
    assert.equal((await next).uri, 'wamp.error.protocol_violation');
    assert.match(await peer.receive(), /exceeds the limit of 10000/);

    // An answer to /open that goes on for ever.
    let stopped;
    const endless = createServer((request, response) => {
        const more = () => response.write(Buffer.alloc(65536, ' '));
        response.on('drain', more).on('close', () => stopped());
        more();
    });
    await new Promise((resolve) => endless.listen(0, '127.0.0.1', resolve));
    t.after(() => (endless.closeAllConnections(), endless.close()));
    const gone = new Promise((resolve) => (stopped = resolve));
    const url = `http://127.0.0.1:${endless.address().port}/lp`;
    await assert.rejects(connect({ realm: 'r', transports: [{ type: 'longpoll', url }], max_message_size: 1e6, durable: false }), /exceeds the limit of 1000000/);
    await gone;
});

test('a max_pending that no core can count to is as many as it can, and not its default', async () => {
    const { session } = await opened('wamp.2.json', { options: { max_pending: Number.MAX_SAFE_INTEGER } });
    for (let n = 0; n < 100_001; n++) session.call('com.a').catch(() => {});
    assert.equal(session.stats().pending, 100_001);
});

test('more requests than max_pending fail at once and are not sent, and room comes back with answers', async () => {
    const { session, feed, sent } = await opened('wamp.2.json', { options: { max_pending: 3 } });
    const calls = [1, 2, 3].map(() => session.call('com.a'));
    const full = new StateError('too many requests without an answer');
    await assert.rejects(async () => session.call('com.a'), full);
    await assert.rejects(async () => session.publish('com.t', [], {}, { acknowledge: true }), full);
    await assert.rejects(async () => session.subscribe('com.t', () => {}), full);
    await assert.rejects(async () => session.register('com.p', () => {}), full);
    session.publish('com.t');
    assert.equal((await sent()).length, 4);
    feed([50, 2, {}]);
    await calls[1];
    const late = session.call('com.a');
    feed([50, 1, {}], [50, 3, {}], [50, 5, {}, ['late']]);
    assert.equal(await late, 'late');
    await Promise.all(calls);
});

test('a flood of events nobody reads keeps the newest of a stream and counts the others', async () => {
    const { session, feed } = await opened('wamp.2.json');
    const subscribing = session.subscribe('com.t', null, { buffer: 100 });
    feed([33, 1, 5]);
    const stream = await subscribing;
    for (let n = 0; n < 20_000; n++) feed([36, 5, 1, {}, [n]]);
    assert.equal(stream.dropped, 19_900);
    const first = await stream[Symbol.asyncIterator]().next();
    assert.deepEqual([first.value.args, session.isOpen], [[19_900], true]);
});

test('a flood of parts of a result nobody reads cancels the call, and the session goes on', async () => {
    const { session, feed, sent } = await opened('wamp.2.json');
    const call = session.call('com.a', [], {}, { receive_progress: true });
    const reading = call[Symbol.asyncIterator]();
    for (let n = 0; n <= 10_000; n++) feed([50, 1, { progress: true }, [n]]);
    await assert.rejects(call, { uri: 'wamp.error.canceled' });
    assert.equal((await sent()).at(-1), '[49,1,{"mode":"killnowait"}]');
    feed([50, 1, { progress: true }, ['late']], [8, 48, 1, {}, 'wamp.error.canceled']);
    assert.deepEqual([(await reading.next()).value, session.isOpen], [0, true]);
});

test('a flood of calls to what is not registered is answered, each one, and the session goes on', async () => {
    const { session, feed, sent } = await opened('wamp.2.json');
    for (let n = 1; n <= 5000; n++) feed([68, n, 99, {}]);
    const answers = await sent();
    assert.equal(answers.length, 5000);
    assert.match(answers.at(-1), /^\[8,68,5000,\{\},"wamp\.error\.no_such_procedure"/);
    assert.equal(session.isOpen, true);
});

test('a flood of events for subscriptions that are none is nothing', async () => {
    const { session, feed, sent, faults } = await opened('wamp.2.json');
    for (let n = 1; n <= 20_000; n++) feed([36, n, 1, {}]);
    assert.deepEqual([await sent(), session.isOpen, faults], [[], true, []]);
});

test('what is opened with wrong limits is a TypeError that names them', async () => {
    for (const [option, wrong] of [['max_pending', 0], ['max_pending', '5'], ['max_message_size', -1]]) {
        await assert.rejects(connect({ url: 'ws://localhost', realm: 'r', [option]: wrong }), { name: 'TypeError', message: `Connection: <options>.${option} must be a number of at least 1` });
    }
    await turn();
});

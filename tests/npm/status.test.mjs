// What a connection says about itself: the iterator `status()`, `onstatus`, and the promise `closed`.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, Connection, StateError } from '../../pkg/node.js';
import { peerFor, reports, WebSocket } from './peer.mjs';

const OPTIONS = { realm: 'realm1', WebSocket, initial_retry_delay: 0.001, retry_delay_jitter: 0 };

/** The next status, and that there is one. */
async function next(statuses) {
    const { done, value } = await statuses.next();
    assert.equal(done, false);
    return value;
}

async function types(statuses, count) {
    const list = [];
    for (let i = 0; i < count; i++) list.push((await next(statuses)).type);
    return list;
}

test('status() tells of every state in order', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ ...OPTIONS, url: peer.url });
    const statuses = connection.status();
    connection.open();
    assert.deepEqual(await next(statuses), { type: 'connecting', transport: 'websocket', url: peer.url, count: 0 });
    let router = await peer.connection();
    await router.welcome();
    const { session, ...open } = await next(statuses);
    assert.deepEqual([open, session], [{ type: 'open', restored: false }, connection.session]);
    router.send([6, { message: 'restart' }, 'wamp.close.system_shutdown']);
    assert.deepEqual(await next(statuses), { type: 'waiting', how: 'closed', reason: 'wamp.close.system_shutdown', message: 'restart', delay: 0.001, count: 1 });
    assert.deepEqual(await next(statuses), { type: 'connecting', transport: 'websocket', url: peer.url, count: 1 });
    router = await peer.connection();
    await router.welcome();
    assert.equal((await next(statuses)).type, 'open');
    connection.close();
    await router.goodbye();
    const closed = { type: 'closed', how: 'closed', reason: 'wamp.close.goodbye_and_out', message: '' };
    assert.deepEqual(await next(statuses), closed);
    assert.deepEqual(await connection.closed, closed);
});

test('onstatus gets the same, and what it throws hurts nobody', async (t) => {
    const peer = await peerFor(t);
    const errors = reports();
    const seen = [];
    const onstatus = ({ type }) => {
        seen.push(type);
        throw new Error('oops');
    };
    const connection = new Connection({ ...OPTIONS, url: peer.url, max_retries: 0, onstatus, ...errors });
    connection.open();
    (await peer.connection()).drop();
    assert.equal((await connection.closed).how, 'lost');
    assert.deepEqual(seen, ['connecting', 'closed']);
    assert.deepEqual(errors.list.map(([text]) => text), Array(2).fill('Exception raised from app code while firing onstatus()'));
});

test('a reader first gets the state that there is', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ ...OPTIONS, url: peer.url });
    connection.open();
    assert.equal((await next(connection.status())).type, 'connecting');
    const router = await peer.connection();
    await router.welcome();
    const session = await new Promise((resolve) => (connection.onopen = resolve));
    assert.deepEqual(await next(connection.status()), { type: 'open', session, restored: false });
    connection.close();
    await router.goodbye();
    await connection.closed;
    assert.equal((await next(connection.status())).type, 'closed');
});

test('a reader that leaves gets nothing more, and the others do', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ ...OPTIONS, url: peer.url });
    const [one, other] = [connection.status(), connection.status()];
    connection.open();
    assert.equal((await next(one)).type, 'connecting');
    const waiting = one.next();
    await one.return();
    assert.deepEqual([await waiting, await one.next()], Array(2).fill({ done: true, value: undefined }));
    await peer.connection();
    connection.close();
    assert.deepEqual(await types(other, 2), ['connecting', 'closed']);
});

test('a reader goes on when the connection is opened again, and ends when it is disposed', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ ...OPTIONS, url: peer.url });
    const statuses = connection.status();
    for (let i = 0; i < 2; i++) {
        connection.open();
        await peer.connection();
        if (i === 0) connection.close();
        else await connection[Symbol.asyncDispose]();
        assert.deepEqual(await types(statuses, 2), ['connecting', 'closed']);
    }
    assert.deepEqual(await statuses.next(), { done: true, value: undefined });
    assert.throws(() => connection.open(), new StateError('connection disposed'));
    await connection[Symbol.asyncDispose]();
});

test('disposing waits until the session is left', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ ...OPTIONS, url: peer.url });
    connection.open();
    const router = await peer.connection();
    await router.welcome();
    await new Promise((resolve) => (connection.onopen = resolve));
    let over = false;
    const disposed = connection[Symbol.asyncDispose]().then(() => (over = true));
    assert.deepEqual(await router.receive(), [6, {}, 'wamp.close.normal']);
    assert.equal(over, false);
    router.send([6, {}, 'wamp.close.goodbye_and_out']);
    await disposed;
    assert.equal(connection.isConnected, false);
});

test('closed is another promise after another open()', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ ...OPTIONS, url: peer.url });
    const ends = [];
    for (let i = 0; i < 2; i++) {
        connection.open();
        await peer.connection();
        connection.close();
        ends.push(connection.closed);
        await connection.closed;
    }
    assert.notEqual(ends[0], ends[1]);
});

test('open() as soon as the status is closed begins anew, and closed of before is settled', async (t) => {
    const peer = await peerFor(t);
    let ended = false;
    const connection = new Connection({ ...OPTIONS, url: peer.url });
    connection.onstatus = ({ type }) => {
        if (type !== 'closed' || ended) return;
        ended = true;
        connection.open();
    };
    connection.open();
    await peer.connection();
    const { closed } = connection;
    connection.close();
    assert.equal((await closed).type, 'closed');
    let isOver = false;
    connection.closed.then(() => (isOver = true));
    await peer.connection();
    assert.equal(isOver, false);
    connection.close();
    await connection.closed;
});

test('an onclose that stops the retries is followed by closed, not by waiting', async (t) => {
    for (const [stop, expected] of [[() => true, ['connecting', 'closed']], [async () => true, ['connecting', 'waiting', 'closed']]]) {
        const peer = await peerFor(t);
        const connection = new Connection({ ...OPTIONS, url: peer.url, initial_retry_delay: 1000 });
        connection.onclose = stop;
        const statuses = connection.status();
        connection.open();
        (await peer.connection()).drop();
        await connection.closed;
        assert.deepEqual(await types(statuses, expected.length), expected);
    }
});

test('the readers of a session from connect end with it', async (t) => {
    const peer = await peerFor(t);
    const told = [];
    const joining = connect({ ...OPTIONS, url: peer.url, onstatus: ({ type }) => told.push(type) });
    const router = await peer.connection();
    await router.welcome();
    const session = await joining;
    const statuses = session.status();
    assert.deepEqual(await next(statuses), { type: 'open', session, restored: false });
    const left = session.leave();
    await router.goodbye();
    await left;
    assert.equal((await next(statuses)).type, 'closed');
    assert.deepEqual(await statuses.next(), { done: true, value: undefined });
    assert.deepEqual(told, ['connecting', 'open', 'closed']);
});

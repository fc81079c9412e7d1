// What goes to the console, by the level.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Connection } from '../../pkg/node.js';
import { peerFor, WebSocket } from './peer.mjs';

/** What is written while a session opens, loses its connection, opens again and is closed. */
async function written(t, log_level) {
    const lines = [];
    for (const method of ['debug', 'info', 'warn']) t.mock.method(console, method, (...items) => lines.push(`${method} ${items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(' ')}`));
    const peer = await peerFor(t);
    const connection = new Connection({ url: peer.url, realm: 'realm1', WebSocket, durable: true, initial_retry_delay: 0.001, log_level });
    const opened = () => new Promise((resolve) => (connection.onstatus = ({ type }) => type === 'open' && resolve()));
    let open = opened();
    connection.open();
    let router = await peer.connection();
    await router.welcome({ roles: { broker: {} } });
    await open;
    open = opened();
    router.drop();
    router = await peer.connection();
    await router.welcome({ roles: { broker: {} } }, 8);
    await open;
    connection.close();
    await router.goodbye();
    await connection.closed;
    // Whatever is loaded for it has been loaded before.
    await import('../../pkg/api/log.js');
    await null;
    return { lines: lines.map((line) => line.replace(peer.url, 'URL').replace(/\d+\.\d s$/, 'x s').replace(/"details".*|\[1,.*|\[2,.*/, '…')), peer };
}

test('info writes what becomes of the connection, and warns of what is lost', async (t) => {
    const { lines } = await written(t, 'info');
    assert.deepEqual(lines, [
        'info wamp-wasm: connecting to URL',
        'info wamp-wasm: session 7 on realm1 is open',
        'warn wamp-wasm: lost: connection closed with code 1006; retry 1 in x s',
        'info wamp-wasm: connecting to URL, retry 1',
        'info wamp-wasm: session 8 on realm1 is open again',
        'info wamp-wasm: closed (closed: wamp.close.goodbye_and_out)',
    ]);
});

test('warn writes only that', async (t) => {
    const { lines } = await written(t, 'warn');
    assert.deepEqual(lines, ['warn wamp-wasm: lost: connection closed with code 1006; retry 1 in x s']);
});

test('debug writes every message, too', async (t) => {
    const { lines } = await written(t, 'debug');
    assert.deepEqual(lines.filter((line) => line.startsWith('debug')).map((line) => line.split(' ').slice(0, 3).join(' ')), [
        'debug → HELLO', 'debug ← WELCOME', 'debug → HELLO', 'debug ← WELCOME', 'debug → GOODBYE', 'debug ← GOODBYE',
    ]);
    assert.equal(lines.filter((line) => line.startsWith('info')).length, 5);
});

for (const level of ['error', undefined]) {
    test(`${level ?? 'no level'} writes none of it`, async (t) => assert.deepEqual((await written(t, level)).lines, []));
}

// A connection whose WebAssembly module does not come, comes late, or comes with another attempt.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { Connection, init } from '../../pkg/index.js';
import { peerFor, WebSocket } from './peer.mjs';

const octets = (file) => readFile(new URL(`../../pkg/wasm/${file}`, import.meta.url));
const offline = async () => {
    throw new Error('offline');
};
let source = offline;
// Every load that comes asks it: one that failed is forgotten.
await init((file) => source(file)).catch(() => {});

/** The ends of a connection that is opened, to wait for. */
function opened(url, options = {}) {
    const connection = new Connection({ url, realm: 'realm1', WebSocket, initial_retry_delay: 0.001, ...options });
    const told = [];
    const readers = [];
    connection.onclose = (how, details) => {
        const reader = readers.shift();
        if (reader) reader([how, details]);
        else told.push([how, details]);
    };
    connection.open();
    return { connection, closed: () => (told.length > 0 ? Promise.resolve(told.shift()) : new Promise((resolve) => readers.push(resolve))) };
}

// In this order: once the module is there, it stays.

test('a module that cannot be loaded is unreachable, though a transport was open, and is tried again as often as said', async (t) => {
    const peer = await peerFor(t);
    let fail;
    source = () => new Promise((_, reject) => (fail = reject));
    class Opening extends WebSocket {
        constructor(...args) {
            super(...args);
            this.addEventListener('open', () => setImmediate(() => fail(new Error('offline'))));
        }
    }
    const { connection, closed } = opened(peer.url, { max_retries: 2, WebSocket: Opening });
    for (const retry_count of [1, 2, null]) {
        const [how, details] = await closed();
        assert.match(details.message, /cannot load the WebAssembly module: offline/);
        assert.deepEqual([how, details.retry_count], ['unreachable', retry_count]);
    }
    assert.equal((await connection.closed).how, 'unreachable');
    source = offline;
});

test('should_retry and retry_if_unreachable count without the module, too', async (t) => {
    const peer = await peerFor(t);
    for (const options of [{ should_retry: () => false }, { retry_if_unreachable: false }]) {
        const { closed } = opened(peer.url, options);
        const [how, { will_retry }] = await closed();
        assert.deepEqual([how, will_retry], ['unreachable', false]);
    }
    const { connection, closed } = opened(peer.url, { should_retry: () => true, retry_if_unreachable: false });
    assert.equal((await closed())[1].will_retry, true);
    connection.close();
});

test('should_retry does not overrule max_retries without the module, either', async (t) => {
    const peer = await peerFor(t);
    const { connection, closed } = opened(peer.url, { should_retry: () => true, max_retries: 2, retry_if_unreachable: false });
    t.after(() => connection.isRetrying && connection.close());
    for (const retry_count of [1, 2, null]) assert.equal((await closed())[1].retry_count, retry_count);
});

test('close() while the module is loaded is the end, also for a transport that is open', async (t) => {
    const peer = await peerFor(t);
    let fail;
    const asked = new Promise((resolve) => (source = () => new Promise((_, reject) => (fail = reject, resolve()))));
    const { connection, closed } = opened(peer.url);
    await asked;
    const router = await peer.connection();
    connection.close();
    assert.deepEqual((await closed()).map((part) => part.will_retry ?? part), ['closed', false]);
    await router.closed;
    assert.equal(router.unread, 0);
    fail(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([connection.isConnected, connection.isRetrying], [false, false]);
});

test('a module that comes with another attempt makes it a connection like any other', async (t) => {
    const peer = await peerFor(t);
    source = (file) => ((source = octets), offline());
    const { connection, closed } = opened(peer.url, { max_retries: 1 });
    assert.equal((await closed())[0], 'unreachable');
    const router = await peer.connection();
    const joined = new Promise((resolve) => (connection.onopen = resolve));
    await router.welcome();
    await joined;
    router.drop();
    const [how, { retry_count }] = await closed();
    assert.deepEqual([how, retry_count], ['lost', 1]);
    connection.close();
    await connection.closed;
});

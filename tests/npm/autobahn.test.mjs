// The drop-in: the names that programs written for autobahn touch are there, or say why they are not.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import theirs from 'autobahn';

import * as helpers from '../../pkg/auth_node.js';
import autobahn, * as named from '../../pkg/autobahn_node.js';
import { peerFor, WebSocket } from './peer.mjs';

/** Third parties' libraries that autobahn hands on. */
const FOREIGN = ['when', 'msgpack', 'cbor', 'nacl'];

test('every name of autobahn is there, also as a named export', () => {
    const missing = (from, of) => Object.keys(from).filter((name) => !(name in of));
    assert.deepEqual(missing(theirs, autobahn).filter((name) => !FOREIGN.includes(name)), []);
    assert.deepEqual(missing(autobahn, named), []);
    for (const group of ['serializer', 'auth_cra', 'auth_cryptosign', 'log']) assert.deepEqual(missing(theirs[group], autobahn[group]), [], group);
    // Reads a file by a synchronous request, and gives null in practice.
    assert.deepEqual(missing(theirs.util, autobahn.util).filter((name) => name !== 'read_file'), []);
});

test('the serializer classes choose what is offered, in their order', async (t) => {
    const { CBORSerializer, JSONSerializer, MsgpackSerializer } = autobahn.serializer;
    const offered = [];
    const peer = await peerFor(t, { handleProtocols: (protocols) => (offered.push(...protocols), false) });
    const closed = new Promise((resolve) => {
        const connection = new autobahn.Connection({ url: peer.url, realm: 'r', WebSocket, max_retries: 0, serializers: [new CBORSerializer(), new MsgpackSerializer(), new JSONSerializer()] });
        connection.onclose = resolve;
        connection.open();
    });
    await closed;
    assert.deepEqual(offered, ['wamp.2.cbor', 'wamp.2.msgpack', 'wamp.2.json']);
    for (const name of ['JSONSerializer', 'MsgpackSerializer', 'CBORSerializer']) {
        const { SERIALIZER_ID, BINARY } = new theirs.serializer[name]();
        assert.deepEqual({ ...new autobahn.serializer[name]() }, { SERIALIZER_ID, BINARY });
    }
    assert.throws(() => new JSONSerializer((key, value) => value), { name: 'TypeError', message: /<replacer> and <reviver> are not supported/ });
});

test('what is not available says so and what to do instead', () => {
    const { auth_persona, transports } = autobahn;
    for (const [call, name] of [[() => auth_persona(), 'auth_persona'], [() => transports.register('x', class {}), 'transports.register']]) {
        assert.throws(call, (error) => error.message.startsWith(`autobahn.${name} is not available in wamp-wasm: `), name);
    }
    assert.deepEqual([transports.list(), transports.isRegistered('websocket'), transports.isRegistered('longpoll')], [['websocket', 'longpoll'], true, true]);
});

test('the helpers of authentication are those of wamp-wasm/auth', () => {
    assert.equal(autobahn.auth_cra.sign('L3L1YUE8Txlw', '[1, 2, 3]'), '1njQtmmeYO41N5EWEzD2kAjjEKRZ5kPZt/TzpYXOzR0=');
    for (const name of ['auth_cra', 'auth_cryptosign', 'auth_scram', 'initAuth']) assert.equal(autobahn[name], helpers[name]);
});

test('the HTTP helpers give the answer, or reject with code and text', async (t) => {
    const server = createServer(async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        const status = Number(request.url.slice(1));
        response.writeHead(status).end(status === 200 ? body || '{"a":1}' : undefined);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const url = (status) => `http://127.0.0.1:${server.address().port}/${status}`;
    const { http_get_json, http_post } = autobahn.util;
    assert.deepEqual(await http_get_json(url(200)), { a: 1 });
    assert.equal(await http_post(url(200), '[1]'), '[1]');
    assert.equal(await http_post(url(204), ''), undefined);
    await assert.rejects(http_get_json(url(404)), { code: 404, text: 'Not Found' });
});

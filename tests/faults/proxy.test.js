// The proxy of the fault rig itself: that it carries everything when it is calm, and does what it is told otherwise.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { Proxy } from './proxy/proxy.js';

describe('the proxy', { timeout: 20_000 }, () => {
  let server, proxy, client, peer;
  before(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
  });
  after(() => server.close());
  beforeEach(async () => {
    proxy = await Proxy.to(server.address().port);
    [client, peer] = await joined();
  });
  afterEach(() => {
    client.on('error', () => {}).terminate();
    proxy.stop();
  });

  const joined = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}`);
    const [[other]] = await Promise.all([once(server, 'connection'), once(socket, 'open')]);
    return [socket, other.on('error', () => {})];
  };
  const next = async (socket = client) => String((await once(socket, 'message'))[0]);
  /** How a connection of the client ends. */
  const ended = (socket = client) =>
    new Promise((resolve) => socket.on('error', () => {}).once('close', (code, reason) => resolve([code, String(reason)])));

  for (const chunk of [0, 7]) {
    test(`a calm one carries six frames of any size both ways, ${chunk || 'all'} octets at a time`, async () => {
      proxy.set({ chunk });
      for (const size of [0, 125, 126, 600, ...(chunk ? [] : [65_536, 3_000_000])]) {
        const text = 'x'.repeat(size);
        peer.send(text);
        assert.equal(await next(), text);
        client.send(text);
        assert.equal(await next(peer), text);
      }
    });
  }

  test('a throttled direction keeps its rate however many frames come', async () => {
    proxy.set({ rate: 2000 }, 'down');
    const started = Date.now();
    for (let i = 0; i < 20; i++) peer.send('x'.repeat(18));
    for (let i = 0; i < 20; i++) await next();
    assert.ok(Date.now() - started >= 150, `400 octets at 2000 a second took ${Date.now() - started} ms`);
  });

  test('a frame breaks off in the middle, and what came before it has arrived', async () => {
    proxy.onFrame('down', { what: 'reset', skip: 1 });
    const first = next();
    peer.send('whole');
    peer.send('broken off');
    assert.equal(await first, 'whole');
    assert.deepEqual(await ended(), [1006, '']);
  });

  test('whatever the server says is heard by the tap, in whatever pieces it comes', async () => {
    const heard = [];
    proxy.tap = (text) => heard.push(text);
    const [other, its_peer] = await joined();
    const texts = ['', 'one', 'x'.repeat(70_000)];
    for (const text of texts) {
      its_peer.send(text);
      await next(other);
    }
    assert.deepEqual(heard, texts);
    other.terminate();
  });

  test('a frame is left out, or comes twice, chosen by its beginning', async () => {
    const got = [];
    client.on('message', (data) => got.push(String(data)));
    proxy.onFrame('down', { what: 'drop', begins: 'b' });
    ['a1', 'b1', 'b2'].forEach((text) => peer.send(text));
    while (got.length < 2) await once(client, 'message');
    proxy.onFrame('down', { what: 'double', begins: 'b', skip: 1 });
    ['b3', 'a2', 'b4', 'b5'].forEach((text) => peer.send(text));
    while (got.at(-1) !== 'b5') await once(client, 'message');
    assert.deepEqual(got, ['a1', 'b2', 'b3', 'a2', 'b4', 'b4', 'b5']);
  });

  test('a wrong octet in a text is noticed by whoever reads it', async () => {
    proxy.onFrame('down', { what: 'corrupt', share: 0.9 });
    peer.send('[36,1,2,{},["text"]]');
    const [code] = await ended();
    assert.ok(code === 1006 || code === 1007, `${code}`);
  });

  test('frames of its own come between those of the server, and a close frame is the last', async () => {
    const got = [];
    client.on('message', (data) => got.push(String(data)));
    peer.send('one');
    await next();
    proxy.inject('[6,{},"wamp.close.system_shutdown"]');
    await next();
    proxy.close(1012, 'restart');
    peer.send('too late');
    assert.deepEqual(await ended(), [1012, 'restart']);
    assert.deepEqual(got, ['one', '[6,{},"wamp.close.system_shutdown"]']);
  });

  test('what waits comes later, and what a black hole took breaks its connection afterwards', async () => {
    proxy.set({ stall: true });
    peer.send('waits');
    await proxy.calm();
    assert.equal(await next(), 'waits');
    const [other, its_peer] = await joined();
    proxy.set({ hole: true });
    const gone = [ended(), ended(other)];
    its_peer.send('lost');
    peer.send('lost too');
    while (proxy.holed < 2) await new Promise(setImmediate);
    await proxy.calm();
    assert.deepEqual(await Promise.all(gone), [[1006, ''], [1006, '']]);
  });

  test('the client of a forgotten connection is not told, the server is, and a new one is alive', async () => {
    let told = false;
    client.on('message', () => (told = true)).on('close', () => (told = true));
    const noticed = once(peer, 'close');
    proxy.forget();
    await noticed;
    await proxy.calm();
    const [other, its_peer] = await joined();
    its_peer.send('arrives');
    assert.equal(await next(other), 'arrives');
    assert.equal(told, false);
    other.terminate();
  });

  for (const how of ['reset', 'fin', 'half']) {
    test(`a connection is cut: ${how}`, async () => {
      const end = ended();
      const end_of_peer = once(peer, 'close');
      proxy.cut(how);
      assert.deepEqual(await end, [1006, '']);
      await end_of_peer;
    });
  }

  for (const how of ['reset', 'fin', 'closed']) {
    test(`new connections are refused, and taken again: ${how}`, async () => {
      if (how === 'closed') await proxy.listen(false);
      else proxy.refuse(how);
      const refused = new WebSocket(`ws://127.0.0.1:${proxy.port}`);
      await once(refused, 'error');
      await proxy.calm();
      const [other] = await joined();
      other.terminate();
    });
  }
});

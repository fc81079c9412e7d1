// A TCP proxy on a port of loopback that misbehaves on command: what a network, a router or something
// between them can do to a WebSocket. One rule: after `calm` it carries every octet again, and no connection lives on that
// has lost some: TCP delivers all, in order, or breaks.

import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { Direction } from './direction.js';
import { FrameRule } from './frame_rule.js';

const HOST = '127.0.0.1';
const CLOSE = 8;
const TEXT = 1;

const CALM = { delay: 0, jitter: 0, rate: 0, chunk: 0, stall: false, hole: false };

export class Proxy {
  #server = null;
  #connections = new Set();
  #forgotten = new Set();
  /** Accepted and never answered. */
  #hung = new Set();
  #refusal = null;
  #manners = { up: { ...CALM }, down: { ...CALM } };

  port = 0;
  /** Where new connections go. */
  target;

  /** How many connections have lost something in a black hole. */
  get holed() {
    return [...this.#connections].filter((connection) => connection.holed).length;
  }

  /** Told of each message of the router. @type {((text: string) => void) | null} */
  tap = null;

  /** Starts one in front of a port. */
  static async to(target) {
    const proxy = new Proxy();
    proxy.target = target;
    await proxy.listen(true);
    return proxy;
  }

  /**
   * How octets pass from now on, `up` to the router, `down` from it, or both. `delay` and `jitter` in ms; `rate` in octets
   * a second; `chunk`: most octets a write; `stall`: they wait; `hole`: they are swallowed, and so is the end of a connection.
   */
  set(manner, direction = 'both') {
    for (const way of direction === 'both' ? ['up', 'down'] : [direction]) Object.assign(this.#manners[way], manner);
    this.#pump();
  }

  /** Ends every connection: `reset`, `fin` (in order, without a close frame), `half` (for the client only). */
  cut(how) {
    for (const connection of this.#connections) connection.end(how);
  }

  /** New connections are `reset`, closed (`fin`), or never answered (`hang`); null: accepted again. */
  refuse(how) {
    this.#refusal = how;
  }

  /** Whether the port is open at all. */
  async listen(open) {
    if (open === (this.#server !== null)) return;
    if (!open) {
      this.#server.close();
      this.#server = null;
      return;
    }
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
    this.#server.listen(this.port, HOST);
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
  }

  /** What happens to a frame of each connection: see FrameRule. */
  onFrame(direction, rule) {
    for (const connection of this.#connections) connection[direction].rule = new FrameRule(rule);
  }

  /** Sends a text to the client as if it came from the router. */
  inject(text) {
    for (const { down } of this.#webSockets()) down.inject(TEXT, Buffer.from(text));
  }

  /** Closes with a code, as if the router did it. */
  close(code, reason = '') {
    for (const { down } of this.#webSockets()) down.inject(CLOSE, Buffer.from([code >> 8, code & 255, ...Buffer.from(reason)]));
  }

  /**
   * The connections of now are dead for ever and the client is not told; the router has noticed it. As when a NAT forgets a
   * connection, or a machine sleeps. New ones are not concerned.
   */
  forget() {
    for (const connection of this.#connections) {
      connection.up.deafen();
      connection.down.deafen();
      connection.abandon();
      this.#connections.delete(connection);
      this.#forgotten.add(connection);
      connection.gone.then(() => this.#forgotten.delete(connection));
    }
  }

  /** Ends every misbehaviour. What was never answered, or is forgotten, stays so. */
  async calm() {
    this.#refusal = null;
    Object.assign(this.#manners.up, CALM);
    Object.assign(this.#manners.down, CALM);
    for (const connection of this.#connections) {
      connection.up.rule = connection.down.rule = null;
      if (connection.holed) connection.end('reset');
    }
    this.#pump();
    await this.listen(true);
  }

  stop() {
    this.#server?.close();
    this.cut('reset');
    this.#forgotten.forEach((connection) => connection.end('reset'));
    this.#hung.forEach((client) => client.destroy());
  }

  #accept(client) {
    client.on('error', () => {});
    if (this.#refusal === 'reset') client.resetAndDestroy();
    else if (this.#refusal === 'fin') client.end();
    else if (this.#refusal === 'hang') {
      this.#hung.add(client.resume());
      client.on('close', () => this.#hung.delete(client));
    } else {
      const connection = new Connection(client, this.target, this.#manners);
      connection.down.tap = this.tap;
      this.#connections.add(connection);
      connection.gone.then(() => this.#connections.delete(connection));
    }
  }

  #webSockets() {
    return [...this.#connections].filter(({ down }) => down.isWebSocket);
  }

  #pump() {
    for (const { up, down } of this.#connections) [up, down].forEach((direction) => direction.pump());
  }
}

class Connection {
  #client;
  #server;

  constructor(client, port, manners) {
    this.#client = client;
    this.#server = connect({ host: HOST, port, allowHalfOpen: true, noDelay: true });
    this.up = new Direction(this, client, this.#server, manners.up, /^upgrade:\s*websocket/im);
    this.down = new Direction(this, this.#server, client, manners.down, /^HTTP\/1\.1 101 /);
    this.gone = Promise.all([client, this.#server].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  }

  get holed() {
    return this.up.swallowed + this.down.swallowed > 0;
  }

  /** The router's side is over. */
  abandon() {
    this.#server.resetAndDestroy();
  }

  /** `shut`: only `sink` is told that nothing more comes; the others are those of `Proxy.cut`. */
  end(how, sink) {
    if (how === 'shut') return void sink.end();
    if (how === 'half') return void this.#client.end();
    for (const socket of [this.#client, this.#server]) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroySoon();
    }
  }
}

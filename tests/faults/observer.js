// A session that no fault is meant for, connected to the router itself: what a router acknowledged, it must have seen.
// It writes and reads WAMP by hand, so that it shares no line with what is tested.

import { WebSocket } from 'ws';

const PATIENCE = 5000;
const [HELLO, WELCOME, ERROR, PUBLISH, SUBSCRIBE, EVENT, CALL] = [1, 2, 8, 16, 32, 36, 48];

export class Observer {
  #socket = null;
  #last = 0;
  /** By the id of the request; WELCOME answers 0. */
  #waiting = new Map();

  /** `told` of each number that is published to the topic. */
  constructor(topic, told) {
    Object.assign(this, { topic, told });
  }

  /** Joins the router at `url`; resolves when it is subscribed. A router may listen a while before it serves. */
  async join(url) {
    const end = Date.now() + PATIENCE;
    for (;;) {
      try {
        return await this.#join(url);
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }

  async #join(url) {
    this.leave();
    this.#last = 0;
    const socket = (this.#socket = new WebSocket(url, 'wamp.2.json'));
    const lost = (why) => this.#socket === socket && this.#waiting.forEach(({ reject }) => reject(new Error(`the observer has lost ${url}: ${why}`)));
    socket.on('error', (error) => lost(error.message)).on('close', (code) => lost(code));
    socket.on('open', () => socket.send(JSON.stringify([HELLO, 'realm1', { roles: { subscriber: {}, publisher: {}, caller: {} } }])));
    socket.on('message', (text) => this.#take(JSON.parse(text)));
    await this.#answer(0, 'WELCOME');
    await this.#ask(SUBSCRIBE, {}, this.topic);
  }

  publish(topic, number) {
    return this.#ask(PUBLISH, { acknowledge: true }, topic, [number]);
  }

  async call(procedure, number) {
    const [, , , [result]] = await this.#ask(CALL, {}, procedure, [number]);
    return result;
  }

  leave() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.terminate();
  }

  #ask(code, ...rest) {
    const id = ++this.#last;
    this.#socket.send(JSON.stringify([code, id, ...rest]));
    return this.#answer(id, `answer to ${JSON.stringify([code, id, ...rest])}`);
  }

  #answer(id, what) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the observer got no ${what} within ${PATIENCE} ms`)), PATIENCE);
      const ending = (settle) => (value) => {
        clearTimeout(late);
        this.#waiting.delete(id);
        settle(value);
      };
      this.#waiting.set(id, { resolve: ending(resolve), reject: ending(reject) });
    });
  }

  #take(message) {
    const [code, id] = message;
    if (code === EVENT) return this.told(message[4][0]);
    if (code === WELCOME) return this.#waiting.get(0)?.resolve();
    if (code === ERROR) return this.#waiting.get(message[2])?.reject(new Error(message[4]));
    this.#waiting.get(id)?.resolve(message);
  }
}

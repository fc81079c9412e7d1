// The procedures of the demo, registered by a session of their own. A procedure has one callee: the first
// window that registers it serves everybody, the others stand by, and take over when it is gone.

import { WampError } from './pkg/index.js';
import { connectionFor } from './link.js';
import { watchedEndpoint } from './watched.js';

const ALREADY_SERVED = 'wamp.error.procedure_already_exists';
const STAND_BY_MS = 3000;

const PROCEDURES = {
  'com.example.echo': (args) => args[0],
  'com.example.throw': () => {
    throw new WampError('com.example.error.on_purpose', ['Thrown on purpose'], { harmless: true, tries: 1 });
  },
};

export class Service {
  #connection;
  #lane;
  #onstate;
  #session = null;
  #ours = new Set();
  #attempt = null;
  #waiting = [];
  #timer = 0;

  /** `onstate` gets 'waiting', 'serving' or 'standby'. */
  constructor(settings, lane, onstate) {
    this.#lane = lane;
    this.#onstate = onstate;
    this.#connection = connectionFor(settings);
    this.#connection.onopen = (session) => {
      this.#session = session;
      this.#tried();
      this.takeOver();
    };
    this.#connection.onclose = () => this.#lost();
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.#session) this.takeOver();
    });
  }

  /** Connects, at once if it was waiting for its next attempt; resolves when that succeeded or failed. */
  open() {
    if (!this.#connection.isConnected) this.#connection.open();
    if (this.#session) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close() {
    this.#connection.onclose = null;
    this.#lost();
    if (this.#connection.isOpen || this.#connection.isRetrying) this.#connection.close();
  }

  /** Registers what nobody serves yet. Never rejects; several requests at once share one attempt. */
  takeOver() {
    clearTimeout(this.#timer);
    this.#attempt ??= this.#registerMissing().finally(() => {
      this.#attempt = null;
    });
    return this.#attempt;
  }

  async #registerMissing() {
    await this.open();
    const session = this.#session;
    if (!session) return;
    for (const [uri, endpoint] of Object.entries(PROCEDURES)) {
      if (this.#ours.has(uri)) continue;
      const ours = await this.#register(session, uri, endpoint);
      // The session was lost meanwhile: once more with the next one.
      if (session !== this.#session) return this.#registerMissing();
      if (ours) this.#ours.add(uri);
    }
    const complete = this.#ours.size === Object.keys(PROCEDURES).length;
    this.#onstate(complete ? 'serving' : 'standby');
    // The random part keeps the waiting windows from asking in step.
    if (!complete) this.#timer = setTimeout(() => this.takeOver(), STAND_BY_MS * (1 + Math.random() / 2));
  }

  /** True if the procedure is ours now. Only what succeeds is logged: standing by is no news. */
  async #register(session, uri, endpoint) {
    try {
      await session.register(uri, watchedEndpoint(uri, endpoint, this.#lane));
      this.#lane.sent('REGISTER', uri);
      this.#lane.received('REGISTERED', uri);
      return true;
    } catch (error) {
      if (error?.uri && error.uri !== ALREADY_SERVED) this.#lane.received('ERROR', error.uri, error.args, error.kwargs);
      return false;
    }
  }

  #lost() {
    this.#session = null;
    this.#ours.clear();
    clearTimeout(this.#timer);
    this.#onstate('waiting');
    this.#tried();
  }

  #tried() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

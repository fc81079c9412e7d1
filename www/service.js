// The procedures of the demo, registered by a session of their own. A procedure has one callee: the first
// window that registers it serves everybody, the others stand by, and take over when it is gone. When the
// router is gone for a while, the session registers again by itself what it had.

import { WampError } from './pkg/index.js';
import { connectionFor } from './link.js';

const STAND_BY_MS = 3000;

const PROCEDURES = {
  'com.example.echo': (args) => args[0],
  'com.example.throw': () => {
    throw new WampError('com.example.error.on_purpose', ['Thrown on purpose'], { harmless: true, tries: 1 });
  },
};

export class Service {
  #connection;
  #onstate;
  #session = null;
  /** The registrations of this window, by their procedures. */
  #ours = new Map();
  #attempt = null;
  #waiting = [];
  #timer = 0;

  /** `onstate` gets 'nobody', 'serving' or 'standby'. */
  constructor(settings, trace, onstate) {
    this.#onstate = onstate;
    this.#connection = connectionFor(settings, trace);
    this.#connection.onstatus = (status) => this.#tell(status);
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.#session?.isOpen) this.takeOver();
    });
  }

  /** Connects, at once if it was waiting for its next attempt; resolves when that succeeded or failed. */
  open() {
    if (this.#session?.isOpen) return Promise.resolve();
    if (!this.#connection.isConnected) this.#connection.open();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close() {
    this.#connection.onstatus = undefined;
    clearTimeout(this.#timer);
    if (this.#connection.isConnected || this.#connection.isRetrying) this.#connection.close();
  }

  /** Registers what nobody serves yet. Never rejects; several requests at once share one attempt. */
  takeOver() {
    clearTimeout(this.#timer);
    this.#attempt ??= this.#registerMissing().finally(() => {
      this.#attempt = null;
    });
    return this.#attempt;
  }

  #tell(status) {
    switch (status.type) {
      case 'open':
        this.#session = status.session;
        this.takeOver();
        break;
      case 'restored':
        this.#show();
        break;
      case 'lost-handle':
        // Another window was quicker.
        this.#ours.delete(status.handle.procedure);
        this.takeOver();
        break;
      case 'closed':
        this.#session = null;
        this.#ours.clear();
      // falls through
      case 'waiting':
        clearTimeout(this.#timer);
        this.#onstate('nobody');
        break;
      default:
        return;
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #registerMissing() {
    await this.open();
    const session = this.#session;
    if (!session?.isOpen) return;
    for (const [uri, endpoint] of Object.entries(PROCEDURES)) {
      if (this.#ours.has(uri)) continue;
      try {
        this.#ours.set(uri, await session.register(uri, endpoint));
      } catch {
        // Somebody else serves it, or the connection is lost again.
      }
    }
    if (!session.isOpen) return;
    this.#show();
    // The random part keeps the waiting windows from asking in step.
    if (this.#ours.size < Object.keys(PROCEDURES).length) this.#timer = setTimeout(() => this.takeOver(), STAND_BY_MS * (1 + Math.random() / 2));
  }

  #show() {
    const active = [...this.#ours.values()].filter((registration) => registration.active).length;
    this.#onstate(active === Object.keys(PROCEDURES).length ? 'serving' : 'standby');
  }
}

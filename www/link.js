// One connection to the router, and the four states the page shows for it: connecting, online, lost (it
// tries again by itself) and refused (the router said no, and trying again alone would not help).

import { Connection } from './pkg/index.js';
import { chooseRealm } from './settings.js';
import { watched } from './watched.js';

const DEFAULT_REALM = 'realm1';

export class Link {
  #connection;
  #settings;
  #lane;
  #on;

  /** `on.onstate(state)` and `on.onsession(session)`, the latter with a session that writes to the log. */
  constructor(settings, lane, on) {
    this.#settings = settings;
    this.#lane = lane;
    this.#on = on;
    this.#connection = connectionFor(settings);
    this.#connection.onopen = (session, details) => this.#opened(session, details);
    this.#connection.onclose = (reason, details) => this.#closed(reason, details);
  }

  /** Connects, at once if it was waiting for its next attempt. */
  open() {
    this.#on.onstate({ name: 'connecting' });
    if (!this.#connection.isConnected) this.#connection.open();
  }

  close() {
    this.#connection.onclose = null;
    if (this.#connection.isOpen || this.#connection.isRetrying) this.#connection.close();
  }

  async #opened(session, details) {
    const protocol = details?.transport?.protocol ?? '';
    this.#lane.sent('HELLO', `${this.#settings.realm} over ${protocol}`);
    this.#lane.received('WELCOME', `session ${session.id}`);
    try {
      await this.#on.onsession(watched(session, this.#lane));
      if (session.isOpen) this.#on.onstate({ name: 'online', session: session.id });
    } catch (error) {
      // The session ended while it was set up: #closed tells. Anything else is said here.
      if (session.isOpen) this.#on.onstate(this.#refused(error?.uri, error?.message));
    }
  }

  #closed(reason, details) {
    const told = reason === 'closed' && details.reason;
    if (told) this.#lane.received(told.startsWith('wamp.close.') ? 'GOODBYE' : 'ABORT', told, details.message);
    this.#on.onsession(null);
    this.#on.onstate(details.will_retry ? this.#lost(reason, details) : this.#refused(details.reason ?? reason, details.message));
  }

  #lost(reason, { retry_delay, reason: uri }) {
    const action = { label: 'Try again now', run: () => this.open() };
    const retryAt = Date.now() + retry_delay * 1000;
    if (reason === 'unreachable') {
      const cause = `Nobody answers at ${this.#settings.url}.`;
      const advice = 'Start the router with scripts/demo; this page goes on trying.';
      return { name: 'lost', title: 'The router is not there', cause, advice, retryAt, action };
    }
    const cause = reason === 'closed' && uri ? `The router ended the session: ${uri}.` : 'The router does not answer any more.';
    const advice = 'Is it still running? What others say meanwhile will be missing in the chat.';
    return { name: 'lost', title: 'The connection was lost', cause, advice, retryAt, action };
  }

  #refused(uri, message) {
    const { realm } = this.#settings;
    const refused = { name: 'refused', title: 'The router refused the session' };
    refused.cause = [uri, message].filter(Boolean).join(': ');
    if (uri === 'wamp.error.no_such_realm' && realm !== DEFAULT_REALM) {
      refused.advice = `Start the router with --realm ${realm}, or go back to ${DEFAULT_REALM}.`;
      refused.action = { label: `Use ${DEFAULT_REALM}`, run: () => chooseRealm(DEFAULT_REALM) };
    } else {
      refused.action = { label: 'Try again', run: () => this.open() };
    }
    return refused;
  }
}

/** A connection that never gives up and never waits longer than a person would. */
export function connectionFor({ url, realm, serializer }) {
  return new Connection({
    url,
    realm,
    serializers: [serializer],
    max_retries: -1,
    initial_retry_delay: 1,
    max_retry_delay: 8,
  });
}

// The user's connection to the router: made again by itself when it is lost, with the same session and its
// subscriptions. The page shows it in four states: connecting, open, waiting (it tries again by itself) and
// refused (the router said no, and trying again alone would not help).

import { Connection } from './pkg/index.js';
import { chooseRealm } from './settings.js';

const DEFAULT_REALM = 'realm1';

export class Link {
  #connection;
  #settings;
  #on;

  /** `on.onstate(state)`, and `on.onsession(session)` with each session that is not the one before, null for none. */
  constructor(settings, trace, on) {
    this.#settings = settings;
    this.#on = on;
    this.#connection = connectionFor(settings, trace);
    this.#connection.onopen = (session) => this.#opened(session);
    this.#connection.onstatus = (status) => this.#tell(status);
  }

  open() {
    this.#connection.open();
  }

  close() {
    this.#connection.onstatus = undefined;
    if (this.#connection.isConnected || this.#connection.isRetrying) this.#connection.close();
  }

  async #opened(session) {
    try {
      await this.#on.onsession(session);
    } catch (error) {
      // The session ended while it was set up: a status tells. Anything else is said here.
      if (session.isOpen) this.#on.onstate(this.#refused(error?.uri, error?.message));
    }
  }

  #tell(status) {
    switch (status.type) {
      case 'connecting':
        return this.#on.onstate({ name: 'connecting' });
      case 'open':
        return this.#on.onstate({ name: 'open', session: status.session.id });
      case 'waiting':
        return this.#on.onstate(this.#waiting(status));
      case 'closed':
        this.#on.onsession(null);
        return this.#on.onstate(this.#refused(status.reason ?? status.how, status.message));
    }
  }

  #waiting({ how, reason, delay }) {
    const action = { label: 'Reconnect now', run: () => this.#connection.reconnect() };
    const retryAt = Date.now() + delay * 1000;
    if (how === 'unreachable') {
      const cause = `Nobody answers at ${this.#settings.url}.`;
      const advice = 'Start the router with scripts/demo; this page goes on trying.';
      return { name: 'waiting', title: 'The router is not there', cause, advice, retryAt, action };
    }
    const cause = how === 'closed' && reason ? `The router ended the session: ${reason}.` : 'The router does not answer any more.';
    const advice = 'What others say meanwhile will be missing in the chat; everything else goes on when it is back.';
    return { name: 'waiting', title: 'The connection was lost', cause, advice, retryAt, action };
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

/** A connection that never gives up, never waits longer than a person would, and keeps its session. */
export function connectionFor({ url, realm, serializer }, trace) {
  return new Connection({
    url,
    realm,
    serializers: [serializer],
    durable: true,
    max_retries: -1,
    initial_retry_delay: 1,
    max_retry_delay: 8,
    trace,
    trace_payloads: true,
  });
}

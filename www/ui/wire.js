// The log of messages: one line each, newest last, bounded. It writes down what it is told.

import { appendBounded, clock, element, preview } from './dom.js';

const LIMIT = 200;

export class MessageLog {
  #list;
  #empty;

  constructor(root) {
    this.#list = root.querySelector('#log-list');
    this.#empty = root.querySelector('#log-empty');
    root.querySelector('#log-clear').addEventListener('click', () => {
      this.#list.replaceChildren();
      this.#empty.hidden = false;
    });
  }

  /** The messages of one of the page's sessions. */
  lane(who) {
    return {
      sent: (type, about, ...payload) => this.#write(who, 'out', type, about, payload),
      received: (type, about, ...payload) => this.#write(who, 'in', type, about, payload),
    };
  }

  #write(who, direction, type, about, payload) {
    this.#empty.hidden = true;
    const problem = type === 'ERROR' || type === 'ABORT';
    const line = element(
      'li',
      { className: `line ${direction}${problem ? ' problem' : ''}` },
      element('time', {}, clock()),
      element('span', { className: 'who' }, who),
      element('span', { className: 'arrow', role: 'img', 'aria-label': direction === 'out' ? 'sent' : 'received' }, direction === 'out' ? '→' : '←'),
      element('b', {}, type),
      element('span', { className: 'about' }, about ?? ''),
      element('span', { className: 'payload' }, payload.filter(hasContent).map((part) => preview(part)).join(' ')),
    );
    appendBounded(this.#list, line, LIMIT);
  }
}

function hasContent(part) {
  return part !== undefined && part !== null && (typeof part !== 'object' || Object.keys(part).length > 0);
}

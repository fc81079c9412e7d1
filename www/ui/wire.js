// The wire: every message of the page's two sessions as `trace` tells of it, one line each, newest last, bounded.
// While it is paused the messages wait, as many as there is room for.

import { appendBounded, clock, element, preview } from './dom.js';
import { Names } from './names.js';

const LIMIT = 200;

/** What is asked only to see whether the router is there looks like a mistake otherwise. */
const PROBE = { sent: { about: 'are you there?', payload: [] }, received: { about: 'yes', payload: [] } };

export class WireLog {
  #list;
  #empty;
  #pause;
  #probes;
  #paused = null;

  constructor(root) {
    this.#list = root.querySelector('#log-list');
    this.#empty = root.querySelector('#log-empty');
    this.#pause = root.querySelector('#log-pause');
    this.#probes = root.querySelector('#log-probes');
    this.#pause.addEventListener('click', () => (this.#paused ? this.#resume() : this.#hold()));
    root.querySelector('#log-clear').addEventListener('click', () => {
      this.#list.replaceChildren();
      if (this.#paused) this.#hold();
      this.#empty.hidden = false;
    });
  }

  /** What shows the messages of one of the sessions: a `trace` for its connection. */
  lane(who) {
    const names = new Names();
    return (entry) => {
      const named = names.about(entry);
      // They come every few seconds, and would leave no room for anything else.
      if (entry.probe && !this.#probes.checked) return;
      const about = entry.probe ? PROBE[entry.direction] : named;
      if (!this.#paused) return this.#write(who, entry, about);
      this.#paused.push([who, entry, about]);
      if (this.#paused.length > LIMIT) this.#paused.shift();
      this.#count(this.#paused.length);
    };
  }

  #hold() {
    this.#paused = [];
    this.#pause.setAttribute('aria-pressed', 'true');
    this.#count(0);
  }

  #resume() {
    const waited = this.#paused;
    this.#paused = null;
    this.#pause.setAttribute('aria-pressed', 'false');
    this.#pause.textContent = 'Pause';
    for (const line of waited) this.#write(...line);
  }

  #count(waiting) {
    this.#pause.textContent = waiting === 0 ? 'Paused' : `Paused: ${waiting === LIMIT ? 'over ' : ''}${waiting} more`;
  }

  #write(who, { direction, at, type, size, probe }, { about, payload }) {
    const sent = direction === 'sent';
    this.#empty.hidden = true;
    const problem = !probe && (type === 'ERROR' || type === 'ABORT' || type === 'INVALID');
    const line = element(
      'li',
      { className: `line ${sent ? 'out' : 'in'}${problem ? ' problem' : ''}${probe ? ' probe' : ''}` },
      element('time', {}, clock(new Date(at))),
      element('span', { className: 'who' }, who),
      element('span', { className: 'arrow', role: 'img', 'aria-label': sent ? 'sent' : 'received' }, sent ? '→' : '←'),
      element('b', {}, type),
      element('span', { className: 'what' }, about, ' ', element('span', { className: 'payload' }, payload.filter(hasContent).map((part) => preview(part)).join(' '))),
      element('span', { className: 'size' }, `${size} B`),
    );
    appendBounded(this.#list, line, LIMIT);
  }
}

function hasContent(part) {
  return part !== undefined && part !== null && (typeof part !== 'object' || Object.keys(part).length > 0);
}

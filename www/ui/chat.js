// The chat: a topic, a list of what was said, and a composer. What other windows send is foreign: it is
// checked before it is shown, and shown as text.

import { rememberName } from '../settings.js';
import { appendBounded, clock, element, preview } from './dom.js';

const TOPIC = 'com.example.chat';
const LIMIT = 200;

export class Chat {
  #session = null;
  #mine = new Set();
  #list;
  #form;

  constructor(root, settings) {
    this.#list = root.querySelector('#chat-list');
    this.#form = root.querySelector('#chat-form');
    this.#form.name.value = settings.name;
    this.#form.name.addEventListener('change', () => rememberName(this.#form.name.value.trim() || settings.name));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#publish();
    });
  }

  /** Takes a session and subscribes, once: the subscription goes on with the session. null when there is none. */
  async attach(session) {
    this.#session = session;
    if (session) await session.subscribe(TOPIC, (args, kwargs) => this.#show(said(args, kwargs)));
  }

  async #publish() {
    const text = this.#form.text.value.trim();
    if (!this.#session || !text) return;
    try {
      // A session has another id after each loss.
      this.#mine.add(this.#session.id);
      const who = { name: this.#form.name.value.trim(), from: this.#session.id };
      await this.#session.publish(TOPIC, [text], who, { acknowledge: true, exclude_me: false });
      this.#form.text.value = '';
      this.#problem('');
    } catch (error) {
      this.#problem(`Not published: ${error?.message ?? error}`);
    }
  }

  #show({ name, text, from }) {
    document.querySelector('#chat-empty').hidden = true;
    const mine = this.#mine.has(from);
    const bubble = element(
      'li',
      { className: mine ? 'message mine' : 'message' },
      face(name),
      element('span', { className: 'by' }, mine ? `${name} (you)` : name),
      element('time', {}, clock()),
      element('span', { className: 'text' }, text),
    );
    appendBounded(this.#list, bubble, LIMIT);
  }

  #problem(text) {
    const line = this.#form.querySelector('.problem');
    line.textContent = text;
    line.hidden = !text;
  }
}

/** What an event says, whoever published it and in whatever shape. */
function said(args, kwargs) {
  const text = typeof args[0] === 'string' ? args[0] : preview(args[0]);
  const name = typeof kwargs.name === 'string' && kwargs.name.trim() ? kwargs.name.trim() : 'Somebody';
  return { name: name.slice(0, 24), text: text.slice(0, 2000), from: kwargs.from };
}

/** A disc with the initials, in a colour that belongs to the name. */
function face(name) {
  const words = name.split(/\s+/).filter(Boolean).slice(0, 2);
  const initials = words.map((word) => [...word][0].toUpperCase()).join('');
  const disc = element('span', { className: 'face', 'aria-hidden': 'true' }, initials);
  disc.style.setProperty('--hue', hue(name));
  return disc;
}

function hue(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}

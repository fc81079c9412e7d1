// The procedures: call one and show its result, or its error with URI, args and kwargs. Errors are what
// half of these are for, so they are shown calmly and completely.

import { element, preview } from './dom.js';

const NO_SUCH_PROCEDURE = 'wamp.error.no_such_procedure';
const CALLS = [
  { form: '#echo-form', uri: 'com.example.echo', args: (form) => [form.text.value] },
  { form: '#throw-form', uri: 'com.example.throw', args: () => [] },
  { form: '#forbidden-form', uri: 'com.example.forbidden', args: () => [] },
];

export class Procedures {
  #session = null;
  #answer;
  #takeOver;

  /** `takeOver()` makes this window serve what nobody serves. */
  constructor(root, takeOver) {
    this.#takeOver = takeOver;
    this.#answer = root.querySelector('#answer');
    for (const { form: selector, uri, args } of CALLS) {
      const form = root.querySelector(selector);
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        if (this.#session) this.#run(uri, args(form));
      });
    }
  }

  /** Takes a session; null when there is none. */
  attach(session) {
    this.#session = session;
  }

  async #run(uri, args) {
    this.#show('pending', 'CALL', uri, 'Waiting for the answer …');
    const started = performance.now();
    try {
      const result = await this.#call(uri, args);
      const took = performance.now() - started;
      this.#show('good', 'RESULT', uri, element('dl', {}, ...row('value', preview(result)), ...row('after', `${took.toFixed(1)} ms`)));
    } catch (error) {
      this.#show('bad', 'ERROR', uri, describe(error));
    }
  }

  #show(tone, type, uri, body) {
    this.#answer.dataset.tone = tone;
    this.#answer.replaceChildren(element('p', {}, element('b', {}, type), ` ${uri}`), body);
  }

  /** The window that served may just have closed: then this one serves, and the call is made once more. */
  async #call(uri, args) {
    const session = this.#session;
    try {
      return await session.call(uri, args, {});
    } catch (error) {
      if (error?.uri !== NO_SUCH_PROCEDURE) throw error;
      await this.#takeOver();
      return session.call(uri, args, {});
    }
  }
}

/** An error as a list of what it is made of. */
function describe(error) {
  const { uri, args = [], kwargs = {} } = error ?? {};
  if (!uri) return element('dl', {}, ...row('message', String(error?.message ?? error)));
  return element('dl', {}, ...row('uri', uri), ...row('args', preview(args)), ...row('kwargs', preview(kwargs)));
}

function row(name, value) {
  return [element('dt', {}, name), element('dd', {}, value)];
}

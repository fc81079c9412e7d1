// What the features are written with, in a page and in Node.js alike.
// One rule: every wait ends, with a text that says what did not come.

const LATE = 5000;

/** Fails when a value is not as expected; both are compared as JSON. */
export function same(actual, expected, what = 'value') {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(value));
  if (is !== should) throw new Error(`${what} is ${is}, should be ${should}`);
}

export function ok(condition, what) {
  if (!condition) throw new Error(what);
}

/** What a promise gives, unless it takes too long. */
export function soon(promise, what, late = LATE) {
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${late} ms`)), late);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

/** The error that a promise is rejected with; its URI has to be this one. */
export async function refused(promise, uri, what = 'request') {
  const error = await soon(
    Promise.resolve(promise).then(
      (value) => {
        throw new Error(`the ${what} should be refused with ${uri} and gives ${JSON.stringify(value)}`);
      },
      (thrown) => thrown,
    ),
    `refusal of the ${what}`,
  );
  if (error.uri !== uri) throw new Error(`the ${what} is refused with ${error.uri ?? error}, not ${uri}`, { cause: error });
  return error;
}

/** Whatever was told to it, in order, for whoever waits for it. */
export class Inbox {
  #items = [];
  #readers = [];

  push = (...item) => {
    const reader = this.#readers.shift();
    if (reader) reader(item);
    else this.#items.push(item);
  };

  next(what = 'message') {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift());
    return soon(new Promise((resolve) => this.#readers.push(resolve)), what);
  }

  get length() {
    return this.#items.length;
  }
}

/** Acknowledged, so that whatever was to be delivered before it was handled by the router. */
export const publish = (session, topic, args, options) => soon(session.publish(topic, args, {}, { acknowledge: true, ...options }), 'acknowledgement');

// What a message is about, in a few words. Answers carry numbers where questions carried names, so the names of what
// is not answered yet, and of what there is, are remembered.

/** Where in a message the number is that names what it is about, and of what kind it is. */
const ANSWERS = { PUBLISHED: 1, SUBSCRIBED: 1, UNSUBSCRIBED: 1, REGISTERED: 1, UNREGISTERED: 1, RESULT: 1, ERROR: 2 };

export class Names {
  /** The topic or procedure of each request, of both directions. */
  #requests = new Map();
  /** Of each subscription and registration. */
  #ids = new Map();

  /** `{ about, payload }` of an entry of `trace`. */
  about({ direction, type, message }) {
    const [, first, second, third] = message;
    switch (type) {
      case 'HELLO':
        this.#requests.clear();
        this.#ids.clear();
        return say(`realm ${first}`);
      case 'WELCOME':
        return say(`session ${first}`);
      case 'CHALLENGE':
        return say(first);
      case 'GOODBYE':
      case 'ABORT':
        return say(second, first);
      case 'PUBLISH':
      case 'CALL':
        return say(this.#asked(first, third), message[4], message[5]);
      case 'SUBSCRIBE':
      case 'REGISTER':
        return say(this.#asked(first, third));
      case 'UNSUBSCRIBE':
      case 'UNREGISTER':
        return say(this.#asked(first, this.#ids.get(second) ?? `no. ${second}`));
      case 'SUBSCRIBED':
      case 'REGISTERED':
        this.#ids.set(second, this.#requests.get(first));
        return say(this.#answered(type, message));
      case 'EVENT':
        return say(message[3]?.topic ?? this.#ids.get(first) ?? `subscription ${first}`, message[4], message[5]);
      case 'INVOCATION':
        return say(message[3]?.procedure ?? this.#asked(`call ${first}`, this.#ids.get(second)), message[4], message[5]);
      case 'YIELD':
        return say(this.#take(`call ${first}`), message[3], message[4]);
      case 'RESULT':
        return say(this.#answered(type, message), message[3], message[4]);
      case 'ERROR':
        return say([direction === 'sent' ? this.#take(`call ${second}`) : this.#answered(type, message), message[4]].filter(Boolean).join(': '), message[5], message[6]);
      default:
        return say(this.#answered(type, message));
    }
  }

  #asked(request, name) {
    this.#requests.set(request, name);
    return name ?? '';
  }

  #answered(type, message) {
    const at = ANSWERS[type];
    return at === undefined ? '' : this.#take(message[at]);
  }

  #take(request) {
    const name = this.#requests.get(request) ?? '';
    this.#requests.delete(request);
    return name;
  }
}

function say(about, ...payload) {
  return { about: String(about ?? ''), payload };
}

// The part of the fault rig that runs in the page: sessions that publish, subscribe, call and answer without a pause,
// each over a way to the router of its own. One rule: it only keeps books, and judges nothing.

import { connect } from '/pkg/index.js';

const NEWS = 'com.example.rig.news';
/** Numbers of a member begin at its own million. */
const OWN = 1_000_000;
/** Numbers of the observer are from here on. */
const OUTSIDE = 10 * OWN;
/** How long an event of one's own may take before it counts as not heard. */
const HEARD = 1000;

const members = [];
let working = true;
/** What happened since it was taken last; each list is flat, to be cheap to hand over. */
let books = blank();

function blank() {
  return { publications: [], calls: [], received: [], executed: [], ends: [], complaints: [] };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Member {
  #last = 0;
  /** What waits for an event of its own. */
  #listening = new Map();
  handles = [];
  /** Numbers that came from outside. */
  heard = new Set();
  /** Requests that wait for their end. */
  open = { publications: 0, calls: 0 };

  constructor(index, session) {
    this.index = index;
    this.session = session;
  }

  async prepare() {
    const { session, index } = this;
    const heard = ([number]) => {
      books.received.push(index, number);
      this.#listening.get(number)?.();
      if (number >= OUTSIDE) this.heard.add(number);
    };
    const execute = async ([number]) => {
      books.executed.push(index, number);
      if (number % 3 === 0) await pause(number % 20);
      return number;
    };
    this.handles = await Promise.all([
      session.subscribe(NEWS, heard),
      session.subscribe(`com.example.rig.own.${index}`, heard),
      session.register(`com.example.rig.work.${index}`, execute),
      session.register(`com.example.rig.answer.${index}`, execute),
    ]);
  }

  #number() {
    return this.index * OWN + ++this.#last;
  }

  /** Publishes a number; gives how that ended. */
  async publish(topic, number = this.#number()) {
    const sent = Date.now();
    this.open.publications += 1;
    const outcome = await settled(() => this.session.publish(topic, [number], {}, { acknowledge: true, exclude_me: false }), (publication) => publication.id > 0);
    this.open.publications -= 1;
    books.publications.push([topic === NEWS, number, sent, Date.now(), outcome]);
    return outcome;
  }

  /** Calls a procedure with a number; gives how that ended. */
  async call(procedure) {
    const number = this.#number();
    this.open.calls += 1;
    const outcome = await settled(() => this.session.call(procedure, [number]), (result) => result === number);
    this.open.calls -= 1;
    books.calls.push([number, outcome]);
    return outcome;
  }

  /** Whether it works now: what it publishes comes to its own handlers, and its procedures answer. */
  async works() {
    if (!this.session.isOpen || this.handles.some((handle) => state(handle) !== 'active')) return false;
    const hears = async (topic) => {
      const number = this.#number();
      const heard = new Promise((resolve) => this.#listening.set(number, () => resolve(true)));
      const result = (await this.publish(topic, number)) === 'done' && (await Promise.race([heard, pause(HEARD).then(() => false)]));
      this.#listening.delete(number);
      return result;
    };
    const answers = async (name) => (await this.call(`com.example.rig.${name}.${this.index}`)) === 'done';
    const all = await Promise.all([hears(NEWS), hears(`com.example.rig.own.${this.index}`), answers('work'), answers('answer')]);
    return all.every(Boolean);
  }

  describe() {
    return { id: this.session.id, open: this.session.isOpen, handles: this.handles.map(state), waiting: this.open };
  }
}

const state = (handle) => handle.state ?? (handle.active ? 'active' : 'lost');

/** `done`, `wrong` where what came is not what it should be, or the URI of the error. */
async function settled(request, right) {
  try {
    return right(await request()) ? 'done' : 'wrong';
  } catch (error) {
    return error.uri ?? `${error}`;
  }
}

/** Every so often, without waiting for the end of the last one. */
async function repeat(ms, act) {
  while (working) {
    act();
    await pause(ms * (0.5 + Math.random()));
  }
}

window.rig = {
  /** Opens a session at each address; `every` so many ms it publishes and calls, 0 for never. */
  async start(urls, options, every) {
    const complain = (error, text) => books.complaints.push(`${text} ${error?.stack ?? error}`);
    await Promise.all(
      urls.map(async (url, index) => {
        const own = { ...options, ...(index % 2 === 1 && { offline: 'wait' }) };
        const onstatus = ({ type, message }) => type === 'waiting' && members[index].session.id === null && books.ends.push([index, Date.now(), message]);
        const session = await connect({ url, realm: 'realm1', onstatus, on_user_error: complain, on_internal_error: complain, ...own });
        const member = (members[index] = new Member(index, session));
        await member.prepare();
      }),
    );
    for (const member of every > 0 ? members : []) {
      void repeat(every, () => void member.publish(NEWS));
      void repeat(every, () => void member.call(`com.example.rig.work.${Math.floor(Math.random() * members.length)}`));
    }
  },

  /** Resolves when these members work again: when that was, or what is wrong if it takes too long. */
  async recovered(indices, late) {
    const end = Date.now() + late;
    const works = async (member) => {
      while (Date.now() < end) {
        const left = pause(end - Date.now()).then(() => false);
        if (await Promise.race([member.works(), left])) return true;
        await pause(5);
      }
      return false;
    };
    const all = await Promise.all(indices.map((index) => works(members[index])));
    const wrong = indices.filter((_, i) => !all[i]).map((index) => ({ index, ...members[index].describe() }));
    return { at: Date.now(), wrong };
  },

  /** The sessions as they are. */
  members: () => members.map((member) => member.describe()),

  /** Ends the work and waits until nothing is open any more, or it takes too long. */
  async quiet(late) {
    working = false;
    const end = Date.now() + late;
    const waiting = () => members.some(({ open }) => open.publications + open.calls > 0);
    while (waiting() && Date.now() < end) await pause(20);
  },

  /** The numbers that a member was to receive and has not, for each member; waits a while for them. */
  async came(expected) {
    const end = Date.now() + HEARD * 5;
    const missing = () => expected.map((numbers, index) => numbers.filter((number) => !members[index].heard.has(number)));
    while (missing().flat().length > 0 && Date.now() < end) await pause(20);
    return missing();
  },

  take() {
    const taken = books;
    books = blank();
    return taken;
  },
};

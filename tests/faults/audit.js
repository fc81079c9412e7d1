// Judges the books of a run: what was promised and not kept. One rule: whatever is excused is counted all the same,
// under a name of its own.

/** How long an event may take to a session that nothing happened to, in ms. */
const GRACE = 2000;
/** Within this time before a crash of the router, what it acknowledged may die with it. */
const CRASH = 1000;

export class Audit {
  #count;
  #publications = new Map();
  #calls = new Map();
  /** By the number of a publication: how often each member got it, and last the observer. @type {Map<number, Uint8Array>} */
  #received = new Map();
  /** The same of what the router has sent to each. */
  #sent = new Map();
  #executed = new Map();
  /** For each member the times in which something happened to it. */
  #faulted;
  #crashes = [];

  complaints = [];

  constructor(members) {
    this.#count = members;
    this.#faulted = Array.from({ length: members }, () => []);
  }

  /** Takes what a page has noted. */
  add({ publications, calls, received, executed, complaints }) {
    for (const [news, number, sent, settled, outcome] of publications) this.#publications.set(number, { news, sent, settled, outcome });
    for (const [number, outcome] of calls) this.#calls.set(number, outcome);
    for (let i = 0; i < received.length; i += 2) note(this.#received, received[i], received[i + 1]);
    for (let i = 1; i < executed.length; i += 2) this.#executed.set(executed[i], (this.#executed.get(executed[i]) ?? 0) + 1);
    this.complaints.push(...complaints);
  }

  /** What the observer received. */
  observed(number) {
    note(this.#received, this.#count, number);
  }

  /** What the router has sent to a member. */
  sent(member, number) {
    note(this.#sent, member, number);
  }

  /** Something happened to these members, from then until they worked again. */
  hit(members, from, to) {
    for (const member of members) this.#faulted[member].push([from, to]);
  }

  /** The router was killed. */
  crashed(at) {
    this.#crashes.push(at);
  }

  verdict() {
    const result = {
      acknowledged: 0, lost: [], undelivered: [], lost_in_crash: 0, deliveries: 0,
      called: this.#calls.size, answered: 0, executed: this.#executed.size,
      duplicates: [], wrong: [], rejected: {},
    };
    for (const [number, { news, sent, settled, outcome }] of this.#publications) {
      if (outcome === 'wrong') result.wrong.push(`publication ${number}`);
      if (outcome !== 'done') this.#rejected(result, 'publications', outcome);
      if (outcome !== 'done' || !news) continue;
      result.acknowledged += 1;
      this.#delivered(result, number, sent, settled);
    }
    for (const [number, counts] of this.#received) {
      counts.forEach((count, who) => count > 1 && result.duplicates.push(`publication ${number} came ${count} times to ${this.#name(who)}`));
    }
    for (const [number, count] of this.#executed) if (count > 1) result.duplicates.push(`call ${number} was executed ${count} times`);
    for (const [number, outcome] of this.#calls) {
      if (outcome === 'wrong') result.wrong.push(`call ${number}`);
      if (outcome === 'done') {
        result.answered += 1;
        if (!this.#executed.has(number)) result.wrong.push(`call ${number} was answered and not executed`);
      } else {
        this.#rejected(result, 'calls', outcome);
      }
    }
    return result;
  }

  /**
   * An acknowledged publication has to have reached the observer, and every member to whom nothing happened meanwhile. If the
   * router has not sent it to one of them, it is the router that did not deliver it.
   */
  #delivered(result, number, sent, settled) {
    const what = `publication ${number} (sent ${sent}, acknowledged ${settled})`;
    const received = this.#received.get(number) ?? [];
    const on_the_wire = this.#sent.get(number) ?? [];
    if (!received[this.#count]) {
      if (this.#crashes.some((at) => sent <= at && settled >= at - CRASH)) result.lost_in_crash += 1;
      else result.undelivered.push(`${what} to the observer`);
    }
    for (let member = 0; member < this.#count; member++) {
      if (this.#faulted[member].some(([from, to]) => from <= settled + GRACE && to >= sent)) continue;
      result.deliveries += 1;
      if (received[member]) continue;
      if (on_the_wire[member]) result.lost.push(`${what} was sent to session ${member} and did not reach its handler`);
      else result.undelivered.push(`${what} to session ${member}`);
    }
  }

  #rejected({ rejected }, what, outcome) {
    const reasons = (rejected[what] ??= {});
    reasons[outcome] = (reasons[outcome] ?? 0) + 1;
  }

  #name(who) {
    return who === this.#count ? 'the observer' : `session ${who}`;
  }
}

/** Counts in a map of numbers to counts by receiver. */
function note(map, who, number) {
  const counts = map.get(number) ?? map.set(number, []).get(number);
  counts[who] = (counts[who] ?? 0) + 1;
}

// Random numbers that can be had again: the same seed, the same numbers.

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ x < 1 (mulberry32). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Another one, for what runs beside others: whatever the order, it draws the same. */
  fork() {
    return new Random(this.next() * 2 ** 32);
  }

  between(least, most) {
    return least + this.next() * (most - least);
  }

  /** A whole number, both ends included. */
  whole(least, most) {
    return Math.floor(this.between(least, most + 1));
  }

  one(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** One of `[weight, item]`. */
  weighed(list) {
    let rest = this.next() * list.reduce((sum, [weight]) => sum + weight, 0);
    return list.find(([weight]) => (rest -= weight) < 0)[1];
  }

  /** So many of a list, in any order. */
  some(list, count) {
    const left = [...list];
    return Array.from({ length: Math.min(count, left.length) }, () => left.splice(Math.floor(this.next() * left.length), 1)[0]);
  }
}

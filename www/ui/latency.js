// The round trip to the router and back, measured every few seconds: a small chart, and the same in words. It rests
// while nobody looks.

import { element } from './dom.js';

const EVERY_MS = 2000;
const KEPT = 60;
const [WIDTH, HEIGHT, EDGE] = [240, 40, 3];

export class Latency {
  #session = null;
  #times = [];
  #line;
  #dot;
  #text;
  #asking = false;

  constructor(root) {
    this.#line = root.querySelector('#latency-line');
    this.#dot = root.querySelector('#latency-dot');
    this.#text = root.querySelector('#latency-text');
    setInterval(() => this.#measure(), EVERY_MS);
  }

  /** Takes a session, which may be open at times and not at others; null when there is none. */
  attach(session) {
    this.#session = session;
    this.#measure();
  }

  async #measure() {
    if (this.#asking || !this.#session?.isOpen || document.visibilityState === 'hidden') return;
    this.#asking = true;
    try {
      this.#times.push(await this.#session.rtt());
      if (this.#times.length > KEPT) this.#times.shift();
      this.#draw();
    } catch {
      // The connection was lost meanwhile: the badge says so.
    } finally {
      this.#asking = false;
    }
  }

  #draw() {
    const sorted = [...this.#times].sort((a, b) => a - b);
    const [last, median, worst] = [this.#times.at(-1), sorted[sorted.length >> 1], sorted.at(-1)];
    const x = (i) => WIDTH - EDGE - ((this.#times.length - 1 - i) * (WIDTH - 2 * EDGE)) / (KEPT - 1);
    // From nothing to the worst, so that a line that looks flat is one.
    const y = (time) => HEIGHT - EDGE - (time / worst) * (HEIGHT - 2 * EDGE);
    this.#line.setAttribute('points', this.#times.map((time, i) => `${x(i).toFixed(1)},${y(time).toFixed(1)}`).join(' '));
    this.#dot.setAttribute('cx', x(this.#times.length - 1).toFixed(1));
    this.#dot.setAttribute('cy', y(last).toFixed(1));
    this.#dot.removeAttribute('visibility');
    this.#text.replaceChildren(element('b', {}, shown(last)), ` median ${shown(median)}, worst ${shown(worst)} of the last ${this.#times.length}`);
  }
}

function shown(milliseconds) {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

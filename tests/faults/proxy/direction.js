// One direction of one connection through the proxy: what is read at its source comes out at its sink,
// late, slowly, changed or not at all. One rule: whatever comes out, comes out in order.

import { Frames, serverFrame } from './frames.js';

/** Octets that wait before the source is no longer read. */
const HIGH_WATER = 1 << 20;
const TEXT = 1;
const CLOSE = 8;
/** How often a throttled direction writes, in ms. */
const SLICE = 20;

export class Direction {
  #source;
  #sink;
  #connection;
  /** How this direction misbehaves: the proxy's, and shared by all its connections. */
  #manner;
  /** What the HTTP message looks like after which frames begin. */
  #upgrade;
  /** From the upgrade to WebSocket on. @type {Frames | null} */
  #frames = null;
  /** The HTTP message before that; null when there will be no upgrade. */
  #head = Buffer.alloc(0);
  /** `{ data | end, due }` */
  #queue = [];
  #queued = 0;
  #due = 0;
  /** Not before this time anything is written. */
  #rest = 0;
  #timer = undefined;
  #injected = [];
  /** The payload so far of a message for the tap. */
  #heard = [];
  #muted = false;
  #ended = false;
  /** How the source ended, kept back by a black hole. */
  #untold = null;

  /** Octets that a black hole swallowed. */
  swallowed = 0;
  /** What is to happen to a frame. @type {import('./frame_rule.js').FrameRule | null} */
  rule = null;

  /** Told of each whole message that comes from the source, before anything happens to it. @type {((text: string) => void) | null} */
  tap = null;

  constructor(connection, source, sink, manner, upgrade) {
    this.#upgrade = upgrade;
    this.#connection = connection;
    this.#source = source;
    this.#sink = sink;
    this.#manner = manner;
    source.on('data', (data) => this.#read(data));
    source.on('end', () => this.#end('fin'));
    source.on('error', () => {});
    source.on('close', (failed) => (failed || !this.#ended) && this.#end('reset'));
    sink.on('drain', () => this.pump());
  }

  get isWebSocket() {
    return this.#frames !== null;
  }

  /** Puts a frame between two of the server's; after a close frame its own are dropped. */
  inject(opcode, payload) {
    this.#injected.push([opcode, payload]);
    if (this.#frames?.boundary) this.#flush();
  }

  /** Nothing passes any more, whatever the manner of the others. */
  deafen() {
    this.#manner = { ...this.#manner, hole: true, stall: true };
  }

  /** Goes on after the manner has changed. */
  pump() {
    clearTimeout(this.#timer);
    const manner = this.#manner;
    if (this.#untold && !manner.hole) this.#end(this.#untold);
    while (this.#queue.length > 0 && !manner.stall && !this.#sink.destroyed) {
      const first = this.#queue[0];
      const wait = Math.max(first.due, this.#rest) - Date.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), wait);
        break;
      }
      if (first.end) {
        this.#queue.shift();
        this.#connection.end(first.end, this.#sink);
        continue;
      }
      if (this.#sink.writableNeedDrain) break;
      this.#write(first);
    }
    if (this.#queued < HIGH_WATER / 2) this.#source.resume();
  }

  #write(first) {
    const { rate, chunk } = this.#manner;
    const most = Math.min(first.data.length, rate ? Math.max(1, Math.floor((rate * SLICE) / 1000)) : Infinity, chunk || Infinity);
    const part = first.data.subarray(0, most);
    if (most === first.data.length) this.#queue.shift();
    else first.data = first.data.subarray(most);
    this.#queued -= part.length;
    // The client's side may be shut already.
    if (this.#sink.writable) this.#sink.write(part);
    if (rate || chunk) this.#rest = Date.now() + (rate ? (1000 * part.length) / rate : 1);
  }

  #read(data) {
    if (this.#manner.hole) this.swallowed += data.length;
    else if (this.#frames) this.#split(data);
    else this.#watch(data);
  }

  /** Frames begin after the blank line of the request or of the response to it. */
  #watch(data) {
    if (this.#head === null) return this.#enqueue(data);
    this.#head = Buffer.concat([this.#head, data]);
    const blank = this.#head.indexOf('\r\n\r\n');
    if (blank < 0) return this.#enqueue(data);
    const rest = this.#head.subarray(blank + 4);
    const upgrades = this.#upgrade.test(this.#head.toString('latin1', 0, blank));
    this.#head = null;
    if (!upgrades) return this.#enqueue(data);
    this.#enqueue(data.subarray(0, data.length - rest.length));
    this.#frames = new Frames();
    this.#split(rest);
    this.#flush();
  }

  #split(data) {
    for (const piece of this.#frames.cut(data)) {
      if (this.#muted) return;
      if (this.tap) this.#listen(piece);
      const { data: parts, end } = this.rule ? this.rule.take(piece) : { data: [piece.data] };
      if (this.rule?.over) this.rule = null;
      parts.forEach((part) => this.#enqueue(part));
      if (end) return this.#push({ end });
      if (piece.end) this.#flush();
    }
  }

  /** A frame without a mask, of a server that does not cut its messages into several. */
  #listen({ data, frame, start, end }) {
    if (!start) this.#heard.push(data);
    if (!end) return;
    if (frame.opcode === TEXT) this.tap(Buffer.concat(this.#heard).toString());
    this.#heard = [];
  }

  #flush() {
    for (const [opcode, payload] of this.#injected.splice(0)) {
      if (this.#muted) return;
      this.#enqueue(serverFrame(opcode, payload));
      this.#muted = opcode === CLOSE;
    }
  }

  #enqueue(data) {
    if (data.length === 0) return;
    const { delay, jitter } = this.#manner;
    this.#due = Math.max(this.#due, Date.now() + delay + Math.random() * jitter);
    this.#queued += data.length;
    if (this.#queued > HIGH_WATER) this.#source.pause();
    this.#push({ data });
  }

  #push(item) {
    this.#queue.push({ ...item, due: this.#due });
    this.pump();
  }

  /** Nobody learns through a black hole that the other side is gone. */
  #end(how) {
    this.#ended = true;
    this.#untold = this.#manner.hole ? how : null;
    if (this.#untold) return;
    if (how === 'reset') this.#connection.end('reset', this.#sink);
    else this.#push({ end: 'shut' });
  }
}

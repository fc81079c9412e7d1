// What is to happen to one frame: that it breaks off, is left out, comes twice, or has a wrong octet.
// One rule: it concerns one frame and is done then; `over` says so.

const NOTHING = Object.freeze({ data: [] });

export class FrameRule {
  /** Whether this is the frame. Null: its payload has to be seen first. @type {boolean | null} */
  #concerned = false;
  /** Octets that pass before it happens. */
  #left = 0;
  /** Pieces that wait, or that come again. */
  #held = [];

  over = false;

  /**
   * `what`: `drop`, `double`, `corrupt`, or how the connection ends in the middle of the frame (`reset`, `fin`, `half`).
   * `skip`: how many frames pass before it; `share`: how much of the frame passes, or where the wrong octet is, 0 … 1;
   * `begins`: only a frame whose payload begins so counts (of those that a server sends).
   */
  constructor({ what, skip = 0, share = 0.5, begins = '' }) {
    Object.assign(this, { what, skip, share, begins });
  }

  /** Takes a piece of a frame; gives what passes in its place, and `end`, how the connection ends then. */
  take({ data, frame, start, end }) {
    if (start && frame.opcode < 3) this.#concerned = this.begins === '' ? this.#chosen(frame) : end ? false : null;
    else if (this.#concerned === null) this.#concerned = data.subarray(0, this.begins.length).toString('latin1') === this.begins && this.#chosen(frame);

    if (this.#concerned === null) {
      this.#held = [data];
      return NOTHING;
    }
    const whole = [...this.#held, data];
    this.#held = [];
    return this.#concerned ? this.#apply(Buffer.concat(whole), end) : { data: whole };
  }

  #chosen(frame) {
    if (this.skip-- > 0) return false;
    this.#left = Math.min(Math.max(1, Math.floor(this.share * frame.size)), frame.size - 1);
    return true;
  }

  #apply(data, end) {
    if (this.what === 'drop' || this.what === 'double') {
      this.over = end;
      if (this.what === 'drop') return NOTHING;
      // Nothing passes before it is whole.
      this.#held = end ? [] : [data];
      return end ? { data: [data, data] } : NOTHING;
    }
    const at = this.#left;
    this.#left -= data.length;
    if (at >= data.length) return { data: [data] };
    this.over = true;
    if (this.what !== 'corrupt') return { data: [data.subarray(0, at)], end: this.what };
    const changed = Buffer.from(data);
    changed[at] ^= 255;
    return { data: [changed] };
  }
}

// Follows the WebSocket frames in one direction of a byte stream, and makes frames of a server.
// One rule: no byte waits here but those of a header that is not whole yet.

/** Cuts a stream at the boundaries of its frames. */
export class Frames {
  #header = Buffer.alloc(0);
  #left = 0;
  #frame = null;

  /** Whether the stream stands between two frames. */
  get boundary() {
    return this.#left === 0 && this.#header.length === 0;
  }

  /** Gives `{ data, frame, start, end }`: pieces, each of one frame; a header is a piece of its own. */
  *cut(data) {
    while (data.length > 0) {
      if (this.#left > 0) {
        const part = data.subarray(0, this.#left);
        this.#left -= part.length;
        data = data.subarray(part.length);
        yield { data: part, frame: this.#frame, start: false, end: this.#left === 0 };
        continue;
      }
      const all = Buffer.concat([this.#header, data]);
      const size = headerSize(all);
      if (size === 0 || all.length < size) {
        this.#header = all;
        return;
      }
      const low = all[1] & 127;
      const length = low < 126 ? low : low === 126 ? all.readUInt16BE(2) : Number(all.readBigUInt64BE(2));
      this.#frame = { opcode: all[0] & 15, size: size + length };
      this.#header = Buffer.alloc(0);
      this.#left = length;
      data = all.subarray(size);
      yield { data: all.subarray(0, size), frame: this.#frame, start: true, end: length === 0 };
    }
  }
}

function headerSize(bytes) {
  if (bytes.length < 2) return 0;
  const low = bytes[1] & 127;
  return 2 + (low === 126 ? 2 : low === 127 ? 8 : 0) + (bytes[1] & 128 ? 4 : 0);
}

/** A whole frame as a server sends it: without a mask. */
export function serverFrame(opcode, payload) {
  const length = payload.length;
  const size = length < 126 ? 2 : length < 65536 ? 4 : 10;
  const header = Buffer.alloc(size);
  header[0] = 128 | opcode;
  header[1] = size === 2 ? length : size === 4 ? 126 : 127;
  if (size === 4) header.writeUInt16BE(length, 2);
  if (size === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

// @ts-check
// What reads and writes CBOR. It is loaded by the first connection that speaks it.

export { read } from './cbor/reader.js';
export { finish, prepare, write } from './cbor/writer.js';

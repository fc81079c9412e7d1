// @ts-check
// What reads and writes MessagePack.

export { read } from './msgpack/reader.js';
export { finish, prepare, write } from './msgpack/writer.js';

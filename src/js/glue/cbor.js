// @ts-check
// What a connection that speaks CBOR loads: one file, because it needs all of it.

export * from '../wasm/wamp_wasm_cbor.js';
export { tape } from './tape.js';

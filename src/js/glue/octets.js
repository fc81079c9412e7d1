// @ts-check
// What crosses into the core and out of it as octets: messages that are not hot, and commands, which are
// messages too. Inwards they are a tape, outwards MessagePack, whatever the serializer of the connection. One rule: values in here are
// plain, as a codec has read them, so that no code of the application runs.

import { Tape } from '../wasm/wamp_wasm.js';
import { json, stringify } from './json.js';
import { memory } from './load.js';
import { parts } from './tape.js';

/** @type {ReturnType<typeof parts> | undefined} */
let made;

const bridge = () => (made ??= parts(Tape, /** @type {WebAssembly.Memory} */ (memory)));

/** A message of plain values, for the core. @param {any} message @returns {Uint8Array} */
export function toTape(message) {
    // Of what is no message nothing but that matters.
    return bridge().writer.tapeOf(Array.isArray(message) ? message : null);
}

/** A received message for the core, or why it cannot be one. @param {any} message */
export function guardedTape(message) {
    try {
        return toTape(message);
    } catch (error) {
        return error instanceof Error ? error.message : String(error);
    }
}

/** The value in octets of the core, most often a message. @param {Uint8Array} octets @returns {any} */
export function fromOctets(octets) {
    return bridge().reader.read(octets);
}

/** A dict of the application's in plain values: what JSON makes of it, whatever the serializer. @param {object} dict */
export function plainDict(dict) {
    return json.decode(stringify(dict));
}

/** A request of the application's, for the core to look at. @param {number} code @param {object} options @param {string} uri */
export function requestTape(code, options, uri) {
    return toTape([code, 1, plainDict(options), uri]);
}

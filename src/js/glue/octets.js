// @ts-check
// What crosses into the core and out of it as octets: messages that are not hot, and commands, which are
// messages too. They are MessagePack, whatever the serializer of the connection. One rule: values in here are
// plain, as a codec has read them, so that no code of the application runs.

import { textOf } from '../api/errors.js';
import { json, stringify } from './json.js';
import { read } from './msgpack/reader.js';
import { write } from './msgpack/writer.js';

/** A message of plain values, for the core; it is there until something else is written. @param {any} message @returns {Uint8Array} */
export function toOctets(message) {
    // Of what is no message nothing but that matters.
    return write(Array.isArray(message) ? message : null);
}

/** A received message for the core, or why it cannot be one. @param {any} message */
export function guardedOctets(message) {
    try {
        return toOctets(message);
    } catch (error) {
        return textOf(error);
    }
}

/** The value in octets of the core, most often a message. @param {Uint8Array} octets @returns {any} */
export const fromOctets = read;

/** A dict of the application's in plain values: what JSON makes of it, whatever the serializer. @param {object} dict */
export function plainDict(dict) {
    const text = stringify(dict);
    const plain = json.decode(text);
    // A half of a surrogate pair is no text: two keys may become the same. Whoever reads it finds them.
    if (text.includes('\\ud')) fromOctets(toOctets([plain]));
    return plain;
}

/** A request of the application's, for the core to look at. @param {number} code @param {object} options @param {string} uri */
export function requestOctets(code, options, uri) {
    return toOctets([code, 1, plainDict(options), uri]);
}

// @ts-check
// Makes objects with a known list of keys. An engine makes `object[key] = …` fast where one place in the
// source always sees the same key and objects that came about the same way. So every frequent list of
// keys has a copy of one unrolled function to itself, where each key has such a place.
// One rule: the copies differ in nothing, and a list that finds none free takes the plain loop.

import { set, value } from './values.js';

/** @typedef {import('./values.js').Shape['make']} Make */

/** Beyond this a loop sets the rest. */
const UNROLLED = 16;

/** The list of keys that has the copy, for good: those of the next connection are the same. @type {Map<string, number>} */
const owners = new Map();

/** A list of keys that comes more often than this is frequent: those of a handshake are not. */
const FREQUENT = 8;

/** @param {string} key */
const isInherited = (key) => key in Object.prototype;

/** What makes the first objects with these keys. @type {Make} */
export function maker(keys, count, shape) {
    if (++shape.met > FREQUENT || keys.some(isInherited)) shape.make = frequentMaker(keys);
    return shape.make === maker ? plain(keys, count, shape) : shape.make(keys, count, shape);
}

/** @param {string[]} keys which differ from each other @returns {Make} */
function frequentMaker(keys) {
    if (keys.some(isInherited)) return guarded;
    // A copy sets one at least, and numbers are no properties like the others.
    if (keys.length === 0 || keys.some((key) => /^\d+$/.test(key))) return plain;
    const list = JSON.stringify(keys);
    let slot = owners.get(list);
    if (slot === undefined && owners.size < slots.length) owners.set(list, (slot = owners.size));
    return slot === undefined ? plain : slots[slot];
}

/** @type {Make} */
function guarded(keys) {
    const object = {};
    for (const key of keys) set(object, key, value());
    return object;
}

/** @type {Make} */
function plain(keys, count) {
    return rest({}, keys, 0, count);
}

/** @param {any} object @param {string[]} keys @param {number} from @param {number} count */
function rest(object, keys, from, count) {
    for (let i = from; i < count; i++) object[keys[i]] = value();
    return object;
}

// prettier-ignore
/** @type {Make[]} */
const slots = [
    (k, n) => {
        const o = /** @type {any} */ ({});
        o[k[0]] = value(); if (n === 1) return o; o[k[1]] = value(); if (n === 2) return o;
        o[k[2]] = value(); if (n === 3) return o; o[k[3]] = value(); if (n === 4) return o;
        o[k[4]] = value(); if (n === 5) return o; o[k[5]] = value(); if (n === 6) return o;
        o[k[6]] = value(); if (n === 7) return o; o[k[7]] = value(); if (n === 8) return o;
        o[k[8]] = value(); if (n === 9) return o; o[k[9]] = value(); if (n === 10) return o;
        o[k[10]] = value(); if (n === 11) return o; o[k[11]] = value(); if (n === 12) return o;
        o[k[12]] = value(); if (n === 13) return o; o[k[13]] = value(); if (n === 14) return o;
        o[k[14]] = value(); if (n === 15) return o; o[k[15]] = value(); if (n === 16) return o;
        return rest(o, k, UNROLLED, n);
    },
    (k, n) => {
        const o = /** @type {any} */ ({});
        o[k[0]] = value(); if (n === 1) return o; o[k[1]] = value(); if (n === 2) return o;
        o[k[2]] = value(); if (n === 3) return o; o[k[3]] = value(); if (n === 4) return o;
        o[k[4]] = value(); if (n === 5) return o; o[k[5]] = value(); if (n === 6) return o;
        o[k[6]] = value(); if (n === 7) return o; o[k[7]] = value(); if (n === 8) return o;
        o[k[8]] = value(); if (n === 9) return o; o[k[9]] = value(); if (n === 10) return o;
        o[k[10]] = value(); if (n === 11) return o; o[k[11]] = value(); if (n === 12) return o;
        o[k[12]] = value(); if (n === 13) return o; o[k[13]] = value(); if (n === 14) return o;
        o[k[14]] = value(); if (n === 15) return o; o[k[15]] = value(); if (n === 16) return o;
        return rest(o, k, UNROLLED, n);
    },
    (k, n) => {
        const o = /** @type {any} */ ({});
        o[k[0]] = value(); if (n === 1) return o; o[k[1]] = value(); if (n === 2) return o;
        o[k[2]] = value(); if (n === 3) return o; o[k[3]] = value(); if (n === 4) return o;
        o[k[4]] = value(); if (n === 5) return o; o[k[5]] = value(); if (n === 6) return o;
        o[k[6]] = value(); if (n === 7) return o; o[k[7]] = value(); if (n === 8) return o;
        o[k[8]] = value(); if (n === 9) return o; o[k[9]] = value(); if (n === 10) return o;
        o[k[10]] = value(); if (n === 11) return o; o[k[11]] = value(); if (n === 12) return o;
        o[k[12]] = value(); if (n === 13) return o; o[k[13]] = value(); if (n === 14) return o;
        o[k[14]] = value(); if (n === 15) return o; o[k[15]] = value(); if (n === 16) return o;
        return rest(o, k, UNROLLED, n);
    },
    (k, n) => {
        const o = /** @type {any} */ ({});
        o[k[0]] = value(); if (n === 1) return o; o[k[1]] = value(); if (n === 2) return o;
        o[k[2]] = value(); if (n === 3) return o; o[k[3]] = value(); if (n === 4) return o;
        o[k[4]] = value(); if (n === 5) return o; o[k[5]] = value(); if (n === 6) return o;
        o[k[6]] = value(); if (n === 7) return o; o[k[7]] = value(); if (n === 8) return o;
        o[k[8]] = value(); if (n === 9) return o; o[k[9]] = value(); if (n === 10) return o;
        o[k[10]] = value(); if (n === 11) return o; o[k[11]] = value(); if (n === 12) return o;
        o[k[12]] = value(); if (n === 13) return o; o[k[13]] = value(); if (n === 14) return o;
        o[k[14]] = value(); if (n === 15) return o; o[k[15]] = value(); if (n === 16) return o;
        return rest(o, k, UNROLLED, n);
    },
    (k, n) => {
        const o = /** @type {any} */ ({});
        o[k[0]] = value(); if (n === 1) return o; o[k[1]] = value(); if (n === 2) return o;
        o[k[2]] = value(); if (n === 3) return o; o[k[3]] = value(); if (n === 4) return o;
        o[k[4]] = value(); if (n === 5) return o; o[k[5]] = value(); if (n === 6) return o;
        o[k[6]] = value(); if (n === 7) return o; o[k[7]] = value(); if (n === 8) return o;
        o[k[8]] = value(); if (n === 9) return o; o[k[9]] = value(); if (n === 10) return o;
        o[k[10]] = value(); if (n === 11) return o; o[k[11]] = value(); if (n === 12) return o;
        o[k[12]] = value(); if (n === 13) return o; o[k[13]] = value(); if (n === 14) return o;
        o[k[14]] = value(); if (n === 15) return o; o[k[15]] = value(); if (n === 16) return o;
        return rest(o, k, UNROLLED, n);
    },
    (k, n) => {
        const o = /** @type {any} */ ({});
        o[k[0]] = value(); if (n === 1) return o; o[k[1]] = value(); if (n === 2) return o;
        o[k[2]] = value(); if (n === 3) return o; o[k[3]] = value(); if (n === 4) return o;
        o[k[4]] = value(); if (n === 5) return o; o[k[5]] = value(); if (n === 6) return o;
        o[k[6]] = value(); if (n === 7) return o; o[k[7]] = value(); if (n === 8) return o;
        o[k[8]] = value(); if (n === 9) return o; o[k[9]] = value(); if (n === 10) return o;
        o[k[10]] = value(); if (n === 11) return o; o[k[11]] = value(); if (n === 12) return o;
        o[k[12]] = value(); if (n === 13) return o; o[k[13]] = value(); if (n === 14) return o;
        o[k[14]] = value(); if (n === 15) return o; o[k[15]] = value(); if (n === 16) return o;
        return rest(o, k, UNROLLED, n);
    },
    (k, n) => {
        const o = /** @type {any} */ ({});
        o[k[0]] = value(); if (n === 1) return o; o[k[1]] = value(); if (n === 2) return o;
        o[k[2]] = value(); if (n === 3) return o; o[k[3]] = value(); if (n === 4) return o;
        o[k[4]] = value(); if (n === 5) return o; o[k[5]] = value(); if (n === 6) return o;
        o[k[6]] = value(); if (n === 7) return o; o[k[7]] = value(); if (n === 8) return o;
        o[k[8]] = value(); if (n === 9) return o; o[k[9]] = value(); if (n === 10) return o;
        o[k[10]] = value(); if (n === 11) return o; o[k[11]] = value(); if (n === 12) return o;
        o[k[12]] = value(); if (n === 13) return o; o[k[13]] = value(); if (n === 14) return o;
        o[k[14]] = value(); if (n === 15) return o; o[k[15]] = value(); if (n === 16) return o;
        return rest(o, k, UNROLLED, n);
    },
    (k, n) => {
        const o = /** @type {any} */ ({});
        o[k[0]] = value(); if (n === 1) return o; o[k[1]] = value(); if (n === 2) return o;
        o[k[2]] = value(); if (n === 3) return o; o[k[3]] = value(); if (n === 4) return o;
        o[k[4]] = value(); if (n === 5) return o; o[k[5]] = value(); if (n === 6) return o;
        o[k[6]] = value(); if (n === 7) return o; o[k[7]] = value(); if (n === 8) return o;
        o[k[8]] = value(); if (n === 9) return o; o[k[9]] = value(); if (n === 10) return o;
        o[k[10]] = value(); if (n === 11) return o; o[k[11]] = value(); if (n === 12) return o;
        o[k[12]] = value(); if (n === 13) return o; o[k[13]] = value(); if (n === 14) return o;
        o[k[14]] = value(); if (n === 15) return o; o[k[15]] = value(); if (n === 16) return o;
        return rest(o, k, UNROLLED, n);
    },
];

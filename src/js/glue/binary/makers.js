// @ts-check
// Makes objects with a known list of keys of what comes. An engine makes `object[key] = …` fast
// where one place in the source always sees the same key and objects that came about the same way. So every frequent
// list of keys has a copy of one unrolled function to itself, where each key has such a place.
// One rule: the copies differ in nothing.

import { value } from './forms.js';
import { comes, loop, rest } from './reader.js';

/** Beyond this a loop sets the rest. */
const UNROLLED = 16;

// prettier-ignore
/** @type {import('./reader.js').Make[]} */
export const makers = [
    (k, n, s) => {
        const o = /** @type {any} */ ({});
        if (!comes(k[0])) return rest(o, 0, n, s); o[k[0]] = value(); if (n === 1) return o;
        if (!comes(k[1])) return rest(o, 1, n, s); o[k[1]] = value(); if (n === 2) return o;
        if (!comes(k[2])) return rest(o, 2, n, s); o[k[2]] = value(); if (n === 3) return o;
        if (!comes(k[3])) return rest(o, 3, n, s); o[k[3]] = value(); if (n === 4) return o;
        if (!comes(k[4])) return rest(o, 4, n, s); o[k[4]] = value(); if (n === 5) return o;
        if (!comes(k[5])) return rest(o, 5, n, s); o[k[5]] = value(); if (n === 6) return o;
        if (!comes(k[6])) return rest(o, 6, n, s); o[k[6]] = value(); if (n === 7) return o;
        if (!comes(k[7])) return rest(o, 7, n, s); o[k[7]] = value(); if (n === 8) return o;
        if (!comes(k[8])) return rest(o, 8, n, s); o[k[8]] = value(); if (n === 9) return o;
        if (!comes(k[9])) return rest(o, 9, n, s); o[k[9]] = value(); if (n === 10) return o;
        if (!comes(k[10])) return rest(o, 10, n, s); o[k[10]] = value(); if (n === 11) return o;
        if (!comes(k[11])) return rest(o, 11, n, s); o[k[11]] = value(); if (n === 12) return o;
        if (!comes(k[12])) return rest(o, 12, n, s); o[k[12]] = value(); if (n === 13) return o;
        if (!comes(k[13])) return rest(o, 13, n, s); o[k[13]] = value(); if (n === 14) return o;
        if (!comes(k[14])) return rest(o, 14, n, s); o[k[14]] = value(); if (n === 15) return o;
        if (!comes(k[15])) return rest(o, 15, n, s); o[k[15]] = value(); if (n === 16) return o;
        return loop(o, k, UNROLLED, n, s);
    },
    (k, n, s) => {
        const o = /** @type {any} */ ({});
        if (!comes(k[0])) return rest(o, 0, n, s); o[k[0]] = value(); if (n === 1) return o;
        if (!comes(k[1])) return rest(o, 1, n, s); o[k[1]] = value(); if (n === 2) return o;
        if (!comes(k[2])) return rest(o, 2, n, s); o[k[2]] = value(); if (n === 3) return o;
        if (!comes(k[3])) return rest(o, 3, n, s); o[k[3]] = value(); if (n === 4) return o;
        if (!comes(k[4])) return rest(o, 4, n, s); o[k[4]] = value(); if (n === 5) return o;
        if (!comes(k[5])) return rest(o, 5, n, s); o[k[5]] = value(); if (n === 6) return o;
        if (!comes(k[6])) return rest(o, 6, n, s); o[k[6]] = value(); if (n === 7) return o;
        if (!comes(k[7])) return rest(o, 7, n, s); o[k[7]] = value(); if (n === 8) return o;
        if (!comes(k[8])) return rest(o, 8, n, s); o[k[8]] = value(); if (n === 9) return o;
        if (!comes(k[9])) return rest(o, 9, n, s); o[k[9]] = value(); if (n === 10) return o;
        if (!comes(k[10])) return rest(o, 10, n, s); o[k[10]] = value(); if (n === 11) return o;
        if (!comes(k[11])) return rest(o, 11, n, s); o[k[11]] = value(); if (n === 12) return o;
        if (!comes(k[12])) return rest(o, 12, n, s); o[k[12]] = value(); if (n === 13) return o;
        if (!comes(k[13])) return rest(o, 13, n, s); o[k[13]] = value(); if (n === 14) return o;
        if (!comes(k[14])) return rest(o, 14, n, s); o[k[14]] = value(); if (n === 15) return o;
        if (!comes(k[15])) return rest(o, 15, n, s); o[k[15]] = value(); if (n === 16) return o;
        return loop(o, k, UNROLLED, n, s);
    },
    (k, n, s) => {
        const o = /** @type {any} */ ({});
        if (!comes(k[0])) return rest(o, 0, n, s); o[k[0]] = value(); if (n === 1) return o;
        if (!comes(k[1])) return rest(o, 1, n, s); o[k[1]] = value(); if (n === 2) return o;
        if (!comes(k[2])) return rest(o, 2, n, s); o[k[2]] = value(); if (n === 3) return o;
        if (!comes(k[3])) return rest(o, 3, n, s); o[k[3]] = value(); if (n === 4) return o;
        if (!comes(k[4])) return rest(o, 4, n, s); o[k[4]] = value(); if (n === 5) return o;
        if (!comes(k[5])) return rest(o, 5, n, s); o[k[5]] = value(); if (n === 6) return o;
        if (!comes(k[6])) return rest(o, 6, n, s); o[k[6]] = value(); if (n === 7) return o;
        if (!comes(k[7])) return rest(o, 7, n, s); o[k[7]] = value(); if (n === 8) return o;
        if (!comes(k[8])) return rest(o, 8, n, s); o[k[8]] = value(); if (n === 9) return o;
        if (!comes(k[9])) return rest(o, 9, n, s); o[k[9]] = value(); if (n === 10) return o;
        if (!comes(k[10])) return rest(o, 10, n, s); o[k[10]] = value(); if (n === 11) return o;
        if (!comes(k[11])) return rest(o, 11, n, s); o[k[11]] = value(); if (n === 12) return o;
        if (!comes(k[12])) return rest(o, 12, n, s); o[k[12]] = value(); if (n === 13) return o;
        if (!comes(k[13])) return rest(o, 13, n, s); o[k[13]] = value(); if (n === 14) return o;
        if (!comes(k[14])) return rest(o, 14, n, s); o[k[14]] = value(); if (n === 15) return o;
        if (!comes(k[15])) return rest(o, 15, n, s); o[k[15]] = value(); if (n === 16) return o;
        return loop(o, k, UNROLLED, n, s);
    },
    (k, n, s) => {
        const o = /** @type {any} */ ({});
        if (!comes(k[0])) return rest(o, 0, n, s); o[k[0]] = value(); if (n === 1) return o;
        if (!comes(k[1])) return rest(o, 1, n, s); o[k[1]] = value(); if (n === 2) return o;
        if (!comes(k[2])) return rest(o, 2, n, s); o[k[2]] = value(); if (n === 3) return o;
        if (!comes(k[3])) return rest(o, 3, n, s); o[k[3]] = value(); if (n === 4) return o;
        if (!comes(k[4])) return rest(o, 4, n, s); o[k[4]] = value(); if (n === 5) return o;
        if (!comes(k[5])) return rest(o, 5, n, s); o[k[5]] = value(); if (n === 6) return o;
        if (!comes(k[6])) return rest(o, 6, n, s); o[k[6]] = value(); if (n === 7) return o;
        if (!comes(k[7])) return rest(o, 7, n, s); o[k[7]] = value(); if (n === 8) return o;
        if (!comes(k[8])) return rest(o, 8, n, s); o[k[8]] = value(); if (n === 9) return o;
        if (!comes(k[9])) return rest(o, 9, n, s); o[k[9]] = value(); if (n === 10) return o;
        if (!comes(k[10])) return rest(o, 10, n, s); o[k[10]] = value(); if (n === 11) return o;
        if (!comes(k[11])) return rest(o, 11, n, s); o[k[11]] = value(); if (n === 12) return o;
        if (!comes(k[12])) return rest(o, 12, n, s); o[k[12]] = value(); if (n === 13) return o;
        if (!comes(k[13])) return rest(o, 13, n, s); o[k[13]] = value(); if (n === 14) return o;
        if (!comes(k[14])) return rest(o, 14, n, s); o[k[14]] = value(); if (n === 15) return o;
        if (!comes(k[15])) return rest(o, 15, n, s); o[k[15]] = value(); if (n === 16) return o;
        return loop(o, k, UNROLLED, n, s);
    },
    (k, n, s) => {
        const o = /** @type {any} */ ({});
        if (!comes(k[0])) return rest(o, 0, n, s); o[k[0]] = value(); if (n === 1) return o;
        if (!comes(k[1])) return rest(o, 1, n, s); o[k[1]] = value(); if (n === 2) return o;
        if (!comes(k[2])) return rest(o, 2, n, s); o[k[2]] = value(); if (n === 3) return o;
        if (!comes(k[3])) return rest(o, 3, n, s); o[k[3]] = value(); if (n === 4) return o;
        if (!comes(k[4])) return rest(o, 4, n, s); o[k[4]] = value(); if (n === 5) return o;
        if (!comes(k[5])) return rest(o, 5, n, s); o[k[5]] = value(); if (n === 6) return o;
        if (!comes(k[6])) return rest(o, 6, n, s); o[k[6]] = value(); if (n === 7) return o;
        if (!comes(k[7])) return rest(o, 7, n, s); o[k[7]] = value(); if (n === 8) return o;
        if (!comes(k[8])) return rest(o, 8, n, s); o[k[8]] = value(); if (n === 9) return o;
        if (!comes(k[9])) return rest(o, 9, n, s); o[k[9]] = value(); if (n === 10) return o;
        if (!comes(k[10])) return rest(o, 10, n, s); o[k[10]] = value(); if (n === 11) return o;
        if (!comes(k[11])) return rest(o, 11, n, s); o[k[11]] = value(); if (n === 12) return o;
        if (!comes(k[12])) return rest(o, 12, n, s); o[k[12]] = value(); if (n === 13) return o;
        if (!comes(k[13])) return rest(o, 13, n, s); o[k[13]] = value(); if (n === 14) return o;
        if (!comes(k[14])) return rest(o, 14, n, s); o[k[14]] = value(); if (n === 15) return o;
        if (!comes(k[15])) return rest(o, 15, n, s); o[k[15]] = value(); if (n === 16) return o;
        return loop(o, k, UNROLLED, n, s);
    },
    (k, n, s) => {
        const o = /** @type {any} */ ({});
        if (!comes(k[0])) return rest(o, 0, n, s); o[k[0]] = value(); if (n === 1) return o;
        if (!comes(k[1])) return rest(o, 1, n, s); o[k[1]] = value(); if (n === 2) return o;
        if (!comes(k[2])) return rest(o, 2, n, s); o[k[2]] = value(); if (n === 3) return o;
        if (!comes(k[3])) return rest(o, 3, n, s); o[k[3]] = value(); if (n === 4) return o;
        if (!comes(k[4])) return rest(o, 4, n, s); o[k[4]] = value(); if (n === 5) return o;
        if (!comes(k[5])) return rest(o, 5, n, s); o[k[5]] = value(); if (n === 6) return o;
        if (!comes(k[6])) return rest(o, 6, n, s); o[k[6]] = value(); if (n === 7) return o;
        if (!comes(k[7])) return rest(o, 7, n, s); o[k[7]] = value(); if (n === 8) return o;
        if (!comes(k[8])) return rest(o, 8, n, s); o[k[8]] = value(); if (n === 9) return o;
        if (!comes(k[9])) return rest(o, 9, n, s); o[k[9]] = value(); if (n === 10) return o;
        if (!comes(k[10])) return rest(o, 10, n, s); o[k[10]] = value(); if (n === 11) return o;
        if (!comes(k[11])) return rest(o, 11, n, s); o[k[11]] = value(); if (n === 12) return o;
        if (!comes(k[12])) return rest(o, 12, n, s); o[k[12]] = value(); if (n === 13) return o;
        if (!comes(k[13])) return rest(o, 13, n, s); o[k[13]] = value(); if (n === 14) return o;
        if (!comes(k[14])) return rest(o, 14, n, s); o[k[14]] = value(); if (n === 15) return o;
        if (!comes(k[15])) return rest(o, 15, n, s); o[k[15]] = value(); if (n === 16) return o;
        return loop(o, k, UNROLLED, n, s);
    },
    (k, n, s) => {
        const o = /** @type {any} */ ({});
        if (!comes(k[0])) return rest(o, 0, n, s); o[k[0]] = value(); if (n === 1) return o;
        if (!comes(k[1])) return rest(o, 1, n, s); o[k[1]] = value(); if (n === 2) return o;
        if (!comes(k[2])) return rest(o, 2, n, s); o[k[2]] = value(); if (n === 3) return o;
        if (!comes(k[3])) return rest(o, 3, n, s); o[k[3]] = value(); if (n === 4) return o;
        if (!comes(k[4])) return rest(o, 4, n, s); o[k[4]] = value(); if (n === 5) return o;
        if (!comes(k[5])) return rest(o, 5, n, s); o[k[5]] = value(); if (n === 6) return o;
        if (!comes(k[6])) return rest(o, 6, n, s); o[k[6]] = value(); if (n === 7) return o;
        if (!comes(k[7])) return rest(o, 7, n, s); o[k[7]] = value(); if (n === 8) return o;
        if (!comes(k[8])) return rest(o, 8, n, s); o[k[8]] = value(); if (n === 9) return o;
        if (!comes(k[9])) return rest(o, 9, n, s); o[k[9]] = value(); if (n === 10) return o;
        if (!comes(k[10])) return rest(o, 10, n, s); o[k[10]] = value(); if (n === 11) return o;
        if (!comes(k[11])) return rest(o, 11, n, s); o[k[11]] = value(); if (n === 12) return o;
        if (!comes(k[12])) return rest(o, 12, n, s); o[k[12]] = value(); if (n === 13) return o;
        if (!comes(k[13])) return rest(o, 13, n, s); o[k[13]] = value(); if (n === 14) return o;
        if (!comes(k[14])) return rest(o, 14, n, s); o[k[14]] = value(); if (n === 15) return o;
        if (!comes(k[15])) return rest(o, 15, n, s); o[k[15]] = value(); if (n === 16) return o;
        return loop(o, k, UNROLLED, n, s);
    },
    (k, n, s) => {
        const o = /** @type {any} */ ({});
        if (!comes(k[0])) return rest(o, 0, n, s); o[k[0]] = value(); if (n === 1) return o;
        if (!comes(k[1])) return rest(o, 1, n, s); o[k[1]] = value(); if (n === 2) return o;
        if (!comes(k[2])) return rest(o, 2, n, s); o[k[2]] = value(); if (n === 3) return o;
        if (!comes(k[3])) return rest(o, 3, n, s); o[k[3]] = value(); if (n === 4) return o;
        if (!comes(k[4])) return rest(o, 4, n, s); o[k[4]] = value(); if (n === 5) return o;
        if (!comes(k[5])) return rest(o, 5, n, s); o[k[5]] = value(); if (n === 6) return o;
        if (!comes(k[6])) return rest(o, 6, n, s); o[k[6]] = value(); if (n === 7) return o;
        if (!comes(k[7])) return rest(o, 7, n, s); o[k[7]] = value(); if (n === 8) return o;
        if (!comes(k[8])) return rest(o, 8, n, s); o[k[8]] = value(); if (n === 9) return o;
        if (!comes(k[9])) return rest(o, 9, n, s); o[k[9]] = value(); if (n === 10) return o;
        if (!comes(k[10])) return rest(o, 10, n, s); o[k[10]] = value(); if (n === 11) return o;
        if (!comes(k[11])) return rest(o, 11, n, s); o[k[11]] = value(); if (n === 12) return o;
        if (!comes(k[12])) return rest(o, 12, n, s); o[k[12]] = value(); if (n === 13) return o;
        if (!comes(k[13])) return rest(o, 13, n, s); o[k[13]] = value(); if (n === 14) return o;
        if (!comes(k[14])) return rest(o, 14, n, s); o[k[14]] = value(); if (n === 15) return o;
        if (!comes(k[15])) return rest(o, 15, n, s); o[k[15]] = value(); if (n === 16) return o;
        return loop(o, k, UNROLLED, n, s);
    },
];

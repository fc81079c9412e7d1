// @ts-check
// The heads of CBOR, for the writer of binary serializers: what stands in front of each value, in its smallest form.
// There is room for it.

import { put, put16, put32, put64, put8, putWide } from './writer.js';

/** The first octets of the smallest items of each major type, and of what has no length. */
const [UNSIGNED, NEGATIVE, BYTES, TEXT] = [0x00, 0x20, 0x40, 0x60];
export const LIST = 0x80;
export const DICT = 0xa0;
export const [FALSE, TRUE, NULL, FLOAT] = [0xf4, 0xf5, 0xf6, 0xfb];

/** What an octet begins: LIST, DICT, or anything else. @param {number} first */
export const kindOf = (first) => first & 0xe0;

/** A number with the type in front of it. @param {number} type @param {number} number up to 2^53 */
function head(type, number) {
    if (number < 0x18) put(type + number);
    else if (number < 0x100) put8(type + 0x18, number);
    else if (number < 0x10000) put16(type + 0x19, number);
    else if (number < 2 ** 32) put32(type + 0x1a, number);
    else put64(type + 0x1b, number);
}

/** How many octets it has. @param {number} number */
function sizeOfHead(number) {
    if (number < 0x18) return 1;
    return number < 0x10000 ? (number < 0x100 ? 2 : 3) : number < 2 ** 32 ? 5 : 9;
}

export const [sizeOfId, sizeOfDict, sizeOfText] = [sizeOfHead, sizeOfHead, sizeOfHead];

/** An integer of 32 bits. @param {number} number */
export function small(number) {
    if (number < 0) head(NEGATIVE, ~number);
    else head(UNSIGNED, number);
}

/** Any other up to 2^53. @param {number} number */
export function large(number) {
    if (number < 0) head(NEGATIVE, -1 - number);
    else head(UNSIGNED, number);
}

/** Any beyond that. @param {bigint} number of 64 bits */
export function wide(number) {
    if (number < 0n) putWide(NEGATIVE + 0x1b, -1n - number);
    else putWide(UNSIGNED + 0x1b, number);
}

/** @param {number} length */
export const announceList = (length) => head(LIST, length);

/** @param {number} length */
export const announceDict = (length) => head(DICT, length);

/** @param {number} length in octets */
export const announceText = (length) => head(TEXT, length);

/** @param {number} length */
export const announceBinary = (length) => head(BYTES, length);

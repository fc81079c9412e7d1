// @ts-check
// The heads of MessagePack, for the writer of binary serializers: what stands in front of each value, in its smallest
// form. There is room for it.

import { put, put16, put32, put64, put8, putWide } from './writer.js';

/** The first octets of the smallest list and dict, and of what has no length. */
export const LIST = 0x90;
export const DICT = 0x80;
export const [NULL, FALSE, TRUE, FLOAT] = [0xc0, 0xc2, 0xc3, 0xcb];

/** What an octet begins: LIST, DICT, or anything else. @param {number} first */
export function kindOf(first) {
    if (first < 0xa0) return first & 0xf0;
    return first < 0xdc || first > 0xdf ? 0 : first < 0xde ? LIST : DICT;
}

/** An integer of 32 bits. @param {number} number */
export function small(number) {
    if (number >= -0x20 && number < 0x80) put(number);
    else if (number >= 0) unsigned(0xcc, number);
    else if (number >= -0x80) put8(0xd0, number);
    else if (number >= -0x8000) put16(0xd1, number);
    else put32(0xd2, number);
}

/** Any other up to 2^53. @param {number} number */
export function large(number) {
    if (number < 0) put64(0xd3, number);
    else if (number < 2 ** 32) put32(0xce, number);
    else put64(0xcf, number);
}

/** Any beyond that. @param {bigint} number of 64 bits */
export function wide(number) {
    putWide(number < 0n ? 0xd3 : 0xcf, number);
}

/**
 * A number of one, two or four octets, and in front of it the octet of its width.
 * @param {number} one that of one octet @param {number} number @param {number} [below] which numbers have one octet
 */
function unsigned(one, number, below = 0x100) {
    if (number < below) put8(one, number);
    else if (number < 0x10000) put16(one + 1, number);
    else put32(one + 2, number);
}

/** How many octets an id has. @param {number} id */
export function sizeOfId(id) {
    if (id < 0x80) return 1;
    return id < 0x10000 ? (id < 0x100 ? 2 : 3) : id < 2 ** 32 ? 5 : 9;
}

// There is no list or dict whose length has one octet.

/** @param {number} length */
export function announceList(length) {
    if (length < 0x10) put(LIST + length);
    else unsigned(0xdb, length, 1);
}

/** @param {number} length */
export function announceDict(length) {
    if (length < 0x10) put(DICT + length);
    else unsigned(0xdd, length, 1);
}

/** How many octets announce a dict. @param {number} length */
export function sizeOfDict(length) {
    if (length < 0x10) return 1;
    return length < 0x10000 ? 3 : 5;
}

/** @param {number} length in octets */
export function announceText(length) {
    if (length < 0x20) put(0xa0 + length);
    else unsigned(0xd9, length);
}

/** How many octets announce a text. @param {number} length in octets */
export function sizeOfText(length) {
    if (length < 0x20) return 1;
    return length < 0x10000 ? (length < 0x100 ? 2 : 3) : 5;
}

/** @param {number} length */
export function announceBinary(length) {
    unsigned(0xc4, length);
}

// @ts-check
// The forms of MessagePack: what the first octet of each value announces. The same octets as in the codec in Rust.

import { binary, dict, floating, list, malformed, next, text, unsigned, wide } from './reader.js';

export const NAME = 'MessagePack';

/** Whether the first octet of a text holds its length. @param {number} length */
export const isShort = (length) => length < 0x20;

/** @param {number} length that is short */
export const firstOfText = (length) => 0xa0 + length;

/** The next value. @returns {any} */
export function value() {
    const first = next();
    if (first < 0xc0) {
        if (first < 0x80) return first;
        if (first > 0x9f) return text(first & 0x1f);
        return first < 0x90 ? dict(first & 0x0f) : list(first & 0x0f);
    }
    return first < 0xe0 ? rare(first) : first - 0x100;
}

/** @param {number} first @returns {any} */
function rare(first) {
    switch (first) {
        case 0xc0:
            return null;
        case 0xc2:
            return false;
        case 0xc3:
            return true;
        case 0xc4:
        case 0xc5:
        case 0xc6:
            return binary(unsigned(1 << (first - 0xc4)));
        case 0xc7:
        case 0xc8:
        case 0xc9:
            return extension(unsigned(1 << (first - 0xc7)));
        case 0xca:
        case 0xcb:
            return floating(4 << (first - 0xca));
        case 0xcc:
        case 0xcd:
        case 0xce:
            return unsigned(1 << (first - 0xcc));
        case 0xcf:
            return wide(unsigned(4), unsigned(4));
        case 0xd0:
            return (unsigned(1) << 24) >> 24;
        case 0xd1:
            return (unsigned(2) << 16) >> 16;
        case 0xd2:
            return unsigned(4) | 0;
        case 0xd3:
            return wide(unsigned(4) | 0, unsigned(4));
        case 0xd9:
        case 0xda:
        case 0xdb:
            return text(unsigned(1 << (first - 0xd9)));
        case 0xdc:
        case 0xdd:
            return list(unsigned(2 << (first - 0xdc)));
        case 0xde:
        case 0xdf:
            return dict(unsigned(2 << (first - 0xde)));
        case 0xc1:
            return malformed('0xc1, which is never used');
        default:
            return extension(1 << (first - 0xd4));
    }
}

/** Of one that WAMP does not know the octets remain. @param {number} length */
function extension(length) {
    const kind = unsigned(1);
    const octets = binary(length);
    // What msgpackr, and through it wampy, writes for undefined.
    return kind === 0 && length === 1 && octets[0] === 0 ? null : octets;
}

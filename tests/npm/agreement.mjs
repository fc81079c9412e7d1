// What is the same to ask of the codec of every binary serializer that is held against another.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Chance } from './fuzzer.mjs';

/**
 * @param {(octets: Uint8Array) => boolean} agree asserts that both say the same of octets, and gives whether these are a value
 * @param {(value: unknown) => Uint8Array} write @param {(chance: Chance) => number} likely an octet that often stands behind a first one
 */
export function testAgreement(agree, write, likely) {
    test('every first octet, with whatever behind it, is the same value or an error in both', () => {
        const chance = new Chance(1);
        for (let first = 0; first < 256; first++) {
            for (let n = 0; n < 40; n++) {
                const octets = [first, ...Array.from({ length: n }, () => (chance.one(2) ? chance.below(256) : likely(chance)))];
                agree(Uint8Array.from(octets));
            }
        }
    });

    test('values of all kinds, whole and with octets changed, are the same or refused in both', () => {
        const chance = new Chance(7);
        let values = 0;
        for (let n = 0; n < 4000; n++) {
            const octets = write(chance.value(4)).slice();
            assert.equal(agree(octets), true);
            for (let bent = 0; bent < 4; bent++) values += agree(chance.broken(octets));
        }
        assert.ok(values > 2000 && values < 15_000, `${values} of 16,000 were still values`);
    });
}

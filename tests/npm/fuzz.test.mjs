// A short run of the fuzzer of the package; `scripts/fuzz js` runs it for as long as one likes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { echo, fuzz } from './fuzzer.mjs';

test('frames that no router should send settle everything, touch no prototype and fail nothing inside', async () => {
    for (const seed of [1, 2, 3]) {
        const { frames, events, violations } = await fuzz({ seed, frames: 700, report: console.log });
        assert.ok(frames >= 700 && events > 50 && violations > 10, JSON.stringify({ frames, events, violations }));
    }
});

test('any value arrives as it was sent, and goes back in the same octets', async () => {
    await echo({ seed: 1, messages: 100 });
});

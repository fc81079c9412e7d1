// node tests/npm/fuzz.mjs MINUTES [SEED]: the fuzzer of the package for so long, with one line at the end.

import { fuzz } from './fuzzer.mjs';

const [minutes = '1', seed = String(Math.floor(Math.random() * 2 ** 32))] = process.argv.slice(2);
console.log(`seed ${seed}`);
const { frames, sessions, violations, events } = await fuzz({ seed: Number(seed), minutes: Number(minutes), report: console.log });
console.log(`${frames} frames in ${sessions} sessions, of which ${violations} ended by a violation; ${events} events were delivered; 0 failures`);

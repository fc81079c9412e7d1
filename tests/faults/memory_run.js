// memory_run.js CYCLES [DOCUMENT]: prints what so many reconnects leave behind, writes it into the document if one is given,
// and fails if it is anything.

import { printed, replaced } from '../interop/harness/markdown.js';
import { growth, memory } from './memory.js';

const [cycles, document] = process.argv.slice(2);
const result = await memory(Number(cycles), (done) => done % 1000 === 0 && done > 0 && console.log(`  ${done} of ${cycles}`));
const { before, after, seconds } = result;
const kB = (octets) => `${(octets / 1024).toFixed(1)} kB`;
const table = printed([
  [`${cycles} cycles in ${Math.round(seconds)} s`, 'before', 'after'],
  ['JavaScript heap after a garbage collection', kB(before.heap), kB(after.heap)],
  ['memory of the WebAssembly module', kB(before.wasm), kB(after.wasm)],
  ['event listeners', String(before.listeners), String(after.listeners)],
]);
console.log(`\n${table}`);
const found = growth(result);
found.forEach((line) => console.log(line));
if (document) replaced(document, 'memory', table, 'scripts/test-faults --cycles --write');
process.exit(found.length === 0 ? 0 : 1);

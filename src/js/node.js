// The package's entry for Node: the same, but the WebAssembly modules are read from the disk.

import { readFile } from 'node:fs/promises';
import { setDefaultSource } from './glue/load.js';

setDefaultSource((file) => readFile(new URL(`./wasm/${file}`, import.meta.url)));

export * from './index.js';

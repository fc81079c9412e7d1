// The package's entry for Node: the same, but the WebAssembly module is read from the disk.

import { readFile } from 'node:fs/promises';
import { setDefaultSource } from './glue/load.js';

setDefaultSource(() => readFile(new URL('./wasm/wamp_wasm_bg.wasm', import.meta.url)));

export * from './index.js';

// The key ring for Node: the same, but its module is read from the disk when the first ring is made.

import { readFileSync } from 'node:fs';
import './node.js';
import { setSyncLoad } from './api/keyring.js';
import { importsOf, joined } from './glue/load.js';
import * as made from './wasm/wamp_wasm_e2ee.js';

setSyncLoad(() => {
    const module = new WebAssembly.Module(readFileSync(new URL('./wasm/wamp_wasm_e2ee_bg.wasm', import.meta.url)));
    return joined(made, new WebAssembly.Instance(module, importsOf('wamp_wasm_e2ee', made)));
});

export * from './e2ee.js';

// The key ring for Node: the same, but its module is read from the disk when the first ring is made.

import { readFileSync } from 'node:fs';
import './node.js';
import { setSyncLoad } from './api/keyring.js';
import * as made from './wasm/wamp_wasm_e2ee.js';

setSyncLoad(() => {
    made.initSync({ module: readFileSync(new URL('./wasm/wamp_wasm_e2ee_bg.wasm', import.meta.url)) });
    return made;
});

export * from './e2ee.js';

// The helpers for Node: the same, but their module is read from the disk when one is first used.

import { readFileSync } from 'node:fs';
import './node.js';
import { setSyncLoad } from './api/auth_helpers.js';
import * as made from './wasm/wamp_wasm_auth.js';

setSyncLoad(() => {
    made.initSync({ module: readFileSync(new URL('./wasm/wamp_wasm_auth_bg.wasm', import.meta.url)) });
    return made;
});

export * from './auth.js';

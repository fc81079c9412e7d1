// The helpers for Node: the same, but their module is read from the disk when one is first used.

import { readFileSync } from 'node:fs';
import './node.js';
import { setSyncLoad } from './api/auth_helpers.js';
import { importsOf, joined } from './glue/load.js';
import * as made from './wasm/wamp_wasm_auth.js';

setSyncLoad(() => {
    const module = new WebAssembly.Module(readFileSync(new URL('./wasm/wamp_wasm_auth_bg.wasm', import.meta.url)));
    return joined(made, new WebAssembly.Instance(module, importsOf('wamp_wasm_auth', made)));
});

export * from './auth.js';

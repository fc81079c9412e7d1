// @ts-check
// End-to-end encryption: a class `Ring`, and functions for its keys.

import { loader } from './load.js';

export const loadE2ee = loader('wamp_wasm_e2ee', () => import('../wasm/wamp_wasm_e2ee.js'), () => new URL('../wasm/wamp_wasm_e2ee_bg.wasm', import.meta.url));

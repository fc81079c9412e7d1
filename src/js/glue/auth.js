// @ts-check
// The proofs of authentication: a class `Authenticator`, and functions for autobahn's helpers.

import { loader } from './load.js';

export const loadAuth = loader('wamp_wasm_auth', () => import('../wasm/wamp_wasm_auth.js'), () => new URL('../wasm/wamp_wasm_auth_bg.wasm', import.meta.url));

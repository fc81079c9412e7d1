// @ts-check
// Helpers for an `onchallenge` that signs by hand: `import { auth_cra } from 'wamp-wasm/auth'`.

export { auth_cra, auth_cryptosign, auth_scram, initAuth } from './api/auth_helpers.js';

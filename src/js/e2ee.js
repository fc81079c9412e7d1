// @ts-check
// End-to-end encryption: `import { KeyRing, initE2ee } from 'wamp-wasm/e2ee'`.

export { KeyRing, initE2ee } from './api/keyring.js';

// @ts-check
// End-to-end encryption: `import { KeyRing, initE2ee } from 'wamp-wasm/e2ee'`. With it comes what codecs of
// the application's own need.

import './api/payloads.js';

export { KeyRing, initE2ee } from './api/keyring.js';

// @ts-check
// The subprotocols that this package speaks, in the order in which they are offered.

import { json } from './json.js';

/** @typedef {import('./driver.js').Codec} Codec */

/** @type {Record<string, () => Codec>} */
export const PROTOCOLS = {
    'wamp.2.json': () => json,
};

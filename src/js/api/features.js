// @ts-check
// The features of a session: what both sides announced.

import { own_roles } from '../wasm/wamp_wasm.js';
import { fromOctets } from '../glue/octets.js';

/** The roles of this side, and the router's role that serves each. */
const COUNTERPARTS = { publisher: 'broker', subscriber: 'broker', caller: 'dealer', callee: 'dealer' };

/** The roles that this side announces, with their features. */
export const ownRoles = () => fromOctets(own_roles());

/** @param {any} welcome its details @returns {any} */
export function commonFeatures(welcome) {
    /** @type {any} */
    const features = {};
    const own = ownRoles();
    for (const [role, counterpart] of Object.entries(COUNTERPARTS)) {
        const theirs = Object.entries(welcome?.roles?.[counterpart]?.features ?? {});
        features[role] = Object.fromEntries(theirs.filter(([feature, on]) => on === true && own[role].features[feature] === true));
    }
    return features;
}

// @ts-check
// Sends a PUBLISH, now or when there is a connection. One rule: whoever asked for an acknowledgement learns what became
// of it, and nobody else does; only what waited and was not sent is reported, because nobody could be told at the time.

import { NO_OPTIONS } from '../glue/check.js';
import { surelyRight } from '../glue/hot.js';
import { Publication } from './values.js';

const PUBLISH = 16;

/** @typedef {import('../glue/driver.js').Sender} Sender */
/** @typedef {import('../glue/driver.js').Pending} Pending */

/**
 * @param {Sender | null} sender none while there is no connection
 * @param {import('./offline.js').Offline} offline @param {import('./offline.js').Policy | undefined} policy
 * @param {[options: any, topic: string]} middle @param {any} args @param {any} kwargs
 * @param {(error: unknown, text: string) => void} report
 */
export function startPublish(sender, offline, policy, middle, args, kwargs, report) {
    if (sender === null || middle[0].acknowledge === true) return startOther(sender, offline, policy, middle, args, kwargs, report);
    send(sender, false, middle, args, kwargs, null);
    return undefined;
}

/**
 * Any but the usual one: apart, because its closures would cost each of them the room for what they hold.
 * @param {Sender | null} sender @param {import('./offline.js').Offline} offline @param {import('./offline.js').Policy | undefined} policy
 * @param {[options: any, topic: string]} middle @param {any} args @param {any} kwargs
 * @param {(error: unknown, text: string) => void} report
 */
function startOther(sender, offline, policy, middle, args, kwargs, report) {
    if (middle[0].acknowledge !== true) {
        offline.add(policy, (later) => send(later, false, middle, args, kwargs, null), (error) => report(error, `What waited to be published to '${middle[1]}' was not:`));
        return undefined;
    }
    return new Promise((resolve, reject) => {
        const pending = { done: (/** @type {number} */ _, /** @type {number} */ id) => resolve(new Publication(id)), failed: reject };
        if (sender !== null) send(sender, true, middle, args, kwargs, pending);
        else offline.add(policy, (later) => send(later, true, middle, args, kwargs, pending), reject);
    });
}

/** @param {Sender} sender @param {boolean} acknowledge @param {[any, string]} middle @param {any} args @param {any} kwargs @param {Pending | null} pending */
function send(sender, acknowledge, middle, args, kwargs, pending) {
    if (middle[0] !== NO_OPTIONS && !surelyRight(PUBLISH, middle[0])) sender.demand(PUBLISH, middle[0]);
    sender.send(PUBLISH, acknowledge, middle, args, kwargs, pending);
}

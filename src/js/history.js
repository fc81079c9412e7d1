// @ts-check
// Events that were published before: what a router has kept of a topic, and a stream that goes on with
// what comes. One rule: an event is given once, whether it was kept, came live, or both.

import { sessionLost } from './api/errors.js';
import { isLive } from './api/handles.js';
import { Result } from './api/values.js';
import { check, isGivenDict } from './glue/check.js';

/** @typedef {import('./api/session.js').Session} Session */
/** @typedef {{ publication: number, topic: string, timestamp: Date | null, args: any[], kwargs: any, details: any }} Kept */

/**
 * What the router kept of a subscription, the oldest first. Options are those of `wamp.subscription.get_events`.
 * @param {Session} session @param {number} subscription @param {any} [options]
 * @returns {Promise<Kept[]>}
 */
export async function events(session, subscription, options) {
    check(Number.isSafeInteger(subscription), 'events: <subscription> must be an id');
    check(options == null || isGivenDict(options), 'events: <options> must be an object {}');
    const answer = await session.call('wamp.subscription.get_events', [subscription], options ?? {});
    // Each event is a positional value of the result, or all of them are in one list.
    if (Array.isArray(answer)) return inOrder(answer);
    return inOrder(answer instanceof Result ? answer.args : answer === null ? [] : [answer]);
}

/**
 * The events of a topic: first those that the router kept, then those that come, without a gap.
 * @param {Session} session @param {string} topic @param {any} [options]
 */
export async function* replay(session, topic, options = {}) {
    check(isGivenDict(options), 'replay: <options> must be an object {}');
    const { history = {}, ...subscribe } = options;
    // First of all, so that nothing is published between the two; what comes meanwhile waits in the stream.
    const stream = /** @type {any} */ (await session.subscribe(topic, null, subscribe));
    const { id } = session;
    try {
        const kept = await events(session, stream.id, history);
        const seen = new Set(kept.map(({ publication }) => publication));
        for (const event of kept) yield { args: event.args, kwargs: event.kwargs, details: { ...event.details, publication: event.publication, topic: event.topic ?? stream.topic }, replayed: true };
        for await (const event of stream) {
            if (session.id !== id) throw sessionLost(null, 'the connection was lost: events may be missing');
            if (stream.dropped > 0) throw new RangeError('replay: events were dropped: read faster, or raise <options>.buffer');
            // Whatever was kept before the answer was made can also come live, but only once.
            if (!seen.delete(event.details.publication)) yield { ...event, replayed: false };
        }
    } finally {
        if (isLive(stream)) stream.unsubscribe().catch(() => {});
    }
}

/** Routers give the newest first, or the oldest; some keep an event once for each receiver. @param {any[]} list */
function inOrder(list) {
    /** @type {Map<number, Kept>} */
    const byId = new Map();
    for (const item of list) if (!byId.has(item?.publication)) byId.set(item.publication, kept(item));
    const events = [...byId.values()];
    const [first, last] = [events[0]?.timestamp, events.at(-1)?.timestamp];
    return first && last && first > last ? events.reverse() : events;
}

/** @param {any} item @returns {Kept} */
function kept(item) {
    const { publication, topic, timestamp, time_ns, args, kwargs, details, subscription: _, ...others } = item;
    const at = timestamp !== undefined ? new Date(timestamp) : time_ns !== undefined ? new Date(Number(time_ns) / 1e6) : null;
    return { publication, topic: topic ?? details?.topic, timestamp: at, args: args ?? [], kwargs: kwargs ?? {}, details: details ?? others };
}

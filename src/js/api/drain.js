// @ts-check
// Leaves in good order. One rule: what has begun is waited for, whatever it takes, and then the session is left.

import { LONGEST_TIMER } from '../glue/alarm.js';

/**
 * @param {import('./lifetime.js').Lifetime} life @param {() => Promise<any>} leave
 * @param {number} [timeout] milliseconds, after which nothing is waited for
 */
export async function drain(life, leave, timeout) {
    const { subscriber, callee, offline } = life;
    const handles = [subscriber, callee].flatMap(({ handles }) => [...handles.values()]);
    const done = (async () => {
        await Promise.allSettled(handles.map(async ({ handle }) => (handle.unsubscribe ? handle.unsubscribe() : handle.unregister())));
        for (;;) {
            // What runs may ask others, who answer before it does.
            const busy = [callee.runs, life.driver?.deliveries, offline].find((place) => (place?.size ?? 0) > 0);
            if (!busy) return;
            await new Promise((resolve) => {
                // Another drain() may wait for the same.
                const { onidle } = busy;
                busy.onidle = () => {
                    busy.onidle = null;
                    onidle?.();
                    resolve(undefined);
                };
            });
        }
    })();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = timeout === undefined ? done : new Promise((resolve) => (timer = setTimeout(resolve, Math.min(timeout, LONGEST_TIMER))));
    await Promise.race([done, late]);
    clearTimeout(timer);
    return leave();
}

// @ts-check
// What happens to the page, as far as it says something about the network. One rule: where there is no page, as in
// Node.js, nothing happens, and in a worker only what a worker is told.

/**
 * `online`, `offline`: what the browser believes; `visible`: somebody looks at the page again; `shown`: it is back
 * from the cache of pages. @typedef {'online' | 'offline' | 'visible' | 'shown'} Change
 */

/** @typedef {{ addEventListener?: any, removeEventListener?: any, document?: any }} Page */

/**
 * Listens to the page.
 * @param {(change: Change) => void} changed
 * @param {Page} [page]
 * @returns {() => void} stops it
 */
export function listen(changed, page = globalThis) {
    const { document } = page;
    /** @type {Array<[any, string, (event: any) => void]>} */
    const listeners = [
        [page, 'online', () => changed('online')],
        [page, 'offline', () => changed('offline')],
        [page, 'pageshow', (event) => event.persisted && changed('shown')],
        [document, 'visibilitychange', () => document.visibilityState === 'visible' && changed('visible')],
    ];
    for (const [target, type, listener] of listeners) target?.addEventListener?.(type, listener);
    return () => {
        for (const [target, type, listener] of listeners) target?.removeEventListener?.(type, listener);
    };
}

// @ts-check
// Runs code of the application: what it throws, or rejects with, is reported and hurts nobody else.

/**
 * Gives what the code gave: as a native promise if it was thenable, nothing if it threw.
 * @param {() => any} call @param {(error: unknown, text: string) => void} report @param {string} text says where
 * @returns {any}
 */
export function guarded(call, report, text) {
    try {
        const result = call();
        if (typeof result?.then !== 'function') return result;
        const settled = Promise.resolve(result);
        settled.catch((error) => report(error, text));
        return settled;
    } catch (error) {
        report(error, text);
        return undefined;
    }
}

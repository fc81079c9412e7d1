// @ts-check
// Promises with autobahn's extras: a deferred, and the promise of a call with `cancel` and progress.

/** A promise with its two ends, and autobahn's third: `notify` reaches the third argument of `then`. */
export function deferred() {
    /** @type {any} */
    const self = {};
    self.promise = new ProgressPromise((/** @type {any} */ resolve, /** @type {any} */ reject) => {
        self.resolve = resolve;
        self.reject = reject;
    }, {});
    self.notify = (/** @type {unknown} */ value) => self.promise.notify(value);
    return self;
}

/** Tells whoever listens to a promise. @param {Origin} origin @param {unknown} value @param {(call: () => unknown) => void} run runs each listener */
export function notify(origin, value, run) {
    for (const listener of origin.listeners ?? []) run(() => listener(value));
}

/** Whose result a promise is. @typedef {{ cancel?(options?: any): void, iterate?(promise: Promise<any>): any, listeners?: Array<(value: unknown) => void> }} Origin */

/** A promise that also tells what has come so far, and that of a call may be given up. */
export class ProgressPromise extends Promise {
    // One field, as calls come by the thousand: what few promises need lies there.
    /** @type {Origin} */
    #origin;

    /** @param {any} executor @param {Origin} origin */
    constructor(executor, origin) {
        super(executor);
        this.#origin = origin;
    }

    /**
     * @param {any} [onfulfilled] @param {any} [onrejected]
     * @param {(value: any) => void} [onprogress] called with each part of a progressive result
     * @returns {any}
     */
    then(onfulfilled, onrejected, onprogress) {
        if (typeof onprogress === 'function') (this.#origin.listeners ??= []).push(onprogress);
        return super.then(onfulfilled, onrejected);
    }

    /** @param {unknown} value */
    notify(value) {
        notify(this.#origin, value, (call) => call());
    }

    /** @param {{ mode?: string }} [options] */
    cancel(options) {
        this.#origin.cancel?.(options);
    }

    [Symbol.asyncIterator]() {
        if (!this.#origin.iterate) throw new TypeError('only the promise of a call has parts to iterate over');
        return this.#origin.iterate(this);
    }
}

// What is derived from it is an ordinary promise, and `await` takes it as one: without the detour that
// it makes for a promise of a foreign class.
Object.defineProperty(ProgressPromise.prototype, 'constructor', { value: Promise });

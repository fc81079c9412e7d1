// @ts-check
// Promises with autobahn's extras: a deferred, and the promise of a call with `cancel` and progress.

/** A promise with its two ends, and autobahn's third: `notify` reaches the third argument of `then`. */
export function deferred() {
    /** @type {any} */
    const self = {};
    self.promise = new ProgressPromise((/** @type {any} */ resolve, /** @type {any} */ reject) => {
        self.resolve = resolve;
        self.reject = reject;
    });
    self.notify = (/** @type {unknown} */ value) => self.promise.notify(value);
    return self;
}

/** A promise that also tells what has come so far, and that of a call may be given up. */
export class ProgressPromise extends Promise {
    /** @type {Array<(value: unknown) => void> | undefined} */
    #listeners;
    #call;

    /** @param {any} executor @param {{ cancel(options?: any): void, iterate(): any }} [call] the call that it promises the result of */
    constructor(executor, call) {
        super(executor);
        this.#call = call;
    }

    /**
     * @param {any} [onfulfilled] @param {any} [onrejected]
     * @param {(value: any) => void} [onprogress] called with each part of a progressive result
     * @returns {any}
     */
    then(onfulfilled, onrejected, onprogress) {
        if (typeof onprogress === 'function') (this.#listeners ??= []).push(onprogress);
        return super.then(onfulfilled, onrejected);
    }

    /** @param {unknown} value @param {(call: () => unknown) => void} [run] runs each listener */
    notify(value, run = (call) => call()) {
        for (const listener of this.#listeners ?? []) run(() => listener(value));
    }

    /** @param {{ mode?: string }} [options] */
    cancel(options) {
        this.#call?.cancel(options);
    }

    [Symbol.asyncIterator]() {
        if (!this.#call) throw new TypeError('only the promise of a call has parts to iterate over');
        return this.#call.iterate();
    }
}

// What is derived from it is an ordinary promise, and `await` takes it as one: without the detour that
// it makes for a promise of a foreign class.
Object.defineProperty(ProgressPromise.prototype, 'constructor', { value: Promise });

// @ts-check
// A call whose arguments come bit by bit: each item of a stream is sent as a part of the one call.
// One rule: the stream is read no further once the call is over, and is told so.

import { checkPayload } from '../glue/check.js';
import { Call, NO_DRIVER } from './call.js';
import { Result } from './values.js';

const CALL = 48;

/** How long a stream waits before it looks again whether the connection keeps up. */
const PAUSE = 10;

/** Whether this is an async iterable or a ReadableStream. @param {any} args */
export function isStream(args) {
    return typeof args[Symbol.asyncIterator] === 'function' || typeof args.getReader === 'function';
}

/**
 * Begins to read, at once or when there is a connection, and gives the promise of the call's result.
 * @param {import('../glue/driver.js').Sender | null} driver @param {import('./offline.js').Offline} away
 * @param {any[]} middle of the first CALL, with `progress` in its options
 * @param {any} stream @param {import('./call.js').Local} local @param {(error: unknown, text: string) => void} report
 */
export function startStream(driver, away, middle, stream, local, report) {
    const call = new Call(driver ?? NO_DRIVER, local, report);
    /** @type {AsyncIterator<any>} */
    let items;
    try {
        driver?.demand(CALL, middle[0]);
        items = iterate(stream);
    } catch (error) {
        call.failed(error);
        return call.promise;
    }
    call.watch();
    // Nobody waits for the end of the stream, which may fail at once, too.
    call.onover(() => void (async () => items.return?.())().catch(() => {}));
    const begin = (/** @type {import('../glue/driver.js').Sender} */ sender) => {
        // Nobody else knows of it before it is sent.
        away.unsent.add(call);
        const known = () => void away.unsent.delete(call);
        call.onover(known);
        send(sender, call, middle, items, known).catch((error) => call.giveUp('killnowait', error));
    };
    if (driver) {
        if (!call.over) begin(driver);
    } else {
        call.wait(away, (sender) => {
            sender.demand(CALL, middle[0]);
            begin(sender);
        });
    }
    return call.promise;
}

/**
 * @param {import('../glue/driver.js').Sender} driver @param {Call} call @param {any[]} middle @param {AsyncIterator<any>} items
 * @param {() => void} begun told when it is sent
 */
async function send(driver, call, [options, uri], items, begun) {
    const parts = options.receive_progress === true;
    for (;;) {
        const { done, value } = await items.next();
        while (!call.over && driver.full) await new Promise((resolve) => setTimeout(resolve, PAUSE));
        if (call.over) return;
        if (value instanceof Result) checkPayload('', 'Result', value.args, value.kwargs);
        const { args, kwargs } = value instanceof Result ? value : { args: done ? undefined : [value], kwargs: undefined };
        if (call.request !== 0) {
            // An end without a part of its own is sent as an empty one: nobody could wait for the next to know.
            if (!driver.part(call.request, !done, [done ? {} : { progress: true }, uri], args, kwargs)) return;
        } else if (done) {
            const { progress, ...whole } = options;
            call.send(parts, [whole, uri], args, kwargs, false);
        } else {
            call.send(parts, [options, uri], args, kwargs, true);
            begun();
        }
        if (done) return;
    }
}

/** @param {any} stream @returns {AsyncIterator<any>} */
function iterate(stream) {
    if (typeof stream[Symbol.asyncIterator] === 'function') return stream[Symbol.asyncIterator]();
    // Safari's ReadableStream is no async iterable.
    const reader = stream.getReader();
    return { next: () => reader.read(), return: async () => ({ done: true, value: await reader.cancel() }) };
}

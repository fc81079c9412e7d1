// What the workloads time with, and how they make sure that there was something to time.

/** Milliseconds that it took. */
export async function timed(run) {
    const started = performance.now();
    await run();
    return performance.now() - started;
}

/** Octets as numbers, whatever class they have. */
const text = (value) =>
    JSON.stringify(value, function (key, v) {
        return ArrayBuffer.isView(this[key]) ? [...this[key]] : v;
    });

/** A client that loses what it is given is quick: every workload looks once. */
export function same(what, got, expected) {
    if (text(got) !== text(expected)) throw new Error(`${what}: ${text(got)?.slice(0, 200)} instead of ${text(expected).slice(0, 200)}`);
}

// What is measured. Each is prepared for a client and gives a function that runs a batch and tells the milliseconds of
// the client's own CPU time; the peer's work, encoding and reading, stays outside the clock.

import { call, callOnly } from './workloads/call.mjs';
import { event } from './workloads/event.mjs';
import { answer, invocation } from './workloads/invocation.mjs';
import { publish } from './workloads/publish.mjs';

export const SERIALIZERS = ['json', 'msgpack', 'cbor'];

/** By name: how it is prepared, with how many messages to begin, which serializers, how many messages go together. */
const table = [
    ['EVENT small', event('small'), 10_000],
    ['EVENT medium', event('medium'), 3_000],
    ['EVENT 4 kB', event('k4'), 300],
    ['EVENT 1 MB', event('mb1'), 2],
    ['EVENT 64 kB binary', event('bin'), 200, ['msgpack', 'cbor']],
    ['EVENT small, 100 handlers', event('small', 100), 2_000],
    ['PUBLISH small', publish('small'), 5_000],
    ['PUBLISH medium', publish('medium'), 2_000],
    ['PUBLISH 4 kB', publish('k4'), 300],
    ['CALL small', callOnly('small'), 2_000, SERIALIZERS, 100],
    ['CALL medium', callOnly('medium'), 1_000, SERIALIZERS, 100],
    ['CALL 4 kB', callOnly('k4'), 300, SERIALIZERS, 100],
    ['CALL small → RESULT, 100 in flight', call('small'), 2_000, SERIALIZERS, 100],
    ['CALL medium → RESULT, 100 in flight', call('medium'), 1_000, SERIALIZERS, 100],
    ['CALL 4 kB → RESULT, 100 in flight', call('k4'), 200, SERIALIZERS, 100],
    ['CALL small → RESULT, one by one', call('small', 1), 1_000],
    ['INVOCATION small → YIELD', invocation('small'), 2_000],
    ['INVOCATION medium → YIELD', invocation('medium'), 1_000],
    ['YIELD small', answer('small'), 2_000, SERIALIZERS, 100],
    ['YIELD medium', answer('medium'), 1_000, SERIALIZERS, 100],
    ['YIELD 4 kB', answer('k4'), 200, SERIALIZERS, 100],
];

export const workloads = Object.fromEntries(
    table.map(([name, prepare, batch, serializers = SERIALIZERS, together = 1]) => [name, { prepare, batch, serializers, together }]),
);

// The client's own CPU time a message, over a socket that never leaves the page. A page for each client, which it shares
// with a floor of its own and with nobody else; the pages take turns, round by round.

import { SERIALIZERS, workloads } from '../page/workloads.mjs';
import { ofCpu } from './bars.mjs';
import { spread, summary, table } from './table.mjs';

export async function cpu({ clients, shared, rounds, wants, openPage, markdown }) {
    const others = clients.filter((name) => name !== 'floor');
    const groups = shared ? [clients] : others.map((name) => ['floor', name]);
    const print = table(
        'CPU time of the client a message, over the in-page stand-in; others as a ratio to the floor',
        [
            { name: 'workload', width: 35 },
            { name: 'serializer', width: 10 },
            { name: 'floor µs', width: 10 },
            ...others.map((name) => ({ name: `${name} ×`, width: 20 })),
            { name: 'bar', width: 20 },
        ],
        markdown,
    );
    const results = [];
    for (const serializer of SERIALIZERS) {
        const names = Object.keys(workloads).filter((name) => workloads[name].serializers.includes(serializer) && wants([name, serializer]));
        if (names.length === 0) continue;
        const pages = await openPages(openPage, groups, serializer, shared);
        for (const name of names) {
            const row = await measure(pages, name, serializer, rounds);
            print([name, serializer, row.floor.us.median.toFixed(2), ...others.map((client) => spread(row[client].ratio)), ofCpu(name, serializer, row)]);
            results.push({ name, serializer, ...row });
        }
        for (const page of pages) await page.close();
    }
    return results;
}

/** A page for each group of clients, in a process of its own, which has done a little of everything. */
async function openPages(openPage, groups, serializer, shared) {
    const pages = [];
    const processes = new Set();
    for (const clients of groups) {
        const page = await openPage(clients, shared ? () => '' : (name) => name);
        processes.add(await page.process());
        pages.push(page);
    }
    if (processes.size < pages.length) throw new Error('the pages are not in processes of their own');
    for (const page of pages) await page.evaluate((s) => globalThis.bench.warmUp(s), serializer);
    return pages;
}

/** One row: {client: {us, ratio}} with microseconds a message and the ratio to the floor of the same round and page. */
async function measure(pages, workload, serializer, rounds) {
    for (const page of pages) await page.evaluate(([s, w]) => globalThis.bench.ready(s, w), [serializer, workload]);
    const us = {};
    const ratios = {};
    for (let round = 0; round < rounds; round++) {
        for (let i = 0; i < pages.length; i++) {
            const times = await pages[(i + round) % pages.length].evaluate((n) => globalThis.bench.round(n), round);
            for (const [client, time] of Object.entries(times)) {
                (us[client] ??= []).push(time);
                (ratios[client] ??= []).push(time / times.floor);
            }
        }
    }
    return Object.fromEntries(Object.keys(us).map((client) => [client, { us: summary(us[client]), ratio: summary(ratios[client]) }]));
}

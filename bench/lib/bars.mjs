// What wamp-wasm has to reach, from bars.json, and whether it does. One rule: a figure is compared as it is printed.

import { readFile } from 'node:fs/promises';

const bars = JSON.parse(await readFile(new URL('../bars.json', import.meta.url), 'utf8'));
const US = 'wamp-wasm';
const PEERS = ['autobahn', 'wampy'];
const verdicts = [];

function judge(what, bar, met) {
    verdicts.push({ what, bar, met });
    return `${bar} ${met ? '✓' : '✗'}`;
}

/** Not behind beyond noise: the middle halves of the rounds meet, or ours is the lower one. */
const isLevel = (ours, theirs) => ours.low <= theirs.high;
const isAhead = (ours, theirs) => ours.median < theirs.median;

/** Against the floor, and beside the others where they are to be beaten ("ahead") or not to be behind ("level"). */
export function ofCpu(name, serializer, row) {
    const { [serializer]: bar, peers } = bars.cpu[name] ?? {};
    if (!row[US] || bar === undefined) return '';
    const ours = row[US].ratio;
    const what = `${name} ${serializer}`;
    const told = [judge(what, `≤ ${bar}`, Number(ours.median.toFixed(2)) <= bar)];
    const others = PEERS.filter((peer) => row[peer]);
    if (peers && others.length > 0) {
        const better = peers === 'ahead' ? isAhead : isLevel;
        told.push(judge(what, peers, others.every((peer) => better(ours, row[peer].ratio))));
    }
    return told.join(', ');
}

/** Level with both others in every row, by the clock and by CPU time. */
export function ofSocket(name, serializer, row) {
    const others = PEERS.filter((peer) => row[peer]);
    if (!row[US] || others.length === 0) return '';
    const level = (peer) => isLevel(row[US].wall, row[peer].wall) && isLevel(row[US].cpu, row[peer].cpu);
    return judge(`${name} ${serializer}, real socket`, 'level', others.every(level));
}

/** Times as many as another client takes. */
export function ofLoad(medians) {
    const others = PEERS.filter((peer) => medians[peer] && medians[US]);
    return others.map((peer) => judge('import to open session', `≤ ${bars.load[peer]} × ${peer}`, medians[US] <= bars.load[peer] * medians[peer])).join(', ');
}

/** kB that it may grow more than the floor, which is noise, and of WebAssembly's memory. */
export function ofMemory(name, serializer, row) {
    if (!row[US] || !row.floor) return '';
    const { heap, wasm } = bars.memory;
    const met = row[US].heap - row.floor.heap <= heap * 1024 && row[US].wasm - row.floor.wasm <= wasm * 1024;
    return judge(`${name} ${serializer}, memory`, 'no growth', met);
}

/** Of the first load. */
export function ofSize(brotli) {
    return judge('first load', `≤ ${bars.size.brotli} brotli`, brotli <= bars.size.brotli);
}

/** The end of a run. */
export function tell() {
    if (verdicts.length === 0) return;
    const missed = verdicts.filter(({ met }) => !met);
    console.log(`\nbars of bench/bars.json: met ${verdicts.length - missed.length} of ${verdicts.length}`);
    for (const { what, bar } of missed) console.log(`- not met: ${what}: ${bar}`);
}

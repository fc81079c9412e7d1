// Turns a run of the fault rig into tables, and says whether it passed.

import { printed } from '../interop/harness/markdown.js';

/** What has to be nothing: a name, and what there is of it. What another router than ours does not deliver is its own affair. */
const forbidden = (run) => [
  ['acknowledged publications lost', run.ours ? [...run.lost, ...run.undelivered] : run.lost],
  ['calls left unsettled', run.unsettled?.calls ?? 0],
  ['publications left unsettled', run.unsettled?.publications ?? 0],
  ['handlers and procedures lost after recovery', run.lost_handlers ?? []],
  ['duplicates (events, executions of a call)', run.duplicates],
  ['wrong answers', run.wrong],
  ['sessions lost to which nothing was done', run.unprovoked],
  ['sessions that did not recover', run.stuck ? [run.stuck] : []],
];

const amount = (found) => (Array.isArray(found) ? found.length : found);

export const passed = (run) => forbidden(run).every(([, found]) => amount(found) === 0);

/** The details of what should not be, a line each. */
export function failures(run) {
  return forbidden(run).flatMap(([name, found]) => {
    if (amount(found) === 0) return [];
    return Array.isArray(found) ? found.slice(0, 10).map((text) => `${name}: ${text}`) : [`${name}: ${found}`];
  });
}

/** The figures of several runs, a column each. */
export function figures(runs) {
  const took = (run) => run.faults.map((fault) => fault.took);
  const rows = [
    ['faults', (run) => run.faults.length],
    ['hits on a session', (run) => run.faults.reduce((sum, { sessions }) => sum + sessions, 0)],
    ...forbidden(runs[0]).map(([name], i) => [`**${name}**`, (run) => `**${amount(forbidden(run)[i][1])}**`]),
    ['publications acknowledged', (run) => run.acknowledged],
    ['deliveries of them that were checked', (run) => run.acknowledged + run.deliveries],
    ['deliveries of acknowledged publications that the router left out', (run) => run.undelivered.length],
    ['acknowledged and lost in a router that was killed', (run) => run.lost_in_crash],
    ['publications rejected, which may have arrived', (run) => rejected(run, 'publications')],
    ['calls', (run) => run.called],
    ['calls answered', (run) => run.answered],
    ['calls rejected', (run) => rejected(run, 'calls')],
    ['sessions given up for want of an answer on a busy machine', (run) => run.given_up],
    ['time to recover: median', (run) => ms(share(took(run), 0.5))],
    ['time to recover: 99th percentile', (run) => ms(share(took(run), 0.99))],
    ['time to recover: longest', (run) => ms(Math.max(...took(run)))],
    ['duration of the run', (run) => `${Math.round(run.seconds)} s`],
  ];
  return printed([['', ...runs.map(({ router }) => router)], ...rows.map(([name, of]) => [name, ...runs.map((run) => String(of(run)))])]);
}

/** The faults by kind: how many, and the time to recover, of each run. */
export function kinds(runs) {
  const names = [...new Set(runs.flatMap(({ faults }) => faults.map(({ kind }) => kind)))].sort();
  const heads = runs.flatMap(({ router }) => [`${router}: faults`, 'median', '99th percentile']);
  const cells = (run, name) => {
    const took = run.faults.filter(({ kind }) => kind === name).map((fault) => fault.took);
    return took.length === 0 ? ['0', '–', '–'] : [String(took.length), ms(share(took, 0.5)), ms(share(took, 0.99))];
  };
  return printed([['fault', ...heads], ...names.map((name) => [name, ...runs.flatMap((run) => cells(run, name))])]);
}

/** Why requests were rejected, and how often. */
export const reasons = (run) =>
  Object.entries(run.rejected).flatMap(([what, by]) => Object.entries(by).map(([reason, count]) => `${what} rejected with ${reason}: ${count}`));

const rejected = (run, what) => Object.values(run.rejected[what] ?? {}).reduce((sum, count) => sum + count, 0);

function share(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

const ms = (value) => `${Math.round(value)} ms`;

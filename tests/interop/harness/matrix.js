// Runs every scenario over pairs of peers and serializers, and notes each outcome for the tables. Also what other tests
// of the kind need: a router with its peers, and a test that is noted.

import { after, before, describe, test } from 'node:test';
import { appendFileSync } from 'node:fs';
import { scenarios, solo } from './scenarios.js';

export const serializers = ['json', 'msgpack', 'cbor'];

/** Every combination of serializers for two peers. */
export const mixed = serializers.flatMap((mine) => serializers.map((theirs) => [mine, theirs]));
/** Both with the same one. */
export const same = serializers.map((serializer) => [serializer, serializer]);

let number = 0;

/** `pairs`: [kind of peer, kind of peer, list of serializer pairs]; each runs on `router`. */
export function interop(router, pairs) {
  describe(router.name, () => {
    const on = stage(router);
    const hired = new Map();
    // A peer that left can join again; one that broke is replaced.
    const peer = async (kind, which) => {
      const key = `${kind.name} ${which}`;
      if (!hired.get(key)?.usable) hired.set(key, await on.hire(kind));
      return hired.get(key);
    };
    const target = (serializer) => ({ url: on.router.url, realm: 'realm1', serializer });

    for (const kind of new Set(pairs.flat().filter((item) => item.open))) {
      for (const serializer of serializers) {
        describe(`${kind.name}, ${serializer}`, () => {
          let one;
          before(async () => { one = await peer(kind, 'one'); }, { timeout: 60_000 });
          for (const { feature, name, run } of solo) {
            noted(name(kind.name), { router, kind, serializer, feature }, () => run(one, target(serializer)));
          }
        });
      }
    }

    for (const [kind, other_kind, combinations] of pairs) {
      for (const [serializer, other_serializer] of combinations) {
        describe(`${kind.name}, ${serializer} – ${other_kind.name}, ${other_serializer}`, () => {
          const peers = {};
          before(async () => {
            peers.one = await peer(kind, 'one');
            peers.other = await peer(other_kind, 'other');
            await peers.one.request({ do: 'join', ...target(serializer) });
            await peers.other.request({ do: 'join', ...target(other_serializer) });
          }, { timeout: 60_000 });
          after(async () => {
            for (const each of Object.values(peers)) if (each.usable) await each.request({ do: 'leave' });
          });

          const both_carry = (need) =>
            kind.carries[serializer].includes(need) && other_kind.carries[other_serializer].includes(need);
          for (const { feature, needs, name, run } of scenarios) {
            if (needs && !both_carry(needs)) continue;
            for (const [from, to, from_kind, to_kind] of [['one', 'other', kind, other_kind], ['other', 'one', other_kind, kind]]) {
              const cell = { router, kind, serializer, other_kind, other_serializer, feature };
              const uri = `com.example.interop.n${++number}`;
              noted(name(from_kind.name, to_kind.name), cell, () => run(peers[from], peers[to], uri));
            }
          }
        });
      }
    }
  });
}

/**
 * The router of a suite, started with it and stopped after it, and what peers live in: `router` as it runs,
 * `host(kind)`, opened once, and `hire(kind)`, a new peer there.
 */
export function stage(router, ...page) {
  const hosts = new Map();
  const on = {
    router: undefined,
    host(kind, ...more) {
      if (!hosts.has(kind)) hosts.set(kind, kind.open(on.router, ...more));
      return hosts.get(kind);
    },
    hire: async (kind) => (await on.host(kind)).peer(),
  };
  before(async () => { on.router = await router.start(...page); }, { timeout: 600_000 });
  after(async () => {
    await Promise.all([...hosts.values()].map(async (host) => (await host).close()));
    await on.router?.stop();
  });
  return on;
}

/** A test whose outcome also becomes a line of $WAMP_INTEROP_RESULTS, for harness/table.js. */
export function noted(name, { table, router, kind, serializer, other_kind, other_serializer, feature }, run) {
  const peers = [[kind.name, serializer], ...(other_kind ? [[other_kind.name, other_serializer]] : [])];
  const line = { table, router: router.name, peers, feature };
  test(name, { timeout: 30_000 }, () => noting('WAMP_INTEROP_RESULTS', line, run));
}

/** Runs it and writes how it ended to the file that the variable names, if there is one. */
export async function noting(variable, line, run) {
  let passed = false;
  try {
    await run();
    passed = true;
  } finally {
    if (process.env[variable]) appendFileSync(process.env[variable], `${JSON.stringify({ ...line, passed })}\n`);
  }
}

// table.js RESULTS [DOCUMENT]: turns the outcomes of a run into tables and prints them; with DOCUMENT it
// also replaces those there. A cell counts scenarios, directions and serializers; a dash is explained there.

import { outcomesOf, printed, replaced } from './markdown.js';

const [results, document] = process.argv.slice(2);
const outcomes = outcomesOf(results);

/** The tables by their names in the document; the first is of pairs of peers. */
const MARKS = { peers: 'table', authentication: 'table of authentication', encryption: 'table of encryption' };

for (const [name, mark] of Object.entries(MARKS)) {
  const own = outcomes.filter(({ table = 'peers' }) => table === name);
  if (own.length === 0) continue;
  const lines = name !== 'authentication' ? rendered(own, ['router', 'peers', 'serializers'], '') : rendered(own, ['router', 'client', 'serializers'], '–');
  console.log(`${lines}\n`);
  if (document) replaced(document, mark, lines);
}

/** The outcomes as a table in Markdown; `none` is what was not tried. */
function rendered(outcomes, heads, none) {
  const features = [...new Set(outcomes.map((outcome) => outcome.feature))];
  const rows = new Map();
  for (const { router, peers, feature, passed } of outcomes) {
    const names = [...new Set(peers.map(([name]) => name))];
    const serializers = [...new Set(peers.map(([, serializer]) => serializer))];
    const pair = peers.length === 1 ? names[0] : names.length === 1 ? `${names[0]}, two of them` : names.join(' – ');
    const spoken = peers.length === 1 ? 'each' : serializers.length === 1 ? serializers[0] : 'mixed';
    const key = [router, pair, spoken].join('\t');
    const cells = rows.get(key) ?? rows.set(key, new Map()).get(key);
    const cell = cells.get(feature) ?? cells.set(feature, { passed: 0, tried: 0 }).get(feature);
    cell.tried += 1;
    cell.passed += passed ? 1 : 0;
  }

  // The mixtures after the serializers alone; otherwise in the order in which they were tried.
  const pairs = new Map();
  for (const row of rows) {
    const pair = row[0].split('\t', 2).join('\t');
    pairs.set(pair, [...(pairs.get(pair) ?? []), row]);
  }
  const is_mixed = ([key]) => Number(key.endsWith('mixed'));
  const in_order = [...pairs.values()].flatMap((group) => group.sort((a, b) => is_mixed(a) - is_mixed(b)));

  const text = ({ passed, tried } = { tried: 0 }) => (tried === 0 ? none : passed === tried ? `${tried} ✓` : `${passed}/${tried} ✗`);
  return printed([
    [...heads, ...features],
    ...in_order.map(([key, cells]) => [...key.split('\t'), ...features.map((feature) => text(cells.get(feature)))]),
  ]);
}

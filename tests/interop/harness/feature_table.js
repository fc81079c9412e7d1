// feature_table.js RESULTS [DOCUMENT]: turns the outcomes of features.test.js into one table and prints it;
// with DOCUMENT it also replaces the table there. A cell is ✓ where the feature was shown in Node.js and in
// Chromium, a dash and a number where the router was proved not to have it, and ✗ where it failed.

import { outcomesOf, printed, replaced } from './markdown.js';

const [results, document] = process.argv.slice(2);
const outcomes = outcomesOf(results);
if (outcomes.length === 0) process.exit(0);

const columns = [...new Set(outcomes.map(({ router, serializer }) => `${router}\t${serializer}`))];
const rows = new Map();
const reasons = [];
for (const { router, serializer, area, feature, passed, missing } of outcomes) {
  const row = rows.get(feature) ?? rows.set(feature, { area, cells: new Map() }).get(feature);
  const column = `${router}\t${serializer}`;
  const cell = row.cells.get(column) ?? row.cells.set(column, { passed: true }).get(column);
  cell.passed &&= passed;
  cell.missing = missing;
  if (missing && !reasons.includes(missing)) reasons.push(missing);
}
const number = (reason) => reasons.indexOf(reason) + 1;
const text = (cell) => (!cell ? 'not tried' : !cell.passed ? '✗' : cell.missing ? `– ${number(cell.missing)}` : '✓');

const table = printed([
  ['feature', ...columns.map((column) => column.replace('\t', ', '))],
  ...[...rows].map(([feature, { cells }]) => [feature, ...columns.map((column) => text(cells.get(column)))]),
]);
const lines = [table, '', ...reasons.map((reason) => `${number(reason)}. ${reason}`)].join('\n');
console.log(lines);
if (document) replaced(document, 'table of features', lines);

// Tables of outcomes in Markdown, and their places in a document.

import { readFileSync, writeFileSync } from 'node:fs';

/** The outcomes in a file: a line of JSON each. */
export const outcomesOf = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

/** A table of rows of texts; the first one is its head. */
export function printed(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(table[0]), line(widths.map((width) => '-'.repeat(width))), ...table.slice(1).map(line)].join('\n');
}

/** Puts lines into the document, in place of those that are there. */
export function replaced(document, mark, lines, command = 'scripts/test-interop --write') {
  const [begin, end] = [`<!-- ${mark}: ${command} -->`, '<!-- end of table -->'];
  const [head, rest] = readFileSync(document, 'utf8').split(begin);
  if (rest === undefined || !rest.includes(end)) throw new Error(`${document} has no place for the ${mark}`);
  writeFileSync(document, `${head}${begin}\n${lines}\n${end}${rest.slice(rest.indexOf(end) + end.length)}`);
}

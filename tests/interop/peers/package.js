// The built package in Node.js, entered as Node.js enters it when it is installed.

import { readFile } from 'node:fs/promises';

const pkg = new URL('../../../pkg/', import.meta.url);

/** `entry` as in the package's exports: '.' or './autobahn'. */
export async function import_package(entry) {
  const { exports } = JSON.parse(await readFile(new URL('package.json', pkg), 'utf8'));
  return import(new URL(exports[entry].node ?? exports[entry].default, pkg));
}

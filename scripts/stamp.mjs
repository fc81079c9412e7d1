// node scripts/stamp.mjs DIR: writes DIR/package.json from pkg.json and the version of Cargo.toml, and
// puts that version where the JavaScript says it. The version has one source, Cargo.toml.

import { readFileSync, writeFileSync } from 'node:fs';

const dir = process.argv[2];
const manifest = readFileSync('Cargo.toml', 'utf8');
const field = (name) => {
    const found = new RegExp(`^\\[workspace\\.package\\][^[]*^${name} = "([^"]*)"`, 'm').exec(manifest);
    if (!found) throw new Error(`Cargo.toml: [workspace.package] has no ${name}`);
    return found[1];
};
const version = field('version');
const repository = { type: 'git', url: `git+${field('repository')}.git` };
const { name, ...rest } = JSON.parse(readFileSync('pkg.json', 'utf8'));

writeFileSync(`${dir}/package.json`, `${JSON.stringify({ name, version, ...rest, repository }, null, 2)}\n`);
writeFileSync(`${dir}/api/version.js`, readFileSync(`${dir}/api/version.js`, 'utf8').replace('0.0.0', version));

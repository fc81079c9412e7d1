// Measures wamp-wasm, autobahn, wampy and the floor side by side in a headless browser and prints one table a part.
// Options: scripts/bench --help.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tell } from './lib/bars.mjs';
import { bundle } from './lib/bundle.mjs';
import { serve } from './lib/serve.mjs';
import { cpu } from './lib/cpu.mjs';
import { load } from './lib/load.mjs';
import { memory } from './lib/memory.mjs';
import { size } from './lib/size.mjs';
import { socket } from './lib/socket.mjs';

const parts = { cpu, socket, load, memory, size };
const { values: options } = parseArgs({
    options: {
        part: { type: 'string', multiple: true, default: Object.keys(parts) },
        browser: { type: 'string', default: 'chromium' },
        rounds: { type: 'string', default: '40' },
        only: { type: 'string', default: '' },
        without: { type: 'string', multiple: true, default: [] },
        shared: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        json: { type: 'string' },
        csp: { type: 'boolean', default: false },
    },
});

const driver = await import(`./lib/${options.browser}.mjs`);
const pkg = fileURLToPath(new URL('../pkg/', import.meta.url));
const target = fileURLToPath(new URL('../target/', import.meta.url));
await mkdir(target, { recursive: true });
// Of this run alone: another may be going on.
const out = await mkdtemp(join(target, 'bench-'));
await bundle(out, pkg);
const policy = options.csp ? { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval'" } : {};
// Only an isolated page gets a clock of microseconds.
const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const server = await serve({ '/': out }, { ...isolated, ...policy });
const browser = await driver.launch();

/** A fresh page of a site of its own, with these clients loaded; those of one `harness` share the code that measures them. */
let pages = 0;
async function openPage(clients, harness = () => '') {
    const page = await browser.open(`${server.site(`page-${pages++}`)}/measure.html`);
    for (const name of clients) await page.evaluate(([n, h]) => globalThis.bench.load(n, h), [name, harness(name)]);
    return page;
}

const context = {
    openPage,
    clients: ['floor', 'wamp-wasm', 'autobahn', 'wampy'].filter((name) => !options.without.includes(name)),
    out,
    pkg,
    rounds: Number(options.rounds),
    shared: options.shared,
    markdown: options.markdown,
    wants: (row) => row.join(' ').includes(options.only),
};
const report = {
    date: new Date().toISOString().slice(0, 10),
    browser: browser.version,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
};
console.log(`${report.browser} on ${report.machine}, ${report.date}${options.csp ? ', with a Content-Security-Policy' : ''}`);
for (const part of options.part.filter((name) => driver.PARTS.includes(name))) report[part] = await parts[part](context);
tell();
if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 1)}\n`);
await browser.close();
server.close();
await rm(out, { recursive: true });

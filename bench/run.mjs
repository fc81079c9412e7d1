// Measures wamp-wasm, autobahn, wampy and the floor side by side in headless Chromium and prints one table.
// Options: --part cpu|socket|load|memory|size (repeatable), --rounds N, --only TEXT, --without CLIENT, --json FILE.

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
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
        rounds: { type: 'string', default: '40' },
        only: { type: 'string', default: '' },
        without: { type: 'string', multiple: true, default: [] },
        json: { type: 'string' },
        csp: { type: 'boolean', default: false },
        chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
    },
});

const out = fileURLToPath(new URL('../target/bench', import.meta.url));
const pkg = fileURLToPath(new URL('../pkg/', import.meta.url));
await mkdir(out, { recursive: true });
await bundle(out, pkg);
const policy = options.csp ? { 'content-security-policy': "script-src 'self' 'wasm-unsafe-eval'" } : {};
// Only an isolated page gets a clock of microseconds.
const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const server = await serve({ '/': out }, { ...isolated, ...policy });
const browser = await chromium.launch({
    executablePath: options.chromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--enable-precise-memory-info'],
});

// A fresh page with the measuring code and these clients loaded.
async function openPage(clients) {
    const page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => console.error('page:', error.message));
    await page.goto(`${server.url}/measure.html`);
    await page.waitForFunction(() => globalThis.bench);
    for (const name of clients) {
        await page.evaluate(([n, url]) => globalThis.bench.load(n, url), [name, `/clients/${name}.mjs`]);
    }
    return page;
}

const clients = ['floor', 'wamp-wasm', 'autobahn', 'wampy'].filter((name) => !options.without.includes(name));
const context = {
    browser,
    server,
    openPage,
    clients,
    out,
    pkg,
    rounds: Number(options.rounds),
    wants: (row) => row.join(' ').includes(options.only),
};
const report = {
    date: new Date().toISOString().slice(0, 10),
    browser: `Chromium ${browser.version()}`,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
};
console.log(`${report.browser} on ${report.machine}, ${report.date}${options.csp ? ', with a Content-Security-Policy' : ''}`);
for (const part of options.part) report[part] = await parts[part](context);
if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 1)}\n`);
await browser.close();
server.close();

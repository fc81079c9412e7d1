// Chromium, driven over its DevTools protocol: a browsing context for each page.

import { chromium } from 'playwright-core';

export const PARTS = ['cpu', 'socket', 'load', 'memory', 'size'];

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--enable-precise-memory-info'];

export async function launch(path = process.env.CHROMIUM ?? '/usr/bin/chromium') {
    const browser = await chromium.launch({ executablePath: path, args: FLAGS });
    const system = await browser.newBrowserCDPSession();

    /** CPU seconds of every process so far, by its number. */
    async function times() {
        const { processInfo } = await system.send('SystemInfo.getProcessInfo');
        return new Map(processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]));
    }

    /** The process that works most while a page does. One that has only just begun, as Chromium keeps one in reserve, is none of a page. */
    async function working(page) {
        const before = await times();
        await page.evaluate(() => {
            for (const end = performance.now() + 100; performance.now() < end; );
        });
        const worked = [...(await times())].filter(([id]) => before.has(id)).map(([id, seconds]) => [id, seconds - before.get(id)]);
        return worked.sort(([, a], [, b]) => b - a)[0][0];
    }

    return {
        version: `Chromium ${browser.version()}`,
        async open(url) {
            const context = await browser.newContext();
            const page = await context.newPage();
            page.on('pageerror', (error) => console.error('page:', error.message));
            await page.goto(url);
            return {
                evaluate: (fn, arg) => page.evaluate(fn, arg),
                devtools: () => context.newCDPSession(page),
                /** The number of the process that it runs in: the one that works when it does, and again when it does again. */
                async process() {
                    for (let last, tries = 0; tries < 8; tries++) {
                        const busiest = await working(page);
                        if (busiest === last) return busiest;
                        last = busiest;
                    }
                    throw new Error('other processes work as much as the page');
                },
                close: () => context.close(),
            };
        },
        close: () => browser.close(),
    };
}

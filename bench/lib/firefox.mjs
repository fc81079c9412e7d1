// Firefox, driven over WebDriver by geckodriver: a window for each page. What Chromium's DevTools tell, such as the size of
// the heap, nobody tells here.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Builder } from 'selenium-webdriver';
import firefox from 'selenium-webdriver/firefox.js';

export const PARTS = ['cpu', 'load', 'size'];

const PREFERENCES = {
    // A clock that is not made coarse.
    'privacy.reduceTimerPrecision': false,
    // The window whose turn it is not must not become slow.
    'dom.ipc.processPriorityManager.enabled': false,
    'dom.min_background_timeout_value': 4,
    'dom.timeout.enable_budget_timer_throttling': false,
};
/** Milliseconds that a call to a page may take. */
const LIMIT = 600_000;

export async function launch(path = process.env.FIREFOX ?? onPath('firefox-esr') ?? onPath('firefox')) {
    const options = new firefox.Options().addArguments('-headless').setBinary(path);
    for (const [name, value] of Object.entries(PREFERENCES)) options.setPreference(name, value);
    const service = new firefox.ServiceBuilder(process.env.GECKODRIVER ?? onPath('geckodriver')).addArguments('--allow-system-access');
    const driver = await new Builder().forBrowser('firefox').setFirefoxOptions(options).setFirefoxService(service).build();
    await driver.manage().setTimeouts({ script: LIMIT });
    const first = await driver.getWindowHandle();
    let current = first;
    const select = async (handle) => {
        if (current !== handle) await driver.switchTo().window(handle);
        current = handle;
    };

    return {
        version: `Firefox ${(await driver.getCapabilities()).getBrowserVersion()}`,
        async open(url) {
            await select(first);
            await driver.switchTo().newWindow('window');
            const own = (current = await driver.getWindowHandle());
            await driver.get(url);
            return {
                async evaluate(fn, arg) {
                    await select(own);
                    const { value, error } = await driver.executeAsyncScript(asked(fn), arg ?? null);
                    if (error) throw new Error(error);
                    return value;
                },
                /** The number of the process that it runs in. */
                async process() {
                    await select(own);
                    await driver.setContext('chrome');
                    const process = await driver.executeScript('return gBrowser.selectedBrowser.browsingContext.currentWindowGlobal.osPid');
                    await driver.setContext('content');
                    return process;
                },
                async close() {
                    await select(own);
                    await driver.close();
                    current = null;
                },
            };
        },
        close: () => driver.quit(),
    };
}

/** What runs in the page: WebDriver hands over the argument and whom to tell. */
const asked = (fn) =>
    `const [arg, told] = arguments; (async () => (${fn})(arg))().then((value) => told({ value }), (error) => told({ error: error + '\\n' + error.stack }));`;

function onPath(program) {
    const folders = [...process.env.PATH.split(delimiter), join(process.env.HOME ?? '', '.cargo/bin')];
    return folders.map((folder) => join(folder, program)).find(existsSync);
}

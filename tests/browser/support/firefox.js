// Firefox, driven over WebDriver by geckodriver: one browser, a real window for each Window. The console
// and the size of the viewport come over WebDriver BiDi, which classic WebDriver does not offer.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Builder, By, Key } from 'selenium-webdriver';
import firefox from 'selenium-webdriver/firefox.js';
import { Window } from './window.js';

export const name = 'Firefox';

/** Starts the browser; `window()` opens one more, `errors` is what their consoles complained of. */
export async function launch() {
  const options = new firefox.Options().addArguments('-headless').enableBidi();
  options.setBinary(process.env.FIREFOX ?? onPath('firefox-esr') ?? onPath('firefox'));
  const service = new firefox.ServiceBuilder(process.env.GECKODRIVER ?? onPath('geckodriver'));
  const driver = await new Builder().forBrowser('firefox').setFirefoxOptions(options).setFirefoxService(service).build();
  const bidi = await driver.getBidi();
  const errors = [];
  bidi.socket.on('message', (data) => {
    const { method, params } = JSON.parse(data.toString());
    if (method === 'log.entryAdded' && params.level === 'error') errors.push(params.text);
  });
  await bidi.send({ method: 'session.subscribe', params: { events: ['log.entryAdded'] } });

  return {
    errors,
    window: async () => {
      await driver.switchTo().newWindow('window');
      const handle = await driver.getWindowHandle();
      const here = async (act) => {
        if ((await driver.getWindowHandle().catch(() => null)) !== handle) await driver.switchTo().window(handle);
        return act();
      };
      const keys = (text) => here(() => driver.actions().sendKeys(text).perform());
      return new Window({
        go: (url) => here(() => driver.get(url)),
        run: (code, ...args) => here(() => driver.executeScript(`return (${code})(...arguments)`, ...args)),
        click: (selector) => here(() => driver.findElement(By.css(selector)).click()),
        press: (key) => keys(Key[key.toUpperCase()] ?? key),
        type: keys,
        resize: (width, height) =>
          bidi.send({ method: 'browsingContext.setViewport', params: { context: handle, viewport: { width, height } } }),
        close: () => here(() => driver.close()).then(async () => driver.switchTo().window((await driver.getAllWindowHandles())[0])),
      });
    },
    close: () => driver.quit(),
  };
}

function onPath(program) {
  const folders = [...process.env.PATH.split(delimiter), join(process.env.HOME ?? '', '.cargo/bin')];
  return folders.map((folder) => join(folder, program)).find(existsSync);
}

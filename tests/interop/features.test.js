// Every feature of our client on every router, with every serializer, in Node.js and in Chromium: shown,
// or proved to be missing in that router.

import { describe, test } from 'node:test';

import { WebSocket } from 'ws';
import { features, run } from './features/index.js';
import { noting, stage } from './harness/matrix.js';
import { places } from './harness/places.js';
import { FEATURES, wamp_wasm } from './harness/routers.js';
import { import_package } from './peers/package.js';

const only = process.env.WAMP_INTEROP_ONLY ?? '';

/** Features in Node.js. */
const node = {
  name: 'Node.js',
  async open() {
    const library = { ...(await import_package('.')), ...(await import_package('./meta')), options: { WebSocket } };
    return { run: (what) => run(library, what), close() {} };
  },
};

/** Features in a page, which comes from the router, or from elsewhere if that serves none. */
const chromium = {
  name: 'Chromium',
  async open(router, serves_pages) {
    const { launch } = await import('../browser/support/chromium.js');
    const server = serves_pages ? undefined : await wamp_wasm.start(FEATURES);
    const browser = await launch();
    const page = await browser.window();
    await page.open((server ?? router).http);
    return {
      async run(what) {
        const failure = await page.driver.run('(what) => window.answer(what)', what);
        if (failure) throw new Error(failure);
      },
      close: async () => {
        await browser.close();
        await server?.stop();
      },
    };
  },
};

let number = 0;

for (const { router, place, serializers, serves_pages, lacks } of places.filter(({ router }) => router.name.includes(only))) {
  describe(router.name, () => {
    const on = stage(router, FEATURES);
    for (const environment of [node, chromium]) {
      for (const serializer of serializers) {
        for (const { area, name } of features) {
          const missing = lacks[name];
          const title = `${environment.name}, ${serializer}: ${missing ? 'no ' : ''}${name}${missing ? `, because ${missing.why}` : ''}`;
          test(title, { timeout: 60_000 }, async () => {
            const what = {
              name,
              serializer,
              uri: `com.example.feature.n${++number}`,
              place: { ...place, url: on.router.url, auth_url: on.router.auth_url },
              proof: missing && { ...missing.proof, name },
            };
            const line = { router: router.name, environment: environment.name, serializer, area, feature: name, missing: missing?.why };
            await noting('WAMP_FEATURE_RESULTS', line, async () => (await on.host(environment, serves_pages)).run(what));
          });
        }
      }
    }
  });
}

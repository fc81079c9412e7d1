// What a page's bundler makes of a module: Rolldown, the bundler of Vite. One rule: nothing is in the chunks but the
// code of the module. Vite itself adds about 1 kB, which preloads CSS, to every page that has a dynamic import.

import { createRequire } from 'node:module';
import { join } from 'node:path';

const { rolldown } = createRequire(join(import.meta.dirname, '../tests/package.json'))('rolldown');

/**
 * The minified chunks of a module: which are loaded first, what only when it is needed, and of which files each is made.
 * `alias` says where packages are.
 */
export async function bundled(entry, alias = {}) {
    // Whatever the entry exports stays, and is in one chunk with what else the page loads first.
    const bundle = await rolldown({ input: entry, resolve: { alias }, platform: 'browser', logLevel: 'silent', preserveEntrySignatures: 'allow-extension' });
    const { output } = await bundle.generate({ format: 'esm', minify: true, entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
    await bundle.close();
    const chunks = new Map(output.filter((file) => file.type === 'chunk').map((file) => [file.fileName, file]));
    const first = new Set([...chunks.values()].filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName));
    for (const file of first) for (const imported of chunks.get(file).imports) first.add(imported);
    return [...chunks.values()].map((chunk) => ({ name: chunk.fileName, code: Buffer.from(chunk.code), isFirst: first.has(chunk.fileName), files: Object.keys(chunk.modules) }));
}

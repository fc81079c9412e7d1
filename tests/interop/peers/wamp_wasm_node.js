// wamp-wasm in Node.js, as a peer on standard input and output.

import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import { serve } from './stdio.js';
import { wamp_wasm_peer } from './wamp_wasm.js';

// The built package, entered as Node.js would enter it when it is installed.
const pkg = new URL('../../../pkg/', import.meta.url);
const entry = JSON.parse(await readFile(new URL('package.json', pkg), 'utf8')).exports['.'];
const library = await import(new URL(entry.node?.default ?? entry.node ?? entry.default, pkg));

serve(wamp_wasm_peer(library, { WebSocket }));

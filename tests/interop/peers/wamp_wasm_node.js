// wamp-wasm in Node.js, as a peer on standard input and output.

import { WebSocket } from 'ws';
import { import_package } from './package.js';
import { serve } from './stdio.js';
import { wamp_wasm_peer } from './wamp_wasm.js';

serve(wamp_wasm_peer(await import_package('.'), () => import_package('./e2ee'), { WebSocket }));

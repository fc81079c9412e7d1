// Our client on the reference router, Crossbar.io, with every serializer: in Node.js and in browsers,
// among themselves and with autobahn-python. The two autobahns alone are the control: what fails there
// too is no fault of ours.

import { interop, mixed, same } from './harness/matrix.js';
import { autobahn_js, autobahn_python, chromium, firefox, wamp_wasm_node } from './harness/peers.js';
import { crossbar } from './harness/routers.js';

interop(crossbar, [
  [autobahn_js, autobahn_python, same],
  [wamp_wasm_node, wamp_wasm_node, same],
  [wamp_wasm_node, autobahn_python, mixed],
  [wamp_wasm_node, autobahn_js, same],
  [chromium, chromium, [...same, ['json', 'msgpack'], ['msgpack', 'cbor']]],
  [firefox, chromium, same],
]);

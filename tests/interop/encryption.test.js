// End-to-end encryption with autobahn-python's key ring, through Crossbar.io and our own router: our client
// in Node.js and in browsers, with every pair of serializers, so that the router must carry octets from each to each.

import { encryption } from './harness/encryption.js';
import { mixed, same } from './harness/matrix.js';
import { autobahn_python, chromium, firefox, wamp_wasm_node } from './harness/peers.js';
import { crossbar, wamp_wasm } from './harness/routers.js';

encryption(crossbar, [
  [wamp_wasm_node, autobahn_python, mixed],
  [chromium, autobahn_python, same],
  [firefox, chromium, same],
]);

encryption(wamp_wasm, [
  [wamp_wasm_node, autobahn_python, mixed],
]);

// Our router between the clients of others and ours: autobahn-js, autobahn-python, and our package in
// Node.js and in a page, with every mixture of serializers in one realm.

import { interop, mixed, same } from './harness/matrix.js';
import { autobahn_js, autobahn_python, chromium, drop_in, wamp_wasm_node } from './harness/peers.js';
import { wamp_wasm } from './harness/routers.js';

interop(wamp_wasm, [
  [autobahn_js, autobahn_python, mixed],
  // Only Python has integers of 64 bits with every serializer.
  [autobahn_python, autobahn_python, mixed],
  [wamp_wasm_node, autobahn_js, mixed],
  [wamp_wasm_node, autobahn_python, mixed],
  [drop_in, autobahn_js, same],
  [chromium, autobahn_python, same],
]);

// Every authentication method on the reference router, Crossbar.io, and each way to fail: with our client in
// Node.js and in browsers by its option `auth`, and with autobahn-js and our drop-in for it by hand.

import { authentication } from './harness/auth.js';
import { autobahn_js, chromium, drop_in, firefox, wamp_wasm_node } from './harness/peers.js';
import { crossbar } from './harness/routers.js';

authentication(crossbar, { built_in: [wamp_wasm_node, chromium, firefox], with_cookies: [chromium, firefox], by_hand: [drop_in, autobahn_js] });

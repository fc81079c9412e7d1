// wamp-wasm as a peer; the same lines in a page and in Node.js. The package is a parameter, because the
// two load it from different places.

import { create_peer } from './commands.js';

export function wamp_wasm_peer({ connect, Result, WampError }, options = {}) {
  return create_peer({
    async join({ url, realm, serializer }) {
      const session = await connect({ url, realm, serializers: [serializer], on_user_error() {}, ...options });
      return { session, closed: session.closed.then((end) => end.reason) };
    },
    Result,
    WampError,
  });
}

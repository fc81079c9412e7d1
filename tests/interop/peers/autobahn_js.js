// autobahn_js.js [wamp-wasm]: autobahn-js in Node.js, as a peer on standard input and output. With the
// argument the same lines run on wamp-wasm's drop-in for it.

import { WebSocket } from 'ws';
import { create_peer } from './commands.js';
import { import_package } from './package.js';
import { serve } from './stdio.js';

// autobahn-js 26 expects the global that Node.js has since version 22.
globalThis.WebSocket ??= WebSocket;
const drop_in = process.argv[2] === 'wamp-wasm';
const { default: autobahn } = await (drop_in ? import_package('./autobahn') : import('autobahn'));

const classes = { json: 'JSONSerializer', msgpack: 'MsgpackSerializer', cbor: 'CBORSerializer' };

function join({ url, realm, serializer, auth }) {
  return new Promise((resolve, reject) => {
    // The drop-in has its serializers built in; they have names only.
    const serializers = [drop_in ? serializer : new autobahn.serializer[classes[serializer]]()];
    const connection = new autobahn.Connection({ url, realm, max_retries: 0, serializers, on_user_error() {}, ...(auth && by_hand(auth)) });
    let left;
    const closed = new Promise((settle) => (left = settle));
    connection.onopen = (session, details) => resolve({ session, details, closed });
    connection.onclose = (reason, details) => {
      left(details.reason);
      reject(new autobahn.Error(details.reason ?? `connection ${reason}`, [details.message]));
      return true;
    };
    connection.open();
  });
}

/** The options for a method whose challenge is answered with autobahn's helpers. */
function by_hand({ method, authid, ticket, secret, seed, public: pubkey }) {
  const { auth_cra, auth_cryptosign } = autobahn;
  const octets = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
  const answers = {
    ticket: () => ticket,
    wampcra: ({ challenge, salt, iterations, keylen }) => auth_cra.sign(salt ? auth_cra.derive_key(secret, salt, iterations, keylen) : secret, challenge),
    cryptosign: (extra) => auth_cryptosign.sign_challenge({ publicKey: octets(pubkey), secretKey: octets(seed + pubkey) }, extra),
  };
  return { authmethods: [method], authid, authextra: pubkey && { pubkey }, onchallenge: (_, asked, extra) => answers[asked](extra) };
}

// autobahn-js has Node.js' Buffer for octets, and its MessagePack cannot encode undefined.
const own = drop_in ? {} : { bytes: Buffer.from, nothing: null };
serve(create_peer({ join, Result: autobahn.Result, WampError: autobahn.Error, ...own }));

// wamp-wasm as a peer; the same lines in a page and in Node.js. The package is a parameter, because the
// two load it from different places.

import { create_peer } from './commands.js';

export function wamp_wasm_peer({ connect, Result, WampError }, e2ee, options = {}) {
  return create_peer({
    async join({ url, realm, serializer, auth }) {
      const seen = {};
      const how = auth?.probe ? probe(auth, seen) : auth && { auth: await with_key(auth) };
      const session = await connect({ url, realm, durable: false, serializers: [serializer], on_user_error() {}, ...how, ...options });
      return { session, details: session.details, closed: session.closed.then((end) => end.reason), ...seen };
    },
    async key_ring(keys) {
      const { KeyRing, initE2ee } = await e2ee();
      await initE2ee();
      const ring = new KeyRing();
      for (const [uri, key] of Object.entries(keys)) ring.set_key(uri, key);
      return ring;
    },
    Result,
    WampError,
  });
}

/** WebCrypto's form of a key that must never leave it. A command is JSON and cannot carry it. */
async function with_key(auth) {
  if (!auth.webcrypto) return auth;
  const { webcrypto, ...credential } = auth;
  return { ...credential, key: { privateKey: await imported(...webcrypto), publicKey: webcrypto[1] } };
}

function imported(seed, public_key) {
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: base64url(seed), x: base64url(public_key) };
  return crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['sign']);
}

const octets = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const base64url = (hex) => btoa(String.fromCharCode(...octets(hex))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
const hex = (octets) => Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');

/** Joins by hand to see by which key the router signs a challenge of ours. */
function probe({ seed, public: pubkey }, seen) {
  return {
    authmethods: ['cryptosign'],
    authextra: { pubkey, challenge: '11'.repeat(32) },
    async onchallenge(_, __, extra) {
      seen.router_key = extra.pubkey;
      const signature = await crypto.subtle.sign('Ed25519', await imported(seed, pubkey), octets(extra.challenge));
      return hex(new Uint8Array(signature)) + extra.challenge;
    },
  };
}

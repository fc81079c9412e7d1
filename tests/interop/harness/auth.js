// What one peer does to authenticate at a router, written once for all of them, and who it is afterwards.
// The users are those of tests/interop/crossbar/node.yaml.

import assert from 'node:assert/strict';
import { before, describe } from 'node:test';
import { noted, serializers, stage } from './matrix.js';

const SEED = 'cfbbe4f1d3e020917c022c88b271e39c6a9cb2e253757b54e45442a3081f1384';
const PUBLIC = '9cea524a2d9b496e9029f85b91fb4547a474b516e7c86fd6892442c3c1332cb4';
/** Known to nobody. */
const STRANGER = 'f2aa3d10df5796a0ea76430281482c964088a852952c7662f07e281578d42fe4';

const ticket = { method: 'ticket', authid: 'tina', ticket: 'ticket-secret-1' };
const cra = (authid, secret) => ({ method: 'wampcra', authid, secret });
const scram = (authid, password, more) => ({ method: 'scram', authid, password, ...more });
const key = (more) => ({ method: 'cryptosign', ...more });
const as = (authid, authmethod) => ({ authid, authrole: 'user', authmethod, authprovider: 'static' });

/** Each: the column in the table, what it proves, the option `auth`, and who it makes of us or the URI of the refusal. */
const built_in = [
  ['ticket', 'a ticket', ticket, as('tina', 'ticket')],
  ['wampcra', 'a secret', cra('carl', 'cra-secret-1'), as('carl', 'wampcra')],
  ['wampcra', 'a salted secret', cra('carla', 'cra-secret-2'), as('carla', 'wampcra')],
  ['wampcra', 'a salted secret with other costs and a short key', cra('carol', 'cra-secret-3'), as('carol', 'wampcra')],
  ['wampcra', 'a salted secret, name and salt beyond ASCII', cra('chloé', 'pässwörd-✓'), as('chloé', 'wampcra')],
  ['scram', 'a password with PBKDF2', scram('sam', 'scram-secret-1'), as('sam', 'scram')],
  ['scram', 'a password with Argon2id, its key in base64', scram('sara-ab', 'scram-secret-2'), as('sara-ab', 'scram')],
  ['scram', 'a password with Argon2id, its key in octets', scram('sara', 'scram-secret-2', { argon2_key: 'octets' }), as('sara', 'scram')],
  ['cryptosign', 'a seed', key({ authid: 'ed', seed: SEED }), as('ed', 'cryptosign')],
  ['cryptosign', 'a key alone, without a name', key({ seed: SEED }), as('ed', 'cryptosign')],
  ['cryptosign', 'a key of WebCrypto that cannot be extracted', key({ authid: 'ed', webcrypto: [SEED, PUBLIC] }), as('ed', 'cryptosign')],
  ['several', 'the second of two methods', [{ method: 'anonymous' }, cra('carl', 'cra-secret-1')], as('carl', 'wampcra')],
  ['wrong secret', 'a wrong ticket', { ...ticket, ticket: 'wrong' }, 'wamp.error.not_authorized'],
  ['wrong secret', 'a wrong secret', cra('carl', 'wrong'), 'wamp.error.not_authorized'],
  ['wrong secret', 'a wrong salted secret', cra('carla', 'wrong'), 'wamp.error.not_authorized'],
  ['wrong secret', 'a wrong password with PBKDF2', scram('sam', 'wrong'), 'wamp.error.not_authorized'],
  ['wrong secret', 'a wrong password with Argon2id', scram('sara-ab', 'wrong'), 'wamp.error.not_authorized'],
  ['wrong secret', 'a wrong key', key({ authid: 'ed', seed: STRANGER }), 'wamp.error.not_authorized'],
  ['unknown user', 'an unknown user of tickets', { ...ticket, authid: 'nobody' }, 'wamp.error.not_authorized'],
  ['unknown user', 'an unknown user of WAMP-CRA', cra('nobody', 'x'), 'wamp.error.not_authorized'],
  ['unknown user', 'an unknown user of SCRAM', scram('nobody', 'x'), 'wamp.error.not_authorized'],
  ['unknown user', 'an unknown key', key({ seed: STRANGER }), 'wamp.error.not_authorized'],
  ['unknown user', 'a user whose role does not exist', { ...ticket, authid: 'nora', ticket: 'ticket-secret-4' }, 'wamp.error.no_such_role'],
  ['unknown user', 'a method that the router does not have', { method: 'anonymous' }, 'wamp.error.no_auth_method'],
  ['we refuse', 'a router that asks for too little work', scram('sue', 'scram-secret-1'), 'wamp.error.cannot_authenticate'],
  ['we refuse', 'a router that does not know the password', scram('simon', 'scram-secret-1'), 'wamp.error.authentication_failed'],
  ['we refuse', 'a router with another key than expected', key({ seed: SEED, router_key: PUBLIC }), 'wamp.error.authentication_failed'],
];

const by_hand = [
  ['ticket', 'a ticket', ticket, as('tina', 'ticket')],
  ['wampcra', 'a secret', cra('carl', 'cra-secret-1'), as('carl', 'wampcra')],
  ['wampcra', 'a salted secret', cra('carla', 'cra-secret-2'), as('carla', 'wampcra')],
  ['cryptosign', 'a seed', key({ authid: 'ed', seed: SEED, public: PUBLIC }), as('ed', 'cryptosign')],
  ['wrong secret', 'a wrong ticket', { ...ticket, ticket: 'wrong' }, 'wamp.error.not_authorized'],
  ['wrong secret', 'a wrong secret', cra('carl', 'wrong'), 'wamp.error.not_authorized'],
  ['unknown user', 'an unknown user', cra('nobody', 'x'), 'wamp.error.not_authorized'],
];

export function authentication(router, kinds) {
  describe(`authentication at ${router.name}`, () => {
    const on = stage(router);
    const at = (path, serializer) => ({ url: on.router.url.replace(/\/ws$/, path), realm: 'auth', serializer });

    for (const [list, tried] of [[kinds.built_in, built_in], [kinds.by_hand, by_hand]]) {
      for (const kind of list) {
        describe(kind.name, () => {
          let peer;
          before(async () => { peer = await on.hire(kind); }, { timeout: 60_000 });
          for (const serializer of serializers) {
            const cell = (feature) => ({ table: 'authentication', router, kind, serializer, feature });
            for (const [feature, what, auth, expected] of tried) {
              noted(`${what}, ${serializer}`, cell(feature), () => check(peer, { ...at('/auth', serializer), auth }, expected));
            }
            if (tried === built_in) {
              noted(`a router that proves its key, ${serializer}`, cell('cryptosign'), async () => {
                const { router_key } = await peer.request({ do: 'authenticate', ...at('/auth', serializer), auth: key({ probe: true, seed: SEED, public: PUBLIC }) });
                assert.match(router_key, /^[0-9a-f]{64}$/);
                await check(peer, { ...at('/auth', serializer), auth: key({ seed: SEED, router_key }) }, as('ed', 'cryptosign'));
              });
            }
            if (kinds.with_cookies.includes(kind)) {
              noted(`a cookie, after a ticket, ${serializer}`, cell('cookie'), async () => {
                const auth = [{ method: 'cookie' }, ticket];
                await peer.request({ do: 'authenticate', ...at('/cookie', serializer), auth });
                const again = { ...at('/cookie', serializer), auth: { method: 'cookie' } };
                // Crossbar.io names the method by which the cookie was earned.
                await check(peer, again, { ...as('tina', 'ticket'), authprovider: 'cookie' });
              });
            }
          }
        });
      }
    }
  });
}

/** Who the router takes us for, or with which URI one of us refuses. */
async function check(peer, target, expected) {
  const trying = peer.request({ do: 'authenticate', ...target });
  if (typeof expected === 'object') {
    const { router_key: _, ...identity } = await trying;
    return assert.deepEqual(identity, expected);
  }
  const error = await trying.then((identity) => assert.fail(`expected ${expected}, got ${JSON.stringify(identity)}`), (thrown) => thrown);
  assert.equal(error.uri, expected, error.stack);
}

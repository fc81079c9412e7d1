// What two peers say to each other in payloads that the router cannot read, written once for all of them:
// each scenario in both directions, with autobahn's key ring on both sides.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { noted, stage } from './matrix.js';

const ALICE = { priv: 'WRhsGfk++2oXIz2d5NyUaJlUWnw365KHuiILZ18XCBQ=', pub: '0IL+THPYCBkHarZQKzwLa7qtpxVVHNloMA/JnonsJ3M=' };
const BOB = { priv: 'X2Cdy0N/4fa71mifPLR9mucFSRshfKBC0MSHDEpXmdg=', pub: 'b2cSJXoJeA6kO9yQXqKTZ2N/W0rMim40CqYn5QLrGxk=' };

const alice = { 'com.example.': { originator_priv: ALICE.priv, responder_pub: BOB.pub } };
const bob = { 'com.example.': { originator_pub: ALICE.pub, responder_priv: BOB.priv } };
/** Knows Alice, but is not Bob. */
const mallory = { 'com.example.': { originator_pub: ALICE.pub, responder_priv: ALICE.priv } };
/** One key for both, beside one for URIs that are not used. */
const shared = { '': BOB.priv, 'com.example.other.': ALICE.priv };

const payload = { args: ['Grüße 🌍', 23, [null, true]], kwargs: { deep: { list: [1.5] } } };
const binary = { args: [{ $bytes: 'AAH/' }], kwargs: {} };

/** Each: the column, what it proves, the keys of the originator and of the responder, and how. */
const scenarios = [
  ['events', 'an encrypted event of $1 is read by $2', alice, bob, async (one, other, uri) => {
    await other.request({ do: 'subscribe', topic: uri });
    for (const event of [payload, binary]) {
      await one.request({ do: 'publish', topic: uri, ...event, options: { acknowledge: true } });
      assert.deepEqual(await other.request({ do: 'event', topic: uri }), event);
    }
  }],
  ['results', 'an encrypted call of $1 is answered by $2', alice, bob, async (one, other, uri) => {
    await other.request({ do: 'register', procedure: uri, behaviour: 'echo' });
    assert.deepEqual(await one.request({ do: 'call', procedure: uri, ...payload }), payload);
    assert.deepEqual(await one.request({ do: 'call', procedure: uri, ...binary }), binary);
  }],
  ['errors', 'an encrypted call of $1 is refused by $2 with args and kwargs', alice, bob, async (one, other, uri) => {
    await other.request({ do: 'register', procedure: uri, behaviour: 'fail' });
    const error = await refused(one.request({ do: 'call', procedure: uri, ...payload }), 'com.example.error.refused');
    assert.deepEqual({ args: error.args, kwargs: error.kwargs }, payload);
  }],
  ['one key', '$1 and $2 share one key for all that has no other', shared, shared, async (one, other, uri) => {
    await other.request({ do: 'register', procedure: uri, behaviour: 'echo' });
    assert.deepEqual(await one.request({ do: 'call', procedure: uri, ...payload }), payload);
  }],
  ['wrong key', '$2 with another key refuses the call of $1', alice, mallory, async (one, other, uri) => {
    await other.request({ do: 'register', procedure: uri, behaviour: 'echo' });
    await refused(one.request({ do: 'call', procedure: uri, ...payload }), 'wamp.error.encryption.decrypt_error');
  }],
  ['no key', '$2 without a key refuses the call of $1, and is not shown its events', alice, null, async (one, other, uri) => {
    await other.request({ do: 'register', procedure: uri, behaviour: 'echo' });
    await refused(one.request({ do: 'call', procedure: uri, ...payload }), 'wamp.error.no_payload_codec');
    await other.request({ do: 'subscribe', topic: uri });
    await one.request({ do: 'publish', topic: uri, ...payload, options: { acknowledge: true } });
    await one.request({ do: 'encrypt', keys: null });
    await one.request({ do: 'publish', topic: uri, args: ['in clear'], options: { acknowledge: true } });
    assert.deepEqual(await other.request({ do: 'event', topic: uri }), { args: ['in clear'], kwargs: {} });
  }],
];

let number = 0;

/** `pairs`: [kind of peer, kind of peer, list of serializer pairs]; each runs on `router`. */
export function encryption(router, pairs) {
  describe(`encryption over ${router.name}`, () => {
    const on = stage(router);
    for (const [kind, other_kind, combinations] of pairs) {
      describe(`${kind.name} – ${other_kind.name}`, () => {
        const peers = [];
        before(async () => peers.push(await on.hire(kind), await on.hire(other_kind)), { timeout: 60_000 });
        for (const spoken of combinations) {
          describe(spoken.join(' – '), () => {
            before(() => Promise.all(peers.map((peer, i) => peer.request({ do: 'join', url: on.router.url, realm: 'realm1', serializer: spoken[i] }))));
            after(() => Promise.all(peers.map((peer) => peer.usable && peer.request({ do: 'leave' }))));
            for (const [feature, sentence, mine, theirs, run] of scenarios) {
              for (const [one, other] of [[0, 1], [1, 0]]) {
                const names = [kind.name, other_kind.name];
                const name = sentence.replace('$1', names[one]).replace('$2', names[other]);
                const cell = { table: 'encryption', router, kind, serializer: spoken[0], other_kind, other_serializer: spoken[1], feature };
                const uri = `com.example.secret.n${++number}`;
                noted(name, cell, async () => {
                  await peers[one].request({ do: 'encrypt', keys: mine });
                  await peers[other].request({ do: 'encrypt', keys: theirs });
                  await run(peers[one], peers[other], uri);
                });
              }
            }
          });
        }
      });
    }
  });
}

/** The WAMP error with this URI, by which a request must fail. */
async function refused(promise, uri) {
  const error = await promise.then((value) => assert.fail(`expected ${uri}, got ${JSON.stringify(value)}`), (thrown) => thrown);
  assert.equal(error.uri, uri, error.stack);
  return error;
}

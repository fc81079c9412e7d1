// What two peers do with each other through a router, written once for all of them.
// Each scenario is run in both directions and gets URIs that nobody else uses.

import assert from 'node:assert/strict';

/** Values that every serializer of every peer can carry. */
const values = {
  text: 'Grüße, Welt – 你好 🌍 \u0000 "quoted" \\ \u2028',
  numbers: [0, -1, 127, 128, 255, 256, 65535, 65536, 2147483648, 4294967296, -2147483649, 9007199254740991, -9007199254740991],
  floats: [0.5, -1.25, 3.141592653589793, 1e300, 5e-324],
  constants: [true, false, null],
  nested: { list: [[], [[1, [2, [3]]]], {}], map: { 'non-ASCII ключ': { deep: [{ a: null }] } } },
};
const bytes = { $bytes: Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('base64') };
/** Integers beyond what a JavaScript number holds: only for peers that have them. */
const wide = ['9007199254740993', '9223372036854775807', '-9223372036854775808', '18446744073709551615'].map(($int) => ({ $int }));

const payload = { args: [1, 'two', [3]], kwargs: { four: 4, five: { six: '6' } } };

/** Rejections must be WAMP errors with this URI. */
async function refused(promise, uri) {
  const error = await promise.then((value) => assert.fail(`expected ${uri}, got ${JSON.stringify(value)}`), (thrown) => thrown);
  assert.equal(error.uri, uri, error.stack);
  return error;
}

/**
 * Each scenario: `feature` is its column in the table, `name(one, other)` the sentence it proves,
 * `needs` a value that both peers must be able to carry.
 */
export const scenarios = [
  {
    feature: 'publish, subscribe',
    name: (one, other) => `an acknowledged event of ${one} reaches ${other}`,
    async run(one, other, uri) {
      await other.request({ do: 'subscribe', topic: uri });
      const publication = await one.request({ do: 'publish', topic: uri, ...payload, options: { acknowledge: true } });
      assert.ok(Number.isSafeInteger(publication.id) && publication.id > 0, `publication id ${publication.id}`);
      assert.deepEqual(await other.request({ do: 'event', topic: uri }), payload);
    },
  },
  {
    feature: 'publish, subscribe',
    name: (one, other) => `events of ${one} reach ${other} in order, also without arguments and without acknowledgement`,
    async run(one, other, uri) {
      await other.request({ do: 'subscribe', topic: uri });
      const sent = [{ args: [], kwargs: {} }, { args: [], kwargs: { only: 'kwargs' } }, ...Array.from({ length: 100 }, (_, i) => ({ args: [i], kwargs: {} }))];
      await Promise.all(sent.map((event) => one.request({ do: 'publish', topic: uri, ...event })));
      const arrived = [];
      for (const _ of sent) arrived.push(await other.request({ do: 'event', topic: uri }));
      assert.deepEqual(arrived, sent);
    },
  },
  {
    feature: 'unsubscribe',
    name: (one, other) => `${other} gets no event of ${one} after it unsubscribed, and can subscribe again`,
    async run(one, other, uri) {
      const publish = (what) => one.request({ do: 'publish', topic: uri, args: [what], options: { acknowledge: true } });
      await other.request({ do: 'subscribe', topic: uri });
      await publish('before');
      assert.deepEqual((await other.request({ do: 'event', topic: uri })).args, ['before']);
      await other.request({ do: 'unsubscribe', topic: uri });
      await publish('meanwhile');
      await other.request({ do: 'subscribe', topic: uri });
      await publish('after');
      assert.deepEqual((await other.request({ do: 'event', topic: uri })).args, ['after']);
    },
  },
  {
    feature: 'call, register',
    name: (one, other) => `a call of ${one} to ${other} returns args and kwargs, one value, a later one, and nothing`,
    async run(one, other, uri) {
      for (const behaviour of ['echo', 'first', 'later', 'nothing']) {
        await other.request({ do: 'register', procedure: `${uri}.${behaviour}`, behaviour });
      }
      const call = (name, args, kwargs) => one.request({ do: 'call', procedure: `${uri}.${name}`, args, kwargs });
      assert.deepEqual(await call('echo', payload.args, payload.kwargs), payload);
      assert.deepEqual(await call('first', [{ a: [1] }]), { args: [{ a: [1] }], kwargs: {} });
      assert.deepEqual(await call('later', ['soon']), { args: ['soon'], kwargs: {} });
      assert.deepEqual(await call('nothing', []), { args: [null], kwargs: {} });
    },
  },
  {
    feature: 'errors',
    name: (one, other) => `an error that ${other} raises arrives at ${one} with URI, args and kwargs`,
    async run(one, other, uri) {
      await other.request({ do: 'register', procedure: uri, behaviour: 'fail' });
      const error = await refused(one.request({ do: 'call', procedure: uri, ...payload }), 'com.example.error.refused');
      assert.deepEqual({ args: error.args, kwargs: error.kwargs }, payload);
    },
  },
  {
    feature: 'errors',
    name: (one, other) => `an exception in a procedure of ${other} is a runtime error for ${one}`,
    async run(one, other, uri) {
      await other.request({ do: 'register', procedure: uri, behaviour: 'crash' });
      await refused(one.request({ do: 'call', procedure: uri, args: [] }), 'wamp.error.runtime_error');
    },
  },
  {
    feature: 'errors',
    name: (one, other) => `${one} is told what is missing, taken and forbidden`,
    async run(one, other, uri) {
      await refused(one.request({ do: 'call', procedure: uri, args: [] }), 'wamp.error.no_such_procedure');
      await other.request({ do: 'register', procedure: uri, behaviour: 'echo' });
      await refused(one.request({ do: 'register', procedure: uri, behaviour: 'echo' }), 'wamp.error.procedure_already_exists');
      await refused(one.request({ do: 'call', procedure: 'com.example.forbidden', args: [] }), 'wamp.error.not_authorized');
    },
  },
  {
    feature: 'unregister',
    name: (one, other) => `${one} cannot call what ${other} unregistered, and may register it itself`,
    async run(one, other, uri) {
      await other.request({ do: 'register', procedure: uri, behaviour: 'first' });
      await other.request({ do: 'unregister', procedure: uri });
      await refused(one.request({ do: 'call', procedure: uri, args: [1] }), 'wamp.error.no_such_procedure');
      await one.request({ do: 'register', procedure: uri, behaviour: 'first' });
      assert.deepEqual((await other.request({ do: 'call', procedure: uri, args: [2] })).args, [2]);
    },
  },
  {
    feature: 'values',
    name: (one, other) => `values of every kind survive the way from ${one} to ${other} and back`,
    async run(one, other, uri) {
      await other.request({ do: 'register', procedure: uri, behaviour: 'echo' });
      await other.request({ do: 'subscribe', topic: uri });
      const sent = { args: [values], kwargs: values };
      assert.deepEqual(await one.request({ do: 'call', procedure: uri, ...sent }), sent);
      await one.request({ do: 'publish', topic: uri, ...sent });
      assert.deepEqual(await other.request({ do: 'event', topic: uri }), sent);
    },
  },
  {
    feature: 'values',
    name: (one, other) => `a long text survives the way from ${one} to ${other} and back`,
    async run(one, other, uri) {
      const text = 'ü€🌍x'.repeat(50_000);
      await other.request({ do: 'register', procedure: uri, behaviour: 'first' });
      assert.equal((await one.request({ do: 'call', procedure: uri, args: [text] })).args[0], text);
    },
  },
  {
    feature: 'binary',
    needs: 'binary',
    name: (one, other) => `octets survive the way from ${one} to ${other} and back`,
    async run(one, other, uri) {
      await other.request({ do: 'register', procedure: uri, behaviour: 'echo' });
      const sent = { args: [bytes, [bytes]], kwargs: { inner: { bytes } } };
      assert.deepEqual(await one.request({ do: 'call', procedure: uri, ...sent }), sent);
    },
  },
  {
    feature: 'integers of 64 bits',
    needs: 'wide',
    name: (one, other) => `integers of 64 bits survive the way from ${one} to ${other} and back`,
    async run(one, other, uri) {
      await other.request({ do: 'register', procedure: uri, behaviour: 'echo' });
      const sent = { args: wide, kwargs: { wide } };
      assert.deepEqual(await one.request({ do: 'call', procedure: uri, ...sent }), sent);
    },
  },
];

/** What one peer does alone with a router; `join` and `leave` of every other test are ordinary. */
export const solo = [
  {
    feature: 'refusal, leave',
    name: (one) => `${one} is told that a realm does not exist`,
    run: (one, target) => refused(one.request({ do: 'join', ...target, realm: 'com.example.no_such_realm' }), 'wamp.error.no_such_realm'),
  },
  {
    feature: 'refusal, leave',
    name: (one) => `${one} joins, leaves and is told so`,
    async run(one, target) {
      const id = await one.request({ do: 'join', ...target });
      assert.ok(Number.isSafeInteger(id) && id > 0, `session id ${id}`);
      assert.match(await one.request({ do: 'leave' }), /^wamp\.close\./);
    },
  },
];

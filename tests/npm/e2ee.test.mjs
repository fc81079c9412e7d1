// Payload codecs and the key ring, against a router that the test plays. What libsodium says about the
// cipher is in tests/e2ee.rs; what autobahn-python says about the whole is in tests/interop.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KeyRing, initE2ee } from '../../pkg/e2ee_node.js';
import { Result, WampError, connect } from '../../pkg/node.js';
import { serializers } from './binary.mjs';
import { WebSocket, joined, peerFor, reports } from './peer.mjs';

const ALICE = 'WRhsGfk++2oXIz2d5NyUaJlUWnw365KHuiILZ18XCBQ=';
const ALICE_PUBLIC = '0IL+THPYCBkHarZQKzwLa7qtpxVVHNloMA/JnonsJ3M=';
const BOB = 'X2Cdy0N/4fa71mifPLR9mucFSRshfKBC0MSHDEpXmdg=';
const BOB_PUBLIC = 'b2cSJXoJeA6kO9yQXqKTZ2N/W0rMim40CqYn5QLrGxk=';
/** What libsodium makes of {"uri": "com.example.secret", "args": ["café", 23], "kwargs": {"n": null}} from Alice to Bob. */
const KNOWN = '000102030405060708090a0b0c0d0e0f101112131415161745dcdad73726ce5c2e9f0e6edd61b1f112b020d0b22ef489febfe47da02021c33460b6f9990ed28caa0a1f8ab590acf9bb519021f4be063c9745871ac3c691f1b907294b7736cdde44a03d517753960de833d84365263ed8445822';

const features = { payload_transparency: true, payload_passthru_mode: true, progressive_call_invocations: true, call_canceling: true };
const BOTH_FORMS = { roles: { broker: { features }, dealer: { features } } };
const CRYPTOBOX = { enc_algo: 'cryptobox', enc_serializer: 'json' };
const URI = 'com.example.secret';

const rings = {
    originator: (prefix = 'com.example.') => ringOf(prefix, { originator_priv: ALICE, responder_pub: BOB_PUBLIC }),
    responder: (prefix = 'com.example.') => ringOf(prefix, { originator_pub: ALICE_PUBLIC, responder_priv: BOB }),
};

function ringOf(prefix, keys) {
    const ring = new KeyRing();
    ring.set_key(prefix, keys);
    return ring;
}

const onWire = (octets) => `\0${Buffer.from(octets).toString('base64')}`;
const offWire = (text) => (assert.equal(text[0], '\0'), new Uint8Array(Buffer.from(text.slice(1), 'base64')));

/** What the far side seals, as it stands in JSON. */
const sealed = (ring, originates, uri, args, kwargs = {}) => onWire(ring.encode(originates, uri, args, kwargs).payload);
const opened = (ring, originates, uri, text) => ring.decode(originates, uri, { payload: offWire(text), ...CRYPTOBOX });

async function join(t, codec, details = BOTH_FORMS) {
    const errors = reports();
    const { session, router } = await joined(t, { connect, options: errors, details });
    session.set_payload_codec(codec);
    return { session, router, errors };
}

/** With a subscription 11 to `topic`. */
async function subscribed(t, codec, topic = URI) {
    const here = await join(t, codec);
    const events = [];
    const subscribing = here.session.subscribe(topic, (args, kwargs, event) => events.push([args, kwargs, event.details.enc_algo]));
    await here.router.receive();
    here.router.send([33, 1, 11]);
    await subscribing;
    return { ...here, events };
}

/** With a registration 5. */
async function serving(t, codec, endpoint, procedure = URI) {
    const here = await join(t, codec);
    const registering = here.session.register(procedure, endpoint);
    await here.router.receive();
    here.router.send([65, 1, 5]);
    await registering;
    return here;
}

/** Returns when all that was sent to the session has been delivered. */
async function settle({ session, router }) {
    const asking = session.call('wamp.session.count');
    const [, request] = await router.receive();
    router.send([50, request, {}, [1]]);
    await asking;
}

// --- each kind of message ---------------------------------------------------------------------------

test('a publication is sealed, and an event of libsodium is opened', async (t) => {
    const { session, router } = await join(t, rings.originator());
    session.publish(URI, ['hi', new Uint8Array([1, 2])], { n: 1 }, { exclude_me: false });
    const [, id, options, topic, text, ...more] = await router.receive();
    assert.deepEqual([id, options, topic, more], [1, { exclude_me: false, ...CRYPTOBOX }, URI, []]);
    assert.deepEqual(opened(rings.responder(), false, URI, text), { uri: URI, args: ['hi', new Uint8Array([1, 2])], kwargs: { n: 1 } });

    const there = await subscribed(t, rings.responder());
    there.router.send([36, 11, 21, CRYPTOBOX, onWire(Buffer.from(KNOWN, 'hex'))]);
    await settle(there);
    assert.deepEqual(there.events, [[['café', 23], { n: null }, 'cryptobox']]);
});

test('an acknowledged publication is sealed anew each time, and its topic decides for a pattern', async (t) => {
    const { session, router } = await join(t, rings.originator());
    const publishing = [1, 2].map(() => session.publish(URI, ['same'], {}, { acknowledge: true }));
    const [one, two] = [await router.receive(), await router.receive()];
    assert.notEqual(one[4].slice(0, 33), two[4].slice(0, 33));
    router.send([17, one[1], 91], [17, two[1], 92]);
    assert.deepEqual((await Promise.all(publishing)).map(({ id }) => id), [91, 92]);

    const there = await subscribed(t, rings.responder(), 'com');
    there.router.send([36, 11, 21, { topic: URI, ...CRYPTOBOX }, sealed(rings.originator(), true, URI, [7])]);
    await settle(there);
    assert.deepEqual(there.events, [[[7], {}, 'cryptobox']]);
});

test('a call is sealed, and its parts and its result are opened', async (t) => {
    const { session, router } = await join(t, rings.originator());
    const parts = [];
    const calling = session.call(URI, [1], { k: 2 }, { on_progress: (args) => parts.push(args) });
    const [, request, options, procedure, text] = await router.receive();
    assert.deepEqual([options, procedure], [{ receive_progress: true, ...CRYPTOBOX }, URI]);
    assert.deepEqual(opened(rings.responder(), false, URI, text), { uri: URI, args: [1], kwargs: { k: 2 } });
    router.send(
        [50, request, { progress: true, ...CRYPTOBOX }, sealed(rings.responder(), false, URI, ['part'])],
        [50, request, CRYPTOBOX, sealed(rings.responder(), false, URI, ['a', 'b'], { c: 3 })],
    );
    const result = await calling;
    assert.ok(result instanceof Result);
    assert.deepEqual([parts, result.args, result.kwargs], [[['part']], ['a', 'b'], { c: 3 }]);
});

test('an invocation is opened, and its parts and its result are sealed', async (t) => {
    const { router } = await serving(t, rings.responder(), (args, kwargs, invocation) => {
        invocation.progress(['part']);
        return new Result([args, invocation.details.enc_algo], kwargs);
    });
    router.send([68, 9, 5, { receive_progress: true, ...CRYPTOBOX }, sealed(rings.originator(), true, URI, ['x'], { y: 1 })]);
    const part = await router.receive();
    assert.deepEqual(part.slice(0, 3), [70, 9, { ...CRYPTOBOX, progress: true }]);
    assert.deepEqual(opened(rings.originator(), true, URI, part[3]).args, ['part']);
    const result = await router.receive();
    assert.deepEqual(result.slice(0, 3), [70, 9, CRYPTOBOX]);
    assert.deepEqual(opened(rings.originator(), true, URI, result[3]), { uri: URI, args: [['x'], 'cryptobox'], kwargs: { y: 1 } });
});

test('an error is sealed with the key for its own URI, and opened with it', async (t) => {
    const ERROR = 'com.example.error.refused';
    const { router, session } = await serving(t, rings.responder(), async ([uri]) => { throw new WampError(uri, ['why'], { n: 1 }); });
    router.send([68, 9, 5, CRYPTOBOX, sealed(rings.originator(), true, URI, [ERROR])]);
    const [, , , details, uri, text] = await router.receive();
    assert.deepEqual([details, uri], [CRYPTOBOX, ERROR]);
    assert.deepEqual(opened(rings.originator(), true, ERROR, text), { uri: ERROR, args: ['why'], kwargs: { n: 1 } });

    session.set_payload_codec(rings.originator());
    const calling = session.call(URI);
    const [, request] = await router.receive();
    router.send([8, 48, request, CRYPTOBOX, ERROR, sealed(rings.responder(), false, ERROR, ['why'], { n: 1 })]);
    await assert.rejects(calling, { name: 'WampError', uri: ERROR, args: ['why'], kwargs: { n: 1 } });
});

test('of an error without a key nothing but the URI is told to an encrypted call', async (t) => {
    const { router, errors } = await serving(t, rings.responder(), ([how]) => {
        throw how === 'native' ? new Error('secret') : new WampError('org.elsewhere', ['secret']);
    });
    for (const [how, uri] of [['native', 'wamp.error.runtime_error'], ['wamp', 'org.elsewhere']]) {
        router.send([68, 9, 5, CRYPTOBOX, sealed(rings.originator(), true, URI, [how])]);
        assert.deepEqual(await router.receive(), [8, 68, 9, {}, uri]);
    }
    assert.equal(errors.list.length, 1, 'the native error is reported here');
});

test('a call in clear is answered in clear, as are URIs without keys and the router itself', async (t) => {
    const { session, router } = await serving(t, new KeyRing(ALICE), (args) => args[0]);
    router.send([68, 9, 5, {}, ['x']]);
    assert.deepEqual(await router.receive(), [70, 9, {}, ['x']]);
    session.call('wamp.session.count').catch(() => {});
    assert.deepEqual(await router.receive(), [48, 2, {}, 'wamp.session.count']);
    session.set_payload_codec(rings.originator());
    session.publish('org.elsewhere', [1]);
    assert.deepEqual(await router.receive(), [16, 3, {}, 'org.elsewhere', [1]]);
    session.set_payload_codec(null);
    assert.equal(session.get_payload_codec(), null);
    session.publish(URI, [1]);
    assert.deepEqual(await router.receive(), [16, 4, {}, URI, [1]]);
});

test('each part of a call is sealed, and opened at the other side', async (t) => {
    const { session, router } = await join(t, rings.originator());
    const calling = session.call(URI, (async function* () { yield 1; yield 2; })());
    const texts = [];
    for (const progress of [true, true, undefined]) {
        const [, , options, , text] = await router.receive();
        assert.deepEqual(options, { ...(progress && { progress }), ...CRYPTOBOX });
        texts.push(text);
    }
    assert.deepEqual(texts.map((text) => opened(rings.responder(), false, URI, text).args), [[1], [2], []]);
    router.send([50, 1, CRYPTOBOX, sealed(rings.responder(), false, URI, ['done'])]);
    assert.equal(await calling, 'done');

    const there = await serving(t, rings.responder(), async (_args, _kwargs, invocation) => {
        const all = [];
        for await (const { args } of invocation.chunks) all.push(args[0]);
        return all;
    });
    // A router says only in the first how they are encoded, or in all.
    there.router.send([68, 9, 5, { progress: true, ...CRYPTOBOX }, texts[0]], [68, 9, 5, { progress: true }, texts[1]], [68, 9, 5, CRYPTOBOX, texts[2]]);
    const [, , , text] = await there.router.receive();
    assert.deepEqual(opened(rings.originator(), true, URI, text).args, [[1, 2]]);
});

// --- what cannot be decoded -------------------------------------------------------------------------

const [NO_CODEC, MISMATCH, DECRYPT] = ['no_payload_codec', 'encryption.trusted_uri_mismatch', 'encryption.decrypt_error'].map((name) => `wamp.error.${name}`);
const stranger = KeyRing.generate_key()[0];

/** Each: what is wrong, the URI of the error, the codec of this side, and how the far side spoils what it sends. */
const wrong = [
    ['another key', DECRYPT, (side, uri) => ringOf(uri, stranger), (good) => good],
    ['no key', DECRYPT, () => ringOf('org.', stranger), (good) => good],
    ['no payload codec', NO_CODEC, () => null, (good) => good],
    ['another URI inside', MISMATCH, (side) => rings[side](), (_, seal) => [CRYPTOBOX, seal('com.example.other')]],
    ['an unknown algorithm', DECRYPT, (side) => rings[side](), ([details, payload]) => [{ ...details, enc_algo: 'x_other' }, payload]],
    ['an unknown serializer', DECRYPT, (side) => rings[side](), ([details, payload]) => [{ ...details, enc_serializer: 'flatbuffers' }, payload]],
    ['a cut payload', DECRYPT, (side) => rings[side](), ([details, payload]) => [details, onWire(offWire(payload).slice(0, -1))]],
    ['less than a nonce', DECRYPT, (side) => rings[side](), ([details]) => [details, onWire(new Uint8Array(5))]],
    ['a list of arguments', DECRYPT, (side) => rings[side](), ([details]) => [details, ['forged']]],
];

for (const [what, uri, codec, spoil] of wrong) {
    test(`${what}: an event is dropped and reported, and the next one arrives`, async (t) => {
        const here = await subscribed(t, codec('responder', URI));
        const seal = (inner) => sealed(rings.originator('com.'), true, inner, ['classified']);
        here.router.send([36, 11, 21, ...spoil([CRYPTOBOX, seal(URI)], seal)], [36, 11, 22, {}, ['in clear']]);
        await settle(here);
        assert.deepEqual(here.events, [[['in clear'], {}, undefined]]);
        assert.deepEqual(here.errors.list.map(([text, error]) => [text, error.uri]), [['A payload that came cannot be decoded:', uri]]);
    });

    test(`${what}: an invocation is refused, and the endpoint never runs`, async (t) => {
        const here = await serving(t, codec('responder', URI), () => assert.fail('it ran'));
        const seal = (inner) => sealed(rings.originator('com.'), true, inner, ['classified']);
        here.router.send([68, 9, 5, ...spoil([CRYPTOBOX, seal(URI)], seal)]);
        const answer = await here.router.receive();
        assert.deepEqual(answer.slice(0, 5), [8, 68, 9, {}, uri]);
        assert.equal(JSON.stringify(answer).includes('classified'), false);
        assert.deepEqual(here.errors.list.map(([, error]) => error.uri), [uri]);
    });

    test(`${what}: a result, a part of it, and an error reject the call`, async (t) => {
        // The call has to go out first, whoever cannot open its answer.
        const here = await join(t, null);
        const seal = (inner) => sealed(rings.responder('com.'), false, inner, ['classified']);
        for (const [progress, head] of [[false, (id) => [50, id]], [true, (id) => [50, id]], [false, (id) => [8, 48, id]]]) {
            const ring = codec('originator', URI);
            here.session.set_payload_codec(ring);
            const calling = here.session.call(URI, [], {}, { receive_progress: progress, on_progress: () => assert.fail('it was delivered') });
            const [, request] = await here.router.receive();
            const [details, payload] = spoil([CRYPTOBOX, seal(URI)], seal);
            const start = head(request);
            here.router.send([...start, { ...details, ...(progress && { progress }) }, ...(start[0] === 8 ? [URI] : []), payload]);
            await assert.rejects(calling, (error) => error instanceof WampError && error.uri === uri);
            if (progress) assert.deepEqual(await here.router.receive(), [49, request, { mode: 'killnowait' }]);
        }
    });
}

test('a router cannot make up the result of an encrypted call', async (t) => {
    const { session, router } = await join(t, rings.originator());
    const calling = session.call(URI);
    const [, request] = await router.receive();
    router.send([50, request, {}, ['forged']]);
    await assert.rejects(calling, { uri: DECRYPT });
});

test('a router cannot put a part into an encrypted call', async (t) => {
    const { router } = await serving(t, rings.responder(), async (_args, _kwargs, invocation) => {
        for await (const { args } of invocation.chunks) assert.deepEqual(args, ['mine']);
    });
    router.send([68, 9, 5, { progress: true, ...CRYPTOBOX }, sealed(rings.originator(), true, URI, ['mine'])], [68, 9, 5, {}, ['forged']]);
    assert.deepEqual(await router.receive(), [8, 68, 9, {}, 'wamp.error.canceled']);
});

// --- what cannot be encoded -------------------------------------------------------------------------

test('a router that does not announce it gets nothing that is encoded', async (t) => {
    const { session, router } = await join(t, rings.originator(), { roles: { broker: {}, dealer: {} } });
    const refused = (role, feature) => ({ name: 'FeatureNotSupported', role, feature });
    await assert.rejects(session.call(URI, [1]), refused('dealer', 'payload_transparency'));
    assert.throws(() => session.publish(URI, [1]), refused('broker', 'payload_transparency'));
    session.set_payload_codec({ encode: () => ({ payload: new Uint8Array(), ppt_scheme: 'x_mine' }), decode: () => null });
    await assert.rejects(session.call(URI, [1]), refused('dealer', 'payload_passthru_mode'));
    session.publish('wamp.still.open');
    assert.deepEqual(await router.receive(), [16, 1, {}, 'wamp.still.open']);
});

test('what has keys but not those of this side is refused rather than sent in clear', async (t) => {
    const { session, router } = await join(t, rings.responder());
    await assert.rejects(session.call(URI, [1]), { name: 'EncodeError', message: /not originator_priv/ });
    await assert.rejects(session.publish(URI, [1], {}, { acknowledge: true }), { name: 'EncodeError' });
    assert.throws(() => session.publish(URI, ['\0']), { name: 'EncodeError' });
    session.publish('org.still.open');
    assert.deepEqual(await router.receive(), [16, 1, {}, 'org.still.open']);
});

test('a codec that throws, or gives no octets, sends nothing', async (t) => {
    const { session, router } = await join(t, null);
    const results = [
        () => { throw new RangeError('no'); }, () => ({}), () => 'text', () => ({ payload: 'text', enc_algo: 'x_a' }),
        () => ({ payload: new Uint8Array(1) }), () => ({ payload: new Uint8Array(1), enc_algo: 'x_a', ppt_scheme: 'x_b' }),
    ];
    for (const encode of results) {
        session.set_payload_codec({ encode, decode: () => null });
        assert.throws(() => session.publish(URI, [1]), { name: 'EncodeError' });
        await assert.rejects(session.call(URI, [1]), { name: 'EncodeError' });
    }
    session.set_payload_codec(null);
    session.publish(URI);
    assert.deepEqual(await router.receive(), [16, 1, {}, URI]);
});

// --- codecs of the application's own ----------------------------------------------------------------

/** A scheme of the application's: the octets are the one argument. */
const raw = (head) => ({
    encode: (_originates, _uri, [octets]) => (octets instanceof Uint8Array ? { payload: octets, ...head } : null),
    decode: (_originates, _uri, { payload, ...how }) => ({ args: [payload, how] }),
});

for (const [name, { encode }] of Object.entries(serializers)) {
    test(`octets go in the place of the arguments, and come back, over ${name}`, async (t) => {
        const peer = await peerFor(t, { protocol: `wamp.2.${name}` });
        const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, serializers: [name] });
        const router = await peer.connection();
        await router.frame();
        router.send(encode([2, 7, BOTH_FORMS]));
        const session = await joining;
        const head = { enc_algo: 'x_raw', enc_key: 'k' };
        session.set_payload_codec(raw(head));
        const octets = new Uint8Array([0, 1, 255]);
        const sent = async (...message) => assert.deepEqual(Buffer.from(await router.frame()), Buffer.from(encode(message)));

        session.publish('com.t', [octets]);
        await sent(16, 1, head, 'com.t', octets);
        session.publish('com.t', [new Uint8Array()]);
        await sent(16, 2, head, 'com.t', new Uint8Array());
        const calling = session.call('com.p', [octets]);
        await sent(48, 3, head, 'com.p', octets);
        router.send(encode([50, 3, head, octets]));
        assert.deepEqual((await calling).args, [octets, head]);
        const failing = session.call('com.p', [octets]);
        await sent(48, 4, head, 'com.p', octets);
        router.send(encode([8, 48, 4, head, 'com.e', octets]));
        await assert.rejects(failing, { uri: 'com.e', args: [octets, head] });

        const events = [];
        const subscribing = session.subscribe('com.t', (args) => events.push(args));
        await sent(32, 5, {}, 'com.t');
        router.send(encode([33, 5, 11]));
        await subscribing;
        const registering = session.register('com.p', ([payload]) => payload);
        await sent(64, 6, {}, 'com.p');
        router.send(encode([65, 6, 12]));
        await registering;
        // Octets about which nothing is said are the one argument, as without a codec.
        router.send(encode([36, 11, 21, head, octets]), encode([36, 11, 22, {}, octets]), encode([68, 9, 12, head, octets]));
        await sent(70, 9, head, octets);
        assert.deepEqual(events, [[octets, head], [octets]]);
    });
}

test('the payload passthru mode has the octets as the one argument, and its own attributes', async (t) => {
    const head = { ppt_scheme: 'x_mine', ppt_serializer: 'native', ppt_cipher: 'x_none', ppt_keyid: '7' };
    const octets = new Uint8Array([1, 2, 3]);
    const { session, router } = await serving(t, raw(head), ([payload]) => payload);
    const calling = session.call('com.q', [octets]);
    assert.deepEqual(await router.receive(), [48, 2, head, 'com.q', [onWire(octets)]]);
    router.send([50, 2, head, [onWire(octets)]]);
    assert.deepEqual((await calling).args, [octets, head]);
    router.send([68, 9, 5, head, [onWire(octets)]]);
    assert.deepEqual(await router.receive(), [70, 9, head, [onWire(octets)]]);

    // Without a codec the application gets the octets and reads them itself; a key ring leaves them alone.
    for (const codec of [null, rings.originator('com.')]) {
        session.set_payload_codec(codec);
        const asking = session.call('org.elsewhere');
        const [, request] = await router.receive();
        router.send([50, request, head, [onWire(octets)]]);
        assert.deepEqual(await asking, octets);
        session.publish('org.elsewhere', [octets], {}, head);
        assert.deepEqual((await router.receive()).slice(2), [head, 'org.elsewhere', [onWire(octets)]]);
    }
});

// --- keys -------------------------------------------------------------------------------------------

test('keys are made, and what is none is refused by name and not shown', async () => {
    await initE2ee();
    const [priv, pub] = KeyRing.generate_key();
    assert.equal(KeyRing.public_key(priv), pub);
    assert.equal(KeyRing.public_key(ALICE), ALICE_PUBLIC);
    const ring = new KeyRing(ALICE);
    const secret = ALICE.slice(0, -2);
    for (const [key, name] of [
        [secret, /originator_priv is not the base64/], [{ originator_priv: secret, responder_pub: BOB_PUBLIC }, /originator_priv is not/],
        [{ originator_priv: ALICE }, /neither responder_priv nor responder_pub/], [{ originator_pub: ALICE_PUBLIC, responder_pub: BOB_PUBLIC }, /must be given/],
        [{ originator_priv: ALICE, originator_pub: BOB_PUBLIC, responder_priv: BOB }, /originator_pub does not belong/],
        [{ private: ALICE }, /<key>\.private is none of/], [{ originator_priv: 5 }, /<key>\.originator_priv must be a string/], [5, /<key> must be/],
    ]) {
        assert.throws(() => ring.set_key('com.', key), (error) => error instanceof TypeError && name.test(error.message) && !error.message.includes(secret));
    }
    assert.throws(() => ring.set_key(5, null), TypeError);
    assert.throws(() => KeyRing.public_key(secret), TypeError);
});

test('the longest prefix counts, null removes it, and clear forgets all', () => {
    const ring = new KeyRing(ALICE);
    ring.set_key('com.example.', BOB);
    const opens = (uri, key) => {
        const { payload } = ring.encode(true, uri, [1], {});
        return new KeyRing(key).decode(false, uri, { payload, ...CRYPTOBOX }).uri;
    };
    assert.equal(opens('com.example.a', BOB), 'com.example.a');
    assert.equal(opens('com.examples', ALICE), 'com.examples');
    ring.set_key('com.example.', null);
    assert.equal(opens('com.example.a', ALICE), 'com.example.a');
    ring.clear();
    assert.equal(ring.encode(true, 'com.example.a', [1], {}), null);
});

test('a codec is an object with encode and decode, or null', async (t) => {
    const { session } = await join(t, null);
    for (const codec of [undefined, 5, {}, { encode() {} }]) assert.throws(() => session.set_payload_codec(codec), TypeError);
    const ring = new KeyRing();
    session.set_payload_codec(ring);
    assert.equal(session.get_payload_codec(), ring);
});

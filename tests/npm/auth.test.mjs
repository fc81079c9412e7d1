// The option `auth` against routers that the test plays, rightly and wrongly. The router's side of every
// proof is node:crypto, so that nothing is checked by what made it.

import assert from 'node:assert/strict';
import { createHash, createHmac, createPrivateKey, createPublicKey, pbkdf2Sync, randomBytes, sign, verify } from 'node:crypto';
import { test } from 'node:test';

import { auth_cra, auth_cryptosign, auth_scram, initAuth } from '../../pkg/auth_node.js';
import { connect, Connection, WampError } from '../../pkg/node.js';
import { peerFor, reports, WebSocket } from './peer.mjs';

const SEED = '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510';
const PUBLIC = '1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d';
const WELCOME = [2, 7, { roles: { broker: {}, dealer: {} } }];
const silent = { on_user_error: () => {}, on_internal_error: () => {} };

/** Joins with this `auth`; `play` is the router after HELLO, and gets a function that sends and awaits. */
async function join(t, auth, play, options = {}) {
    const peer = await peerFor(t);
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, auth, ...silent, ...options });
    joining.catch(() => {});
    const router = await peer.connection();
    const [, , hello] = await router.receive();
    await play(hello, async (...message) => (router.send(message), router.receive()), (...message) => router.send(message));
    return joining;
}

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

/** The router's half of SCRAM, as the specification has it. */
function scramRouter(password, { nonce }, { authid = 'joe', crossbar = false, iterations = 4096 } = {}) {
    const salt = randomBytes(16);
    const combined = `${nonce}${randomBytes(12).toString('base64')}`;
    const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
    const message = `n=${authid},r=${nonce},r=${combined},s=${salt.toString('base64')},i=${iterations},c=${crossbar ? '' : 'biws'},r=${combined}`;
    const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
    const proves = (proof) => {
        const signature = hmac(stored, message);
        const key = Buffer.from(proof, 'base64').map((octet, i) => octet ^ signature[i]);
        return createHash('sha256').update(key).digest().equals(stored);
    };
    const extra = { nonce: combined, salt: salt.toString('base64'), kdf: 'pbkdf2', iterations };
    return { extra, proves, signature: hmac(hmac(salted, 'Server Key'), message).toString('base64') };
}

const welcome = (authextra) => [2, 7, { roles: { broker: {} }, authextra }];

/** The ABORT that a join ends with. */
async function refused(joining, uri, text) {
    await assert.rejects(joining, (error) => {
        assert.equal(error.uri, uri, error.message);
        assert.match(error.message, text);
        return true;
    });
}

test('a ticket, a cookie and nobody need no module and are offered in their order', async (t) => {
    const auth = [{ method: 'cookie' }, { method: 'ticket', authid: 'joe', ticket: 'secret' }, { method: 'anonymous' }];
    const session = await join(t, auth, async (hello, ask, say) => {
        assert.deepEqual([hello.authid, hello.authmethods, hello.authextra], ['joe', ['cookie', 'ticket', 'anonymous'], { tenant: 7 }]);
        assert.deepEqual(await ask(4, 'ticket', {}), [5, 'secret', {}]);
        say(...WELCOME);
    }, { authextra: { tenant: 7 } });
    assert.ok(session.isOpen);
});

test('WAMP-CRA signs the challenge as it came, with the secret or the key that its salt makes', async (t) => {
    const challenge = '{"authid": "joe",  "nonce":"é"}';
    for (const salted of [null, { salt: 'sält', iterations: 1000, keylen: 24 }]) {
        await join(t, { method: 'wampcra', authid: 'joe', secret: 'pässwörd' }, async (hello, ask, say) => {
            assert.deepEqual(hello.authmethods, ['wampcra']);
            const [, signature] = await ask(4, 'wampcra', { challenge, ...salted });
            const key = salted ? pbkdf2Sync('pässwörd', 'sält', 1000, 24, 'sha256').toString('base64') : 'pässwörd';
            assert.equal(signature, hmac(key, challenge).toString('base64'));
            say(...WELCOME);
        });
    }
});

test('SCRAM proves the password in either dialect, and opens where the router proves it too', async (t) => {
    for (const [method, key] of [['wamp-scram', 'verifier'], ['scram', 'scram_server_signature']]) {
        const session = await join(t, { method: 'scram', authid: 'joe', password: 'pencil' }, async (hello, ask, say) => {
            assert.deepEqual(hello.authmethods, ['scram', 'wamp-scram']);
            assert.equal(Buffer.from(hello.authextra.nonce, 'base64').length, 24);
            const { extra, proves, signature } = scramRouter('pencil', hello.authextra, { crossbar: method === 'scram' });
            const [, proof, answered] = await ask(4, method, extra);
            assert.ok(proves(proof));
            assert.deepEqual(answered, method === 'scram' ? {} : { nonce: extra.nonce });
            say(...welcome({ [key]: signature }));
        });
        assert.ok(session.isOpen);
    }
});

test('SCRAM prepares password and authid, as RFC 4013 and 5802 say', async (t) => {
    const auth = { method: 'scram', authid: 'a,b=\u2168', password: '\u00aapen\u00adcil\u00a0x', dialect: 'wamp-scram' };
    await join(t, auth, async (hello, ask, say) => {
        assert.deepEqual([hello.authid, hello.authmethods], ['a,b=\u2168', ['wamp-scram']]);
        const { extra, proves, signature } = scramRouter('apencil x', hello.authextra, { authid: 'a=2Cb=3DIX' });
        assert.ok(proves((await ask(4, 'wamp-scram', extra))[1]));
        say(...welcome({ verifier: `v=${signature}` }));
    });
});

test('a router that does not know the password is left, whatever it says in WELCOME', async (t) => {
    for (const authextra of [undefined, { verifier: scramRouter('other', { nonce: 'x' }).signature }, { verifier: 5 }]) {
        let abort;
        const joining = join(t, { method: 'scram', authid: 'joe', password: 'pencil' }, async (hello, ask) => {
            await ask(4, 'wamp-scram', scramRouter('pencil', hello.authextra).extra);
            abort = await ask(...welcome(authextra));
        });
        await refused(joining, 'wamp.error.authentication_failed', /does not know the password|did not prove/);
        assert.deepEqual([abort[0], abort[2]], [3, 'wamp.error.authentication_failed']);
    }
});

test('a router that lets everybody in has not proved anything where SCRAM alone is offered', async (t) => {
    const scram = { method: 'scram', authid: 'joe', password: 'pencil' };
    await refused(join(t, scram, async (_, ask) => void (await ask(...WELCOME))), 'wamp.error.authentication_failed', /without a challenge/);
    const session = await join(t, [scram, { method: 'anonymous' }], async (_, __, say) => say(...WELCOME));
    assert.ok(session.isOpen);
});

test('a challenge that must not be answered ends the join, with a reason and a text', async (t) => {
    const scram = { method: 'scram', authid: 'joe', password: 'pencil' };
    const cra = { method: 'wampcra', authid: 'joe', secret: 'x' };
    const valid = { nonce: 'x', salt: 'AAAAAAAAAAAAAAAAAAAAAA==', kdf: 'pbkdf2', iterations: 4096 };
    const own = (extra) => ({ nonce }) => ({ ...valid, nonce: `${nonce}more`, ...extra });
    for (const [auth, method, extra, uri, text] of [
        [cra, 'ticket', {}, 'wamp.error.protocol_violation', /'ticket' was not offered/],
        [scram, 'scram', valid, 'wamp.error.authentication_failed', /nonce of the challenge does not extend ours/],
        [scram, 'scram', own({ nonce: 5 }), 'wamp.error.cannot_authenticate', /Extra\.nonce must be a string/],
        [scram, 'scram', own({ iterations: 1 }), 'wamp.error.cannot_authenticate', /iterations of 1 is not within 4096 to 2000000/],
        [scram, 'scram', own({ iterations: 2 ** 31 }), 'wamp.error.cannot_authenticate', /not within/],
        [scram, 'scram', own({ kdf: 'argon2id13', iterations: 1, memory: 2 ** 31 }), 'wamp.error.cannot_authenticate', /memory of 2147483648 is not within/],
        [scram, 'scram', own({ kdf: 'md5' }), 'wamp.error.cannot_authenticate', /none of pbkdf2, argon2id13/],
        [scram, 'scram', own({ salt: '?' }), 'wamp.error.cannot_authenticate', /Extra\.salt must be base64/],
        [cra, 'wampcra', {}, 'wamp.error.cannot_authenticate', /Extra\.challenge is missing/],
        [cra, 'wampcra', { challenge: 'x', salt: 'y', iterations: 10 }, 'wamp.error.cannot_authenticate', /iterations of 10/],
        [{ ...cra, limits: { cra_iterations: [5000, 6000] } }, 'wampcra', { challenge: 'x', salt: 'y' }, 'wamp.error.cannot_authenticate', /not within 5000 to 6000/],
        [{ method: 'cryptosign', seed: SEED }, 'cryptosign', { challenge: 'xyz' }, 'wamp.error.cannot_authenticate', /64 hexadecimal digits/],
        [{ method: 'cryptosign', seed: SEED }, 'cryptosign', { challenge: '11'.repeat(32), channel_binding: 'tls-unique' }, 'wamp.error.authentication_failed', /channel binding/],
        [{ method: 'cryptosign', seed: SEED, router_key: '22'.repeat(32) }, 'cryptosign', { challenge: '11'.repeat(32), pubkey: '22'.repeat(32), signature: '33'.repeat(96) }, 'wamp.error.authentication_failed', /expected key/],
    ]) {
        let abort;
        const joining = join(t, auth, async (hello, ask) => {
            abort = await ask(4, method, typeof extra === 'function' ? extra(hello.authextra) : extra);
        });
        await refused(joining, uri, text);
        assert.deepEqual([abort[0], abort[2]], [3, uri]);
    }
});

test('a method is answered once in a join', async (t) => {
    for (const auth of [{ method: 'ticket', authid: 'joe', ticket: 'x' }, { method: 'wampcra', authid: 'joe', secret: 'x' }]) {
        const joining = join(t, auth, async (_, ask) => {
            assert.equal((await ask(4, auth.method, { challenge: 'x' }))[0], 5);
            assert.equal((await ask(4, auth.method, { challenge: 'x' }))[0], 3);
        });
        await refused(joining, 'wamp.error.cannot_authenticate', /asked for before|not another one/);
    }
});

test('cryptosign signs with a seed, with a key of WebCrypto that cannot be extracted, and with a key elsewhere', async (t) => {
    const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    const own = createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', d: Buffer.from(SEED, 'hex').toString('base64url'), x: Buffer.from(PUBLIC, 'hex').toString('base64url') } });
    const elsewhere = { publicKey: PUBLIC, sign: async (message) => sign(null, message, own) };
    for (const key of [{ seed: SEED }, { seed: async () => SEED }, { key: pair }, { key: elsewhere }]) {
        await join(t, { method: 'cryptosign', ...key }, async (hello, ask, say) => {
            assert.equal(hello.authid, undefined);
            assert.equal(hello.authextra.pubkey.length, 64);
            if (key.key !== pair) assert.equal(hello.authextra.pubkey, PUBLIC);
            const challenge = randomBytes(32);
            const proof = Buffer.from((await ask(4, 'cryptosign', { challenge: challenge.toString('hex'), channel_binding: null }))[1], 'hex');
            const known = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(hello.authextra.pubkey, 'hex').toString('base64url') } });
            assert.ok(proof.subarray(64).equals(challenge) && verify(null, challenge, known, proof.subarray(0, 64)));
            say(...WELCOME);
        });
    }
});

test('cryptosign takes a router that proves the key that it is known by', async (t) => {
    const { publicKey, privateKey } = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
    const router_key = Buffer.from(await crypto.subtle.exportKey('raw', publicKey)).toString('hex');
    const session = await join(t, { method: 'cryptosign', seed: SEED, router_key }, async (hello, ask, say) => {
        const ours = Buffer.from(hello.authextra.challenge, 'hex');
        const signature = Buffer.from(await crypto.subtle.sign('Ed25519', privateKey, ours)).toString('hex') + hello.authextra.challenge;
        assert.equal((await ask(4, 'cryptosign', { challenge: '11'.repeat(32), pubkey: router_key, signature }))[0], 5);
        say(...WELCOME);
    });
    assert.ok(session.isOpen);
});

test('a key that fails to sign ends the join', async (t) => {
    for (const sign of [() => { throw new Error('locked'); }, async () => new Uint8Array(3), () => undefined]) {
        const joining = join(t, { method: 'cryptosign', key: { publicKey: PUBLIC, sign } }, async (_, ask) => {
            assert.equal((await ask(4, 'cryptosign', { challenge: '11'.repeat(32) }))[2], 'wamp.error.cannot_authenticate');
        });
        await refused(joining, 'wamp.error.cannot_authenticate', /locked|64 octets/);
    }
});

test('every function is called at every attempt, and one that fails is reported and called again', async (t) => {
    const peer = await peerFor(t);
    const errors = reports();
    const tickets = [() => 'first', () => Promise.reject(new Error('the server of tokens is down')), async () => 'third'];
    const auth = async () => [{ method: 'ticket', authid: () => 'joe', ticket: tickets.shift() }];
    const connection = new Connection({ url: peer.url, realm: 'realm1', WebSocket, initial_retry_delay: 0.001, auth, ...errors });
    const closed = [];
    connection.onclose = (reason, details) => void closed.push([reason, details.message, details.will_retry]);
    connection.open();
    for (const ticket of ['first', 'third']) {
        const router = await peer.connection();
        await router.receive();
        router.send([4, 'ticket', {}]);
        assert.deepEqual(await router.receive(), [5, ticket, {}]);
        router.send(WELCOME);
        router.drop();
    }
    t.after(() => connection.close());
    assert.deepEqual(closed[1], ['lost', 'the server of tokens is down', true]);
    assert.deepEqual(errors.list.map(([text, error]) => [text, error.message]), [['auth raised: ', 'the server of tokens is down']]);
});

test('every attempt has a nonce of its own', async (t) => {
    const peer = await peerFor(t);
    const connection = new Connection({ url: peer.url, realm: 'realm1', WebSocket, initial_retry_delay: 0.001, auth: { method: 'scram', authid: 'joe', password: 'x' } });
    connection.open();
    t.after(() => connection.close());
    const nonces = new Set();
    for (let i = 0; i < 3; i++) {
        const router = await peer.connection();
        nonces.add((await router.receive())[2].authextra.nonce);
        router.drop();
    }
    assert.equal(nonces.size, 3);
});

test('a wrong option is a TypeError that names it', () => {
    const make = (auth, more) => () => new Connection({ url: 'ws://localhost', realm: 'realm1', auth, ...more });
    const at = 'Connection: <options>.auth';
    for (const [auth, text] of [
        ['wampcra', `${at} must be an object {}, a function, or an array [] of these`],
        [[], `${at} must not be empty`],
        [{ method: 'magic' }, `${at}.method must be one of anonymous, cookie, ticket, wampcra, scram, cryptosign`],
        [{ method: '__proto__' }, /auth\.method must be one of/],
        [{ method: 'ticket', authid: 'joe' }, `${at}.ticket must be a string or a function`],
        [{ method: 'wampcra', authid: 5, secret: 'x' }, `${at}.authid must be a string or a function`],
        [[{ method: 'anonymous' }, { method: 'scram', authid: 'joe', secret: 'x' }], `${at}[1].password must be a string or a function`],
        [{ method: 'cryptosign' }, `${at} must have either seed or key`],
        [{ method: 'cryptosign', seed: SEED, key: {} }, `${at} must have either seed or key`],
    ]) {
        assert.throws(make(auth), { name: 'TypeError', message: text });
    }
    for (const more of [{ onchallenge: () => 'x' }, { authmethods: ['ticket'] }]) {
        assert.throws(make({ method: 'anonymous' }, more), { name: 'TypeError', message: `${at} does what authmethods and onchallenge do: give either` });
    }
});

test('a wrong option that only an attempt can see ends it for good, before anything is sent', async (t) => {
    const scram = { method: 'scram', authid: 'joe', password: 'x' };
    for (const [auth, text] of [
        [{ method: 'ticket', ticket: 'x' }, /auth\.authid is missing/],
        [{ method: 'ticket', authid: 'joe', ticket: () => 5 }, /auth\.ticket must be a string$/],
        [() => ({ method: 'magic' }), /auth\.method must be one of/],
        [[{ method: 'ticket', authid: 'a', ticket: 'x' }, { method: 'wampcra', authid: 'b', secret: 'x' }], /for the same authid/],
        [{ ...scram, dialect: 'klingon' }, /auth\.dialect must be one of scram, wamp-scram/],
        [{ ...scram, argon2_key: 5 }, /auth\.argon2_key must be one of/],
        [{ ...scram, limits: { memory: [1, 2] } }, /auth\.limits\.memory is none of/],
        [{ ...scram, limits: { argon2_memory: 5 } }, /auth\.limits\.argon2_memory must be \[least, most\]/],
        [{ ...scram, password: 'a\u0007' }, /auth\.password has a character that SASLprep forbids/],
        [{ ...scram, password: '\u0627x' }, /SASLprep forbids/],
        [{ ...scram, password: '\u2168' }, /auth\.dialect must say which dialect/],
        [{ method: 'cryptosign', seed: 'abc' }, /auth\.seed must be 64 hexadecimal digits/],
        [{ method: 'cryptosign', seed: SEED, router_key: 'x' }, /auth\.router_key must be 64/],
        [{ method: 'cryptosign', key: { publicKey: PUBLIC } }, /auth\.key must be a CryptoKeyPair of Ed25519/],
    ]) {
        let sockets = 0;
        class NoSocket { constructor() { sockets++; } }
        const connection = new Connection({ url: 'ws://localhost:1', realm: 'realm1', auth, WebSocket: NoSocket });
        const details = await new Promise((resolve) => {
            connection.onclose = (_, details) => resolve(details);
            connection.open();
        });
        assert.deepEqual([details.reason, details.will_retry, sockets], ['wamp.error.cannot_authenticate', false, 0]);
        assert.match(details.message, text);
    }
    assert.ok(t);
});

// --- by hand ---------------------------------------------------------------------------------------

test("autobahn's helpers sign as autobahn's do", async () => {
    assert.equal(auth_cra.sign('L3L1YUE8Txlw', '[1, 2, 3]'), '1njQtmmeYO41N5EWEzD2kAjjEKRZ5kPZt/TzpYXOzR0=');
    assert.equal(auth_cra.derive_key('secret1', 'salt123'), '64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=');
    const { default: theirs } = await import('autobahn');
    const pair = { publicKey: Uint8Array.from(Buffer.from(PUBLIC, 'hex')), secretKey: Uint8Array.from(Buffer.from(SEED + PUBLIC, 'hex')) };
    const extra = { challenge: randomBytes(32).toString('hex') };
    assert.equal(auth_cryptosign.sign_challenge(pair, extra), theirs.auth_cryptosign.sign_challenge(pair, extra));
    assert.equal(auth_cryptosign.public_key(pair), PUBLIC);
    assert.equal(auth_cra.derive_key('a', 'ü', 77, 48), theirs.auth_cra.derive_key('a', 'ü', 77, 48));
    assert.equal(auth_cra.sign('ü', 'é'), theirs.auth_cra.sign('ü', 'é'));
});

test('a key in the local storage is made once and found again', () => {
    const kept = new Map();
    globalThis.localStorage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name) };
    try {
        const made = auth_cryptosign.load_private_key('mine');
        assert.deepEqual(auth_cryptosign.load_private_key('mine'), made);
        assert.equal(Buffer.from(kept.get('mine'), 'base64').length, 32);
        assert.notDeepEqual(auth_cryptosign.load_private_key('mine', true), made);
        auth_cryptosign.delete_private_key('mine');
        assert.equal(kept.size, 0);
    } finally {
        delete globalThis.localStorage;
    }
});

test('create_connection authenticates with its key', async (t) => {
    const pair = { publicKey: Uint8Array.from(Buffer.from(PUBLIC, 'hex')), secretKey: Uint8Array.from(Buffer.from(SEED + PUBLIC, 'hex')) };
    const peer = await peerFor(t);
    const connection = auth_cryptosign.create_connection({ url: peer.url, realm: 'realm1', pkey: pair, WebSocket });
    connection.open();
    t.after(() => connection.isConnected && connection.close());
    const router = await peer.connection();
    const [, , hello] = await router.receive();
    assert.deepEqual([hello.authmethods, hello.authextra.pubkey], [['cryptosign'], PUBLIC]);
    router.send([4, 'cryptosign', { challenge: 'ff'.repeat(32) }]);
    assert.match((await router.receive())[1], /^b32675b2.*ffff$/);
});

test('wrong arguments of the helpers are TypeErrors that name them', () => {
    for (const [call, text] of [
        [() => auth_cra.sign('x'), 'auth_cra.sign: <key> and <challenge> must be strings'],
        [() => auth_cra.derive_key('x', 5), 'auth_cra.derive_key: <secret> and <salt> must be strings'],
        [() => auth_cra.derive_key('x', 'y', -1), 'auth_cra.derive_key: <iterations> must be a positive integer'],
        [() => auth_cryptosign.sign_challenge({}, {}), /<pkey> must be a key pair/],
        [() => auth_cryptosign.sign_challenge({ publicKey: new Uint8Array(32), secretKey: new Uint8Array(64) }, { challenge: 'x' }), /auth_cryptosign\.sign_challenge: a key must be/],
        [() => auth_cryptosign.create_connection({ pkey: 5 }), /<pkey> must be a key pair/],
        [() => auth_scram.answer({ authid: 'joe' }, 'scram', {}), 'auth_scram.answer: <credential>.password must be a string'],
    ]) {
        assert.throws(call, { name: 'TypeError', message: text });
    }
});

test('SCRAM by hand demands the proof of the router as well', async (t) => {
    await initAuth();
    for (const right of [true, false]) {
        const peer = await peerFor(t);
        const credential = { authid: 'joe', password: 'pencil', nonce: auth_scram.nonce() };
        const joining = connect({
            url: peer.url, realm: 'realm1', WebSocket, authid: 'joe', authmethods: ['wamp-scram'], authextra: { nonce: credential.nonce },
            onchallenge: (_, method, extra) => auth_scram.answer(credential, method, extra),
        });
        const router = await peer.connection();
        const [, , hello] = await router.receive();
        const { extra, proves, signature } = scramRouter('pencil', hello.authextra);
        router.send([4, 'wamp-scram', extra]);
        assert.ok(proves((await router.receive())[1]));
        router.send(welcome({ verifier: right ? signature : 'no' }));
        if (right) assert.ok((await joining).isOpen);
        else await refused(joining, 'wamp.error.authentication_failed', /wrong verifier/);
    }
    assert.throws(() => auth_scram.answer({ authid: 'joe', password: 'x', nonce: auth_scram.nonce() }, 'scram', { nonce: 'x' }), (error) => error instanceof WampError && error.uri === 'wamp.error.authentication_failed');
});

test('onchallenge refuses with the URI of a WampError', async (t) => {
    const peer = await peerFor(t);
    const onchallenge = () => { throw new WampError('com.example.no', ['not today']); };
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, authmethods: ['ticket'], onchallenge, ...silent });
    joining.catch(() => {});
    const router = await peer.connection();
    await router.receive();
    router.send([4, 'ticket', {}]);
    assert.deepEqual(await router.receive(), [3, { message: 'not today' }, 'com.example.no']);
    await refused(joining, 'com.example.no', /not today/);
});

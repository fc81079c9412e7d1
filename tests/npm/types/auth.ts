// Authentication: what compiles, and what must not.

import { connect, Connection } from 'wamp-wasm';
import type { Auth, CostLimits, Credential } from 'wamp-wasm';
import { auth_cra, auth_cryptosign, auth_scram, initAuth } from 'wamp-wasm/auth';
import type { KeyPair } from 'wamp-wasm/auth';

const to = { url: 'wss://localhost', realm: 'realm1' };
declare const pair: CryptoKeyPair;
declare const fetchToken: () => Promise<string>;

export async function use(): Promise<void> {
    const limits: CostLimits = { pbkdf2_iterations: [100_000, 2_000_000] };
    const every: Auth[] = [
        { method: 'anonymous' },
        { method: 'cookie' },
        { method: 'ticket', authid: 'joe', ticket: 'secret' },
        { method: 'ticket', authid: async () => 'joe', ticket: fetchToken },
        { method: 'wampcra', authid: 'joe', secret: 'secret', limits },
        { method: 'scram', authid: 'joe', password: 'secret', dialect: 'wamp-scram', argon2_key: 'octets', limits },
        { method: 'cryptosign', seed: '00' },
        { method: 'cryptosign', authid: 'joe', key: pair, router_key: '00' },
        { method: 'cryptosign', key: { publicKey: '00', sign: async (message: Uint8Array) => message } },
        { method: 'cryptosign', key: async () => pair },
        () => ({ method: 'anonymous' }),
        async () => [{ method: 'cookie' }, { method: 'ticket', authid: 'joe', ticket: await fetchToken() }],
        [{ method: 'cookie' }, async () => ({ method: 'ticket', authid: 'joe', ticket: await fetchToken() })],
    ];
    for (const auth of every) await connect({ ...to, auth });
    new Connection({ ...to, auth: { method: 'ticket', ticket: 'x' }, authid: 'joe' });

    // @ts-expect-error no such method
    await connect({ ...to, auth: { method: 'magic' } });
    // @ts-expect-error the ticket is missing
    await connect({ ...to, auth: { method: 'ticket', authid: 'joe' } });
    // @ts-expect-error a password is a text
    await connect({ ...to, auth: { method: 'scram', authid: 'joe', password: 5 } });
    // @ts-expect-error what WAMP-CRA takes is called secret
    const cra: Credential = { method: 'wampcra', authid: 'joe', password: 'x' };
    // @ts-expect-error either a seed or a key
    await connect({ ...to, auth: { method: 'cryptosign' } });
    // @ts-expect-error not both
    await connect({ ...to, auth: { method: 'cryptosign', seed: '00', key: pair } });
    // @ts-expect-error a limit has two ends
    const open: CostLimits = { argon2_memory: 5 };
    // @ts-expect-error no such dialect
    await connect({ ...to, auth: { method: 'scram', authid: 'joe', password: 'x', dialect: 'klingon' } });
    // @ts-expect-error a provider gives credentials
    await connect({ ...to, auth: () => 'secret' });

    await initAuth();
    const signature: string = auth_cra.sign(auth_cra.derive_key('secret', 'salt', 1000, 32), '{}');
    const key: KeyPair = auth_cryptosign.load_private_key('mine');
    await connect({ ...to, authmethods: ['cryptosign'], onchallenge: (_, _method, extra) => auth_cryptosign.sign_challenge(key, extra) });
    const nonce = auth_scram.nonce();
    await connect({
        ...to, authid: 'joe', authmethods: ['scram'], authextra: { nonce },
        onchallenge: (_, method, extra) => auth_scram.answer({ authid: 'joe', password: 'x', nonce }, method, extra),
    });
    // @ts-expect-error a key pair, not its name
    auth_cryptosign.public_key('mine');
    console.log(signature, cra, open);
}

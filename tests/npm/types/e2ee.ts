// End-to-end encryption and payload codecs: what compiles, and what must not.

import { connect } from 'wamp-wasm';
import type { EncodedPayload, PayloadCodec } from 'wamp-wasm';
import { KeyRing, initE2ee } from 'wamp-wasm/e2ee';
import type { KeySet } from 'wamp-wasm/e2ee';

export async function use(): Promise<void> {
    await initE2ee();
    const session = await connect({ url: 'wss://localhost', realm: 'realm1' });
    const [priv, pub]: [string, string] = KeyRing.generate_key();
    const keys: KeySet = { originator_priv: priv, responder_pub: KeyRing.public_key(pub) };
    const ring = new KeyRing();
    ring.set_key('com.example.', keys);
    ring.set_key('com.example.', null);
    ring.set_key('', priv);
    new KeyRing(keys).clear();
    session.set_payload_codec(ring);
    const codec: PayloadCodec | null = session.get_payload_codec();
    session.set_payload_codec(codec);
    session.set_payload_codec(null);

    const own: PayloadCodec = {
        encode: (is_originator, uri, args) => (is_originator && uri && args.length === 1 ? { payload: new Uint8Array(1), enc_algo: 'x_own', enc_key: '7' } : null),
        decode: (_, uri, { payload, enc_algo }) => (enc_algo === 'x_own' ? { uri, args: [payload], kwargs: {} } : null),
    };
    session.set_payload_codec(own);
    const passthru: EncodedPayload = { payload: new Uint8Array(1), ppt_scheme: 'x_own', ppt_serializer: 'native' };
    session.set_payload_codec({ encode: () => passthru, decode: () => null });

    // @ts-expect-error a codec has both
    session.set_payload_codec({ encode: () => null });
    // @ts-expect-error null takes it away
    session.set_payload_codec();
    // @ts-expect-error one form or the other
    const both: EncodedPayload = { payload: new Uint8Array(1), enc_algo: 'x_own', ppt_scheme: 'x_own' };
    // @ts-expect-error octets
    const text: EncodedPayload = { payload: 'text', enc_algo: 'x_own' };
    // @ts-expect-error what is it encoded with
    const bare: EncodedPayload = { payload: new Uint8Array(1) };
    // @ts-expect-error no such key
    ring.set_key('com.', { private: priv });
    // @ts-expect-error keys are texts
    new KeyRing(5);
}

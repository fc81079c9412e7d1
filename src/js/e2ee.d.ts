// The types of `wamp-wasm/e2ee`: payloads that nobody between two clients can read.

import type { Dict, EncodedPayload, PayloadCodec } from './index.js';

/**
 * The keys of both sides, 32 octets in base64 each. The originator calls and publishes, the responder is
 * called and subscribes. Give the private key of this side and the public key of the other; a public key
 * follows from its private key.
 */
export interface KeySet {
    originator_priv?: string | null;
    originator_pub?: string | null;
    responder_priv?: string | null;
    responder_pub?: string | null;
}

/**
 * Encrypts and decrypts payloads as autobahn's cryptobox does. Set it with `session.set_payload_codec(ring)`.
 * In a page wait for `initE2ee()` before the first; Node loads what it needs by itself.
 */
export class KeyRing implements PayloadCodec {
    /** With keys for all URIs that have no others, if any. A text is one private key for both sides. */
    constructor(default_key?: string | KeySet | null);
    /** A new private key and its public key. */
    static generate_key(): [private_key: string, public_key: string];
    /** The public key of a private key. */
    static public_key(private_key: string): string;
    /**
     * Sets the keys for the URIs that begin with these characters, so end a prefix with a dot; null removes them. The
     * longest prefix counts. A text is one private key for both sides.
     */
    set_key(uri: string, key: string | KeySet | null): void;
    /** Forgets all keys and wipes them. */
    clear(): void;
    encode(is_originator: boolean, uri: string, args: unknown[], kwargs: Dict): EncodedPayload | null;
    decode(is_originator: boolean, uri: string, encoded: EncodedPayload): { uri: string; args: any; kwargs: any } | null;
}

/** Loads the WebAssembly module of the key ring. */
export function initE2ee(): Promise<void>;

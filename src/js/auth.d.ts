// The types of authentication: the option `auth`, and the helpers of 'wamp-wasm/auth' for signing by hand.

/** A value, or a function that is called for it at every attempt to connect. */
export type Provided<T> = T | (() => T | Promise<T>);

/** No credentials: as whoever the router lets in. */
export interface AnonymousCredential {
    method: 'anonymous';
    authid?: Provided<string>;
}

/**
 * The cookie that the browser sends by itself with the handshake of the WebSocket, to the router's own
 * site. Offer it first, and another method behind it for when there is no cookie yet.
 */
export interface CookieCredential {
    method: 'cookie';
    authid?: Provided<string>;
}

/** A password or token that goes over the wire as it is: use it with `wss:` only. */
export interface TicketCredential {
    method: 'ticket';
    authid?: Provided<string>;
    ticket: Provided<string>;
}

/** WAMP-CRA: a shared secret that does not go over the wire; salted where the router says so. */
export interface WampCraCredential {
    method: 'wampcra';
    authid?: Provided<string>;
    secret: Provided<string>;
    /** What the router may ask for. */
    limits?: CostLimits;
}

/** SCRAM: both sides prove that they know the password. The session fails when the router does not. */
export interface ScramCredential {
    method: 'scram';
    authid?: Provided<string>;
    password: Provided<string>;
    /** Crossbar.io's dialect, or the specification's; both are offered unless one is named. */
    dialect?: 'scram' | 'wamp-scram';
    /** What of Argon2's output is the key: its octets, or their base64 text as autobahn has it; by the dialect unless given. */
    argon2_key?: 'octets' | 'base64';
    /** What the router may ask for. */
    limits?: CostLimits;
}

/** Cryptosign: an Ed25519 key; give its seed, or a key that stays where it is. */
export type CryptosignCredential = {
    method: 'cryptosign';
    /** The router may know us by the key alone. */
    authid?: Provided<string>;
    /** Joins only where the router proves that it has the private key of this public key: 64 hexadecimal digits. */
    router_key?: string;
} & (
    | { /** 64 hexadecimal digits. */ seed: Provided<string>; key?: undefined }
    | { /** A key of WebCrypto, which need not be extractable, or one of your own. */ key: Provided<CryptoKeyPair | Signer>; seed?: undefined }
);

/** A key that is kept elsewhere: in a wallet, in hardware, in another thread. */
export interface Signer {
    /** 64 hexadecimal digits. */
    publicKey: string;
    /** Signs with Ed25519; gives the 64 octets of the signature. */
    sign(message: Uint8Array): Uint8Array | ArrayBuffer | Promise<Uint8Array | ArrayBuffer>;
}

/** How much work a router may ask for: `[least, most]`. Too little gives the password away, too much stops the page. */
export interface CostLimits {
    /** Iterations of salted WAMP-CRA; [1000, 2000000]. */
    cra_iterations?: [least: number, most: number];
    /** Iterations of SCRAM's PBKDF2; [4096, 2000000]. */
    pbkdf2_iterations?: [least: number, most: number];
    /** Memory of SCRAM's Argon2id in KiB; [1024, 262144]. */
    argon2_memory?: [least: number, most: number];
    /** Passes of SCRAM's Argon2id; [1, 64]. */
    argon2_iterations?: [least: number, most: number];
    /** Passes times memory in KiB; [0, 4194304]. */
    argon2_work?: [least: number, most: number];
}

/** One method with what it needs. All credentials of a connection are for the same authid. */
export type Credential = AnonymousCredential | CookieCredential | TicketCredential | WampCraCredential | ScramCredential | CryptosignCredential;

/** Gives credentials, anew at every attempt to connect. When it throws or rejects, the attempt has failed. */
export type CredentialProvider = () => Credential | Credential[] | Promise<Credential | Credential[]>;

/** How to authenticate: one method, or several in order of preference. The router chooses. */
export type Auth = Credential | CredentialProvider | ReadonlyArray<Credential | CredentialProvider>;

/** A key pair like those of the npm package tweetnacl. */
export interface KeyPair {
    /** 32 octets. */
    publicKey: Uint8Array;
    /** 64 octets: the seed, and the public key. */
    secretKey: Uint8Array;
}

/**
 * Loads what the helpers need. Inside `onchallenge` of a connection it is loaded already, and Node loads
 * it by itself; anywhere else in a page, wait for this first.
 */
export function initAuth(): Promise<void>;

/** WAMP-CRA by hand: autobahn's helpers. */
export declare const auth_cra: {
    /** The signature of a challenge: base64. */
    sign(key: string, challenge: string): string;
    /** The key of a salted secret: base64. 1000 iterations and 32 octets unless said otherwise. */
    derive_key(secret: string, salt: string, iterations?: number, keylen?: number): string;
};

/** Cryptosign by hand: autobahn's helpers. */
export declare const auth_cryptosign: {
    /** The key whose seed the local storage has under this name; made and kept there if there is none, or by `force`. */
    load_private_key(name: string, force?: boolean): KeyPair;
    /** Removes the seed from the local storage. */
    delete_private_key(name: string): void;
    /** The answer to a challenge. */
    sign_challenge(pkey: KeyPair, extra: { challenge?: unknown; [key: string]: unknown }): string;
    /** 64 hexadecimal digits. */
    public_key(pkey: KeyPair): string;
    /** A connection that authenticates with this key. */
    create_connection(config: { pkey: KeyPair; activation_code?: string; request_new_activation_code?: boolean; realm: string; [option: string]: unknown }): import('./index.js').Connection;
};

/** SCRAM by hand. The option `auth` does it better: it draws a nonce for every attempt. */
export declare const auth_scram: {
    /** A nonce for `authextra.nonce`, for one attempt. */
    nonce(): string;
    /** The answer for `onchallenge`; with it WELCOME must show that the router knows the password. */
    answer(
        credential: { authid: string; password: string; nonce: string; argon2_key?: 'octets' | 'base64' },
        method: string,
        extra: { [key: string]: unknown },
    ): { signature: string; extra: { [key: string]: string }; server_signature: string };
};

// @ts-check
// Names of autobahn's whose work this package does not do. One rule: each says so when it is used,
// and what to do instead.

/** @param {string} name @param {string} instead */
function absent(name, instead) {
    return () => {
        throw new Error(`autobahn.${name} is not available in wamp-wasm: ${instead}`);
    };
}

const SIGN = 'sign in onchallenge, which may be asynchronous, with crypto.subtle or a library';

export const auth_cra = { sign: absent('auth_cra.sign', SIGN), derive_key: absent('auth_cra.derive_key', SIGN) };

export const auth_cryptosign = {
    load_private_key: absent('auth_cryptosign.load_private_key', SIGN),
    delete_private_key: absent('auth_cryptosign.delete_private_key', SIGN),
    sign_challenge: absent('auth_cryptosign.sign_challenge', SIGN),
    public_key: absent('auth_cryptosign.public_key', SIGN),
    create_connection: absent('auth_cryptosign.create_connection', 'make a Connection with an onchallenge handler'),
};

export const auth_persona = absent('auth_persona', 'the service behind it was shut down');

const TRANSPORTS = ['websocket', 'longpoll'];

/** Autobahn's registry of transports, which is fixed here. */
export const transports = {
    list: () => [...TRANSPORTS],
    isRegistered: (/** @type {string} */ name) => TRANSPORTS.includes(name),
    get: absent('transports.get', 'the transport is inside; pass a class as the option `WebSocket`'),
    register: absent('transports.register', 'pass a class as the option `WebSocket`'),
};

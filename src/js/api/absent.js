// @ts-check
// Names of autobahn's whose work this package does not do. One rule: each says so when it is used,
// and what to do instead.

/** @param {string} name @param {string} instead */
function absent(name, instead) {
    return () => {
        throw new Error(`autobahn.${name} is not available in wamp-wasm: ${instead}`);
    };
}

export const auth_persona = absent('auth_persona', 'the service behind it was shut down');

const TRANSPORTS = ['websocket', 'longpoll'];

/** Autobahn's registry of transports, which is fixed here. */
export const transports = {
    list: () => [...TRANSPORTS],
    isRegistered: (/** @type {string} */ name) => TRANSPORTS.includes(name),
    get: absent('transports.get', 'the transport is inside; pass a class as the option `WebSocket`'),
    register: absent('transports.register', 'pass a class as the option `WebSocket`'),
};

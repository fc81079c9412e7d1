// Runs the same steps on autobahn-js and on this package, over sockets that the test plays, and gives what
// each showed: so that "the same as autobahn" is seen, and where it is not, how.

import ours from '../../pkg/autobahn_node.js';
import { init } from '../../pkg/node.js';
import { ScriptedSocket, turns, until } from './scripted_socket.mjs';

export { turns, until };

// It keeps the function with which it tells of every connection that was closed.
const { warn } = console;
console.warn = () => {};
const { default: theirs } = await import('autobahn');
console.warn = warn;

/** A router with the features that autobahn's programs use. */
const WELCOME = {
    roles: {
        broker: { features: { pattern_based_subscription: true, publisher_exclusion: true, publisher_identification: true, subscriber_blackwhite_listing: true } },
        dealer: { features: { caller_identification: true, pattern_based_registration: true, progressive_call_results: true, shared_registration: true } },
    },
};

/** What of a Connection a program sees, in the order in which it sees it. */
class Program {
    /** `[callback, …]`, in order. */
    log = [];
    /** What on_user_error and on_internal_error were told. */
    reported = [];
    sockets = [];

    constructor(library) {
        this.library = library;
    }

    /** Makes a Connection that logs its callbacks, and opens it. */
    open(options = {}, { onopen, onclose } = {}) {
        const { log } = this;
        const told = (name) => (error, text) => this.reported.push([name, text, error]);
        const connection = (this.connection = new this.library.Connection({
            url: 'ws://router.example/ws',
            realm: 'realm1',
            initial_retry_delay: 1,
            retry_delay_jitter: 1e-15,
            on_user_error: told('on_user_error'),
            on_internal_error: told('on_internal_error'),
            ...options,
        }));
        connection.onopen = (session, details) => {
            log.push(['onopen', session.id, details]);
            this.session = session;
            return onopen?.(session, details, connection);
        };
        connection.onclose = (reason, details) => {
            log.push(['onclose', reason, details]);
            this.atClose = { session: connection.session, isOpen: connection.isOpen, isConnected: connection.isConnected };
            return onclose?.(reason, details, connection);
        };
        connection.open();
        return connection;
    }

    /** The nth socket, counted from 0, once it is made. */
    socket(n = this.sockets.length) {
        return until(() => this.sockets[n], `socket ${n}`);
    }

    /** The nth socket, once it is open and HELLO has been sent on it. */
    async greeted(n = 0) {
        const socket = await this.socket(n);
        socket.accept();
        await until(() => socket.sent.length, 'HELLO');
        return socket;
    }

    /** A connection with a session on its first socket. */
    async joined(options, callbacks) {
        this.open(options, callbacks);
        const socket = await this.greeted();
        socket.say([2, 7, WELCOME]);
        await until(() => this.session, 'onopen');
        return socket;
    }

    /** The reasons and details of every onclose so far. */
    get closes() {
        return this.log.filter(([name]) => name === 'onclose').map(([, reason, details]) => ({ reason, ...rename(details) }));
    }

    /** Waits for so many onclose. */
    closed(count = 1) {
        return until(() => this.closes.length >= count, `onclose number ${count}`);
    }
}

/** The reason of onclose and the URI in its details share a name; the last digits of a delay are chance. */
function rename({ reason, retry_delay, ...details }) {
    return { uri: reason, ...details, retry_delay: retry_delay === null ? null : Number(retry_delay.toFixed(4)) };
}

/** What a program gets from something that may throw: autobahn throws texts, this package errors with them. */
export function thrown(call) {
    try {
        call();
    } catch (error) {
        return typeof error === 'string' ? error : error.message;
    }
    return undefined;
}

/** `pending`, or how a promise was settled by now. */
export async function stateOf(promise) {
    let state = 'pending';
    promise.then(() => (state = 'fulfilled'), () => (state = 'rejected'));
    await turns();
    return state;
}

async function run(t, library, scenario) {
    const program = new Program(library);
    const { WebSocket } = globalThis;
    globalThis.WebSocket = class extends ScriptedSocket {
        constructor(...args) {
            super(...args);
            program.sockets.push(this);
        }
    };
    try {
        const shown = await scenario(program, t);
        return shown === undefined ? program.log : shown;
    } finally {
        thrown(() => program.connection?.close());
        // Autobahn's runs on.
        clearTimeout(program.connection?._retry_timer);
        await turns();
        globalThis.WebSocket = WebSocket;
    }
}

/** What a scenario shows on either: what it gives, or else its log. */
export async function both(t, scenario) {
    await init();
    return { theirs: await run(t, theirs, scenario), ours: await run(t, ours, scenario) };
}

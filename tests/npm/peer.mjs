// The far end of a connection, played by the test: a WebSocket server on a free port that says exactly
// what the test tells it to, and hands out what it received, in order.

import { WebSocketServer, WebSocket as Socket } from 'ws';

/** The ports of tests that are over. */
const over = new Set();

/** Gives a client whose test is over none that it could go on trying with. */
export class WebSocket extends Socket {
    constructor(url, ...rest) {
        if (over.has(new URL(url).port)) throw new Error('the test is over');
        super(url, ...rest);
    }
}

/** A router with every feature that the client asks for, but `call_timeout`. */
export const WELCOME = {
    roles: {
        broker: { features: { pattern_based_subscription: true, subscriber_blackwhite_listing: true, payload_passthru_mode: true } },
        dealer: { features: { call_canceling: true, progressive_call_invocations: true, pattern_based_registration: true, shared_registration: true, payload_passthru_mode: true } },
    },
};

/** A queue whose reader waits. It fails instead of waiting for ever. */
class Inbox {
    #items = [];
    #readers = [];

    push(item) {
        const reader = this.#readers.shift();
        if (reader) reader(item);
        else this.#items.push(item);
    }

    next(what) {
        if (this.#items.length > 0) return Promise.resolve(this.#items.shift());
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(`no ${what} within 5 s`)), 5000);
            this.#readers.push((item) => {
                clearTimeout(timer);
                resolve(item);
            });
        });
    }

    get length() {
        return this.#items.length;
    }
}

class PeerConnection {
    #inbox = new Inbox();

    constructor(socket) {
        this.socket = socket;
        this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
        socket.on('message', (data, binary) => this.#inbox.push(binary ? data : data.toString()));
        socket.on('error', () => {});
    }

    /** The next frame as it came. */
    frame() {
        return this.#inbox.next('frame');
    }

    /** The next message, of JSON. */
    async receive() {
        return JSON.parse(await this.frame());
    }

    /** Frames that came and were not read. */
    get unread() {
        return this.#inbox.length;
    }

    send(...messages) {
        for (const message of messages) this.socket.send(typeof message === 'string' || ArrayBuffer.isView(message) ? message : JSON.stringify(message));
    }

    /** Answers HELLO. */
    async welcome(details = WELCOME, session = 7) {
        const hello = await this.receive();
        this.send([2, session, details]);
        return hello;
    }

    /** Answers GOODBYE. */
    async goodbye() {
        const goodbye = await this.receive();
        this.send([6, {}, 'wamp.close.goodbye_and_out']);
        return goodbye;
    }

    /** The connection is lost without a word. */
    drop() {
        this.socket.terminate();
    }
}

export class Peer {
    #connections = new Inbox();
    #port;

    static async start({ protocol = 'wamp.2.json', ...options } = {}) {
        const peer = new Peer();
        peer.server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: (offered) => (offered.has(protocol) ? protocol : false), ...options });
        peer.server.on('connection', (socket) => peer.#connections.push(new PeerConnection(socket)));
        await new Promise((resolve) => peer.server.once('listening', resolve));
        return peer;
    }

    get port() {
        return (this.#port ??= this.server.address().port);
    }

    get url() {
        return `ws://127.0.0.1:${this.port}/ws`;
    }

    connection() {
        return this.#connections.next('connection');
    }

    stop() {
        for (const socket of this.server.clients) socket.terminate();
        return new Promise((resolve) => this.server.close(resolve));
    }
}

/** A peer for one test, stopped with it. */
export async function peerFor(t, options) {
    const peer = await Peer.start(options);
    const port = String(peer.port);
    // A port may be given out again.
    over.delete(port);
    t.after(() => {
        over.add(port);
        return peer.stop();
    });
    return peer;
}

/** A joined session and the peer's end of it. It ends with its connection, unless the options say otherwise. */
export async function joined(t, { connect, options = {}, details } = {}) {
    const peer = await peerFor(t);
    const joining = connect({ url: peer.url, realm: 'realm1', WebSocket, durable: false, ...options });
    const router = await peer.connection();
    const hello = await router.welcome(details);
    return { peer, router, hello, session: await joining };
}

/** Reports of user and internal errors, to be looked at. */
export function reports() {
    const list = [];
    return { list, on_user_error: (error, text) => list.push([text, error]), on_internal_error: (error, text) => list.push([text, error]) };
}

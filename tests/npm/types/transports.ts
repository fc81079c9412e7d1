// Transports and serializers of all kinds: what compiles, and what must not.

import { connect, type Serializer, type Transport } from 'wamp-wasm';

class PortTransport implements Transport {
    onopen?: (protocol: string) => void;
    onmessage?: (frame: string | ArrayBuffer) => void;

    constructor(private readonly port: MessagePort, protocols: string[]) {
        port.onmessage = ({ data }) => this.onmessage?.(data);
        queueMicrotask(() => this.onopen?.(protocols[0] ?? ''));
    }

    send(frame: string | Uint8Array): void {
        this.port.postMessage(frame);
    }

    close(): void {
        this.port.close();
    }
}

const yaml: Serializer = { SERIALIZER_ID: 'yaml', BINARY: false, serialize: (message) => String(message.length), unserialize: () => [] };

export async function uses(port: MessagePort): Promise<void> {
    await connect({
        realm: 'realm1',
        lenient: true,
        serializers: ['cbor', { SERIALIZER_ID: 'json' }, yaml],
        transports: [
            { type: 'websocket', url: 'ws://localhost/ws', protocols: ['wamp.2.json.batched'], batch_separator: '\x18' },
            { type: 'longpoll', url: new URL('http://localhost/lp'), request_timeout: 5000 },
            { type: 'port', create: (protocols) => new PortTransport(port, protocols) },
        ],
    });
    // @ts-expect-error a transport that cannot send
    await connect({ realm: 'r', transports: [{ type: 'port', create: () => ({ close() {} }) }] });
    // @ts-expect-error a serializer that only writes
    await connect({ realm: 'r', serializers: [{ BINARY: true, serialize: () => '' }] });
    // @ts-expect-error the separator is one of two
    await connect({ realm: 'r', transports: [{ type: 'websocket', batch_separator: ';' }] });
    // @ts-expect-error a request_timeout is a number
    await connect({ realm: 'r', transports: [{ type: 'longpoll', url: 'http://x', request_timeout: '5 s' }] });
}

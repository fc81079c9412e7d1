// What can be seen of a connection.

import { connect, Connection } from 'wamp-wasm';
import type { Stats, TraceEntry } from 'wamp-wasm';

export async function use(): Promise<void> {
    const session = await connect({ url: 'ws://localhost', realm: 'realm1', heartbeat: { interval: 20_000 } });
    const milliseconds: number = await session.rtt();
    const { sent, received, pending, sessions, since }: Stats = session.stats();
    console.log(milliseconds, sent.frames + received.size, pending, sessions, since?.getTime());

    const connection = new Connection({ url: 'ws://localhost', realm: 'realm1', heartbeat: true });
    const stats: Stats = connection.stats();
    const log: TraceEntry[] = [];
    new Connection({ url: 'ws://localhost', realm: 'realm1', trace: (entry) => log.push(entry), trace_payloads: true, log_level: 'info' });
    new Connection({ url: 'ws://localhost', realm: 'realm1', trace: ({ direction, at, type, message, size, probe }) => console.log(direction === 'sent', at + size, type.length, message[0], !probe) });
    // @ts-expect-error no such level
    new Connection({ url: 'ws://localhost', realm: 'realm1', log_level: 'verbose' });
    // @ts-expect-error milliseconds, not a text
    new Connection({ url: 'ws://localhost', realm: 'realm1', heartbeat: { timeout: '5s' } });
}

// What can be seen of a connection.

import { connect, Connection } from 'wamp-wasm';
import type { Stats } from 'wamp-wasm';

export async function use(): Promise<void> {
    const session = await connect({ url: 'ws://localhost', realm: 'realm1', heartbeat: { interval: 20_000 } });
    const milliseconds: number = await session.rtt();
    const { sent, received, pending, sessions, since }: Stats = session.stats();
    console.log(milliseconds, sent.frames + received.size, pending, sessions, since?.getTime());

    const connection = new Connection({ url: 'ws://localhost', realm: 'realm1', heartbeat: true });
    const stats: Stats = connection.stats();
    // @ts-expect-error milliseconds, not a text
    new Connection({ url: 'ws://localhost', realm: 'realm1', heartbeat: { timeout: '5s' } });
}

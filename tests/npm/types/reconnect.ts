// What becomes of a connection: its statuses as a union, and the options of reconnecting.

import { connect, Connection, Registration, Session, Subscription } from 'wamp-wasm';
import type { CloseDetails, ClosedStatus, CloseReason, ConnectionStatus } from 'wamp-wasm';

export async function use(): Promise<void> {
    const session = await connect({
        url: ['ws://one', new URL('ws://two'), async () => 'ws://three'], realm: 'realm1', durable: true, max_retries: -1, max_first_retries: 3,
        should_retry: async (how: CloseReason, details: CloseDetails) => details.will_retry && how !== 'unsupported',
        onstatus: ({ type }) => console.log(type),
    });
    await connect({ url: () => 'ws://one', realm: 'r', durable: false, retry_if_unreachable: false, should_retry: () => true });
    await connect({ realm: 'r', transports: [{ type: 'websocket', url: [() => 'ws://one', 'ws://two'] }] });
    // @ts-expect-error durable is a boolean
    await connect({ url: 'ws://one', realm: 'r', durable: 'yes' });
    // @ts-expect-error an address is a string
    await connect({ url: [5], realm: 'r' });

    const show = (status: ConnectionStatus): string => {
        switch (status.type) {
            case 'connecting':
                return `${status.transport} ${status.url ?? ''} ${status.count.toFixed()}`;
            case 'open':
                return `${status.session.id} ${status.restored}`;
            case 'waiting':
                return `${status.how} ${status.reason} ${status.message} ${status.delay.toFixed()} ${status.count}`;
            case 'closed':
                return `${status.how} ${status.reason} ${status.message}`;
            case 'restored':
                return status.handle instanceof Subscription ? status.handle.topic : status.handle.procedure;
            case 'lost-handle':
                return `${status.error.uri} ${status.handle.state}`;
            case 'slow':
                return `${status.subscription.topic} ${status.dropped.toFixed()}`;
            default: {
                const none: never = status;
                return none;
            }
        }
    };

    await using connection = new Connection({ url: 'ws://one', realm: 'r', durable: true, max_retries: 3, tlsConfiguration: {} });
    connection.onstatus = (status) => console.log(show(status));
    connection.onstatus = undefined;
    for await (const status of connection.status()) console.log(show(status));
    for await (const status of session.status()) if (status.type === 'open') status.session satisfies Session;
    connection.reconnect();
    session.reconnect();
    const { how, reason }: ClosedStatus = await connection.closed;
    console.log(how satisfies CloseReason, reason);
    // @ts-expect-error only an open one has a session
    for await (const status of connection.status()) console.log(status.session);
    console.log(Registration);
}

// A durable session: handles and their states, what waits for a connection, and the end.

import { connect, Registration, SessionLost, Subscription } from 'wamp-wasm';
import type { HandleState, OfflinePolicy, SessionEnd } from 'wamp-wasm';

export async function use(): Promise<void> {
    const patience: OfflinePolicy = 5000;
    const session = await connect({ url: 'ws://localhost', realm: 'realm1', offline: 'wait', offline_limit: 100, call_timeout: 10_000 });
    // @ts-expect-error a policy is 'fail', 'wait' or a number
    await connect({ url: 'ws://localhost', realm: 'realm1', offline: 'later' });

    const subscription = await session.subscribe('com.t', () => {}, { offline: 'fail' });
    const state: HandleState = subscription.state;
    // @ts-expect-error only the session changes it
    subscription.state = 'ended';
    const registration = await session.register('com.p', () => 1, { offline: patience });
    if (registration.state === 'lost') return;
    // @ts-expect-error there is no such state
    if (registration.state === 'dead') return;
    await session.subscribe('com.t', null, { buffer: 10, on_slow: (dropped) => dropped.toFixed(), offline: 'wait' });
    await session.call('com.p', [], {}, { offline: 1000, timeout: 500 }).catch((error: unknown) => error instanceof SessionLost);
    session.publish('com.t', [], {}, { offline: null });

    for await (const status of session.status()) {
        if (status.type === 'restored') console.log(status.handle instanceof Subscription ? status.handle.topic : status.handle.procedure);
        if (status.type === 'lost-handle') console.log(status.handle instanceof Registration, status.error.uri);
        if (status.type === 'slow') console.log(status.subscription.topic, status.dropped.toFixed());
    }
    session.reconnect();
    const end: SessionEnd = await session.drain({ timeout: 1000 });
    await session[Symbol.asyncDispose]();
    console.log(state, end.was_open);
}

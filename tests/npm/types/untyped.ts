// The API without a registry of URIs: what compiles, and what must not.

import {
    connect, Connection, EncodeError, Event, init, Invocation, Publication, Registration, Result, Session, SessionLost,
    StateError, Subscription, version, WampError,
} from 'wamp-wasm';
import type { CallPromise, CloseDetails, CloseReason, Dict, EventStream, SessionEnd } from 'wamp-wasm';

export async function use(): Promise<void> {
    await init();
    await init(new URL('x.wasm', 'http://localhost'));
    const text: string = version;

    const session: Session = await connect({ url: 'ws://localhost', realm: 'realm1', signal: new AbortController().signal });
    await connect({
        url: new URL('ws://localhost'), realm: 'r', authmethods: ['ticket'], authid: 'joe', authextra: { a: 1 }, serializers: ['msgpack', 'json'],
        onchallenge: async (s: Session, method: string, extra: Dict) => [method, extra],
        on_user_error: (error: unknown, message: string) => console.log(error, message),
        WebSocket,
    });
    // @ts-expect-error the realm is missing
    await connect({ url: 'ws://localhost' });
    // @ts-expect-error no such serializer
    await connect({ url: 'ws://localhost', realm: 'r', serializers: ['yaml'] });
    // @ts-expect-error a challenge is answered with a string
    await connect({ url: 'ws://localhost', realm: 'r', onchallenge: () => 5 });

    // calls
    const anything = await session.call('com.p');
    anything.whatever;
    const sum: number = await session.call<number>('com.add', [2, 3], {}, { timeout: 2000, _own: true });
    // @ts-expect-error the result was said to be a number
    const wrong: string = await session.call<number>('com.add', [2, 3]);
    const call: CallPromise<number> = session.call<number>('com.p', null, null, { on_progress: (args, kwargs) => console.log(args[0], kwargs['x']) });
    call.cancel();
    call.cancel({ mode: 'kill' });
    // @ts-expect-error no such mode
    call.cancel({ mode: 'softly' });
    for await (const part of session.call('com.p', [], {}, { receive_progress: true })) console.log(part);
    const inParts: number = await session.call<number>('com.p', new ReadableStream<string>(), null, { timeout: 100 });
    await session.call('com.p', (async function* () { yield new Result([1], { a: 1 }); })());
    // @ts-expect-error the parts of a stream bring their own kwargs
    await session.call('com.p', (async function* () { yield 1; })(), { a: inParts });
    call.then((value) => value.toFixed(), undefined, (part) => part.x);
    // @ts-expect-error args are a list
    await session.call('com.p', 5);
    // @ts-expect-error timeout is a number
    await session.call('com.p', [], {}, { timeout: 'soon' });

    // publish
    const nothing: undefined = session.publish('com.t', ['x']);
    const publication: Publication = await session.publish('com.t', [], {}, { acknowledge: true, exclude_me: false });
    publication.id.toFixed();
    // @ts-expect-error without acknowledge there is no promise
    session.publish('com.t', ['x']).then(() => {});
    // @ts-expect-error exclude is a list of ids
    session.publish('com.t', [], {}, { exclude: ['x'] });

    // subscribe
    const subscription: Subscription = await session.subscribe('com.t', (args, kwargs, details, own) => {
        const event: Event = details;
        const again: Subscription = own;
        console.log(args[0], kwargs['x'], event.publication.toFixed(), again.topic);
    }, { match: 'prefix' });
    const last: boolean = await subscription.unsubscribe();
    subscription.on_unsubscribe.then((reason: string | undefined) => reason);
    // @ts-expect-error no such policy
    await session.subscribe('com.t', () => {}, { match: 'fuzzy' });
    // @ts-expect-error the handler is a function
    await session.subscribe('com.t', 'handler');
    const stream: EventStream = await session.subscribe('com.t', null, { buffer: 10 });
    for await (const { args, kwargs, details } of await session.subscribe('com.t')) console.log(args[0], kwargs['k'], details.topic, stream.dropped);
    // @ts-expect-error a subscription with a handler is no stream
    for await (const _ of subscription);

    // register
    const registration: Registration = await session.register('com.p', async (args, kwargs, details) => {
        const invocation: Invocation = details;
        invocation.progress?.([1]);
        invocation.signal.throwIfAborted();
        const level: number = invocation.details['trustlevel'];
        if (level < 2) throw invocation.signal.reason;
        for await (const chunk of invocation.chunks) console.log(chunk.args[0], chunk.kwargs['a']);
        if (!args.length) throw new WampError('com.example.error', ['why'], { k: 1 }, { cause: kwargs });
        return new Result([1, 2], { a: 1 });
    }, { invoke: 'roundrobin', concurrency: 4 });
    await session.unregister(registration);
    // @ts-expect-error no such policy
    await session.register('com.p', () => 1, { invoke: 'all' });
    // @ts-expect-error that is not a registration
    await session.unregister(subscription);

    // errors
    try {
        await call;
    } catch (error) {
        if (error instanceof SessionLost || error instanceof EncodeError || error instanceof WampError) {
            const uri: string = error.uri;
            console.log(uri, error.args[0], error.kwargs['x'], error.details['y'], error.message);
        }
        if (error instanceof StateError) throw error;
    }

    const end: SessionEnd = await session.leave('wamp.close.normal', 'bye');
    const closed: SessionEnd = await session.closed;
    console.log(end.reason?.length, closed.was_open, session.features.caller['x'], session.subscriptions[0]?.[0]?.id, session.registrations[0]?.id);

    // Connection
    const connection = new Connection({ url: 'ws://localhost', realm: 'r', max_retries: -1, max_message_size: 1e6, max_pending: 100, autoping_interval: 5 });
    connection.onopen = (opened, details) => console.log(opened.id, details.transport.url, details['roles']);
    connection.onclose = (reason: CloseReason, details: CloseDetails) => reason === 'lost' && details.will_retry;
    connection.onclose = async () => {};
    connection.onclose = () => {};
    connection.open();
    connection.close('wamp.close.normal', 'x');
    // @ts-expect-error read-only
    connection.session = null;
    // @ts-expect-error sessions are made by connections
    new Session();
    console.log(text, sum, wrong, nothing, last);
}

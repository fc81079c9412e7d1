// What the types of wamp-wasm/meta allow, and what they must refuse.

import { FeatureNotSupported, type Session } from 'wamp-wasm';
import { events, meta, replay } from 'wamp-wasm/meta';

export async function uses(session: Session): Promise<void> {
    const { sessions, registrations, subscriptions, testaments } = meta(session);
    const count: number = await sessions.count(['admin']);
    const ids: number[] = await sessions.list();
    const { authid }: { authid: string } = await sessions.get(count);
    await sessions.kill(ids[0] ?? 1, { reason: 'com.example.bye', message: authid });
    const joins = await sessions.on_join(({ session: id }, { publication }) => console.log(id + publication));
    await joins.unsubscribe();
    await sessions.on_leave((id, who) => console.log(id, who.authid?.length));

    const { exact }: { exact: number[] } = await registrations.list();
    const found: number | null = await registrations.lookup('com.example', 'prefix');
    if (found !== null) await registrations.remove_callee(found, exact[0] ?? 1);
    await registrations.on_create((_, { invoke }) => console.log(invoke === 'roundrobin'));
    const all: number[] = await subscriptions.match('com.example.topic');
    await subscriptions.on_delete((by, id) => console.log(by === null, id + all.length));

    await testaments.add('com.example.gone', ['bye'], {}, { scope: 'detached', exclude_me: false });
    await testaments.flush({ scope: 'destroyed' });

    for (const { timestamp, args } of await events(session, 5, { limit: 3 })) console.log(timestamp?.getTime(), args.length);
    for await (const { replayed, details } of replay(session, 'com.example.topic', { match: 'exact', history: { limit: 5 } })) {
        console.log(replayed === true, details.publication);
    }
    const error = new FeatureNotSupported('broker', 'event_history');
    const role: 'broker' | 'dealer' = error.role;
    console.log(role, session.details?.['authrole']);

    // @ts-expect-error a session id is a number
    await sessions.get('5');
    // @ts-expect-error a match policy is one of three
    await registrations.lookup('com.example', 'suffix');
    // @ts-expect-error there are two scopes
    await testaments.flush({ scope: 'all' });
    // @ts-expect-error a limit is a number
    await events(session, 5, { limit: '3' });
    // @ts-expect-error a Connection is no session
    meta({});
}

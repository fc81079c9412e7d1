// Autobahn's namespace, as its programs use it.

import autobahn, { Connection, util } from 'wamp-wasm/autobahn';

export function use(): void {
    const connection: Connection = new autobahn.Connection({ url: 'ws://localhost', realm: 'realm1', use_es6_promises: true });
    connection.onopen = (session) => {
        session.call('com.p').then((result: number) => result, (error: unknown) => {
            if (error instanceof autobahn.Error) console.log(error.error, error.args, error.kwargs);
        });
        session.register('com.p', () => new autobahn.Result([1], { a: 2 }));
        throw new autobahn.Error('com.example.error', ['x'], { y: 1 });
    };
    new autobahn.Connection({ url: 'ws://localhost', realm: 'r', serializers: [new autobahn.serializer.MsgpackSerializer(), new autobahn.serializer.JSONSerializer()] });
    connection.onclose = (reason, details) => (autobahn.transports.isRegistered('longpoll') ? details.will_retry : reason === 'lost');
    const id: number = autobahn.util.new_global_id();
    const octets: Uint8Array = util.htob('00ff');
    autobahn.log.debug('x');
    // @ts-expect-error not in the namespace
    autobahn.when;
    console.log(autobahn.version.length, id, octets);
}

// autobahn-js, as its users run it: default options, native promises.

import autobahn from 'autobahn';

const { JSONSerializer, MsgpackSerializer, CBORSerializer } = autobahn.serializer;
const serializers = { json: JSONSerializer, msgpack: MsgpackSerializer, cbor: CBORSerializer };

export function open({ url, serializer }) {
    const connection = new autobahn.Connection({
        url,
        realm: 'realm1',
        serializers: [new serializers[serializer]()],
        use_es6_promises: true,
        max_retries: 0,
    });
    return new Promise((resolve) => {
        connection.onopen = (session) =>
            resolve({
                call: (procedure, args, kwargs) => session.call(procedure, args, kwargs),
                publish: (topic, args, kwargs) => session.publish(topic, args, kwargs),
                subscribe: (topic, handler) => session.subscribe(topic, handler),
                register: (procedure, endpoint) => session.register(procedure, endpoint),
            });
        connection.open();
    });
}

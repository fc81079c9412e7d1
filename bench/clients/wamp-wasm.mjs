// wamp-wasm, as its users run it.

import { connect } from 'wamp-wasm';

export async function open({ url, serializer }) {
    const session = await connect({ url, realm: 'realm1', serializers: [serializer] });
    return {
        call: (procedure, args, kwargs) => session.call(procedure, args, kwargs),
        publish: (topic, args, kwargs) => session.publish(topic, args, kwargs),
        subscribe: (topic, handler) => session.subscribe(topic, handler),
        register: (procedure, endpoint) => session.register(procedure, endpoint),
    };
}

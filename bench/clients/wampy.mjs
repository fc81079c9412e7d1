// wampy, as its users run it. Its handlers get one object; the adapters take out of it what is asked for, as its users do.

import { Wampy } from 'wampy';
import { JsonSerializer } from 'wampy/JsonSerializer.js';
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js';
import { CborSerializer } from 'wampy/CborSerializer.js';

const serializers = { json: JsonSerializer, msgpack: MsgpackSerializer, cbor: CborSerializer };

export async function open({ url, serializer }) {
    const wampy = new Wampy(url, { realm: 'realm1', serializer: new serializers[serializer](), autoReconnect: false });
    await wampy.connect();
    const payload = (args, kwargs) => (kwargs ? { argsList: args, argsDict: kwargs } : args);
    return {
        call: (procedure, args, kwargs) => wampy.call(procedure, payload(args, kwargs)),
        publish: (topic, args, kwargs) => wampy.publish(topic, payload(args, kwargs)),
        subscribe: (topic, handler) => wampy.subscribe(topic, (event) => handler(event.argsList, event.argsDict)),
        register: (procedure, endpoint) =>
            wampy.register(procedure, ({ argsList, argsDict }) => {
                const value = endpoint(argsList, argsDict);
                return value instanceof Promise ? value.then((result) => ({ argsList: [result] })) : { argsList: [value] };
            }),
    };
}

// The floor: the least a client can do. It parses, looks at the type, finds the handler, calls it.
// No checks, no errors, no options: nothing correct can be much faster.

import { codecs } from '../page/codecs.mjs';

export function open({ url, serializer }) {
    const codec = codecs[serializer];
    const socket = new WebSocket(url, [`wamp.2.${serializer}`]);
    socket.binaryType = 'arraybuffer';
    const pending = new Map();
    const handlers = new Map();
    const endpoints = new Map();
    let last = 0;
    let joined;

    const send = (message) => socket.send(codec.write(message));
    const request = (id) => new Promise((resolve, reject) => pending.set(id, { resolve, reject }));
    const payload = (head, args, kwargs) =>
        kwargs && Object.keys(kwargs).length ? [...head, args ?? [], kwargs] : args?.length ? [...head, args] : head;
    const unwrap = (args, kwargs) => (kwargs ? { args, kwargs } : args?.length === 1 ? args[0] : args?.length ? { args } : null);

    const client = {
        call(procedure, args, kwargs) {
            const id = ++last;
            send(payload([48, id, {}, procedure], args, kwargs));
            return request(id);
        },
        publish(topic, args, kwargs) {
            send(payload([16, ++last, {}, topic], args, kwargs));
        },
        subscribe(topic, handler) {
            const id = ++last;
            send([32, id, {}, topic]);
            return request(id).then((subscription) => {
                const list = handlers.get(subscription);
                if (list) list.push(handler);
                else handlers.set(subscription, [handler]);
            });
        },
        register(procedure, endpoint) {
            const id = ++last;
            send([64, id, {}, procedure]);
            return request(id).then((registration) => endpoints.set(registration, endpoint));
        },
    };

    socket.onmessage = ({ data }) => {
        const m = codec.decode(data);
        switch (m[0]) {
            case 36:
                for (const handler of handlers.get(m[1])) handler(m[4] ?? [], m[5] ?? {}, m[3]);
                break;
            case 50: {
                const { resolve } = pending.get(m[1]);
                pending.delete(m[1]);
                resolve(unwrap(m[3], m[4]));
                break;
            }
            case 68:
                Promise.resolve(endpoints.get(m[2])(m[4] ?? [], m[5] ?? {}, m[3])).then((value) =>
                    send([70, m[1], {}, [value]]),
                );
                break;
            case 33:
            case 65:
                pending.get(m[1]).resolve(m[2]);
                pending.delete(m[1]);
                break;
            case 2:
                joined(client);
        }
    };
    socket.onopen = () => send([1, 'realm1', { roles: { publisher: {}, subscriber: {}, caller: {}, callee: {} } }]);
    return new Promise((resolve) => (joined = resolve));
}

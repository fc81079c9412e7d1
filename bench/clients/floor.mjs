// The floor: the least a client can do. It parses, looks at the type, finds the handler, calls it.
// No checks, no errors, no options, no defaults: nothing correct can be much faster.

import { codecs } from '../page/codecs.mjs';

export function open({ url, serializer }) {
    const { decode, write } = codecs[serializer];
    const socket = new WebSocket(url, [`wamp.2.${serializer}`]);
    socket.binaryType = 'arraybuffer';
    const pending = new Map();
    const handlers = new Map();
    const endpoints = new Map();
    let last = 0;
    let joined;

    const send = (message) => socket.send(write(message));
    const request = (id) => new Promise((resolve) => pending.set(id, resolve));
    const settle = (id, value) => {
        const resolve = pending.get(id);
        pending.delete(id);
        resolve(value);
    };
    const answer = (id, value) => send([70, id, {}, [value]]);

    const client = {
        call(procedure, args, kwargs) {
            const id = ++last;
            send(kwargs ? [48, id, {}, procedure, args, kwargs] : [48, id, {}, procedure, args]);
            return request(id);
        },
        publish(topic, args, kwargs) {
            send(kwargs ? [16, ++last, {}, topic, args, kwargs] : [16, ++last, {}, topic, args]);
        },
        async subscribe(topic, handler) {
            const id = ++last;
            send([32, id, {}, topic]);
            const subscription = await request(id);
            const list = handlers.get(subscription);
            if (list) list.push(handler);
            else handlers.set(subscription, [handler]);
        },
        async register(procedure, endpoint) {
            const id = ++last;
            send([64, id, {}, procedure]);
            endpoints.set(await request(id), endpoint);
        },
    };

    socket.onmessage = ({ data }) => {
        const m = decode(data);
        switch (m[0]) {
            case 36: {
                const list = handlers.get(m[1]);
                for (let i = 0; i < list.length; i++) list[i](m[4], m[5], m[3]);
                break;
            }
            case 50:
                settle(m[1], m[4] ? { args: m[3], kwargs: m[4] } : m[3][0]);
                break;
            case 68: {
                const value = endpoints.get(m[2])(m[4], m[5], m[3]);
                if (value instanceof Promise) value.then((result) => answer(m[1], result));
                else answer(m[1], value);
                break;
            }
            case 33:
            case 65:
                settle(m[1], m[2]);
                break;
            case 2:
                joined(client);
        }
    };
    socket.onopen = () => send([1, 'realm1', { roles: { publisher: {}, subscriber: {}, caller: {}, callee: {} } }]);
    return new Promise((resolve) => (joined = resolve));
}

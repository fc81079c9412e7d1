// The contract of autobahn's Connection: its options, methods, callbacks and properties, seen on autobahn-js
// and on this package side by side. What concerns `onclose` is in contract_onclose.test.mjs.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { both, thrown, turns, until } from './both.mjs';

/** HELLO as it was sent, for these options. */
async function hello(p, options) {
    const socket = await p.joined(options);
    return socket.sent[0];
}

for (const [name, options, expected] of [
    ['realm, and nothing else that was not given', {}, {}],
    ['authmethods, authid and authextra', { authmethods: ['ticket', 'anonymous'], authid: 'joe', authextra: { channel: 1 } }, { authmethods: ['ticket', 'anonymous'], authid: 'joe', authextra: { channel: 1 } }],
    ['null for what is not given', { authmethods: null, authid: null, authextra: null }, {}],
]) {
    test(`as autobahn: HELLO has ${name}`, async (t) => {
        const { theirs, ours } = await both(t, async (p) => {
            const [type, realm, { roles, ...details }] = await hello(p, { realm: 'com.example.realm', ...options });
            return [type, realm, details];
        });
        assert.deepEqual(ours, [1, 'com.example.realm', expected]);
        assert.deepEqual(theirs, ours);
    });
}

test('every role and feature that autobahn announces is announced, and more', async (t) => {
    const { theirs, ours } = await both(t, async (p) => (await hello(p))[2].roles);
    for (const [role, { features }] of Object.entries(theirs)) {
        assert.deepEqual(Object.keys(features).filter((feature) => ours[role].features[feature] !== true), [], role);
    }
    assert.deepEqual(Object.keys(theirs).sort(), Object.keys(ours).sort());
});

test('a connection without a realm is a TypeError, where autobahn leaves the realm to the router', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        for (const realm of ['', null, undefined]) {
            let wrong = false;
            try {
                p.open({ realm });
            } catch (error) {
                wrong = error instanceof TypeError;
            }
            if (!wrong) return 'taken';
        }
        return 'refused';
    });
    assert.deepEqual([theirs, ours], ['taken', 'refused']);
});

test('as autobahn: url is the default of a transport, and serializers and protocols are what is offered, in their order', async (t) => {
    for (const [options, expected] of [
        [{ url: 'ws://a.example/', transports: [{ type: 'websocket' }] }, ['ws://a.example/', null]],
        [{ url: 'ws://a.example/', transports: [{ type: 'websocket', url: 'ws://b.example/' }] }, ['ws://b.example/', null]],
        [{ url: 'ws://a.example/', protocols: ['wamp.2.msgpack', 'wamp.2.json'] }, ['ws://a.example/', ['wamp.2.msgpack', 'wamp.2.json']]],
        [{ url: 'ws://a.example/', transports: [{ type: 'websocket', protocols: ['wamp.2.json'] }], protocols: ['wamp.2.msgpack'] }, ['ws://a.example/', ['wamp.2.json']]],
    ]) {
        const { theirs, ours } = await both(t, async (p) => {
            p.open(options);
            const { url, protocols } = await p.socket(0);
            return [url, expected[1] && protocols];
        });
        assert.deepEqual(ours, expected);
        // Autobahn takes `protocols` only together with the serializers that it knows.
        assert.deepEqual(theirs, ours);
    }
});

test('JSON, MessagePack and CBOR are offered, where autobahn leaves CBOR out', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        p.open();
        return (await p.socket(0)).protocols;
    });
    assert.deepEqual(theirs, ['wamp.2.json', 'wamp.2.msgpack']);
    assert.deepEqual(ours, ['wamp.2.json', 'wamp.2.msgpack', 'wamp.2.cbor']);
});

test('the options that are given are not touched, where autobahn adds to them', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const transport = { type: 'websocket' };
        const options = { url: 'ws://a.example/', realm: 'r', transports: [transport] };
        new p.library.Connection(options);
        const { transports, ...bare } = { ...options, transports: undefined };
        const plain = { ...bare };
        new p.library.Connection(plain);
        return [Object.keys(transport), 'transports' in plain];
    });
    assert.deepEqual(ours, [['type'], false]);
    assert.deepEqual(theirs, [['type', 'url', 'serializers', 'protocols'], true]);
});

test('as autobahn: a transport without a type is an Error, and one of an unknown type is passed over', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const url = 'ws://a.example/';
        const text = thrown(() => p.open({ transports: [{ url }] }));
        p.open({ transports: [{ type: 'pigeon', url }, { type: 'websocket', url }] });
        return [typeof text, (await p.socket(0)).url];
    });
    assert.deepEqual(ours, ['string', 'ws://a.example/']);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: no transport that can be made is unsupported, told once, and not tried again', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open({ transports: [{ type: 'pigeon', url: 'ws://a.example/' }] });
        await p.closed();
        t.mock.timers.tick(400_000);
        await turns();
        const [{ reason, uri, will_retry, retry_count, retry_delay }] = p.closes;
        return [p.closes.length, reason, uri, will_retry, retry_count, retry_delay, p.sockets.length];
    });
    assert.deepEqual(ours, [1, 'unsupported', null, false, null, null, 0]);
    assert.deepEqual(theirs, ours);
});

test('a second transport is tried when the first cannot be reached, where autobahn stays with the first', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open({ transports: [{ type: 'websocket', url: 'ws://a.example/' }, { type: 'websocket', url: 'ws://b.example/' }] });
        (await p.socket(0)).drop();
        await turns();
        t.mock.timers.tick(1001);
        return (await p.socket(1)).url;
    });
    assert.deepEqual([theirs, ours], ['ws://a.example/', 'ws://b.example/']);
});

test('as autobahn: options that mean nothing here are taken and ignored', async (t) => {
    const ignored = { tlsConfiguration: {}, autoping_interval: 1, autoping_timeout: 1, autoping_size: 4, headers: {}, agent: {}, use_es6_promises: true };
    const { theirs, ours } = await both(t, async (p) => {
        await p.joined(ignored);
        return p.log.map(([name]) => name);
    });
    assert.deepEqual(ours, ['onopen']);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: onopen gets the session and the details of WELCOME with the transport', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        p.open();
        const socket = await p.socket(0);
        const before = { ...p.connection.transport.info };
        socket.accept();
        await until(() => socket.sent.length, 'HELLO');
        socket.say([2, 9007199254740992, { roles: { dealer: {} }, authid: 'joe', authrole: 'user', x_other: [1] }]);
        await until(() => p.session, 'onopen');
        return [p.log, p.session === p.connection.session, before.url, { ...p.connection.transport.info }];
    });
    const transport = { type: 'websocket', url: 'ws://router.example/ws', protocol: 'wamp.2.json' };
    assert.deepEqual(ours[0], [['onopen', 9007199254740992, { roles: { dealer: {} }, authid: 'joe', authrole: 'user', x_other: [1], transport }]]);
    assert.deepEqual(ours[3], transport);
    assert.deepEqual([theirs[0], theirs[1], theirs[3]], [ours[0], ours[1], ours[3]]);
});

test('as autobahn: the properties say what there is, before, during and after', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        const of = ({ session, isOpen, isConnected, transport }) => [session === null, isOpen, isConnected, transport.info.type];
        const seen = { new: of(new p.library.Connection({ url: 'ws://a.example/', realm: 'r' })) };
        const socket = await p.joined();
        seen.open = of(p.connection);
        socket.drop();
        await p.closed();
        seen.waiting = [...of(p.connection), p.connection.isRetrying];
        p.connection.close();
        seen.defer = Object.keys(p.connection.defer()).filter((key) => ['promise', 'resolve', 'reject'].includes(key)).sort();
        return seen;
    });
    assert.deepEqual(ours, {
        new: [true, false, false, 'none'],
        open: [false, true, true, 'websocket'],
        waiting: [true, false, false, 'none', true],
        defer: ['promise', 'reject', 'resolve'],
    });
    assert.deepEqual(theirs, ours);
});

test('as autobahn: open() of what is open and close() of what is closed say so, with the same text', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const texts = [];
        const unused = new p.library.Connection({ url: 'ws://a.example/', realm: 'r' });
        texts.push(thrown(() => unused.close()));
        p.open();
        texts.push(thrown(() => p.connection.open()));
        const socket = await p.greeted();
        texts.push(thrown(() => p.connection.open()));
        socket.say([2, 7, { roles: { broker: {} } }]);
        await until(() => p.session, 'onopen');
        texts.push(thrown(() => p.connection.open()), thrown(() => p.session.join('realm1')));
        p.connection.close();
        await until(() => socket.sent.length === 2, 'GOODBYE');
        socket.say([6, {}, 'wamp.close.goodbye_and_out']);
        await p.closed();
        texts.push(thrown(() => p.connection.close()), thrown(() => p.session.leave()));
        return texts;
    });
    const open = 'connection already open (or opening)';
    assert.deepEqual(ours, ['connection already closed', open, open, open, 'session already open', 'connection already closed', 'session not open']);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: what onopen and onclose throw is told to on_user_error with a text, and hurts nobody', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        const fails = (name) => () => {
            throw new Error(`in ${name}`);
        };
        p.open({}, { onopen: fails('onopen'), onclose: fails('onclose') });
        const socket = await p.greeted();
        socket.say([2, 7, { roles: { broker: {} } }]);
        await until(() => p.session, 'onopen');
        const stays = p.connection.isOpen;
        socket.drop();
        await p.closed();
        return [stays, p.reported.map(([name, text, error]) => [name, text, error.message]), p.connection.isRetrying];
    });
    assert.deepEqual(ours, [true, [
        ['on_user_error', 'Exception raised from app code while firing Connection.onopen()', 'in onopen'],
        ['on_user_error', 'Exception raised from app code while firing Connection.onclose()', 'in onclose'],
    ], true]);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: a challenge is answered with a text, a list of text and extra, or a promise of either', async (t) => {
    for (const [answer, expected] of [['sig', [5, 'sig', {}]], [['sig', { a: 1 }], [5, 'sig', { a: 1 }]], [Promise.resolve('sig'), [5, 'sig', {}]]]) {
        const { theirs, ours } = await both(t, async (p) => {
            const asked = [];
            p.open({ authmethods: ['wampcra'], onchallenge: (session, method, extra) => (asked.push([session.isOpen, method, extra]), answer) });
            const socket = await p.greeted();
            socket.say([4, 'wampcra', { challenge: '{}' }]);
            await until(() => socket.sent.length === 2, 'AUTHENTICATE');
            return [asked, socket.sent[1]];
        });
        assert.deepEqual(ours, [[[false, 'wampcra', { challenge: '{}' }]], expected]);
        assert.deepEqual(theirs, ours);
    }
});

test('as autobahn: what onchallenge throws is told to on_user_error, and the connection is closed', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    for (const onchallenge of [() => { throw new Error('no key'); }, async () => { throw new Error('no key'); }]) {
        const { theirs, ours } = await both(t, async (p) => {
            p.open({ authmethods: ['wampcra'], onchallenge });
            const socket = await p.greeted();
            socket.say([4, 'wampcra', {}]);
            await p.closed();
            return [p.reported.map(([name, text, error]) => [name, text, error.message]), p.closes[0].reason];
        });
        assert.deepEqual(ours, [[['on_user_error', 'onchallenge() raised: ', 'no key']], 'closed']);
        assert.deepEqual(theirs, ours);
    }
});

test('as autobahn: a challenge that nobody answers is told to on_internal_error, and the connection is closed', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open({ authmethods: ['wampcra'] });
        const socket = await p.greeted();
        socket.say([4, 'wampcra', {}]);
        await p.closed();
        return [p.reported.map(([name]) => name), p.closes[0].reason];
    });
    assert.deepEqual(ours, [['on_internal_error'], 'closed']);
    assert.deepEqual(theirs, ours);
});

test('use_deferred is ignored: promises are native ones, where autobahn gives those of the library', async (t) => {
    let made = 0;
    const use_deferred = () => {
        made++;
        const self = {};
        self.promise = new Promise((resolve, reject) => Object.assign(self, { resolve, reject }));
        return self;
    };
    const { theirs, ours } = await both(t, async (p) => {
        made = 0;
        await p.joined({ use_deferred });
        const call = p.session.call('com.a');
        call.catch(() => {});
        return [made > 0, call instanceof Promise, typeof call.cancel];
    });
    assert.deepEqual(theirs, [true, true, 'function']);
    assert.deepEqual(ours, [false, true, 'function']);
});

test('as autobahn: without on_user_error and on_internal_error the console is told', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        const errors = t.mock.method(console, 'error', () => {});
        const quiet = { on_user_error: undefined, on_internal_error: undefined };
        const socket = await p.joined(quiet, { onopen: () => { throw new Error('in onopen'); } });
        const first = errors.mock.callCount();
        socket.say([99]);
        await p.closed();
        const told = [first, errors.mock.callCount()];
        errors.mock.restore();
        return told.map((count) => count > 0);
    });
    assert.deepEqual(ours, [true, true]);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: what an endpoint throws that is no WAMP error is told to on_user_error', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        p.session.register('com.p', () => { throw new Error('in the endpoint'); });
        await until(() => socket.sent.length === 2, 'REGISTER');
        socket.say([65, 1, 5], [68, 1, 5, {}]);
        await until(() => p.reported.length, 'the report');
        return p.reported.map(([name, text, error]) => [name, text, error.message]);
    });
    assert.deepEqual(ours, [['on_user_error', 'Exception raised in invocation handler:', 'in the endpoint']]);
    assert.deepEqual(theirs, ours);
});

test('a WAMP error that an endpoint throws is an answer and no report, where autobahn reports it too', async (t) => {
    const { theirs, ours } = await both(t, async (p) => {
        const socket = await p.joined();
        p.session.register('com.p', () => { throw new p.library.Error('com.example.no'); });
        await until(() => socket.sent.length === 2, 'REGISTER');
        socket.say([65, 1, 5], [68, 1, 5, {}]);
        await until(() => socket.sent.length === 3, 'ERROR');
        await turns();
        return [socket.sent[2][4], p.reported.length];
    });
    assert.deepEqual([theirs, ours], [['com.example.no', 1], ['com.example.no', 0]]);
});

test('isRetrying is true while a retry is waited for, where autobahn says so until a transport is open', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open();
        (await p.socket(0)).drop();
        await p.closed();
        const seen = [p.connection.isRetrying];
        t.mock.timers.tick(1001);
        const socket = await p.socket(1);
        seen.push(p.connection.isRetrying);
        socket.accept();
        await turns();
        return [...seen, p.connection.isRetrying];
    });
    assert.deepEqual([theirs, ours], [[true, true, false], [true, false, false]]);
});

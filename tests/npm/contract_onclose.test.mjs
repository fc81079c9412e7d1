// The contract of autobahn's `onclose`: its reasons, its details and its timing, seen on autobahn-js and on
// this package side by side. Where this package does otherwise, the name of the test says so.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { both, thrown, turns, until } from './both.mjs';

const SHUTDOWN = [6, { message: 'restart' }, 'wamp.close.system_shutdown'];

/** Closes without the message, which this package always gives, and autobahn only with a URI. */
const withoutMessage = (closes) => closes.map(({ message, ...rest }) => rest);

/** An end on its own: `will_retry: true` means the first retry after one second. */
const end = (reason, uri, will_retry) => ({ reason, uri, retry_delay: will_retry ? 1 : null, retry_count: will_retry ? 1 : null, will_retry });

/** Steps that end in one onclose, and what both tell. */
const SAME = [
    ['nobody who can be reached', async (p) => {
        p.open();
        (await p.socket(0)).drop();
    }, end('unreachable', null, true)],
    ['a server that closes before it has opened', async (p) => {
        p.open();
        (await p.socket(0)).shut(1013, 'try later');
    }, end('unreachable', null, true)],
    ['nobody who can be reached, with retry_if_unreachable: false', async (p) => {
        p.open({ retry_if_unreachable: false });
        (await p.socket(0)).drop();
    }, end('unreachable', null, false)],
    ['a connection that breaks before the session is welcome', async (p) => {
        p.open();
        (await p.socket(0)).accept();
        await until(() => p.sockets[0].sent.length, 'HELLO');
        p.sockets[0].drop();
    }, end('lost', null, true)],
    ['a connection that breaks under a session', async (p) => (await p.joined()).drop(), end('lost', null, true)],
    ['a connection that breaks, with retry_if_unreachable: false', async (p) => (await p.joined({ retry_if_unreachable: false })).drop(), end('lost', null, true)],
    ['a server that closes under a session in good order', async (p) => (await p.joined()).shut(1001, 'going away'), end('closed', null, true)],
    ['a realm that is not there', async (p) => {
        p.open();
        (await p.socket(0)).accept();
        await until(() => p.sockets[0].sent.length, 'HELLO');
        p.sockets[0].say([3, { message: 'no such realm' }, 'wamp.error.no_such_realm']);
    }, end('closed', 'wamp.error.no_such_realm', false)],
    ['close() with a session', async (p) => {
        const socket = await p.joined();
        p.connection.close('com.example.enough', 'that was all');
        await until(() => socket.sent.length === 2, 'GOODBYE');
        assert.deepEqual(socket.sent[1], [6, { message: 'that was all' }, 'com.example.enough']);
        socket.say([6, {}, 'wamp.close.goodbye_and_out']);
    }, end('closed', 'wamp.close.goodbye_and_out', false)],
    ['leave() of the session', async (p) => {
        const socket = await p.joined();
        p.session.leave();
        await until(() => socket.sent.length === 2, 'GOODBYE');
        assert.deepEqual(socket.sent[1], [6, {}, 'wamp.close.normal']);
        socket.say([6, {}, 'wamp.close.goodbye_and_out']);
    }, end('closed', 'wamp.close.goodbye_and_out', false)],
    ['max_retries: 0', async (p) => (await p.joined({ max_retries: 0 })).drop(), end('lost', null, false)],
];

for (const [name, steps, expected] of SAME) {
    test(`as autobahn: ${name} is told once, with the same reason and details`, async (t) => {
        t.mock.timers.enable({ apis: ['setTimeout'] });
        const shown = await both(t, async (p) => {
            await steps(p);
            await p.closed();
            await turns();
            return { closes: p.closes, after: [p.connection.session, p.connection.isOpen, p.connection.isConnected, p.connection.isRetrying] };
        });
        assert.deepEqual(withoutMessage(shown.theirs.closes), [expected], 'autobahn');
        assert.deepEqual(withoutMessage(shown.ours.closes), [expected], 'this package');
        assert.deepEqual(shown.ours.after, [null, false, false, expected.will_retry]);
        assert.deepEqual(shown.theirs.after, shown.ours.after);
        assert.equal(typeof shown.ours.closes[0].message, 'string');
    });
}

test('as autobahn: the session is still there while onclose runs, and gone when it has returned', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        (await p.joined()).drop();
        await p.closed();
        return [p.atClose.session === p.session, p.atClose.isConnected, p.connection.session, p.session.isOpen];
    });
    assert.deepEqual(ours, [true, false, null, false]);
    assert.deepEqual(theirs, ours);
});

test('isOpen is false in onclose, where autobahn says true of a session that is lost', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        (await p.joined()).drop();
        await p.closed();
        return p.atClose.isOpen;
    });
    assert.deepEqual([theirs, ours], [true, false]);
});

test('as autobahn: the message of a router that gives a reason is in the details', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        (await p.joined()).say(SHUTDOWN);
        await p.closed();
        return [p.closes[0].reason, p.closes[0].uri, p.closes[0].message];
    });
    assert.deepEqual(ours, ['closed', 'wamp.close.system_shutdown', 'restart']);
    assert.deepEqual(theirs, ours);
});

test('without a reason the message says what happened, where autobahn gives null', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        (await p.joined()).shut(1001, 'going away');
        await p.closed();
        return p.closes[0].message;
    });
    assert.equal(theirs, null);
    assert.match(ours, /1001.*going away/);
});

test('as autobahn: attempts that fail after one that opened are lost, never unreachable', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        (await p.joined()).drop();
        for (let n = 1; n <= 3; n++) {
            await p.closed(n);
            t.mock.timers.tick(p.closes[n - 1].retry_delay * 1000 + 1);
            (await p.socket(n)).drop();
        }
        await p.closed(4);
        return withoutMessage(p.closes);
    });
    assert.deepEqual(ours.map(({ reason }) => reason), ['lost', 'lost', 'lost', 'lost']);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: delays grow from initial_retry_delay by retry_delay_growth up to max_retry_delay, and max_retries are made', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open({ initial_retry_delay: 2, retry_delay_growth: 3, max_retry_delay: 20, max_retries: 5 });
        for (let n = 0; n < 6; n++) {
            (await p.socket(n)).drop();
            await p.closed(n + 1);
            t.mock.timers.tick((p.closes[n].retry_delay ?? 1000) * 1000 + 1);
        }
        await turns();
        return { closes: withoutMessage(p.closes), sockets: p.sockets.length };
    });
    assert.deepEqual(ours.closes.map(({ retry_delay }) => retry_delay), [2, 6, 18, 20, 20, null]);
    assert.deepEqual(ours.closes.map(({ retry_count }) => retry_count), [1, 2, 3, 4, 5, null]);
    assert.deepEqual(ours.closes.map(({ will_retry }) => will_retry), [true, true, true, true, true, false]);
    assert.equal(ours.sockets, 6);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: the options that are not given are 15 retries from 1.5 seconds on, each half as long again, up to 300', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open({ initial_retry_delay: undefined });
        for (let n = 0; n < 16; n++) {
            (await p.socket(n)).drop();
            await p.closed(n + 1);
            t.mock.timers.tick((p.closes[n].retry_delay ?? 1000) * 1000 + 1);
        }
        return p.closes.map(({ retry_delay, retry_count }) => [retry_delay, retry_count]);
    });
    for (const closes of [theirs, ours]) {
        assert.deepEqual(closes.map(([, count]) => count), [...Array.from({ length: 15 }, (_, n) => n + 1), null]);
        for (const [n, [delay]] of closes.slice(0, 15).entries()) assert.ok(Math.abs(delay - Math.min(1.5 ** (n + 1), 300)) < 0.001, `${n}: ${delay}`);
        assert.equal(closes[15][0], null);
    }
});

test('as autobahn: max_retries: -1 never gives up', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open({ max_retries: -1, max_retry_delay: 1 });
        for (let n = 0; n < 40; n++) {
            (await p.socket(n)).drop();
            await p.closed(n + 1);
            t.mock.timers.tick(1001);
        }
        return p.closes.at(-1).retry_count;
    });
    assert.deepEqual([theirs, ours], [40, 40]);
});

test('as autobahn: the next attempt is made when retry_delay has passed, and not before', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        (await p.joined({ initial_retry_delay: 4 })).drop();
        await p.closed();
        const made = [];
        for (const passes of [3990, 20]) {
            t.mock.timers.tick(passes);
            await turns();
            made.push(p.sockets.length);
        }
        return made;
    });
    assert.deepEqual(ours, [1, 2]);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: a session that was welcome again starts the delays and counts anew', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        (await p.joined()).drop();
        await p.closed();
        t.mock.timers.tick(1001);
        (await p.socket(1)).drop();
        await p.closed(2);
        t.mock.timers.tick(1501);
        const socket = await p.greeted(2);
        socket.say([2, 8, { roles: { broker: {} } }]);
        await until(() => p.connection.isOpen, 'the second session');
        socket.drop();
        await p.closed(3);
        return p.closes.map(({ retry_delay, retry_count }) => [retry_delay, retry_count]);
    });
    assert.deepEqual(ours, [[1, 1], [1.5, 2], [1, 1]]);
    assert.deepEqual(theirs, ours);
});

test('a router that takes connections and no sessions is asked less and less often, where autobahn asks for ever', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open();
        for (let n = 0; n < 3; n++) {
            const socket = await p.socket(n);
            socket.accept();
            await until(() => socket.sent.length, 'HELLO');
            socket.drop();
            await p.closed(n + 1);
            t.mock.timers.tick(p.closes[n].retry_delay * 1000 + 1);
        }
        return p.closes.map(({ retry_delay, retry_count }) => [retry_delay, retry_count]);
    });
    assert.deepEqual(theirs, [[1, 1], [1, 1], [1, 1]]);
    assert.deepEqual(ours, [[1, 1], [1.5, 2], [2.25, 3]]);
});

test('as autobahn: a truthy value from onclose stops the retries, a falsy one does not', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    for (const [veto, sockets] of [[true, 1], ['stop', 1], [1, 1], [false, 2], [0, 2], ['', 2], [undefined, 2]]) {
        const { theirs, ours } = await both(t, async (p) => {
            (await p.joined({}, { onclose: () => veto })).drop();
            await p.closed();
            t.mock.timers.tick(1001);
            await turns();
            return [p.closes[0].will_retry, p.connection.isRetrying || p.connection.isConnected, p.sockets.length];
        });
        assert.deepEqual(ours, [true, sockets === 2, sockets], String(veto));
        assert.deepEqual(theirs, ours, String(veto));
    }
});

test('as autobahn: open() during the wait connects at once, with new counts', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open();
        (await p.socket(0)).drop();
        await p.closed();
        t.mock.timers.tick(1001);
        (await p.socket(1)).drop();
        await p.closed(2);
        p.connection.open();
        (await p.socket(2)).drop();
        await p.closed(3);
        const text = thrown(() => p.connection.open());
        t.mock.timers.tick(1001);
        await p.socket(3);
        t.mock.timers.tick(10_000);
        await turns();
        // The timer of the wait that was cut short makes no connection of its own.
        return [p.closes.map(({ retry_count }) => retry_count), text, p.sockets.length];
    });
    assert.deepEqual(ours, [[1, 2, 1], undefined, 4]);
    assert.deepEqual(theirs, ours);
});

test('as autobahn: a delay is spread by a normal distribution around its mean, by retry_delay_jitter of it', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let seed = 1;
    // Park and Miller's generator.
    t.mock.method(Math, 'random', () => (seed = (seed * 48271) % 2147483647) / 2147483647);
    const { theirs, ours } = await both(t, async (p) => {
        const delays = [];
        for (let n = 0; n < 300; n++) {
            p.open({ initial_retry_delay: 10, retry_delay_jitter: undefined }, { onclose: () => true });
            (await p.socket(n)).drop();
            await p.closed(n + 1);
            delays.push(p.closes[n].retry_delay);
        }
        const mean = delays.reduce((sum, delay) => sum + delay) / delays.length;
        return { mean, deviation: Math.sqrt(delays.reduce((sum, delay) => sum + (delay - mean) ** 2, 0) / delays.length) };
    });
    for (const [name, { mean, deviation }] of Object.entries({ theirs, ours })) {
        assert.ok(Math.abs(mean - 10) < 0.2, `${name}: mean ${mean}`);
        assert.ok(Math.abs(deviation - 1) < 0.15, `${name}: deviation ${deviation}`);
    }
});

test('a 0 is a 0 also for retry_delay_jitter, retry_delay_growth and max_retry_delay, where autobahn takes it for not given', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    for (const [option, expected] of [['retry_delay_jitter', [10, 15]], ['retry_delay_growth', [10, 0]], ['max_retry_delay', [0, 0]]]) {
        const { theirs, ours } = await both(t, async (p) => {
            p.open({ initial_retry_delay: 10, [option]: 0 });
            for (let n = 0; n < 2; n++) {
                (await p.socket(n)).drop();
                await p.closed(n + 1);
                t.mock.timers.tick(p.closes[n].retry_delay * 1000 + 1);
            }
            return p.closes.map(({ retry_delay }) => retry_delay);
        });
        assert.deepEqual(ours, expected, option);
        assert.notDeepEqual(theirs, expected, option);
    }
});

test('initial_retry_delay: 0 tries again at once, where autobahn draws a delay around 0', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        for (let n = 0; n < 3; n++) {
            p.open({ initial_retry_delay: 0, max_retries: 1 }, { onclose: () => true });
            (await p.socket(n)).drop();
            await p.closed(n + 1);
        }
        return p.closes.map(({ retry_delay }) => retry_delay);
    });
    assert.deepEqual(ours, [0, 0, 0]);
    assert.equal(new Set(theirs).size, 3);
});

test('no delay is negative, however large retry_delay_jitter is', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { ours } = await both(t, async (p) => {
        for (let n = 0; n < 50; n++) {
            p.open({ retry_delay_jitter: 10 }, { onclose: () => true });
            (await p.socket(n)).drop();
            await p.closed(n + 1);
        }
        return p.closes.map(({ retry_delay }) => retry_delay);
    });
    assert.deepEqual(ours.filter((delay) => !(delay >= 0 && delay <= 300)), []);
});

test('close() before the connection is open is closed at once, where autobahn calls it unreachable', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open();
        await p.socket(0);
        p.connection.close();
        await p.closed();
        t.mock.timers.tick(10_000);
        await turns();
        return [p.closes.length, p.closes[0].reason, p.closes[0].will_retry, p.sockets.length];
    });
    assert.deepEqual(ours, [1, 'closed', false, 1]);
    assert.deepEqual(theirs, [1, 'unreachable', false, 1]);
});

test('close() while the session is being joined tells the router, and says in the details that it was us', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { theirs, ours } = await both(t, async (p) => {
        p.open();
        const socket = await p.greeted();
        p.connection.close();
        await p.closed();
        await turns();
        return [withoutMessage(p.closes), socket.sent.slice(1).map(([type]) => type)];
    });
    assert.deepEqual(theirs, [[end('closed', null, false)], []]);
    assert.deepEqual(ours, [[end('closed', 'wamp.close.normal', false)], [3]]);
});

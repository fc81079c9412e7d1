// Half-open connections: noticed on a virtual clock, by a page and a session that the test plays.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Heartbeat } from '../../pkg/api/heartbeat.js';
import { listen } from '../../pkg/glue/page.js';

const MINUTE = 60_000;

/** A clock, a page and a session. What happens is written down with the time in seconds. */
class Scene {
    now = 1_000_000;
    start = this.now;
    timers = new Map();
    lastTimer = 0;
    listeners = new Set();
    log = [];
    open = true;
    answers = false;
    line = { received: 0, sentSize: 0, bufferedAmount: 0 };

    constructor(options = { interval: 30_000, timeout: 10_000 }) {
        const world = {
            now: () => this.now,
            setTimeout: (call, delay) => this.timers.set(++this.lastTimer, { call, at: this.now + delay }) && this.lastTimer,
            clearTimeout: (timer) => this.timers.delete(timer),
            listen: (changed) => {
                this.listeners.add(changed);
                return () => this.listeners.delete(changed);
            },
        };
        const watched = {
            line: this.line,
            probe: () => {
                if (!this.open) return false;
                this.write('asked');
                if (this.answers) this.line.received++;
                return true;
            },
            lose: () => {
                this.write('lost');
                this.heartbeat.stop();
            },
        };
        this.heartbeat = new Heartbeat(watched, options, world);
    }

    write(what) {
        this.log.push(`${what} at ${(this.now - this.start) / 1000}`);
    }

    /** Lets time pass. Timers ring when they are due, or every `every` milliseconds only, as in a hidden tab. */
    pass(milliseconds, every = 1) {
        const end = this.now + milliseconds;
        for (;;) {
            const [id, timer] = [...this.timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
            const at = timer && Math.max(this.now, Math.ceil((timer.at - this.start) / every) * every + this.start);
            if (!timer || at > end) break;
            this.now = at;
            this.timers.delete(id);
            timer.call();
        }
        this.now = end;
    }

    /** The machine sleeps: the clock goes on, and timers ring late. */
    sleep(milliseconds) {
        this.now += milliseconds;
    }

    happens(change) {
        for (const listener of this.listeners) listener(change);
    }
}

test('a router that is silent is asked once an interval has passed, and given up when it does not answer', () => {
    const scene = new Scene();
    scene.pass(MINUTE);
    assert.deepEqual(scene.log, ['asked at 30', 'lost at 40']);
});

test('whatever it answers keeps the connection', () => {
    const scene = new Scene();
    scene.answers = true;
    scene.pass(2 * MINUTE);
    assert.deepEqual(scene.log, ['asked at 30', 'asked at 70', 'asked at 110']);
});

test('nobody is asked while frames come, of whatever kind', () => {
    const scene = new Scene();
    for (let i = 0; i < 60; i++) {
        scene.pass(29_000);
        scene.line.received++;
    }
    assert.deepEqual(scene.log, []);
});

test('a frame of anybody else counts as the answer', () => {
    const scene = new Scene();
    scene.pass(35_000);
    scene.line.received++;
    scene.pass(20_000);
    assert.deepEqual(scene.log, ['asked at 30']);
});

for (const change of ['online', 'offline', 'visible', 'shown']) {
    test(`when the page says '${change}', the router is asked at once, and has to answer soon`, () => {
        const scene = new Scene();
        scene.pass(7000);
        scene.happens(change);
        scene.pass(MINUTE);
        assert.deepEqual(scene.log, ['asked at 7', 'lost at 12']);
    });
}

test('a timeout that is shorter than that stays', () => {
    const scene = new Scene({ interval: 30_000, timeout: 2000 });
    scene.happens('online');
    scene.pass(MINUTE);
    assert.deepEqual(scene.log, ['asked at 0', 'lost at 2']);
});

test('several such events at once are one question', () => {
    const scene = new Scene();
    scene.answers = true;
    for (const change of ['visible', 'online', 'shown', 'online']) scene.happens(change);
    scene.pass(MINUTE);
    assert.deepEqual(scene.log, ['asked at 0', 'asked at 35']);
});

test('an event while the long answer is waited for shortens the wait', () => {
    const scene = new Scene();
    scene.pass(31_000);
    scene.happens('online');
    scene.pass(MINUTE);
    assert.deepEqual(scene.log, ['asked at 30', 'asked at 31', 'lost at 36']);
});

test('a timer that rings after a long sleep asks at once, although something came before the sleep', () => {
    const scene = new Scene();
    scene.pass(10_000);
    scene.line.received++;
    scene.sleep(60 * MINUTE);
    scene.pass(5000);
    assert.deepEqual(scene.log, ['asked at 3610', 'lost at 3615']);
});

test('a sleep between the question and the answer is no reason to give up: it is asked again', () => {
    const scene = new Scene();
    scene.pass(31_000);
    scene.sleep(60 * MINUTE);
    scene.answers = true;
    scene.pass(MINUTE);
    assert.deepEqual(scene.log, ['asked at 30', 'asked at 3631', 'asked at 3666']);
});

test('a connection that died in the sleep is given up soon after', () => {
    const scene = new Scene();
    scene.pass(31_000);
    scene.sleep(60 * MINUTE);
    scene.pass(MINUTE);
    assert.deepEqual(scene.log, ['asked at 30', 'asked at 3631', 'lost at 3636']);
});

test('a machine that sleeps again and again does not give up what it had no time to hear', () => {
    const scene = new Scene();
    scene.pass(31_000);
    for (let i = 0; i < 3; i++) {
        scene.sleep(60 * MINUTE);
        scene.pass(1000);
    }
    assert.deepEqual(scene.log.map((line) => line.split(' ')[0]), ['asked', 'asked', 'asked', 'asked']);
});

test('in a hidden tab, whose timers ring once a minute, a live connection stays', () => {
    const scene = new Scene();
    scene.answers = true;
    scene.pass(20 * MINUTE, MINUTE);
    assert.equal(scene.log.filter((line) => line.startsWith('lost')).length, 0);
    assert.equal(scene.log.length, 10, 'and is asked every other minute');
});

test('in a hidden tab a dead connection is noticed within a few minutes', () => {
    const scene = new Scene();
    scene.pass(20 * MINUTE, MINUTE);
    assert.deepEqual(scene.log, ['asked at 60', 'asked at 120', 'lost at 180']);
});

test('a clock that is set back neither asks nor gives up too early', () => {
    const scene = new Scene();
    scene.pass(20_000);
    scene.start -= 5 * MINUTE;
    scene.now -= 5 * MINUTE;
    for (const timer of scene.timers.values()) timer.at -= 5 * MINUTE;
    scene.pass(30_000);
    assert.deepEqual(scene.log, ['asked at 30', 'lost at 40']);
});

test('as long as the network takes what waits to be sent, the question is given more time', () => {
    const scene = new Scene();
    scene.line.sentSize = 1000;
    scene.line.bufferedAmount = 1000;
    scene.pass(30_000);
    for (const left of [700, 400, 100]) {
        scene.line.bufferedAmount = left;
        scene.pass(10_000);
    }
    assert.deepEqual(scene.log, ['asked at 30']);
    scene.pass(MINUTE);
    assert.deepEqual(scene.log, ['asked at 30', 'lost at 70'], 'and no more once it takes nothing');
});

test('while there is no session nobody is asked, and nothing is given up', () => {
    const scene = new Scene();
    scene.open = false;
    scene.pass(MINUTE);
    scene.happens('online');
    scene.pass(MINUTE);
    assert.deepEqual(scene.log, []);
});

test('after its end no timer runs and nobody listens', () => {
    const scene = new Scene();
    scene.pass(31_000);
    assert.deepEqual([scene.timers.size, scene.listeners.size], [1, 1]);
    scene.heartbeat.stop();
    assert.deepEqual([scene.timers.size, scene.listeners.size], [0, 0]);
});

/** An EventTarget that counts its listeners. */
class Counting extends EventTarget {
    count = 0;
    addEventListener(...args) {
        this.count++;
        super.addEventListener(...args);
    }
    removeEventListener(...args) {
        this.count--;
        super.removeEventListener(...args);
    }
}

test('a page is listened to in whole, and every listener is removed', () => {
    const document = Object.assign(new Counting(), { visibilityState: 'hidden' });
    const page = Object.assign(new Counting(), { document });
    const heard = [];
    const stop = listen((change) => heard.push(change), page);
    page.dispatchEvent(new Event('online'));
    page.dispatchEvent(new Event('offline'));
    document.dispatchEvent(new Event('visibilitychange'));
    document.visibilityState = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
    page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    assert.deepEqual(heard, ['online', 'offline', 'visible', 'shown']);
    stop();
    assert.deepEqual([page.count, document.count], [0, 0]);
});

test('a worker, which has no document, hears of the network; Node.js of nothing', () => {
    const worker = new Counting();
    const heard = [];
    const stop = listen((change) => heard.push(change), worker);
    worker.dispatchEvent(new Event('online'));
    assert.deepEqual(heard, ['online']);
    stop();
    assert.equal(worker.count, 0);
    listen(() => {}, {})();
    listen(() => {})();
});

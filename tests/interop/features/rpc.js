// The features of remote procedure calls, each shown on a router.

import { Inbox, ok, refused, same, soon } from './support.js';

const AREA = 'call, register';

/** A procedure that never answers by itself, and what its invocations are told. */
async function stuck(at) {
  const [caller, callee] = [await at.join(), await at.join()];
  const started = new Inbox();
  const interrupted = new Inbox();
  await callee.register(at.uri, (_, __, invocation) => {
    started.push();
    return new Promise((_, reject) => {
      invocation.signal.addEventListener('abort', () => {
        interrupted.push();
        reject(new at.lib.WampError('com.example.error.interrupted'));
      });
    });
  });
  return { caller, callee, started, interrupted };
}

/** A call that is canceled once it runs: its caller is told so, and its callee where the mode says so. */
async function canceled(at, mode, { tells }) {
  const { caller, started, interrupted } = await stuck(at);
  const call = caller.call(at.uri);
  const refusal = refused(call, 'wamp.error.canceled', 'call');
  await started.next('invocation');
  call.cancel({ mode });
  await refusal;
  if (tells) await interrupted.next('interruption');
  // The session goes on.
  await refused(caller.call(`${at.uri}.missing`), 'wamp.error.no_such_procedure', 'next call');
}

/** Who of several callees serves how many of ten calls. */
async function shares(at, invoke) {
  const callees = [await at.join(), await at.join(), await at.join()];
  for (const [i, callee] of callees.entries()) await soon(callee.register(at.uri, () => i, { invoke }), `registration ${i}`);
  const caller = await at.join();
  const served = [0, 0, 0];
  for (let i = 0; i < 30; i++) served[await soon(caller.call(at.uri), 'result')]++;
  return served;
}

export const rpc = [
  {
    area: AREA,
    name: 'progressive call results',
    async run(at) {
      const [caller, callee] = [await at.join(), await at.join()];
      await callee.register(at.uri, (args, _, { progress }) => {
        for (let i = 1; i <= args[0]; i++) progress([i], { of: args[0] });
        return 'done';
      });
      const parts = [];
      const on_progress = (args, kwargs) => parts.push([args[0], kwargs.of]);
      same(await soon(caller.call(at.uri, [3], {}, { receive_progress: true, on_progress }), 'result'), 'done', 'the result');
      same(parts, [[1, 3], [2, 3], [3, 3]], 'the parts');
    },
  },
  {
    area: AREA,
    name: 'progressive call results, iterated over',
    async run(at) {
      const [caller, callee] = [await at.join(), await at.join()];
      await callee.register(at.uri, (args, _, { progress }) => {
        for (let i = 1; i <= args[0]; i++) progress([i]);
        return 'done';
      });
      const call = caller.call(at.uri, [3], {}, { receive_progress: true });
      const parts = [];
      const all = (async () => {
        for await (const part of call) parts.push(part);
      })();
      await soon(all, 'end of the parts');
      same([parts.slice(0, 3), await call], [[1, 2, 3], 'done'], 'the parts and the result');
    },
  },
  {
    area: AREA,
    name: 'progressive call invocations',
    async run(at) {
      const [caller, callee] = [await at.join(), await at.join()];
      await callee.register(at.uri, async (_, __, invocation) => {
        let sum = 0;
        for await (const { args } of invocation.chunks) sum += args[0] ?? 0;
        return sum;
      });
      async function* numbers() {
        for (let i = 1; i <= 5; i++) yield i;
      }
      same(await soon(caller.call(at.uri, numbers()), 'result'), 15, 'the sum');
    },
  },
  {
    area: AREA,
    name: 'call canceling: kill',
    async run(at) {
      const { caller, started, interrupted } = await stuck(at);
      const call = caller.call(at.uri);
      // The callee's own error, or that of the cancelling: routers differ, the digest allows both.
      const failed = call.then(() => null, (error) => error);
      await started.next('invocation');
      call.cancel({ mode: 'kill' });
      await interrupted.next('interruption');
      const error = await soon(failed, 'end of the call');
      ok(['wamp.error.canceled', 'com.example.error.interrupted'].includes(error?.uri), `the call ends with ${error?.uri ?? error}`);
    },
  },
  { area: AREA, name: 'call canceling: killnowait', run: (at) => canceled(at, 'killnowait', { tells: true }) },
  { area: AREA, name: 'call canceling: skip', run: (at) => canceled(at, 'skip', { tells: false }) },
  {
    area: AREA,
    name: 'call canceling: AbortSignal',
    async run(at) {
      const { caller, started, interrupted } = await stuck(at);
      const stop = new AbortController();
      const call = caller.call(at.uri, [], {}, { signal: stop.signal });
      const refusal = refused(call, 'wamp.error.canceled', 'call');
      await started.next('invocation');
      stop.abort();
      await refusal;
      await interrupted.next('interruption');
    },
  },
  {
    area: AREA,
    name: 'call timeout',
    async run(at) {
      const { caller, started, interrupted } = await stuck(at);
      const refusal = refused(caller.call(at.uri, [], {}, { timeout: 300 }), 'wamp.error.timeout', 'call');
      await started.next('invocation');
      await refusal;
      await interrupted.next('interruption');
    },
  },
  {
    area: AREA,
    name: 'caller identification',
    async run(at) {
      const procedure = at.disclosed(at.uri);
      const [caller, callee] = [await at.join(), await at.join()];
      await callee.register(procedure, (_, __, { caller }) => caller);
      same(await soon(caller.call(procedure, [], {}, { disclose_me: true }), 'result'), caller.id, 'the caller');
    },
  },
  {
    area: AREA,
    name: 'pattern-based registration: prefix',
    async run(at) {
      const [caller, callee] = [await at.join(), await at.join()];
      await callee.register(at.uri, (_, __, { procedure }) => `prefix ${procedure}`, { match: 'prefix' });
      await callee.register(`${at.uri}.a`, () => 'exact');
      same(await soon(caller.call(`${at.uri}.b.c`), 'result'), `prefix ${at.uri}.b.c`);
      same(await soon(caller.call(`${at.uri}.a`), 'result'), 'exact');
    },
  },
  {
    area: AREA,
    name: 'pattern-based registration: wildcard',
    async run(at) {
      const [caller, callee] = [await at.join(), await at.join()];
      await callee.register(`${at.uri}..end`, (_, __, { procedure }) => procedure, { match: 'wildcard' });
      same(await soon(caller.call(`${at.uri}.x.end`), 'result'), `${at.uri}.x.end`);
      await refused(caller.call(`${at.uri}.x.y.end`), 'wamp.error.no_such_procedure', 'call');
    },
  },
  {
    area: AREA,
    name: 'shared registration: roundrobin',
    async run(at) {
      same(await shares(at, 'roundrobin'), [10, 10, 10], 'who served');
    },
  },
  {
    area: AREA,
    name: 'shared registration: random',
    async run(at) {
      const served = await shares(at, 'random');
      // By chance one of three gets none of thirty calls once in 60,000 runs.
      ok(served.every((calls) => calls > 0), `who served: ${served}`);
    },
  },
  {
    area: AREA,
    name: 'shared registration: first, last',
    async run(at) {
      same(await shares({ ...at, uri: `${at.uri}.first` }, 'first'), [30, 0, 0], 'who served');
      same(await shares({ ...at, uri: `${at.uri}.last` }, 'last'), [0, 0, 30], 'who served');
    },
  },
  {
    area: AREA,
    name: 'shared registration: different policies',
    async run(at) {
      const [one, other] = [await at.join(), await at.join()];
      await one.register(at.uri, () => 1, { invoke: 'roundrobin' });
      await refused(other.register(at.uri, () => 2, { invoke: 'random' }), 'wamp.error.procedure_exists_with_different_invocation_policy', 'registration');
      await refused(other.register(`${at.uri}.`.slice(0, -1), () => 2), 'wamp.error.procedure_exists_with_different_invocation_policy', 'registration').catch((error) => {
        // A policy that was not named is `single`.
        if (error.cause?.uri !== 'wamp.error.procedure_already_exists') throw error;
      });
    },
  },
  {
    area: AREA,
    name: 'force_reregister, registration revocation',
    async run(at) {
      const [caller, before, after] = [await at.join(), await at.join(), await at.join()];
      const registration = await before.register(at.uri, () => 'before');
      await soon(after.register(at.uri, () => 'after', { force_reregister: true }), 'registration');
      await soon(registration.on_unregister, 'revocation');
      same(registration.active, false, 'whether it is active');
      same(await soon(caller.call(at.uri), 'result'), 'after');
    },
  },
  {
    area: AREA,
    name: 'concurrency',
    async run(at) {
      const { caller, callee, started } = await stuck(at);
      const running = [];
      await callee.register(`${at.uri}.two`, () => new Promise(() => started.push()), { concurrency: 2 });
      for (let i = 0; i < 2; i++) {
        running.push(caller.call(`${at.uri}.two`).catch(() => {}));
        await started.next('invocation');
      }
      const error = await soon(caller.call(`${at.uri}.two`).then(() => null, (thrown) => thrown), 'refusal');
      ok(/max_concurrency_reached$/.test(error?.uri), `the third call ends with ${error?.uri ?? error}`);
    },
  },
  {
    area: AREA,
    name: 'a callee that is lost',
    async run(at) {
      const { caller, callee, started } = await stuck(at);
      const call = caller.call(at.uri).then(() => null, (error) => error);
      await started.next('invocation');
      await callee.leave();
      const error = await soon(call, 'end of the call');
      ok(error?.uri?.startsWith('wamp.error.'), `the call ends with ${error?.uri ?? error}`);
    },
  },
];

// A peer that does what the test says: one function from a command to its answer. Written for the API
// that autobahn-js and wamp-wasm share, so that both are driven by the same lines.
//
// A library is { join({ url, realm, serializer, auth? }) → { session, closed, details, router_key? }, Result, WampError, and where they
// are not the obvious: bytes(Uint8Array) → its binary type, nothing → what a procedure without result returns }.
// An answer is { ok }, { error: { uri, args, kwargs } } for a WAMP error, or { failed: text }.

import { pack, unpack } from './values.js';

export function create_peer(library) {
  let session = null;
  let closed = null;
  const subscriptions = new Map();
  const registrations = new Map();
  const arrived = mailbox();

  const behaviours = {
    echo: (args, kwargs) => new library.Result(args, kwargs),
    first: (args) => args[0],
    later: async (args) => args[0],
    nothing: () => library.nothing,
    fail(args, kwargs) { throw new library.WampError('com.example.error.refused', args, kwargs); },
    crash() { throw new TypeError('boom'); },
  };

  const commands = {
    async join(target) {
      ({ session, closed } = await library.join(target));
      return session.id;
    },
    /** Joins by a method, leaves again, and gives who the router took us for. */
    async authenticate(target) {
      const joined = await library.join(target);
      joined.session.leave();
      await joined.closed;
      const { authid, authrole, authmethod, authprovider } = joined.details;
      return { authid, authrole, authmethod, authprovider, ...(joined.router_key && { router_key: joined.router_key }) };
    },
    /** From now on encrypts with these keys by prefix; without any, no more. */
    async encrypt({ keys }) {
      session.set_payload_codec(keys && (await library.key_ring(keys)));
      return true;
    },
    async leave() {
      session.leave();
      return closed;
    },
    async subscribe({ topic }) {
      const handler = (args, kwargs) => arrived.put(topic, { args, kwargs });
      subscriptions.set(topic, await session.subscribe(topic, handler));
      return true;
    },
    async unsubscribe({ topic }) {
      await session.unsubscribe(subscriptions.get(topic));
      return true;
    },
    event: ({ topic }) => arrived.take(topic),
    async publish({ topic, args, kwargs, options }) {
      const publication = await session.publish(topic, args, kwargs, options);
      return publication ? { id: publication.id } : null;
    },
    async register({ procedure, behaviour }) {
      registrations.set(procedure, await session.register(procedure, behaviours[behaviour]));
      return true;
    },
    async unregister({ procedure }) {
      await session.unregister(registrations.get(procedure));
      return true;
    },
    async call({ procedure, args, kwargs }) {
      const result = await session.call(procedure, args, kwargs);
      if (result instanceof library.Result) return { args: result.args, kwargs: result.kwargs };
      return { args: [result], kwargs: {} };
    },
  };

  return async function answer({ do: command, ...parameters }) {
    try {
      return { ok: pack(await in_time(commands[command](unpack(parameters, library.bytes)))) };
    } catch (error) {
      const uri = error?.uri ?? error?.error;
      if (typeof uri !== 'string') return { failed: String(error?.stack ?? error) };
      return { error: pack({ uri, args: error.args ?? [], kwargs: error.kwargs ?? {} }) };
    }
  };
}

/** A command that WAMP leaves without an answer must not keep the test waiting. */
function in_time(result) {
  let late;
  const timeout = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error('nothing happened within 10 s')), 10_000);
  });
  return Promise.race([result, timeout]).finally(() => clearTimeout(late));
}

/** Events by topic; whoever asks first gets the first. */
function mailbox() {
  const boxes = new Map();
  const box = (topic) => boxes.get(topic) ?? boxes.set(topic, { items: [], waiting: [] }).get(topic);
  return {
    put(topic, item) {
      const { items, waiting } = box(topic);
      if (waiting.length > 0) waiting.shift()(item);
      else items.push(item);
    },
    take(topic) {
      const { items, waiting } = box(topic);
      return items.length > 0 ? items.shift() : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

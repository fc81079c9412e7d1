// All features that are shown on routers, and how one is run: the same in a page and in Node.js.

import { authentication } from './authentication.js';
import { pubsub } from './pubsub.js';
import { realm } from './realm.js';
import { rpc } from './rpc.js';
import { transports } from './transports.js';

export const features = [...rpc, ...pubsub, ...realm, ...authentication, ...transports];

/**
 * Runs a feature, or the proof that a router does not have it.
 * `library` is the package with the `options` that it needs there, `place` what is particular to the router (see harness/places.js).
 */
export async function run(library, { name, place, serializer, uri, proof }) {
  const sessions = [];
  const at = {
    lib: library,
    uri,
    serializer,
    url: place.url,
    batch_separator: place.batch_separator,
    longpoll: place.url.replace(/^ws(.*)\/[^/]*$/, 'http$1/lp'),
    async join(options = {}) {
      const session = await library.connect({ url: place.url, realm: 'realm1', serializers: [serializer], on_user_error() {}, ...library.options, ...place.options, ...options });
      sessions.push(session);
      return session;
    },
    /** A URI under which the router says who publishes and calls. */
    disclosed: (inner) => `${place.discloses ?? ''}${inner}`,
    /** A topic whose events the router keeps, and the subscription for which it does, in a realm that `history` names. */
    kept: (inner) =>
      place.keeps
        ? { topic: `${place.keeps}${inner}`, pattern: place.keeps, options: { match: 'prefix' } }
        : { topic: inner, pattern: inner, options: {} },
    history: place.history ?? {},
    auth: { url: place.auth_url ?? place.url, realm: place.auth_realm ?? 'realm1' },
    async revoke_subscription(session, id, reason) {
      if (place.host) session.call('host.send', [[35, 0, { subscription: id, reason }]]).catch(() => {});
      else await library.meta(await at.join()).subscriptions.remove_subscriber(id, session.id, reason);
    },
  };
  try {
    if (proof) return await prove(at, proof);
    await features.find((feature) => feature.name === name).run(at);
  } finally {
    await Promise.all(sessions.filter(({ isOpen }) => isOpen).map((session) => session.leave()));
  }
}

/** `unannounced: [role, feature]`, or `run`: the feature itself, which has to fail with this text. */
async function prove(at, { unannounced, fails, name }) {
  if (unannounced) {
    const [role, feature] = unannounced;
    const { details } = await at.join();
    if (details.roles[role].features?.[feature] === true) throw new Error(`the router announces ${feature}: it is to be tried`);
    return;
  }
  const error = await features.find((feature) => feature.name === name).run(at).then(() => null, (thrown) => thrown);
  if (!error) throw new Error(`the router has ${name}: it is to be shown`);
  if (!new RegExp(fails).test(`${error.message}`)) throw new Error(`another failure than the known one: ${error.message}`);
}

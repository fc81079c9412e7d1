// What is particular to each router: where its features are, and what it does not have. One rule: whatever
// is said to be missing is proved in every run – WELCOME does not announce it, or the feature fails as said –
// so that a router which learns something makes a test fail here.

import { crossbar, fox, wamp_wasm, xconn } from './routers.js';

/** Not announced in WELCOME. */
const unannounced = (role, feature) => ({ why: `WELCOME announces no ${feature}`, proof: { unannounced: [role, feature] } });
/** It fails, and the error says this. */
const fails = (pattern, why) => ({ why, proof: { fails: pattern } });

const no_meta = Object.fromEntries([
  ...['sessions', 'sessions that come and go', 'killing a session'].map((name) => [name, unannounced('dealer', 'session_meta_api')]),
  ['registrations', unannounced('dealer', 'registration_meta_api')],
  ['subscriptions', unannounced('broker', 'subscription_meta_api')],
  ['testaments', unannounced('dealer', 'testament_meta_api')],
]);
const no_cancel = (...names) => Object.fromEntries(names.map((name) => [name, unannounced('dealer', 'call_canceling')]));
const no_shared = Object.fromEntries(
  ['roundrobin', 'random', 'first, last', 'different policies'].map((name) => [`shared registration: ${name}`, unannounced('dealer', 'shared_registration')]),
);
/** Nothing answers there. */
const no_longpoll = (...more) =>
  Object.fromEntries([
    ...['long-poll', 'long-poll, batched'].map((name) => [name, fails('cannot connect', 'nothing answers a POST to /open')]),
    ...more.map((name) => [name, fails('cannot connect', 'the subprotocol is not agreed on')]),
  ]);
const CANCELS = ['call canceling: kill', 'call canceling: killnowait', 'call canceling: AbortSignal', 'call timeout'];
const no_patterns = Object.fromEntries(
  ['prefix', 'wildcard'].flatMap((kind) => [
    [`pattern-based registration: ${kind}`, unannounced('dealer', 'pattern_based_registration')],
    [`pattern-based subscription: ${kind}`, unannounced('broker', 'pattern_based_subscription')],
  ]),
);
const NO_PROGRESS = unannounced('dealer', 'progressive_call_results');
const NO_PARTS = unannounced('dealer', 'progressive_call_invocations');
/** It welcomes everybody, and our client does not take a welcome for a proof. */
const no_authentication = (why, ...names) => Object.fromEntries(names.map((name) => [`authentication: ${name}`, why]));
const METHODS = ['ticket', 'WAMP-CRA', 'WAMP-CRA, salted', 'SCRAM: PBKDF2', 'SCRAM: Argon2id', 'cryptosign'];
const WELCOMES_ALL = fails('who joined|wrong secret is let in|without a challenge', 'everybody is welcomed without a challenge');
const ONLY_ANONYMOUS = fails('no_matching_auth_method', 'it authenticates nobody: ABORT with no_matching_auth_method');
const NO_LISTS = unannounced('broker', 'subscriber_blackwhite_listing');
const NO_RETENTION = unannounced('broker', 'event_retention');
const NO_HISTORY = unannounced('broker', 'event_history');
const NO_CONCURRENCY = fails('no refusal', 'the call beyond the limit is routed all the same');
const NO_REVOCATION = unannounced('dealer', 'registration_revocation');

/** Routers in the order of the table. */
export const places = [
  {
    router: crossbar,
    serializers: ['json', 'msgpack', 'cbor'],
    // Its configuration says under which URIs callers and publishers are disclosed, and events kept.
    serves_pages: true,
    place: { discloses: 'disclose.', keeps: 'history.', history: { realm: 'history' }, batch_separator: '\x18', auth_realm: 'auth' },
    lacks: {
      'progressive call invocations': NO_PARTS,
    },
  },
  {
    router: xconn,
    serializers: ['json', 'msgpack', 'cbor'],
    place: { host: true, auth_realm: 'auth' },
    lacks: {
      ...no_meta,
      ...no_longpoll('batched subprotocol'),
      ...no_authentication(fails('wamp.error.authentication_failed', 'it has no SCRAM: ABORT with authentication_failed'), 'SCRAM: PBKDF2', 'SCRAM: Argon2id'),
      'event retention': NO_RETENTION,
      'shared registration: different policies': fails('procedure_already_exists', 'a registration with another policy is refused with procedure_already_exists'),
      'event history, then live events': NO_HISTORY,
      'force_reregister, registration revocation': NO_REVOCATION,
      concurrency: NO_CONCURRENCY,
    },
  },
  {
    router: fox,
    serializers: ['json'],
    // It sends null where there are no args and no kwargs.
    place: { options: { lenient: true } },
    lacks: {
      ...no_cancel(...CANCELS),
      ...no_shared,
      ...no_patterns,
      ...no_authentication(WELCOMES_ALL, ...METHODS),
      'progressive call invocations': NO_PARTS,
      ...no_longpoll('batched subprotocol'),
      'caller identification': unannounced('dealer', 'caller_identification'),
      'force_reregister, registration revocation': NO_REVOCATION,
      concurrency: NO_CONCURRENCY,
      'black and white lists: sessions': NO_LISTS,
      'black and white lists: authid, authrole': NO_LISTS,
      'a callee that is lost': fails('no end of the call', 'a call whose callee has gone is never answered'),
      'several handlers of one topic': fails('whether it was the last', 'each SUBSCRIBE of a session makes another subscription'),
      'event retention': NO_RETENTION,
      'event history, then live events': NO_HISTORY,
      'subscription revocation': unannounced('broker', 'subscription_revocation'),
      sessions: fails('not a function', 'wamp.session.list gives no list of ids'),
      'sessions that come and go': fails('no on_join', 'nothing is published when a session joins'),
      'killing a session': fails('no_such_procedure', 'wamp.session.kill is not there'),
      registrations: no_meta.registrations,
      subscriptions: no_meta.subscriptions,
      testaments: no_meta.testaments,
    },
  },
  {
    router: wamp_wasm,
    serializers: ['json', 'msgpack', 'cbor'],
    serves_pages: true,
    place: {},
    lacks: {
      ...no_meta,
      ...no_longpoll('batched subprotocol'),
      ...no_authentication(ONLY_ANONYMOUS, ...METHODS),
      ...no_cancel(...CANCELS),
      ...no_shared,
      concurrency: NO_CONCURRENCY,
      'caller identification': unannounced('dealer', 'caller_identification'),
      'publisher identification': unannounced('broker', 'publisher_identification'),
      'pattern-based registration: prefix': no_patterns['pattern-based registration: prefix'],
      'pattern-based registration: wildcard': no_patterns['pattern-based registration: wildcard'],
      'progressive call results': NO_PROGRESS,
      'progressive call results, iterated over': NO_PROGRESS,
      'progressive call invocations': NO_PARTS,
      'event retention': NO_RETENTION,
      'event history, then live events': NO_HISTORY,
      'subscription revocation': unannounced('broker', 'subscription_revocation'),
      'force_reregister, registration revocation': NO_REVOCATION,
    },
  },
];

// The package's entry for pages, workers and bundlers.

export { connect } from './api/connect.js';
export { Connection } from './api/connection.js';
export { EncodeError, FeatureNotSupported, SessionLost, StateError, WampError } from './api/errors.js';
export { Registration } from './api/registration.js';
export { Session } from './api/session.js';
export { Subscription } from './api/subscription.js';
export { Event, Invocation, Publication, Result } from './api/values.js';
export { version } from './api/version.js';
export { init } from './glue/load.js';

// @ts-check
// Autobahn's namespace on the classes of this package: `import autobahn from 'wamp-wasm/autobahn'`.

import { auth_persona, transports } from './api/absent.js';
import { auth_cra, auth_cryptosign, auth_scram, initAuth } from './api/auth_helpers.js';
import { Connection } from './api/connection.js';
import { WampError } from './api/errors.js';
import { Registration } from './api/registration.js';
import { Session } from './api/session.js';
import { Subscription } from './api/subscription.js';
import { Event, Invocation, Publication, Result } from './api/values.js';
import { version } from './api/version.js';
import * as serializer from './api/serializer.js';
import * as util from './api/util.js';

export const log = {
    debug: (/** @type {unknown[]} */ ...items) => {
        if (/** @type {any} */ (globalThis).AUTOBAHN_DEBUG) console.log(...items);
    },
    warn: (/** @type {unknown[]} */ ...items) => console.warn(...items),
};

export {
    auth_cra, auth_cryptosign, auth_persona, auth_scram, Connection, WampError as Error, Event, initAuth, Invocation, Publication, Registration, Result, serializer,
    Session, Subscription, transports, util, version,
};

export default {
    auth_cra, auth_cryptosign, auth_persona, auth_scram, Connection, Error: WampError, Event, initAuth, Invocation, log, Publication, Registration, Result, serializer,
    Session, Subscription, transports, util, version,
};

// Autobahn's namespace on the classes of this package: `import autobahn from 'wamp-wasm/autobahn'`.

import { Connection } from './api/connection.js';
import { WampError } from './api/errors.js';
import { Registration } from './api/registration.js';
import { Session } from './api/session.js';
import { Subscription } from './api/subscription.js';
import { Event, Invocation, Publication, Result } from './api/values.js';
import { version } from './api/version.js';
import * as util from './api/util.js';

export const log = {
    debug: (...items) => {
        if (globalThis.AUTOBAHN_DEBUG) console.log(...items);
    },
    warn: (...items) => console.warn(...items),
};

export { Connection, WampError as Error, Event, Invocation, Publication, Registration, Result, Session, Subscription, util, version };

export default { Connection, Error: WampError, Event, Invocation, Publication, Registration, Result, Session, Subscription, log, util, version };

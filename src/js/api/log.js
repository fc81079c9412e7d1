// @ts-check
// Writes to the console what becomes of a connection. One rule: a line for each status, at the level that it deserves.

/** @typedef {'warn' | 'info' | 'debug'} Level the least that is written */

const WARNINGS = ['waiting', 'lost-handle', 'slow'];

/** @param {Level} level @param {any} status of types.d.ts */
export function log(level, status) {
    const isWarning = WARNINGS.includes(status.type) || (status.type === 'closed' && status.how !== 'closed');
    if (level === 'warn' && !isWarning) return;
    (isWarning ? console.warn : console.info)(`wamp-wasm: ${told(status)}`);
}

/** @param {any} status */
function told({ type, transport, url, count, session, restored, how, reason, message, delay, handle, error, subscription, dropped }) {
    const why = [how, reason, message].filter(Boolean).join(': ');
    switch (type) {
        case 'connecting':
            return `connecting to ${url ?? transport}${count > 0 ? `, retry ${count}` : ''}`;
        case 'open':
            return `session ${session.id} on ${session.realm} is ${restored ? 'open again' : 'open'}`;
        case 'waiting':
            return `${why}; retry ${count} in ${delay.toFixed(1)} s`;
        case 'closed':
            return `closed (${why})`;
        case 'restored':
            return `${nameOf(handle)} is active again`;
        case 'lost-handle':
            return `${nameOf(handle)} is lost: ${error.message}`;
        case 'slow':
            return `${nameOf(subscription)} is read too slowly, ${dropped} events were dropped`;
        default:
            return type;
    }
}

/** @param {any} handle */
function nameOf({ topic, procedure }) {
    return topic === undefined ? `the registration of ${procedure}` : `the subscription to ${topic}`;
}

// @ts-check
// Payloads that a codec of the application encodes and decodes, between a session and its driver: it has
// those methods of a driver that send payloads. One rule: what came encoded is answered encoded, and
// what cannot be encoded is not sent in clear in its place.

import { check, isDict } from '../glue/check.js';
import * as Op from '../glue/op.js';
import { carried, codecs, withoutCodec } from '../glue/payload.js';
import { EncodeError, FeatureNotSupported, WampError } from './errors.js';

const CALL = 48;

const URI_MISMATCH = 'wamp.error.encryption.trusted_uri_mismatch';
const DECRYPT_ERROR = 'wamp.error.encryption.decrypt_error';

/** What says how a payload is encoded: with octets in the place of the arguments, and in WAMP's payload passthru mode. */
const OPAQUE = ['enc_algo', 'enc_serializer', 'enc_key'];
const PASSTHRU = ['ppt_scheme', 'ppt_serializer', 'ppt_cipher', 'ppt_keyid'];

/** @typedef {import('../glue/driver.js').Driver} Driver */
/** @typedef {import('../glue/driver.js').Pending} Pending */
/** @typedef {{ encode(is_originator: boolean, uri: string, args: any[], kwargs: any): any, decode(is_originator: boolean, uri: string, encoded: any): any }} PayloadCodec */
/** @typedef {{ uri: string, coding: any }} Asked the procedure of an invocation, and how its payload was encoded */

/** Those of an object's keys that have a text. @param {any} from @param {string[]} keys */
function texts(from, keys) {
    return Object.fromEntries(keys.filter((key) => typeof from[key] === 'string').map((key) => [key, from[key]]));
}

/** @param {unknown} cause */
function undecodable(cause) {
    if (cause instanceof WampError) return cause;
    return new WampError(DECRYPT_ERROR, [cause instanceof Error ? cause.message : String(cause)], {}, { cause });
}

export class Payloads {
    /** @type {PayloadCodec | null} */
    codec = null;
    #driver;
    #subscriber;
    #callee;
    #session;
    /** The invocations that came encoded, until they are answered. @type {Map<number, Asked>} */
    #asked = new Map();
    /** The messages that were decoded. @type {WeakSet<object>} */
    #decoded = new WeakSet();

    /**
     * @param {import('./session.js').Session} session @param {Driver} driver
     * @param {import('./subscriber.js').Subscriber} subscriber @param {import('./callee.js').Callee} callee
     */
    constructor(session, driver, subscriber, callee) {
        this.#driver = driver;
        this.#subscriber = subscriber;
        this.#callee = callee;
        this.#session = session;
    }

    /** @param {PayloadCodec | null} codec */
    set(codec) {
        check(codec === null || (typeof codec?.encode === 'function' && typeof codec.decode === 'function'), 'Session.set_payload_codec: <codec> must have encode and decode, or be null');
        this.codec = codec;
    }

    // --- as a driver ---------------------------------------------------------------------------

    get full() {
        return this.#driver.full;
    }

    /** @param {number} request @param {number} timeout @param {boolean} more */
    plan(request, timeout, more) {
        this.#driver.plan(request, timeout, more);
    }

    /** @param {number} request @param {string} mode */
    cancel(request, mode) {
        this.#driver.cancel(request, mode);
    }

    /** @param {number} code @param {any} options */
    demand(code, options) {
        this.#driver.demand(code, options);
    }

    /** @param {number} code @param {boolean} flag @param {any[]} middle @param {any} args @param {any} kwargs @param {Pending | null} pending */
    send(code, flag, [options, uri], args, kwargs, pending) {
        const encoded = this.#request(code, uri, args, kwargs);
        const answered = pending && code === CALL ? new Answered(pending, uri, encoded ? this.#decoded : null) : pending;
        if (!encoded) return this.#driver.send(code, flag, [options, uri], args, kwargs, answered);
        return this.#driver.send(code, flag, [{ ...options, ...encoded.options }, uri], encoded.args, undefined, answered);
    }

    /** @param {number} request @param {boolean} more @param {any[]} middle @param {any} args @param {any} kwargs */
    part(request, more, [options, uri], args, kwargs) {
        const encoded = this.#request(CALL, uri, args, kwargs);
        if (!encoded) return this.#driver.part(request, more, [options, uri], args, kwargs);
        return this.#driver.part(request, more, [{ ...options, ...encoded.options }, uri], encoded.args, undefined);
    }

    /** @param {boolean} isError @param {number} request @param {any[]} middle @param {any} args @param {any} kwargs */
    answer(isError, request, middle, args, kwargs) {
        const asked = this.#asked.get(request);
        if (!asked) return this.#driver.answer(isError, request, middle, args, kwargs);
        const [options, uri] = middle;
        if (isError) {
            const encoded = this.#encodedError(uri, args, kwargs);
            this.#driver.answer(true, request, [{ ...options, ...encoded?.options }, uri], encoded?.args, undefined);
        } else {
            const encoded = this.#encoded(false, asked.uri, args, kwargs);
            if (!encoded) throw new EncodeError('the payload codec does not encode it, though the call was encoded');
            this.#driver.answer(false, request, [{ ...options, ...encoded.options }], encoded.args, undefined);
        }
        this.#asked.delete(request);
    }

    /** @param {number} request @param {any} args @param {any} kwargs */
    progress(request, args, kwargs) {
        const asked = this.#asked.get(request);
        if (!asked) return this.#driver.progress(request, args, kwargs);
        const encoded = this.#encoded(false, asked.uri, args, kwargs);
        if (!encoded) throw new EncodeError('the payload codec does not encode it, though the call was encoded');
        this.#driver.progress(request, encoded.args, undefined, { ...encoded.options, progress: true });
    }

    // --- what comes ----------------------------------------------------------------------------

    /**
     * A message with its payload decoded. Throws a WampError when it cannot be.
     * @param {number} op @param {number} a @param {number[]} tickets @param {any} message @param {Pending | undefined} pending
     */
    opened(op, a, tickets, message, pending) {
        switch (op) {
            case Op.Event:
                return this.#open(false, message[3].topic ?? this.#subscriber.topicOf(tickets), message, undefined);
            case Op.Invocation:
            case Op.InvocationPart:
                return this.#invocation(message, a);
            case Op.Failed:
                return this.#open(true, message[4], message, undefined);
            default:
                return this.#open(true, pending instanceof Answered ? pending.uri : undefined, message, undefined);
        }
    }

    // --- as the callee, for which this is the driver ---------------------------------------------

    /** @param {Driver} _ @param {number} ticket @param {number} request @param {any} message INVOCATION, … */
    invocation(_, ticket, request, message) {
        this.#callee.invocation(this, ticket, request, message);
    }

    /** @param {Driver} driver @param {number} request @param {any} message INVOCATION, … */
    invocationPart(driver, request, message) {
        const isForged = this.#asked.has(request) && !this.#decoded.has(message);
        if (isForged) this.interrupted(driver, request, true, 'a part of an encrypted call came in clear');
        else this.#callee.invocationPart(this, request, message);
    }

    /** @param {Driver} _ @param {number} request @param {boolean} kill @param {string | undefined} reason */
    interrupted(_, request, kill, reason) {
        this.#callee.interrupted(this, request, kill, reason);
    }

    // --- inside --------------------------------------------------------------------------------

    /** @param {number} code @param {string} uri @param {any} args @param {any} kwargs */
    #request(code, uri, args, kwargs) {
        // The router itself has no keys.
        if (uri.startsWith('wamp.')) return null;
        const encoded = this.#encoded(true, uri, args, kwargs);
        if (!encoded) return null;
        const role = code === CALL ? 'dealer' : 'broker';
        const feature = 'ppt_scheme' in encoded.options ? 'payload_passthru_mode' : 'payload_transparency';
        if (this.#session.details?.roles?.[role]?.features?.[feature] !== true) throw new FeatureNotSupported(role, feature);
        return encoded;
    }

    /** @param {boolean} isOriginator @param {string} uri @param {any} args @param {any} kwargs */
    #encoded(isOriginator, uri, args, kwargs) {
        let encoded;
        try {
            encoded = this.codec?.encode(isOriginator, uri, args ?? [], kwargs ?? {});
        } catch (error) {
            throw error instanceof WampError ? error : new EncodeError(error);
        }
        if (encoded == null) return null;
        const opaque = texts(encoded, OPAQUE);
        const passthru = texts(encoded, PASSTHRU);
        if (!(encoded.payload instanceof Uint8Array) || !opaque.enc_algo === !passthru.ppt_scheme) {
            throw new EncodeError('the payload codec must give null, or a Uint8Array as payload and either enc_algo or ppt_scheme');
        }
        return opaque.enc_algo ? { args: encoded.payload, options: opaque } : { args: [encoded.payload], options: passthru };
    }

    /** Nothing where it cannot be encoded: the URI alone is sent then. @param {string} uri @param {any} args @param {any} kwargs */
    #encodedError(uri, args, kwargs) {
        try {
            return this.#encoded(false, uri, args, kwargs);
        } catch {
            return null;
        }
    }

    /** Later parts may not say how they are encoded. @param {any} message INVOCATION @param {number} ticket */
    #invocation(message, ticket) {
        const asked = this.#asked.get(message[1]);
        const uri = asked?.uri ?? message[3].procedure ?? this.#callee.procedureOf(ticket);
        const opened = this.#open(false, uri, message, asked?.coding);
        if (opened !== message && !asked) this.#asked.set(message[1], { uri, coding: message[3] });
        return opened;
    }

    /** @param {boolean} isOriginator @param {string | undefined} uri @param {any} message @param {any} coding where its details have none */
    #open(isOriginator, uri, message, coding) {
        const { details, payload, head } = carried(message);
        const how = details.ppt_scheme !== undefined || details.enc_algo !== undefined ? details : coding;
        // Octets about which nothing is said are the one argument.
        if (!how) return message;
        const octets = Array.isArray(payload) ? payload[0] : payload;
        if (!this.codec || uri === undefined) return withoutCodec(message);
        if (!(octets instanceof Uint8Array) || Array.isArray(payload) !== (how.ppt_scheme !== undefined)) throw undecodable('the payload is not encoded as its details say');
        let decoded;
        try {
            decoded = this.codec.decode(isOriginator, uri, { payload: octets, ...texts(how, OPAQUE), ...texts(how, PASSTHRU) });
        } catch (error) {
            throw undecodable(error);
        }
        if (decoded == null) return message;
        const { uri: inner, args, kwargs } = decoded;
        if (inner !== undefined && inner !== uri) throw new WampError(URI_MISMATCH, [`the encoded payload is for another URI than ${uri}`]);
        if ((args != null && !Array.isArray(args)) || (kwargs != null && !isDict(kwargs))) throw undecodable('the decoded arguments are no list and dict');
        const opened = [...message.slice(0, head), args ?? [], kwargs ?? {}];
        this.#decoded.add(opened);
        return opened;
    }
}

codecs.Payloads = Payloads;

/** A call whose result may have to be decoded, or has to be: the router must not be able to make one up. */
class Answered {
    /** @param {Pending} call @param {string} uri @param {WeakSet<object> | null} decoded where the result of an encoded call must be */
    constructor(call, uri, decoded) {
        this.call = call;
        this.uri = uri;
        this.decoded = decoded;
    }

    /** @param {number} op @param {number} b @param {any} message */
    done(op, b, message) {
        if (this.#isRight(message)) this.call.done(op, b, message);
    }

    /** @param {any} message */
    progress(message) {
        if (this.#isRight(message)) this.call.progress?.(message);
    }

    /** @param {Error} error */
    failed(error) {
        this.call.failed(error);
    }

    /** @param {any} message */
    #isRight(message) {
        if (!this.decoded || this.decoded.has(message)) return true;
        this.call.failed(undecodable('the result of an encoded call came in clear'));
        return false;
    }
}

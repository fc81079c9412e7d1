// The types of 'wamp-wasm/autobahn': autobahn's names on the classes of this package.

import { Connection, Event, Invocation, Publication, Registration, Result, Session, Subscription, WampError, version } from './index.js';
import type { Deferred } from './index.js';
import { auth_cra, auth_cryptosign, auth_scram, initAuth } from './auth.js';

/** Small helpers of autobahn. */
export declare const util: {
    /** The octets of a base64 text; null for none. */
    atob(base64: string): Uint8Array | null;
    /** The base64 text of octets; null for none. */
    btoa(bytes: Uint8Array): string | null;
    /** The hexadecimal text of octets. */
    btoh(bytes: Uint8Array): string;
    /** The octets of a hexadecimal text. */
    htob(hex: string): Uint8Array;
    /** A number of the normal distribution. */
    rand_normal(mean?: number, deviation?: number): number;
    /** Whether it is an object. */
    is_object(value: unknown): boolean;
    /** Throws an Error with the text unless the condition holds. */
    assert(condition: unknown, text?: string): void;
    /** Copies into `base` what it does not have. */
    defaults<T extends object>(base: T, ...sources: Array<object | boolean | undefined>): T;
    /** Gives an error to a handler, or to the console. */
    handle_error(handler: ((error: unknown, message?: string) => void) | undefined, error: unknown, message?: string): void;
    /** A random id of the global scope. */
    new_global_id(): number;
    /** A factory of deferreds; the options are ignored, promises are always native. */
    deferred_factory(options?: object): <T = any>() => Deferred<T>;
    /** The promise of a deferred. */
    promise<T>(deferred: Deferred<T>): Promise<T>;
    /** Resolves after so many milliseconds. */
    sleep(milliseconds: number): Promise<void>;
    /** Calls a function and gives a promise of its result, also when it throws. */
    as_promise<T>(call: (...args: any[]) => T | Promise<T>, ...args: any[]): Promise<T>;
    /** Posts JSON with cookies and gives the text of the answer. Rejects with `code` and `text`; 501 for a timeout. */
    http_post(url: string, data: string, timeout?: number): Promise<string | undefined>;
    /** Gets JSON with cookies. Rejects as `http_post` does. */
    http_get_json(url: string, timeout?: number): Promise<any>;
};

/** Autobahn's serializer classes, for the option `serializers`. They only name a serializer. */
export declare const serializer: {
    JSONSerializer: new (replacer?: null, reviver?: null) => { SERIALIZER_ID: string; BINARY: boolean };
    MsgpackSerializer: new () => { SERIALIZER_ID: string; BINARY: boolean };
    CBORSerializer: new () => { SERIALIZER_ID: string; BINARY: boolean };
};

/** Autobahn's registry of transports, which is fixed here: `get` and `register` throw. */
export declare const transports: {
    /** The kinds of transport there are. */
    list(): string[];
    /** Whether there is this kind. */
    isRegistered(name: string): boolean;
    get(name: string): never;
    register(name: string, factory: unknown): never;
};

/** Not available: throws, and says why. */
export declare const auth_persona: (...args: unknown[]) => never;

/** Autobahn's log. */
export declare const log: {
    /** Writes to the console when the global `AUTOBAHN_DEBUG` is set. */
    debug(...items: unknown[]): void;
    /** Writes a warning to the console. */
    warn(...items: unknown[]): void;
};

export { auth_cra, auth_cryptosign, auth_scram, Connection, initAuth, WampError as Error, Event, Invocation, Publication, Registration, Result, Session, Subscription, version };

declare const autobahn: {
    Connection: typeof Connection;
    Error: typeof WampError;
    Event: typeof Event;
    Invocation: typeof Invocation;
    Publication: typeof Publication;
    Registration: typeof Registration;
    Result: typeof Result;
    Session: typeof Session;
    Subscription: typeof Subscription;
    auth_cra: typeof auth_cra;
    auth_cryptosign: typeof auth_cryptosign;
    auth_persona: typeof auth_persona;
    auth_scram: typeof auth_scram;
    initAuth: typeof initAuth;
    log: typeof log;
    serializer: typeof serializer;
    transports: typeof transports;
    util: typeof util;
    version: string;
};
export default autobahn;

// @ts-check
// Codecs that are made of something else: a serializer of the application's, and one that forgives.

/** @typedef {import('./line.js').Codec} Codec */
/** @typedef {{ SERIALIZER_ID: string, BINARY: boolean, serialize(message: any[]): string | Uint8Array, unserialize(frame: any): any }} Serializer */

/**
 * The codec of a serializer in autobahn's form.
 * @param {Serializer} serializer
 * @returns {Codec}
 */
export function foreign(serializer) {
    /** @param {any[]} message */
    const encode = (message) => {
        const frame = serializer.serialize(message);
        const fits = serializer.BINARY ? frame instanceof Uint8Array : typeof frame === 'string';
        if (!fits) throw new TypeError(`the serializer '${serializer.SERIALIZER_ID}' gave no ${serializer.BINARY ? 'Uint8Array' : 'string'}`);
        return frame;
    };
    return {
        decode(frame) {
            if ((typeof frame === 'string') === serializer.BINARY) {
                const [came, should] = serializer.BINARY ? ['text', 'binary'] : ['binary', 'text'];
                throw new TypeError(`${came} frame on a connection that uses ${should} frames`);
            }
            return serializer.unserialize(serializer.BINARY ? new Uint8Array(frame) : frame);
        },
        prepare(middle, args, kwargs) {
            if (args != null && !Array.isArray(args)) throw new TypeError('<args> must be a list');
            if (Array.isArray(kwargs)) throw new TypeError('<kwargs> must be a dict');
            const tail = [...middle];
            const named = kwargs !== undefined && Object.keys(kwargs).length > 0;
            if (named || args?.length > 0 || args instanceof Uint8Array) tail.push(args ?? []);
            if (named) tail.push(kwargs);
            // Once for nothing: what cannot be sent must be known before the message has its id.
            encode([0, 0, ...tail]);
            return tail;
        },
        encode,
        finish: (head, tail) => encode([...head, ...tail]),
    };
}

/** Where the args of a message are, by its type: ERROR, RESULT, EVENT, INVOCATION. @type {Record<number, number>} */
const ARGS = { 8: 5, 50: 3, 36: 4, 68: 4 };

/**
 * A codec that takes null where args or kwargs should be, which some routers send for none.
 * @param {Codec} codec
 * @returns {Codec}
 */
export function lenient(codec) {
    return {
        ...codec,
        decode(frame) {
            const message = codec.decode(frame);
            const at = Array.isArray(message) ? ARGS[message[0]] : undefined;
            if (at === undefined || message.length > at + 2) return message;
            if (message[at + 1] === null) message.length = at + 1;
            if (message[at] === null) message[at] = [];
            return message;
        },
    };
}

// @ts-check
// Autobahn's serializer classes, to choose and order what a connection offers:
// `serializers: [new MsgpackSerializer()]`. They only name a serializer; the codecs are inside.

import { check } from '../glue/check.js';

export class JSONSerializer {
    SERIALIZER_ID = 'json';
    BINARY = false;

    /** @param {null} [replacer] @param {null} [reviver] */
    constructor(replacer, reviver) {
        check(replacer == null && reviver == null, 'JSONSerializer: <replacer> and <reviver> are not supported; give values a toJSON method');
    }
}

export class MsgpackSerializer {
    SERIALIZER_ID = 'msgpack';
    BINARY = true;
}

export class CBORSerializer {
    SERIALIZER_ID = 'cbor';
    BINARY = true;
}

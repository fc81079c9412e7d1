// The reference codecs: what the floor is built on, and what the stand-in peer speaks.
// Frames are strings or ArrayBuffers, as a WebSocket hands them out.

import { Packr, Unpackr } from 'msgpackr';
import { Encoder } from 'cbor-x';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });
const cbor = new Encoder({ useRecords: false, mapsAsObjects: true, variableMapSize: true });

const own = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);

export const codecs = {
    json: {
        encode: (message) => JSON.stringify(message),
        decode: (frame) => JSON.parse(frame),
        write: (message) => JSON.stringify(message),
    },
    msgpack: {
        encode: (message) => own(packr.pack(message)),
        decode: (frame) => unpackr.unpack(new Uint8Array(frame)),
        write: (message) => packr.pack(message),
    },
    cbor: {
        encode: (message) => own(cbor.encode(message)),
        decode: (frame) => cbor.decode(new Uint8Array(frame)),
        write: (message) => cbor.encode(message),
    },
};

// The reference codecs: what the floor is built on, and what the stand-in peer speaks.
// Frames are strings or ArrayBuffers, as a WebSocket hands them out.

import { Packr, Unpackr } from 'msgpackr';
import { Encoder } from 'cbor-x';

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });
// What a peer sends is as short as it can be; what the floor sends is what the libraries write quickest.
const compact = { useRecords: false, mapsAsObjects: true, tagUint8Array: false, variableMapSize: true };
const quickest = { ...compact, variableMapSize: false };
const packr = { compact: new Packr(compact), quickest: new Packr(quickest) };
const cbor = { compact: new Encoder(compact), quickest: new Encoder(quickest) };

const own = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);

export const codecs = {
    json: {
        encode: (message) => JSON.stringify(message),
        decode: (frame) => JSON.parse(frame),
        write: (message) => JSON.stringify(message),
    },
    msgpack: {
        encode: (message) => own(packr.compact.pack(message)),
        decode: (frame) => unpackr.unpack(new Uint8Array(frame)),
        write: (message) => packr.quickest.pack(message),
    },
    cbor: {
        encode: (message) => own(cbor.compact.encode(message)),
        decode: (frame) => cbor.quickest.decode(new Uint8Array(frame)),
        write: (message) => cbor.quickest.encode(message),
    },
};

// MessagePack and CBOR as plainly as they can be written, for the peer's side of the tests: it shares
// no line with the package.

const text = new TextEncoder();

function big(value, octets) {
    const out = [];
    for (let i = octets - 1; i >= 0; i--) out.push(Math.floor(value / 2 ** (8 * i)) % 256);
    return out;
}

function double(value) {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setFloat64(0, value);
    return [...new Uint8Array(bytes.buffer)];
}

/** @param {any} value @returns {number[]} */
function msgpack(value) {
    if (value === null || value === undefined) return [0xc0];
    if (typeof value === 'boolean') return [value ? 0xc3 : 0xc2];
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
        if (value >= 0) {
            if (value < 128) return [value];
            if (value < 256) return [0xcc, value];
            if (value < 65536) return [0xcd, ...big(value, 2)];
            if (value < 2 ** 32) return [0xce, ...big(value, 4)];
            return [0xcf, ...big(value, 8)];
        }
        return value >= -32 ? [256 + value] : [0xd0, 256 + value];
    }
    if (typeof value === 'number') return [0xcb, ...double(value)];
    if (typeof value === 'string') {
        const bytes = text.encode(value);
        return [...(bytes.length < 32 ? [0xa0 + bytes.length] : bytes.length < 256 ? [0xd9, bytes.length] : [0xda, ...big(bytes.length, 2)]), ...bytes];
    }
    if (value instanceof Uint8Array) return [0xc4, value.length, ...value];
    if (Array.isArray(value)) return [...(value.length < 16 ? [0x90 + value.length] : [0xdc, ...big(value.length, 2)]), ...value.flatMap(msgpack)];
    const entries = Object.entries(value);
    return [0x80 + entries.length, ...entries.flatMap(([key, item]) => [...msgpack(key), ...msgpack(item)])];
}

function cborHead(major, value) {
    const type = major << 5;
    if (value < 24) return [type + value];
    if (value < 256) return [type + 24, value];
    if (value < 65536) return [type + 25, ...big(value, 2)];
    if (value < 2 ** 32) return [type + 26, ...big(value, 4)];
    return [type + 27, ...big(value, 8)];
}

/** @param {any} value @returns {number[]} */
function cbor(value) {
    if (value === null || value === undefined) return [0xf6];
    if (typeof value === 'boolean') return [value ? 0xf5 : 0xf4];
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
    if (typeof value === 'number') return [0xfb, ...double(value)];
    if (typeof value === 'string') {
        const bytes = text.encode(value);
        return [...cborHead(3, bytes.length), ...bytes];
    }
    if (value instanceof Uint8Array) return [...cborHead(2, value.length), ...value];
    if (Array.isArray(value)) return [...cborHead(4, value.length), ...value.flatMap(cbor)];
    const entries = Object.entries(value);
    return [...cborHead(5, entries.length), ...entries.flatMap(([key, item]) => [...cbor(key), ...cbor(item)])];
}

/** JSON with octets as NUL and base64. @param {any} value */
function json(value) {
    return JSON.stringify(value, (_, item) => (item instanceof Uint8Array ? `\0${Buffer.from(item).toString('base64')}` : item));
}

/** By serializer: a message as a frame, and so many nested lists that are never closed. */
export const serializers = {
    json: { encode: json, nested: (depth) => '['.repeat(depth) },
    msgpack: { encode: (message) => Uint8Array.from(msgpack(message)), nested: (depth) => new Uint8Array(depth).fill(0x91) },
    cbor: { encode: (message) => Uint8Array.from(cbor(message)), nested: (depth) => new Uint8Array(depth).fill(0x81) },
};

// How values travel between the test and a peer in another process: as JSON, with what JSON cannot say
// written as {"$bytes": base64} and {"$int": decimal digits}. peers/autobahn_python.py has the same in Python.

/** From a JavaScript value to its neutral form. */
export function pack(value) {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : { $int: String(value) };
  }
  if (value instanceof Uint8Array) return { $bytes: btoa(String.fromCharCode(...value)) };
  if (value instanceof ArrayBuffer) return pack(new Uint8Array(value));
  if (Array.isArray(value)) return value.map(pack);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item)]));
  }
  return value;
}

/** Back again; `bytes` makes the library's own binary type from a Uint8Array. */
export function unpack(value, bytes = (octets) => octets) {
  if (Array.isArray(value)) return value.map((item) => unpack(item, bytes));
  if (value === null || typeof value !== 'object') return value;
  if (typeof value.$bytes === 'string') return bytes(Uint8Array.from(atob(value.$bytes), (c) => c.charCodeAt(0)));
  if (typeof value.$int === 'string') return BigInt(value.$int);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item, bytes)]));
}

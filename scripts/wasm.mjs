// The octets of a WebAssembly module, taken apart and put together. One rule: what is not changed is kept as it was.

/** Octets that are read from the beginning to the end. */
export class Reader {
    at = 0;
    constructor(octets) {
        this.octets = octets;
    }
    octet() {
        if (this.isDone) throw new Error('this is no WebAssembly module, or a part of one');
        return this.octets[this.at++];
    }
    number() {
        for (let value = 0, shift = 0; ; shift += 7) {
            const octet = this.octet();
            value += (octet & 0x7f) * 2 ** shift;
            if (octet < 0x80) return value;
        }
    }
    take(size) {
        if (this.at + size > this.octets.length) throw new Error('this is no WebAssembly module, or a part of one');
        return this.octets.subarray(this.at, (this.at += size));
    }
    /** What is read from a place on. */
    since(at) {
        return this.octets.subarray(at, this.at);
    }
    list(item) {
        return Array.from({ length: this.number() }, item);
    }
    get isDone() {
        return this.at >= this.octets.length;
    }
}

const digits = (number) => (number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...digits(Math.floor(number / 0x80))]);
export const written = (number) => Buffer.from(digits(number));
export const sized = (octets) => Buffer.concat([written(octets.length), octets]);
export const listed = (items) => Buffer.concat([written(items.length), ...items]);

/** A module whose sections of these ids are what the functions make of them. */
export function changed(module, changes) {
    const reader = new Reader(module);
    const parts = [reader.take(8)];
    while (!reader.isDone) {
        const id = reader.octet();
        const own = reader.take(reader.number());
        parts.push(Buffer.from([id]), sized(changes[id]?.(new Reader(own)) ?? own));
    }
    return Buffer.concat(parts);
}

/** What a function finds in the section of this id. */
export function found(module, id, find) {
    let result;
    changed(module, { [id]: (own) => void (result = find(own)) });
    return result;
}

/** The exports, each of which a function gives another name, or none: then it is left out. */
export const exportsRenamed = (rename) => (own) => {
    const all = own.list(() => {
        const name = own.take(own.number()).toString();
        const at = own.at;
        own.octet();
        own.number();
        return [rename(name), own.since(at)];
    });
    return listed(all.filter(([name]) => name).map(([name, what]) => Buffer.concat([sized(Buffer.from(name)), what])));
};

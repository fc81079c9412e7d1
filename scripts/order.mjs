// scripts/order.mjs FILE: puts the functions of a WebAssembly module that are alike beside each other.
// One rule: nothing changes but their order. Compression finds near what it has seen before with fewer bits,
// and guesses better what comes next: two per cent of what a page loads.

import { readFileSync, writeFileSync } from 'node:fs';
import { changed, found, listed, Reader, sized, written } from './wasm.mjs';

/** The sections in which there is something by the index of a function. */
const [CUSTOM, IMPORTS, TYPES, GLOBALS, EXPORTS, START, ELEMENTS, CODE] = [0, 2, 3, 6, 7, 8, 9, 10];
/** How many numbers are behind an instruction; what is not here is below, or unknown. */
const NUMBERS = new Map([[0x00, 0x01, 0], [0x02, 0x04, 1], [0x05, 0x05, 0], [0x0b, 0x0b, 0], [0x0c, 0x0d, 1], [0x0f, 0x0f, 0], [0x11, 0x11, 2], [0x1a, 0x1b, 0],
    [0x20, 0x26, 1], [0x28, 0x3e, 2], [0x3f, 0x42, 1], [0x45, 0xc4, 0], [0xd0, 0xd0, 1], [0xd1, 0xd1, 0]]
    .flatMap(([first, last, count]) => Array.from({ length: last - first + 1 }, (_, i) => [first + i, count])));
/** The same for those behind 0xfc. */
const MORE_NUMBERS = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];
const [BRANCHES, CALL, SELECT, FLOAT, DOUBLE, REF_FUNC, MORE] = [0x0e, 0x10, 0x1c, 0x43, 0x44, 0xd2, 0xfc];

/** The constants that a global may begin with, none of which is a function. */
const CONSTANTS = [0x23, 0x41, 0x42, FLOAT, DOUBLE];
const END = 0x0b;

const unknown = (what) => new Error(`scripts/order.mjs does not know ${what}`);

/** A function with other indices for those that it calls. */
function renumbered(body) {
    const reader = new Reader(body);
    const parts = [];
    let from = 0;
    const skip = (numbers) => Array.from({ length: numbers }, () => reader.number());
    // Its variables.
    reader.list(() => skip(2));
    while (!reader.isDone) {
        const code = reader.octet();
        if (code === CALL || code === REF_FUNC) {
            parts.push(reader.since(from), written(placeOf(reader.number())));
            from = reader.at;
        } else if (code === BRANCHES) skip(reader.number() + 1);
        else if (code === SELECT) skip(reader.number());
        else if (code === FLOAT || code === DOUBLE) reader.take(code === FLOAT ? 4 : 8);
        else if (code === MORE) {
            const more = reader.number();
            if (!(more in MORE_NUMBERS)) throw unknown(`the instruction 0xfc ${more}`);
            skip(MORE_NUMBERS[more]);
        }
        else if (NUMBERS.has(code)) skip(NUMBERS.get(code));
        else throw unknown(`the instruction 0x${code.toString(16)}`);
    }
    return Buffer.concat([...parts, reader.since(from)]);
}

/** Which function comes where: each is followed by the one most like it of those that are left. */
function inOrder(bodies) {
    const pieces = bodies.map((body) => new Set(Array.from({ length: Math.max(0, body.length - 3) }, (_, at) => body.readUInt32LE(at))));
    const likeness = (own, other) => [...pieces[other]].filter((piece) => own.has(piece)).length / Math.sqrt(bodies[other].length);
    const left = new Set(bodies.keys());
    const ordered = [];
    for (let last = 0; left.size > 0; ) {
        ordered.push(last);
        left.delete(last);
        const own = pieces[last];
        let most = -1;
        for (const other of left) {
            const much = likeness(own, other);
            if (much > most) [most, last] = [much, other];
        }
    }
    return ordered;
}

const [file] = process.argv.slice(2);
const module = readFileSync(file);
const imported = found(module, IMPORTS, (own) => own.list(() => {
    own.take(own.number());
    own.take(own.number());
    if (own.octet() !== 0) throw unknown('imports that are no functions');
    own.number();
}))?.length ?? 0;
const bodies = found(module, CODE, (own) => own.list(() => own.take(own.number()))) ?? [];
const order = inOrder(bodies);
const places = new Map(order.map((was, is) => [was + imported, is + imported]));
const placeOf = (index) => places.get(index) ?? index;

writeFileSync(file, changed(module, {
    [CUSTOM]: (own) => {
        // The places of functions, as the names of all, would be those of others.
        const name = own.take(own.number()).toString();
        throw unknown(`the section "${name}"`);
    },
    [GLOBALS]: (own) => void own.list(() => {
        own.take(2);
        const code = own.octet();
        if (!CONSTANTS.includes(code)) throw unknown(`a global that begins with 0x${code.toString(16)}`);
        if (code === FLOAT || code === DOUBLE) own.take(code === FLOAT ? 4 : 8);
        else own.number();
        if (own.octet() !== END) throw unknown('a global that is computed');
    }),
    [TYPES]: (own) => {
        const types = own.list(() => own.number());
        return listed(order.map((was) => written(types[was])));
    },
    [EXPORTS]: (own) => listed(own.list(() => {
        const name = sized(own.take(own.number()));
        const kind = own.octet();
        const index = own.number();
        return Buffer.concat([name, Buffer.from([kind]), written(kind === 0 ? placeOf(index) : index)]);
    })),
    [START]: (own) => written(placeOf(own.number())),
    [ELEMENTS]: (own) => listed(own.list(() => {
        // In a table, from a constant place on: the only form that Rust's linker writes.
        const { at } = own;
        const [flags, constant, , end] = [own.number(), own.octet(), own.number(), own.octet()];
        if (flags !== 0 || constant !== 0x41 || end !== END) throw unknown('such elements');
        return Buffer.concat([own.since(at), listed(own.list(() => written(placeOf(own.number()))))]);
    })),
    [CODE]: () => listed(order.map((was) => sized(renumbered(bodies[was])))),
}));

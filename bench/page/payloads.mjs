// The payloads of the workloads: [args] or [args, kwargs], as a user gives them. Sizes are those of an EVENT with it, as JSON.
// Each size has several variants, so that no client is measured on one repeated text.

const words = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel'];
const word = (n) => words[n % words.length];

function record(n) {
    return {
        id: 1000 + n,
        name: `${word(n)} ${word(n * 7 + 3)}`,
        active: n % 3 === 0,
        price: n * 1.25 + 0.5,
        tags: [word(n + 1), word(n + 2)],
        position: { x: n % 640, y: (n * 3) % 480 },
        note: n % 5 === 0 ? null : `note ${n} on ${word(n + 5)}`,
    };
}

const records = (count, seed) => Array.from({ length: count }, (_, i) => record(seed + i));

export const payloads = {
    // 20-byte string, about 60 bytes
    small: (n) => [[`twenty bytes of ${1000 + (n % 9000)}`.slice(0, 20)]],
    // 10 mixed kwargs, about 300 bytes
    medium: (n) => [
        [],
        {
            id: 100_000 + n,
            user: `user-${word(n)}`,
            topic: `com.example.${word(n + 1)}`,
            score: n * 0.75 + 0.125,
            online: n % 2 === 0,
            tags: [word(n), word(n + 3), word(n + 5)],
            position: { x: n % 1920, y: n % 1080 },
            message: `The quick brown fox jumps over ${n} lazy dogs`,
            parent: null,
            created: `2026-11-21T12:${10 + (n % 50)}:00.000Z`,
        },
    ],
    // a list of objects, about 4 kB
    k4: (n) => [[records(27, n)]],
    // a list of objects, about 1 MB
    mb1: (n) => [[records(6900, n)]],
    // 64 KB of octets
    bin: (n) => {
        const octets = new Uint8Array(65_536);
        for (let i = 0; i < octets.length; i++) octets[i] = (i * 31 + n) & 255;
        return [[octets]];
    },
};

/** How many variants of a size there are. */
const VARIANTS = { small: 64, medium: 64, k4: 16, mb1: 2, bin: 2 };

export const variants = (size) => Array.from({ length: VARIANTS[size] }, (_, n) => payloads[size](n));

// A message with its payload, elided as WAMP wants it.
export const withPayload = (head, [args, kwargs]) => (kwargs ? [...head, args, kwargs] : [...head, args]);

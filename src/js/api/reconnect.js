// @ts-check
// What the reconnect machine and JavaScript say to each other. One rule: the numbers are those of
// src/js/policy.rs and src/reconnect/end.rs, which say what each means.

/** What `onclose` calls it. @type {readonly ('closed' | 'lost' | 'unreachable' | 'unsupported')[]} */
export const HOW = Object.freeze(['closed', 'lost', 'unreachable', 'unsupported']);

/** What comes of the wish to connect again. */
export const Reconnect = Object.freeze({ Never: 0, Now: 1, Drop: 2 });

/** A number of the standard normal distribution, in Box and Muller's way. */
export function normal() {
    return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

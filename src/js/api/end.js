// @ts-check
// How an attempt ended, by number. One rule: the names and numbers are those of `End` in src/js/policy.rs, which says
// what each means.

export const Unsupported = 0;
export const Unreachable = 1;
export const Refused = 2;
export const Left = 3;
export const Lost = 4;
export const Closed = 5;

// @ts-check
// Why a session ended, by number. One rule: the names and numbers are those of `EndCause` in src/js/op.rs.

export const Left = 0;
export const Goodbye = 1;
export const Aborted = 2;
export const Violation = 3;
export const JoinFailed = 4;
export const TransportLost = 5;

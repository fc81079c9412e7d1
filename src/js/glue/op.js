// @ts-check
// What the core wants done, by number. One rule: the names and numbers are those of src/js/op.rs, which
// says what belongs to each.

export const Nothing = 0;
export const Send = 1;
export const Close = 2;
export const Joined = 3;
export const Challenged = 4;
export const Subscribed = 5;
export const Unsubscribed = 6;
export const Published = 7;
export const Registered = 8;
export const Unregistered = 9;
export const Result = 10;
export const Progress = 11;
export const Failed = 12;
export const Lost = 13;
export const Event = 14;
export const Invocation = 15;
export const SubscriptionRevoked = 16;
export const RegistrationRevoked = 17;
export const Ended = 18;
export const InvocationPart = 20;
export const Interrupted = 21;
export const SubscriptionRestored = 22;
export const RegistrationRestored = 23;
export const NotRestored = 24;

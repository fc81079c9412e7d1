//! What the core wants done, as numbers that the glue switches on.
//! The one rule: `glue/op.js` has the same names and numbers.

use crate::session::Cause;

/// An operation for the glue. What the registers hold is said for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Nothing more.
    Nothing = 0,
    /// Send the message of `take_octets`, in the serializer of the connection.
    Send = 1,
    /// Close the transport.
    Close = 2,
    /// The session is open; `a` its id. Details are in the message.
    Joined = 3,
    /// Challenged; method and extra are in the message.
    Challenged = 4,
    /// `a` ticket, `b` subscription.
    Subscribed = 5,
    /// `a` ticket, `b` 1 when the last handler went, else 0.
    Unsubscribed = 6,
    /// `a` ticket, `b` publication.
    Published = 7,
    /// `a` ticket, `b` registration.
    Registered = 8,
    /// `a` ticket.
    Unregistered = 9,
    /// `a` ticket. The payload is in the message.
    Result = 10,
    /// `a` ticket. The payload is in the message.
    Progress = 11,
    /// `a` ticket, `uri` the error; its payload is in the message if that is an ERROR, else `take_text` explains.
    Failed = 12,
    /// `a` ticket, `uri` and `take_text` why the session ended before the answer came.
    Lost = 13,
    /// `a` subscription, `b` publication, `handler(i)` its handlers. The payload is in the message.
    Event = 14,
    /// `a` endpoint, `b` request. The payload is in the message.
    Invocation = 15,
    /// `handler(i)` the handlers that get nothing more, `uri` why.
    SubscriptionRevoked = 16,
    /// `a` endpoint, `uri` why.
    RegistrationRevoked = 17,
    /// `a` the cause, `b` 1 when the session had been open, `uri` and `take_text` why.
    Ended = 18,
    /// `a` the request of a running invocation. The payload is in the message.
    InvocationPart = 20,
    /// `a` the request of a running invocation that is to stop, `b` 1 when an answer is waited for, `uri` why.
    Interrupted = 21,
    /// `a` handler, `b` its subscription in this session.
    SubscriptionRestored = 22,
    /// `a` endpoint, `b` its registration in this session.
    RegistrationRestored = 23,
    /// `a` handler or endpoint, which is gone; `uri` the error; its payload is in the message if that is an
    /// ERROR, else `take_text` explains.
    NotRestored = 24,
}

/// The cause of an end, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndCause {
    /// The application left.
    Left = 0,
    /// The router said GOODBYE.
    Goodbye = 1,
    /// The router said ABORT.
    Aborted = 2,
    /// The router broke the protocol.
    Violation = 3,
    /// We gave up joining.
    JoinFailed = 4,
    /// The transport was lost.
    TransportLost = 5,
}

impl From<Cause> for EndCause {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Left => Self::Left,
            Cause::Goodbye => Self::Goodbye,
            Cause::Aborted => Self::Aborted,
            Cause::Violation => Self::Violation,
            Cause::JoinFailed => Self::JoinFailed,
            Cause::TransportLost => Self::TransportLost,
        }
    }
}

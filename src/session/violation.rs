//! What a router must not do, in words: the text that goes into ABORT names the element at fault.
//! What a message alone shows to be wrong, its codec has refused already; here it is about the moment.

use crate::message::{Id, MessageType, text};

use super::State;

/// A breach of the protocol by the router.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Violation(pub(super) String);

impl Violation {
    /// A message that only clients send.
    pub(super) fn direction(kind: MessageType) -> Self {
        Self(text![kind, " is not sent by a router"])
    }

    /// A message that may come, but not now.
    pub(super) fn moment(kind: MessageType, state: State) -> Self {
        let moment = match state {
            State::Disconnected | State::Connected => " before HELLO",
            State::Joining | State::Authenticating => " before WELCOME",
            State::Established | State::Leaving | State::Ended => " after WELCOME",
        };
        Self(text![kind, moment])
    }

    /// An answer to a request that was never made.
    pub(super) fn never_issued(answer: MessageType, request: impl Id) -> Self {
        Self(text![answer, ".Request ", request.get(), " was never issued"])
    }
}

//! The client's end of one session: a state machine without sockets, clock or randomness.
//! The one rule: after every `handle` or command, drain [`Session::poll`] until it gives `None`.

mod event;

pub use event::{
    Cause, CommandError, Ended, Failure, Input, Outcome, Output, SessionConfig, SessionEvent, Success, Ticket,
};

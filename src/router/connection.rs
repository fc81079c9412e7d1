//! One attached transport and the state of the session on it.
//! A connection that was aborted or closed has no state: it is gone from the router.

use std::time::Duration;

use crate::message::{Challenge, Hello, Roles, SessionId, Uri};

use super::PeerInfo;

/// An attached transport.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) info: PeerInfo,
    pub(super) state: State,
    /// The session that is open on it, or being opened.
    pub(super) session: Option<SessionId>,
    /// When the state has to be left.
    pub(super) deadline: Option<Duration>,
}

impl Connection {
    pub(super) const fn new(info: PeerInfo) -> Self {
        Self { info, state: State::Waiting, session: None, deadline: None }
    }
}

/// Where the session on a transport stands.
#[derive(Debug)]
pub(super) enum State {
    /// No session; HELLO has to come.
    Waiting,
    /// HELLO was answered with this CHALLENGE; AUTHENTICATE has to come.
    Challenged(Box<Joining>, Challenge),
    /// The session is open in this realm.
    Established(Uri),
    /// We have said GOODBYE; its answer has to come.
    Leaving,
}

/// Somebody who has said HELLO and is not let in yet.
#[derive(Debug)]
pub(super) struct Joining {
    pub(super) hello: Hello,
    pub(super) roles: Roles,
    pub(super) session: SessionId,
}

//! Where a session is in its life. `State` is what others see; `Phase` is the same with what the
//! machine has to remember, so that nothing outlives the state to which it belongs.

use super::Ended;

/// Where a session is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no transport: [`Input::Opened`](super::Input::Opened) comes next.
    Disconnected,
    /// The transport is open: `join` comes next.
    Connected,
    /// HELLO is sent.
    Joining,
    /// The router has asked for a proof.
    Authenticating,
    /// The session is open.
    Established,
    /// GOODBYE is sent and not answered yet.
    Leaving,
    /// The session is over and its transport is to be closed.
    Ended,
}

/// [`State`] with what belongs to it.
#[derive(Debug, Default)]
pub(super) enum Phase {
    #[default]
    Disconnected,
    Connected,
    /// The authentication methods that HELLO offered.
    Joining(Vec<String>),
    Authenticating {
        /// The authentication methods that HELLO offered.
        offered: Vec<String>,
        /// Whether a challenge waits for the application's answer.
        challenged: bool,
    },
    Established,
    /// How the session will have ended unless the router says more.
    Leaving(Ended),
    Ended,
}

impl Phase {
    pub(super) const fn state(&self) -> State {
        match self {
            Self::Disconnected => State::Disconnected,
            Self::Connected => State::Connected,
            Self::Joining(_) => State::Joining,
            Self::Authenticating { .. } => State::Authenticating,
            Self::Established => State::Established,
            Self::Leaving(_) => State::Leaving,
            Self::Ended => State::Ended,
        }
    }
}

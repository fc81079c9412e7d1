//! The settings of a router: its realms, its limits and its patience. The defaults are safe for a
//! router that strangers can reach; none of the limits is a constant elsewhere.

use std::time::Duration;

use crate::message::Uri;

/// The error of a request that would exceed one of [`SessionLimits`].
pub const LIMIT_EXCEEDED: &str = "wamp.error.limit_exceeded";

/// The settings of a router.
#[derive(Clone, Debug)]
pub struct RouterConfig {
    /// The realms that clients can join.
    pub realms: Vec<Uri>,
    /// How long a peer may take to say HELLO, and to answer a challenge.
    pub handshake_timeout: Duration,
    /// How long a peer may take to answer GOODBYE.
    pub goodbye_timeout: Duration,
    /// How much one session may use.
    pub limits: SessionLimits,
}

impl RouterConfig {
    /// The default settings with these realms.
    #[must_use]
    pub fn with_realms<U: Into<Uri>>(realms: impl IntoIterator<Item = U>) -> Self {
        Self { realms: realms.into_iter().map(Into::into).collect(), ..Self::default() }
    }
}

impl Default for RouterConfig {
    /// The realm `realm1`, ten seconds for the handshake, three for the farewell.
    fn default() -> Self {
        Self {
            realms: vec!["realm1".into()],
            handshake_timeout: Duration::from_secs(10),
            goodbye_timeout: Duration::from_secs(3),
            limits: SessionLimits::default(),
        }
    }
}

/// How much one session may use of the router. A request beyond is answered with [`LIMIT_EXCEEDED`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Subscriptions it may have.
    pub subscriptions: usize,
    /// Registrations it may have.
    pub registrations: usize,
    /// Calls of its own that may be unanswered.
    pub pending_calls: usize,
    /// Octets of a URI: topics, procedures and patterns are kept, and looked up by each of their prefixes.
    pub uri: usize,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { subscriptions: 10_000, registrations: 10_000, pending_calls: 10_000, uri: 1024 }
    }
}

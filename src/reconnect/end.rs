//! How an attempt ended, and what comes of it.

/// How an attempt to have a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End<'a> {
    /// No transport can be made at all, or the server has no serializer of ours.
    Unsupported,
    /// None of the ways led to a router this time, or something else that is needed could not be had.
    Unreachable,
    /// The application's own part is wrong, and nobody was asked: a realm, a key.
    Refused,
    /// The application left, or gave the attempt up.
    Left,
    /// The transport broke.
    Lost,
    /// In good order: GOODBYE, ABORT, or a transport that the far side closed; with its reason, if it gave one.
    Closed(Option<&'a str>),
}

/// What autobahn's `onclose` says of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// In good order, by either side.
    Closed,
    /// A connection broke, or could not be made again.
    Lost,
    /// There was never any connection.
    Unreachable,
    /// There is no way to make one.
    Unsupported,
}

impl How {
    /// Autobahn's word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Lost => "lost",
            Self::Unreachable => "unreachable",
            Self::Unsupported => "unsupported",
        }
    }
}

/// The attempt that comes next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    /// Seconds until it begins.
    pub delay: f64,
    /// How many there are by now; those that the application forces do not count.
    pub count: u32,
}

/// What comes of an end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// What to call it.
    pub how: How,
    /// When to try again, if at all.
    pub retry: Option<Retry>,
}

/// How to connect again as the application wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reconnect {
    /// There is nothing to connect again: the application closed or left, or it was given up.
    Never,
    /// The wait is over: begin an attempt.
    Now,
    /// Drop what there is; its end says that another attempt begins at once.
    Drop,
}

/// Whether the same attempt would fail the same way.
pub(super) fn is_fatal(reason: &str) -> bool {
    reason.strip_prefix("wamp.error.").is_some_and(|error| FATAL.contains(&error))
}

/// Reasons after which the same attempt would fail the same way.
const FATAL: &[&str] = &[
    "authentication_denied",
    "authentication_failed",
    "authentication_required",
    "authorization_denied",
    "cannot_authenticate",
    "invalid_uri",
    "no_auth_method",
    "no_matching_auth_method",
    "no_such_principal",
    "no_such_realm",
    "no_such_role",
    "not_authorized",
    "protocol_violation",
];

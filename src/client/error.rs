//! What can go wrong for the application. Errors of the far side are values to branch on by their URI;
//! every other variant says who caused it.

use std::fmt;

use super::arguments::{Args, ArgumentError, Arguments, Kwargs, parts};
#[cfg(target_family = "wasm")]
use crate::transport::OpenError;
use crate::{
    auth::AuthError,
    codec::{EncodeError, ValueError},
    message::{OptionError, Uri, Values, uris},
    session::{Cause, CommandError, Ended},
};

/// An error of WAMP: what a procedure raises, and what a router or a procedure answers.
///
/// ```
/// use wamp_wasm::client::WampError;
///
/// let error = WampError::new("com.example.error.too_big", (100,));
/// assert_eq!(error.uri, "com.example.error.too_big");
/// assert_eq!(error.args.get::<u32>(0)?, 100);
/// # Ok::<(), wamp_wasm::client::ArgumentError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WampError {
    /// Which error: what programs branch on.
    pub uri: Uri,
    /// Positional arguments; the first is often a text for a person.
    pub args: Args,
    /// Keyword arguments.
    pub kwargs: Kwargs,
}

impl WampError {
    /// An error to raise. Arguments that cannot be written are left out.
    pub fn new(uri: impl Into<Uri>, arguments: impl Into<Arguments>) -> Self {
        Self::from_parts(uri.into(), arguments.into().into_values().unwrap_or_default())
    }

    /// `wamp.error.runtime_error` with a text for a person.
    #[must_use]
    pub fn runtime(text: &str) -> Self {
        Self::new(uris::RUNTIME_ERROR, (text,))
    }

    pub(super) fn from_parts(uri: Uri, payload: Values) -> Self {
        let (args, kwargs) = parts(payload);
        Self { uri, args: args.into(), kwargs: kwargs.into() }
    }

    pub(super) fn into_payload(self) -> Values {
        Values::Plain { args: self.args.into_values(), kwargs: self.kwargs.into_values() }
    }
}

impl std::error::Error for WampError {}

impl fmt::Display for WampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)?;
        match self.args.values().first().and_then(|text| text.as_str()) {
            Some(text) => write!(f, ": {text}"),
            None => Ok(()),
        }
    }
}

impl From<ArgumentError> for WampError {
    fn from(error: ArgumentError) -> Self {
        Self::new(uris::INVALID_ARGUMENT, (error.to_string(),))
    }
}

/// Why a call, a publication, a subscription or a registration failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The router or the callee answered with an error. Branch on its URI.
    #[error(transparent)]
    Wamp(#[from] WampError),
    /// The session ended before the answer came; whether the request was carried out is not known.
    /// Nobody's fault but the connection's, or the outcome of leaving.
    #[error(transparent)]
    SessionLost(#[from] SessionLost),
    /// The request cannot be made: a bad URI, or a session that is being left. The caller's mistake;
    /// nothing was sent.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// An argument is nothing that WAMP can carry. The caller's mistake; nothing was sent.
    #[error(transparent)]
    Argument(#[from] ValueError),
    /// The message cannot be written in the connection's serializer. The caller's mistake; nothing was sent.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl RequestError {
    /// The URI of the error, where it is one of WAMP.
    ///
    /// ```
    /// use wamp_wasm::client::{RequestError, WampError};
    ///
    /// let error = RequestError::from(WampError::runtime("no luck"));
    /// assert_eq!(error.uri(), Some("wamp.error.runtime_error"));
    /// ```
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        match self {
            Self::Wamp(error) => Some(error.uri.as_str()),
            _ => None,
        }
    }
}

/// The session is over.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionLost(pub Ended);

impl std::error::Error for SessionLost {}

impl fmt::Display for SessionLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("session over")?;
        explain(&self.0, f)
    }
}

/// Why a realm could not be joined.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// There is no connection.
    #[cfg(target_family = "wasm")]
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is no connection; the text says why.
    #[error("{0}")]
    Unreachable(String),
    /// The configuration offers no serializer, or none that the router has.
    #[error("no serializer in common")]
    NoSerializer,
    /// A detail that WAMP knows has a value of the wrong type. The caller's mistake.
    #[error("details: {0}")]
    Details(#[from] OptionError),
    /// HELLO cannot be written: the details hold a value that the serializer has no form for. The
    /// caller's mistake.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The credentials do not suffice. The caller's mistake; nothing was sent.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// There are no random numbers here, which authentication needs. Nothing was sent.
    #[error("no random numbers: {0}")]
    NoRandomness(String),
    /// The realm is no good URI. The caller's mistake; nothing was sent.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The router refused, the authentication failed, or the connection was lost on the way: the cause
    /// in [`Ended`] tells which, and its reason why.
    #[error("cannot join{}", Explained(.0))]
    Ended(Ended),
}

impl JoinError {
    /// The same as the end of a session.
    pub(super) fn ended(&self) -> Ended {
        match self {
            Self::Ended(ended) => ended.clone(),
            other => {
                Ended { cause: Cause::JoinFailed, reason: None, message: other.to_string(), was_open: false }
            }
        }
    }

    /// The reason as a URI, where the router or the protocol gives one.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Ended(ended) => ended.reason.as_ref().map(Uri::as_str),
            _ => None,
        }
    }
}

struct Explained<'a>(&'a Ended);

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        explain(self.0, f)
    }
}

fn explain(ended: &Ended, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some(reason) = &ended.reason {
        write!(f, ": {reason}")?;
    }
    if ended.message.is_empty() { Ok(()) } else { write!(f, ": {}", ended.message) }
}

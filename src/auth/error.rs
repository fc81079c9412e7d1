//! Why a challenge is not answered. One rule: no text in here holds a secret.

use crate::message::uris;

/// A challenge that must not, or cannot, be answered. The join fails with [`reason`](Self::reason).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The router asks for a method that was not offered.
    #[error("the method '{0}' was not offered")]
    NotOffered(String),
    /// The router asks for the same method again: the answer would be no better.
    #[error("the method '{0}' was asked for before")]
    Again(String),
    /// A method needs an authid, and there is none.
    #[error("{0} needs an authid")]
    NoAuthid(&'static str),
    /// `CHALLENGE.Extra` lacks a key.
    #[error("CHALLENGE.Extra.{0} is missing")]
    Missing(&'static str),
    /// A value of `CHALLENGE.Extra` is not what it has to be.
    #[error("CHALLENGE.Extra.{key} must be {expected}")]
    Malformed {
        /// The key.
        key: &'static str,
        /// What its value has to be.
        expected: &'static str,
    },
    /// The router's nonce is not ours with its own behind it: somebody replays a challenge.
    #[error("the nonce of the challenge does not extend ours")]
    Nonce,
    /// The router asks for so little work that the password could be guessed from the answer, or for so
    /// much that the program would stand still. See [`CostLimits`](super::CostLimits).
    #[error("{cost} of {asked} is not within {least} to {most}")]
    Cost {
        /// Which cost.
        cost: &'static str,
        /// What the router asks for.
        asked: u64,
        /// The least that is accepted.
        least: u64,
        /// The most that is accepted.
        most: u64,
    },
    /// There is not as much memory as the router asks for.
    #[error("not enough memory to derive the key")]
    OutOfMemory,
    /// The router wants a key derivation that does not exist here.
    #[error("the key derivation is none of pbkdf2, argon2id13")]
    UnknownKdf,
    /// The password or the authid has characters that no password may have (RFC 4013).
    #[error("the {0} has a character that SASLprep forbids")]
    Forbidden(&'static str),
    /// The channel binding of the challenge is not the one that was asked for.
    #[error("the channel binding of the challenge is not the one that was asked for")]
    ChannelBinding,
    /// The router did not sign our challenge with the key that it was expected to have.
    #[error("the router did not prove that it has the expected key")]
    WrongRouter,
}

impl AuthError {
    /// The reason for the ABORT.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::NotOffered(_) => uris::PROTOCOL_VIOLATION,
            Self::Nonce | Self::ChannelBinding | Self::WrongRouter => uris::AUTHENTICATION_FAILED,
            _ => uris::CANNOT_AUTHENTICATE,
        }
    }
}

/// A text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key must be 32 octets, written as 64 hexadecimal digits")]
pub struct KeyError;

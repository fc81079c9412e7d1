//! What can go wrong between bytes and messages. Every error says where and what.

/// A frame that is no WAMP message: a protocol violation of the peer that sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are not well-formed in their serializer.
    #[error("not {serializer}: {reason} at byte {at}")]
    Malformed {
        /// The serializer, as people write it.
        serializer: &'static str,
        /// What is wrong.
        reason: String,
        /// Where.
        at: usize,
    },
    /// The serializer is behind a feature of this crate that is off.
    #[error("{0} is not part of this build")]
    NotInThisBuild(&'static str),
    /// Text where the serializer has binary frames, or the reverse.
    #[error("{0} frame on a connection that uses {1} frames")]
    WrongFrame(&'static str, &'static str),
    /// The frame is not a list that starts with a message type.
    #[error("{0}")]
    NotAMessage(String),
    /// An element is missing, surplus or of the wrong type.
    #[error("{message}.{element} {problem}")]
    WrongElement {
        /// The message, by its name in the specification.
        message: &'static str,
        /// The element, by its name in the specification.
        element: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Deeper, larger or more than the limits allow.
    #[error("{what} exceeds the limit of {limit}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl DecodeError {
    /// The text for the peer and for a log: cut off where the peer has made it long.
    #[must_use]
    pub fn summary(&self) -> String {
        crate::message::shortened(self.to_string())
    }
}

/// A message that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The serializer is behind a feature of this crate that is off.
    #[error("{0} is not part of this build")]
    NotInThisBuild(&'static str),
    /// A value has no form in the serializer.
    #[error("{at}: {what} cannot be written as {serializer}")]
    Unrepresentable {
        /// Where in the message.
        at: String,
        /// The value.
        what: String,
        /// The serializer, as people write it.
        serializer: &'static str,
    },
    /// Deeper or larger than the limits allow.
    #[error("{what} exceeds the limit of {limit}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl EncodeError {
    /// The text for a peer and for a log: cut off where the keys that it names are long.
    #[must_use]
    pub fn summary(&self) -> String {
        crate::message::shortened(self.to_string())
    }

    /// The same error, with the place one level further out in front.
    pub(super) fn inside(self, place: &str) -> Self {
        match self {
            Self::Unrepresentable { at, what, serializer } => {
                Self::Unrepresentable { at: format!("{place}{at}"), what, serializer }
            }
            other => other,
        }
    }
}

//! What can go wrong between bytes and messages. Every error says where and what.

use crate::message::{MessageType, Show, shortened, shown, text};

/// A frame that is no WAMP message: a protocol violation of the peer that sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are not well-formed in their serializer.
    Malformed {
        /// The serializer, as people write it.
        serializer: &'static str,
        /// What is wrong.
        reason: String,
        /// Where.
        at: usize,
    },
    /// The serializer is behind a feature of this crate that is off.
    NotInThisBuild(&'static str),
    /// Text where the serializer has binary frames, or the reverse.
    WrongFrame(&'static str, &'static str),
    /// The frame is not a list that starts with a message type.
    NotAMessage(String),
    /// An element is missing, surplus or of the wrong type.
    WrongElement {
        /// The message, by its name in the specification.
        message: &'static str,
        /// The element, by its name in the specification.
        element: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Deeper, larger or more than the limits allow.
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl Show for DecodeError {
    fn show(&self, to: &mut String) {
        match self {
            Self::Malformed { serializer, reason, at } => {
                text![in to, "not ", serializer, ": ", reason, " at byte ", at];
            }
            Self::NotInThisBuild(serializer) => text![in to, serializer, NOT_IN_THIS_BUILD],
            Self::WrongFrame(frame, frames) => {
                text![in to, frame, " frame on a connection that uses ", frames, " frames"];
            }
            Self::NotAMessage(problem) => problem.show(to),
            Self::WrongElement { message, element, problem } => {
                text![in to, message, ".", element, " ", problem];
            }
            Self::TooMuch { what, limit } => text![in to, what, TOO_MUCH, limit],
        }
    }
}

impl DecodeError {
    /// An element with a problem.
    #[cold]
    #[inline(never)]
    pub(super) fn at(message: MessageType, element: &str, problem: &str) -> Self {
        Self::WrongElement {
            message: message.name(),
            element: element.to_owned(),
            problem: problem.to_owned(),
        }
    }

    /// An element of the wrong kind.
    #[inline(never)]
    pub(super) fn kind(message: MessageType, element: &str, expected: &str, found: &str) -> Self {
        Self::at(message, element, &text!["must be ", expected, ", not ", found])
    }

    /// The text for the peer and for a log: cut off where the peer has made it long.
    #[must_use]
    pub fn summary(&self) -> String {
        shortened(self.text())
    }
}

/// A message that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The serializer is behind a feature of this crate that is off.
    NotInThisBuild(&'static str),
    /// A value has no form in the serializer.
    Unrepresentable {
        /// Where in the message.
        at: String,
        /// The value.
        what: String,
        /// The serializer, as people write it.
        serializer: &'static str,
    },
    /// Deeper or larger than the limits allow.
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl Show for EncodeError {
    fn show(&self, to: &mut String) {
        match self {
            Self::NotInThisBuild(serializer) => text![in to, serializer, NOT_IN_THIS_BUILD],
            Self::Unrepresentable { at, what, serializer } => {
                text![in to, at, ": ", what, " cannot be written as ", serializer];
            }
            Self::TooMuch { what, limit } => text![in to, what, TOO_MUCH, limit],
        }
    }
}

impl EncodeError {
    /// The text for a peer and for a log: cut off where the keys that it names are long.
    #[must_use]
    pub fn summary(&self) -> String {
        shortened(self.text())
    }

    /// The same error, with the place one level further out in front.
    pub(super) fn inside(self, place: &str) -> Self {
        match self {
            Self::Unrepresentable { at, what, serializer } => {
                Self::Unrepresentable { at: text![place, at], what, serializer }
            }
            other => other,
        }
    }
}

shown! { DecodeError EncodeError }

const NOT_IN_THIS_BUILD: &str = " is not part of this build";
const TOO_MUCH: &str = " exceeds the limit of ";

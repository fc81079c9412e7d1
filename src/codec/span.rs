//! The octets of one element of a frame, still encoded.
//! A span was checked to be well-formed and not too deep when the frame was split.

#[cfg(feature = "json")]
use super::json;
use super::{DecodeError, Serializer, binary};
use crate::message::Value;

/// One encoded element.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    pub(super) serializer: Serializer,
    pub(super) octets: &'a [u8],
    /// Where it begins in its frame.
    pub(super) at: usize,
}

/// A frame cut into its elements.
pub(super) struct Split<'a> {
    /// The first elements: as many as any message has, at most.
    pub(super) spans: Vec<Span<'a>>,
    /// How many elements there are.
    pub(super) len: usize,
}

/// What an element is, as far as its first octets tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    List { empty: bool },
    Dict { empty: bool },
    Binary,
    Other(&'static str),
}

impl Kind {
    /// The name that error messages use.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::List { .. } => "list",
            Self::Dict { .. } => "dict",
            Self::Binary => "binary",
            Self::Other(name) => name,
        }
    }
}

/// An element of a message, encoded or decoded.
pub(super) trait Piece: Sized {
    fn value(self) -> Result<Value, DecodeError>;
    fn kind(&self) -> Result<Kind, DecodeError>;
}

impl Piece for Span<'_> {
    fn value(self) -> Result<Value, DecodeError> {
        Span::value(self)
    }

    fn kind(&self) -> Result<Kind, DecodeError> {
        match self.serializer {
            #[cfg(feature = "json")]
            Serializer::Json => Ok(json::kind(self.octets)),
            _ => binary::kind(self.serializer, self.octets),
        }
    }
}

impl Piece for Value {
    fn value(self) -> Result<Value, DecodeError> {
        Ok(self)
    }

    fn kind(&self) -> Result<Kind, DecodeError> {
        Ok(match self {
            Self::Null => Kind::Null,
            Self::List(list) => Kind::List { empty: list.is_empty() },
            Self::Dict(dict) => Kind::Dict { empty: dict.is_empty() },
            Self::Bytes(_) => Kind::Binary,
            other => Kind::Other(other.kind()),
        })
    }
}

impl<'a> Span<'a> {
    /// The element, decoded.
    ///
    /// # Errors
    /// [`DecodeError`] when the element has no form as a [`Value`]: a key that occurs twice or is no
    /// string, binary in JSON that is not base64.
    pub fn value(self) -> Result<Value, DecodeError> {
        match self.serializer {
            #[cfg(feature = "json")]
            Serializer::Json => json::value(self.octets, self.at),
            _ => binary::value(self.serializer, self.octets, self.at),
        }
    }

    /// The octets, in the form of [`serializer`](Self::serializer).
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.octets
    }

    /// The serializer of the octets.
    #[must_use]
    pub const fn serializer(self) -> Serializer {
        self.serializer
    }
}

//! How the payload of a message is read from its elements and written as such.

use super::{
    DecodeError, EncodeError, Output, Span,
    span::{Kind, Piece},
};
use crate::message::{MessageType, Payload, Value, Values};

/// The elements of a payload, each of the right kind: spans, which are still encoded, or values.
#[derive(Clone, Copy, Debug)]
pub enum PayloadElements<E> {
    /// Positional arguments, a list, and keyword arguments, a dict. An empty one that says nothing is
    /// left out.
    Plain {
        /// The positional arguments.
        args: Option<E>,
        /// The keyword arguments, never empty; only beside `args`.
        kwargs: Option<E>,
    },
    /// Octets in the place of the arguments.
    Opaque(E),
}

/// A payload that messages on the wire can carry.
pub trait WirePayload: Payload {
    /// Reads it.
    ///
    /// # Errors
    /// [`DecodeError`] when the elements cannot be decoded.
    fn read(elements: PayloadElements<Span<'_>>) -> Result<Self, DecodeError>;

    /// How many elements [`write`](Self::write) will append: at most 2.
    fn elements(&self) -> usize;

    /// Appends its elements to a message.
    ///
    /// # Errors
    /// [`EncodeError`] when a value has no form in the serializer.
    fn write(&self, out: &mut Output) -> Result<(), EncodeError>;
}

/// Where a payload stands in a message, as errors name it.
pub(super) const ARGUMENTS: &str = "Arguments";
pub(super) const ARGUMENTS_KW: &str = "ArgumentsKw";

/// Finds the payload of a message among the elements behind its header; none, if it says nothing.
/// `lenient`: whether null may stand for absent arguments.
pub(super) fn find<E: Piece>(
    message: MessageType,
    mut elements: impl Iterator<Item = E>,
    lenient: bool,
) -> Result<Option<PayloadElements<E>>, DecodeError> {
    let (args, kwargs) = (elements.next(), elements.next());
    let Some(args) = args else { return Ok(None) };
    let alone = kwargs.is_none();
    let kwargs = match kwargs.as_ref().map(Piece::kind).transpose()? {
        None | Some(Kind::Dict { empty: true }) => None,
        Some(Kind::Null) if lenient => None,
        Some(Kind::Dict { .. }) => kwargs,
        Some(kind) => return Err(DecodeError::kind(message, ARGUMENTS_KW, "a dict", kind.name())),
    };
    match args.kind()? {
        Kind::List { empty: true } if kwargs.is_none() => Ok(None),
        Kind::List { .. } => Ok(Some(PayloadElements::Plain { args: Some(args), kwargs })),
        Kind::Null if lenient => Ok(Some(PayloadElements::Plain { args: None, kwargs })),
        Kind::Binary if alone => Ok(Some(PayloadElements::Opaque(args))),
        Kind::Binary => {
            Err(DecodeError::at(message, ARGUMENTS, "must be the last element when it is binary"))
        }
        kind => Err(DecodeError::kind(message, ARGUMENTS, "a list", kind.name())),
    }
}

impl WirePayload for Values {
    fn read(elements: PayloadElements<Span<'_>>) -> Result<Self, DecodeError> {
        match elements {
            PayloadElements::Opaque(span) => match span.value()? {
                Value::Bytes(octets) => Ok(Self::Opaque(octets)),
                _ => Ok(Self::default()),
            },
            PayloadElements::Plain { args, kwargs } => {
                let args = match args.map(Span::value).transpose()? {
                    Some(Value::List(args)) => args,
                    _ => Vec::new(),
                };
                let kwargs = match kwargs.map(Span::value).transpose()? {
                    Some(Value::Dict(kwargs)) => kwargs,
                    _ => crate::message::Dict::new(),
                };
                Ok(Self::Plain { args, kwargs })
            }
        }
    }

    fn elements(&self) -> usize {
        match self {
            Self::Opaque(_) => 1,
            Self::Plain { kwargs, .. } if !kwargs.is_empty() => 2,
            Self::Plain { args, .. } => usize::from(!args.is_empty()),
        }
    }

    fn write(&self, out: &mut Output) -> Result<(), EncodeError> {
        match self {
            Self::Opaque(octets) => out.octets(octets).map_err(|e| e.inside(ARGUMENTS)),
            Self::Plain { args, kwargs } => {
                if self.elements() > 0 {
                    out.list(args).map_err(|e| e.inside(ARGUMENTS))?;
                }
                if self.elements() > 1 {
                    out.dict(kwargs).map_err(|e| e.inside(ARGUMENTS_KW))?;
                }
                Ok(())
            }
        }
    }
}

/// No payload: one that arrives is checked for its kind and left out.
impl WirePayload for () {
    fn read(_: PayloadElements<Span<'_>>) -> Result<Self, DecodeError> {
        Ok(())
    }

    fn elements(&self) -> usize {
        0
    }

    fn write(&self, _: &mut Output) -> Result<(), EncodeError> {
        Ok(())
    }
}

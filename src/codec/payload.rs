//! How the payload of a message is read from its elements and written as such.

use super::{DecodeError, EncodeError, Limits, Output, Span, span::Kind};
use crate::message::{Payload, Value, Values};

/// The elements of a payload, still encoded and of the right kind each.
#[derive(Clone, Copy, Debug)]
pub enum PayloadElements<'a> {
    /// Positional arguments, a list, and keyword arguments, a dict. An empty one that says nothing is
    /// left out.
    Plain {
        /// The positional arguments.
        args: Option<Span<'a>>,
        /// The keyword arguments, never empty; only beside `args`.
        kwargs: Option<Span<'a>>,
    },
    /// Octets in the place of the arguments.
    Opaque(Span<'a>),
}

/// A payload that messages on the wire can carry.
pub trait WirePayload: Payload {
    /// Reads it.
    ///
    /// # Errors
    /// [`DecodeError`] when the elements cannot be decoded.
    fn read(elements: PayloadElements<'_>) -> Result<Self, DecodeError>;

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

/// Reads the payload of a message from the elements behind its header.
pub(super) fn read<'a, P: WirePayload>(
    message: &'static str,
    mut spans: impl Iterator<Item = Span<'a>>,
    limits: &Limits,
) -> Result<P, DecodeError> {
    let (args, kwargs) = (spans.next(), spans.next());
    let Some(args) = args else { return Ok(P::default()) };
    let wrong = |element: &str, expected: &str, kind: Kind| DecodeError::WrongElement {
        message,
        element: element.to_owned(),
        problem: format!("must be {expected}, not {}", kind.name()),
    };

    let alone = kwargs.is_none();
    let kwargs = match kwargs.map(|span| Ok((span, span.kind()?))).transpose()? {
        None | Some((_, Kind::Dict { empty: true })) => None,
        Some((_, Kind::Null)) if limits.lenient => None,
        Some((span, Kind::Dict { .. })) => Some(span),
        Some((_, kind)) => return Err(wrong(ARGUMENTS_KW, "a dict", kind)),
    };
    match args.kind()? {
        Kind::List { empty: true } if kwargs.is_none() => Ok(P::default()),
        Kind::List { .. } => P::read(PayloadElements::Plain { args: Some(args), kwargs }),
        Kind::Null if limits.lenient => P::read(PayloadElements::Plain { args: None, kwargs }),
        Kind::Binary if alone => P::read(PayloadElements::Opaque(args)),
        Kind::Binary => Err(DecodeError::WrongElement {
            message,
            element: ARGUMENTS.to_owned(),
            problem: "must be the last element when it is binary".to_owned(),
        }),
        kind => Err(wrong(ARGUMENTS, "a list", kind)),
    }
}

impl WirePayload for Values {
    fn read(elements: PayloadElements<'_>) -> Result<Self, DecodeError> {
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
    fn read(_: PayloadElements<'_>) -> Result<Self, DecodeError> {
        Ok(())
    }

    fn elements(&self) -> usize {
        0
    }

    fn write(&self, _: &mut Output) -> Result<(), EncodeError> {
        Ok(())
    }
}

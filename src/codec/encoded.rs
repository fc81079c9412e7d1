//! A payload that stays encoded: what a router forwards. Peers with the same serializer get the same
//! octets; for others it is decoded and encoded anew, which can fail.

use std::sync::Arc;

use super::{
    DecodeError, EncodeError, Output, PayloadElements, Serializer, Span, WirePayload, Write, msgpack,
    payload::{ARGUMENTS, ARGUMENTS_KW},
    span::{Kind, Piece},
};
use crate::message::{Payload, Values};

/// The octets of the arguments, cheap to clone.
///
/// Encoding it for another serializer fails with [`EncodeError::Unrepresentable`] where a value has no
/// form there, such as NaN in JSON. That is the fault of the payload, and neither end's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Encoded(Option<Arc<Octets>>);

/// The elements, one behind the other.
#[derive(Debug, PartialEq)]
struct Octets {
    serializer: Serializer,
    octets: Vec<u8>,
    /// Where the keyword arguments begin; the length when there are none.
    kwargs_at: usize,
}

impl Encoded {
    /// Whether there is nothing to send.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The size in octets, as it arrived.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.as_ref().map_or(0, |inner| inner.octets.len())
    }

    /// The payload, decoded: for a router that answers a call itself.
    ///
    /// # Errors
    /// [`DecodeError`] when a part has no form as a [`Value`](crate::message::Value).
    pub fn values(&self) -> Result<Values, DecodeError> {
        let Some(inner) = &self.0 else { return Ok(Values::default()) };
        let (args, kwargs) = inner.elements();
        let Some(args) = args else { return Ok(Values::default()) };
        if matches!(args.kind()?, Kind::Binary) {
            return Values::read(PayloadElements::Opaque(args));
        }
        Values::read(PayloadElements::Plain { args: Some(args), kwargs })
    }
}

impl Octets {
    fn elements(&self) -> (Option<Span<'_>>, Option<Span<'_>>) {
        let span = |octets, at| Span { serializer: self.serializer, octets, at };
        let parts = self.octets.split_at_checked(self.kwargs_at);
        let args = parts.map(|(args, _)| span(args, 0));
        let kwargs =
            parts.filter(|(_, kwargs)| !kwargs.is_empty()).map(|(_, kwargs)| span(kwargs, self.kwargs_at));
        (args, kwargs)
    }
}

impl Payload for Encoded {
    fn from_text(text: &str) -> Self {
        // A list of one string, which has a form in every serializer.
        let mut writer = msgpack::Writer::new(vec![0x91]);
        if writer.write_text(text.trim_start_matches('\0').as_bytes()).is_err() {
            return Self::default();
        }
        let octets = writer.into_octets();
        let kwargs_at = octets.len();
        Self(Some(Arc::new(Octets { serializer: Serializer::MsgPack, octets, kwargs_at })))
    }
}

impl WirePayload for Encoded {
    fn read(elements: PayloadElements<Span<'_>>) -> Result<Self, DecodeError> {
        // Decoded once, to be sure that all who get it can: else one peer could have the sessions of
        // others end over a payload that a router passed on.
        Values::read(elements)?;
        let (args, kwargs) = match elements {
            PayloadElements::Opaque(octets) => (Some(octets), None),
            PayloadElements::Plain { args, kwargs } => (args, kwargs),
        };
        let Some(first) = args.or(kwargs) else { return Ok(Self::default()) };
        let mut octets = match args {
            Some(args) => args.octets().to_vec(),
            None => first.serializer().empty_list().to_vec(),
        };
        let kwargs_at = octets.len();
        octets.extend_from_slice(kwargs.map_or(&[], Span::octets));
        Ok(Self(Some(Arc::new(Octets { serializer: first.serializer(), octets, kwargs_at }))))
    }

    fn elements(&self) -> usize {
        self.0.as_ref().map_or(0, |inner| if inner.kwargs_at < inner.octets.len() { 2 } else { 1 })
    }

    fn write(&self, out: &mut Output) -> Result<(), EncodeError> {
        let Some(inner) = &self.0 else { return Ok(()) };
        let (args, kwargs) = inner.elements();
        if let Some(args) = args {
            out.span(args).map_err(|e| e.inside(ARGUMENTS))?;
        }
        if let Some(kwargs) = kwargs {
            out.span(kwargs).map_err(|e| e.inside(ARGUMENTS_KW))?;
        }
        Ok(())
    }
}

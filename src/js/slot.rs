//! The payload of the JavaScript API: the values stay in JavaScript, Rust only knows where they are.

use crate::{
    codec::{DecodeError, EncodeError, Output, PayloadElements, Span, WirePayload},
    message::{Payload, Value},
};

/// Where the payload of a message is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Slot {
    /// There is none.
    #[default]
    Empty,
    /// In the message that the glue is handing over at this moment.
    Received,
    /// Here: a text of the session machine's own.
    Text(String),
}

impl Payload for Slot {
    fn from_text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl WirePayload for Slot {
    fn read(_: PayloadElements<Span<'_>>) -> Result<Self, DecodeError> {
        Ok(Self::Received)
    }

    fn elements(&self) -> usize {
        usize::from(matches!(self, Self::Text(_)))
    }

    fn write(&self, out: &mut Output) -> Result<(), EncodeError> {
        match self {
            Self::Text(text) => out.list(&[Value::from(text.as_str())]),
            Self::Empty | Self::Received => Ok(()),
        }
    }
}

//! The payload of the JavaScript API: the values stay in JavaScript, Rust only knows where they are.

use crate::message::Payload;

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

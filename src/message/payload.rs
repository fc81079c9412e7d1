//! What a message carries for the application: the core passes it on and never looks inside.
//! Three representations exist: [`Values`] here, encoded bytes in the codec, JavaScript values in `js`.

use super::{Dict, List, Value};

/// A representation of a message's arguments. The default is "no arguments".
pub trait Payload: Clone + Default {
    /// A payload with one text: how an error explains itself to a person.
    fn from_text(text: &str) -> Self;
}

/// Arguments as values: what the Rust API and the tests use.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Positional and keyword arguments; an empty part does not go to the wire.
    Plain {
        /// Positional arguments.
        args: List,
        /// Keyword arguments.
        kwargs: Dict,
    },
    /// Octets in the place of the arguments ("transparent payload").
    Opaque(Vec<u8>),
}

impl Values {
    /// Positional arguments only.
    #[must_use]
    pub fn args(args: List) -> Self {
        Self::Plain { args, kwargs: Dict::new() }
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Plain { args, kwargs } if args.is_empty() && kwargs.is_empty())
    }
}

impl Default for Values {
    fn default() -> Self {
        Self::args(List::new())
    }
}

impl Payload for Values {
    fn from_text(text: &str) -> Self {
        Self::args(vec![Value::from(text)])
    }
}

/// No payload: for hosts that keep the application's values elsewhere.
impl Payload for () {
    fn from_text(_: &str) -> Self {}
}

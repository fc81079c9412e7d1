//! How it is written: messages as JSON, MessagePack and CBOR. It knows the shapes of the messages and
//! nothing of their meaning.

mod error;
mod frame;
mod token;

pub use error::{DecodeError, EncodeError};
pub use frame::{Frame, Serializer};

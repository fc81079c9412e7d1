//! How it is written: messages as JSON, MessagePack and CBOR. It knows the shapes of the messages and
//! nothing of their meaning.

pub mod cbor;
mod cursor;
mod error;
mod frame;
pub mod msgpack;
mod skip;
mod token;

pub use error::{DecodeError, EncodeError};
pub use frame::{Frame, Serializer};
pub use token::{Read, Token, Write};

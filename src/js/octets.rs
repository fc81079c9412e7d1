//! What crosses as octets: messages that are not hot, and the application's options. It is MessagePack
//! whatever the serializer of the connection, so that one codec is enough; the glue makes the octets of
//! the values that it has, and values of octets.

use super::{
    core::{Thrown, thrown},
    slot::Slot,
};
use crate::{
    codec::{self, DecodeError, EncodeError, Frame, Limits, Serializer},
    message::{Dict, Message},
};

/// The message in these octets. How large a frame may be is for the glue to see to.
pub(super) fn message(octets: Vec<u8>) -> Result<Message<Slot>, DecodeError> {
    let limits = Limits { max_size: usize::MAX, ..Limits::default() };
    codec::decode(Serializer::MsgPack, &Frame::Binary(octets), &limits)
}

/// The octets of a message.
pub(super) fn of_message(message: &Message<Slot>) -> Result<Vec<u8>, EncodeError> {
    match codec::encode(Serializer::MsgPack, message)? {
        Frame::Binary(octets) => Ok(octets),
        Frame::Text(_) => Ok(Vec::new()),
    }
}

/// A dict of the application's.
pub(super) fn dict(octets: &[u8]) -> Result<Dict, Thrown> {
    // The extra of `[AUTHENTICATE, "", Extra]` may hold anything, so that message serves to read it.
    match message([&[0x93, 5, 0xa0], octets].concat()) {
        Ok(Message::Authenticate(message)) => Ok(message.extra.into_dict()),
        Ok(_) => Err(thrown("not a dict")),
        Err(error) => Err(thrown(error)),
    }
}

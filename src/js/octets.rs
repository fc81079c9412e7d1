//! What crosses as octets: messages that are not hot, and commands in the form of one. Both ways they are
//! MessagePack, whatever the serializer of the connection.

use super::slot::Slot;
use crate::{
    codec::{self, DecodeError, EncodeError, Frame, Output, Serializer},
    message::{Dict, Message, Value},
};

/// The message in octets.
pub(super) fn message(octets: &[u8]) -> Result<Message<Slot>, DecodeError> {
    match value(octets)? {
        Value::List(elements) => codec::decode_values(elements, Slot::Received),
        _ => Err(DecodeError::NotAMessage("a message must be a list".to_owned())),
    }
}

/// The value in octets.
pub(super) fn value(octets: &[u8]) -> Result<Value, DecodeError> {
    codec::msgpack_value(octets)
}

/// The octets of a message.
pub(super) fn of_message(message: &Message<Slot>) -> Result<Vec<u8>, EncodeError> {
    codec::encode(Serializer::MsgPack, message).map(binary)
}

/// The octets of a dict.
pub(super) fn of_dict(dict: &Dict) -> Result<Vec<u8>, EncodeError> {
    let mut out = Output::new(Serializer::MsgPack)?;
    out.dict(dict)?;
    out.into_frame().map(binary)
}

fn binary(frame: Frame) -> Vec<u8> {
    match frame {
        Frame::Binary(octets) => octets,
        Frame::Text(_) => Vec::new(),
    }
}

//! What crosses as octets: messages that are not hot, and commands in the form of one. Both ways they are
//! MessagePack, whatever the serializer of the connection.

use super::slot::Slot;
use crate::{
    codec::{
        self, DecodeError, Part,
        msgpack::{self, Plain},
    },
    message::{Dict, Message, Value},
};

/// The message in octets.
pub(super) fn message(octets: &[u8]) -> Result<Message<Slot>, DecodeError> {
    match value(octets)? {
        Value::List(elements) => codec::decode_values(elements, Slot::Received),
        _ => Err(DecodeError::NotAMessage("a message must be a list".to_owned())),
    }
}

/// The value in octets, which the glue wrote.
pub(super) fn value(octets: &[u8]) -> Result<Value, DecodeError> {
    msgpack::value(octets).ok_or_else(|| DecodeError::NotAMessage("a message that breaks off".to_owned()))
}

/// The octets of a message.
pub(super) fn of_message(message: &Message<Slot>) -> Vec<u8> {
    let (header, payload) = codec::parts(message);
    let text = if let Some(Slot::Text(text)) = payload { Some(text) } else { None };
    let mut out = Plain::default();
    out.list(1 + header.len() + usize::from(text.is_some()));
    out.number(message.message_type().code());
    for part in header {
        match part {
            Part::Number(number) => out.number(number),
            Part::Text(text) => out.text(text),
            Part::Dict(dict) => out.dict(dict),
        }
    }
    if let Some(text) = text {
        out.list(1);
        out.text(text);
    }
    out.into_octets()
}

/// The octets of a dict.
pub(super) fn of_dict(dict: &Dict) -> Vec<u8> {
    let mut out = Plain::default();
    out.dict(dict);
    out.into_octets()
}

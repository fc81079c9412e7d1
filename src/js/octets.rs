//! What crosses as octets: messages that are not hot, and commands in the form of one. Inwards they are a
//! tape, which the glue has written of the values that it has; outwards they are MessagePack.

use super::slot::Slot;
use crate::{
    codec::{self, DecodeError, EncodeError, Frame, Output, Serializer, tape},
    message::{Dict, Message, Value},
};

/// The message on a tape.
pub(super) fn message(octets: &[u8]) -> Result<Message<Slot>, DecodeError> {
    match value(octets)? {
        Value::List(elements) => codec::decode_values(elements, Slot::Received),
        _ => Err(DecodeError::NotAMessage("a message must be a list".to_owned())),
    }
}

/// The value on a tape in octets: the number of its words, these, and the number of its numbers, these,
/// all in little-endian order; the rest is its texts.
pub(super) fn value(octets: &[u8]) -> Result<Value, DecodeError> {
    let (words, rest) = counted(octets, u32::from_le_bytes);
    let (numbers, octets) = counted(rest, f64::from_le_bytes);
    tape::value(&words, &numbers, octets)
}

/// So many items as the first four octets say, and what is behind them.
fn counted<const N: usize, T>(octets: &[u8], item: impl Fn([u8; N]) -> T) -> (Vec<T>, &[u8]) {
    let (count, octets) = octets.split_first_chunk().unwrap_or((&[0; 4], &[]));
    let length = (u32::from_le_bytes(*count) as usize).saturating_mul(N);
    let (items, rest) = octets.split_at_checked(length).unwrap_or_default();
    (items.as_chunks().0.iter().map(|octets| item(*octets)).collect(), rest)
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

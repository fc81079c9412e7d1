//! How it is written: messages as JSON, MessagePack and CBOR. It knows the shapes of the messages and
//! nothing of their meaning.
//!
//! A frame is split into the octets of its elements; the elements of the header become values, which
//! the one table of shapes turns into a typed message; the elements of the payload go to the payload's
//! type, which may decode them, keep them as they are, or leave them out.

mod binary;
pub mod cbor;
mod cursor;
mod element;
mod encoded;
mod error;
mod frame;
mod glance;
#[cfg(feature = "json")]
mod json;
mod limits;
pub mod msgpack;
mod output;
mod payload;
mod rules;
mod serde_value;
mod shape;
mod skip;
mod span;
pub mod tape;
mod token;

#[cfg(all(feature = "js", target_family = "wasm"))]
pub(crate) use element::Part;
pub use encoded::Encoded;
pub use error::{DecodeError, EncodeError};
pub use frame::{Frame, Serializer, negotiate};
pub use limits::{Limits, MAX_DEPTH};
pub use output::Output;
pub use payload::{PayloadElements, WirePayload};
pub use serde_value::{ValueError, from_value, to_value};
pub use span::Span;
pub use token::{Read, Token, Write};

use crate::message::{Message, MessageType, Payload, Value, text};
use span::Piece;

/// Writes a message as one frame.
///
/// Whatever it writes, [`decode`] of the same serializer reads back to an equal message. Empty
/// arguments are left out, and `[]` stands for them where keyword arguments follow.
///
/// ```
/// use wamp_wasm::codec::{Frame, Serializer, encode};
/// use wamp_wasm::message::{Call, CallOptions, Id, Message, RequestId, Values};
///
/// let call = Call {
///     request: RequestId::new(1)?,
///     options: CallOptions::default(),
///     procedure: "com.example.add".into(),
///     payload: Values::args(vec![2.into(), 3.into()]),
/// };
/// let frame = encode(Serializer::Json, &Message::from(call))?;
/// assert_eq!(frame, Frame::Text(r#"[48,1,{},"com.example.add",[2,3]]"#.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EncodeError`] for a value that has no form in the serializer, or that is nested too deep.
pub fn encode<P: WirePayload>(serializer: Serializer, message: &Message<P>) -> Result<Frame, EncodeError> {
    let mut out = Output::new(serializer)?;
    let payload = shape::payload(message);
    shape::header(message).write(payload.map_or(0, P::elements), &mut out)?;
    if let Some(payload) = payload {
        payload.write(&mut out).map_err(|e| e.inside(&text![message.message_type(), "."]))?;
    }
    out.into_frame().map_err(|e| e.inside(message.message_type().name()))
}

/// What a message is made of, for a caller who writes it: its header behind the type, and its payload.
#[cfg(all(feature = "js", target_family = "wasm"))]
pub(crate) fn parts<P>(message: &Message<P>) -> (Vec<Part<'_>>, Option<&P>) {
    (shape::header(message).parts().map(|(_, part)| part).collect(), shape::payload(message))
}

/// Reads the message in a frame.
///
/// ```
/// use wamp_wasm::codec::{Frame, Limits, Serializer, decode};
/// use wamp_wasm::message::{Message, Values};
///
/// let read = |text: &str| decode::<Values>(Serializer::Json, &Frame::Text(text.into()), &Limits::default());
///
/// assert!(matches!(read("[33,1,7]"), Ok(Message::Subscribed(m)) if m.subscription.to_string() == "7"));
/// assert_eq!(
///     read("[33,1,0]").unwrap_err().to_string(),
///     "SUBSCRIBED.Subscription must be an id from 1 to 2^53, not 0"
/// );
/// ```
///
/// # Errors
/// [`DecodeError`] says which element is wrong, and how. Every such frame is a protocol violation of
/// the peer that sent it.
pub fn decode<P: WirePayload>(
    serializer: Serializer,
    frame: &Frame,
    limits: &Limits,
) -> Result<Message<P>, DecodeError> {
    #[cfg(feature = "json")]
    let text;
    let split = match (serializer, frame) {
        #[cfg(feature = "json")]
        (Serializer::Json, Frame::Text(frame)) => {
            limits.check_size(frame.len())?;
            text = json::whole_characters(frame);
            json::split(&text, limits)?
        }
        (Serializer::MsgPack | Serializer::Cbor, Frame::Binary(octets)) => {
            limits.check_size(octets.len())?;
            binary::split(serializer, octets, limits)?
        }
        (Serializer::Json, Frame::Binary(_)) => return Err(DecodeError::WrongFrame("binary", "text")),
        #[cfg(not(feature = "json"))]
        (Serializer::Json, Frame::Text(_)) => return Err(DecodeError::NotInThisBuild(serializer.name())),
        (_, Frame::Text(_)) => return Err(DecodeError::WrongFrame("text", "binary")),
    };
    message_of(split.spans.into_iter(), split.len, limits.lenient, P::read)
}

/// Reads the message of elements that are values already, for a caller who keeps the payload: wherever the
/// message has one, `payload` stands for it.
///
/// # Errors
/// As [`decode`].
pub fn decode_values<P: Payload>(elements: Vec<Value>, payload: P) -> Result<Message<P>, DecodeError> {
    let len = elements.len();
    message_of(elements.into_iter(), len, false, |_| Ok(payload))
}

/// A message whose header is one or two numbers, and details where it has some, all of which are right.
#[cfg(all(feature = "js", target_family = "wasm"))]
pub(crate) fn of_numbers<P: Payload>(
    message_type: MessageType,
    first: u64,
    second: Option<u64>,
    details: crate::message::Dict,
    payload: P,
) -> Message<P> {
    shape::message(message_type, &mut element::Header::of_checked(first, second, details), payload)
}

/// The message of these elements, of which there are `len` in all.
fn message_of<E: Piece, P: Payload>(
    mut elements: impl Iterator<Item = E>,
    len: usize,
    lenient: bool,
    read_payload: impl FnOnce(PayloadElements<E>) -> Result<P, DecodeError>,
) -> Result<Message<P>, DecodeError> {
    let empty = || DecodeError::NotAMessage("a message must not be an empty list".into());
    let message_type = message_type(&elements.next().ok_or_else(empty)?.value()?)?;
    let layout = shape::layout(message_type);
    layout.check(len)?;

    let mut header = layout.read(&mut elements)?;
    let payload = match payload::find(message_type, elements, lenient)? {
        Some(elements) => read_payload(elements)?,
        None => P::default(),
    };
    let message = shape::message(message_type, &mut header, payload);
    rules::check(&message, len)?;
    Ok(message)
}

fn message_type(code: &Value) -> Result<MessageType, DecodeError> {
    let known = code.as_integer().and_then(MessageType::from_code);
    known.ok_or_else(|| DecodeError::NotAMessage(text!["unknown message type ", element::found(code)]))
}

//! Messages without their payload, as JSON text: how a message crosses between the JavaScript that
//! holds the payload and the core that takes the decisions.

use super::{
    DecodeError, EncodeError, Frame, Limits, Output, Serializer, json, limits::MAX_DEPTH, message_of, shape,
};
use crate::message::{Message, Payload};

/// Reads an envelope: the JSON text of a message of which the payload elements were left out.
///
/// It is the message's list up to and without `Arguments`, whatever serializer the message came in:
/// `[36,5,7,{"topic":"com.example.chat"}]` for an EVENT with any arguments. A message without payload
/// is there as a whole, with its optional last element if it has one. Octets in a dict stand as in the
/// JSON serializer, a string of NUL and base64. The payload of the result is the default of its type.
///
/// Whether `Arguments` is a list and `ArgumentsKw` a dict is for the caller to see to; a message where
/// they are not goes through [`decode`](super::decode) as it came, for the error that names the element.
///
/// ```
/// use wamp_wasm::codec::decode_envelope;
/// use wamp_wasm::message::Message;
///
/// let message: Message<()> = decode_envelope(r#"[36,5,7,{"topic":"com.example.chat"}]"#)?;
/// assert!(matches!(message, Message::Event(e) if e.details.topic() == Some("com.example.chat")));
/// # Ok::<(), wamp_wasm::codec::DecodeError>(())
/// ```
///
/// # Errors
/// The same as for [`decode`](super::decode); payload elements count as surplus.
pub fn decode_envelope<P: Payload>(text: &str) -> Result<Message<P>, DecodeError> {
    let limits = Limits { max_size: usize::MAX, max_depth: MAX_DEPTH, lenient: false };
    let text = json::whole_characters(text);
    let split = json::split(&text, &limits)?;
    message_of(split, |message, mut spans| match spans.next() {
        None => Ok(P::default()),
        Some(_) => Err(DecodeError::NotAMessage(format!("an envelope of {message} has no payload"))),
    })
}

/// Writes the envelope of a message: the JSON text that [`decode_envelope`] reads. The payload, if
/// there is one, is for the caller to add.
///
/// # Errors
/// [`EncodeError`] for a details or options dict with a value that JSON has no form for.
pub fn encode_envelope<P>(message: &Message<P>) -> Result<String, EncodeError> {
    let mut out = Output::new(Serializer::Json)?;
    shape::write_header(message, 0, &mut out)?;
    match out.into_frame()? {
        Frame::Text(text) => Ok(text),
        Frame::Binary(_) => Ok(String::new()),
    }
}

//! What the protocol demands of a message beyond the types of its elements, as far as the message
//! alone shows it.

use super::DecodeError;
use crate::message::{Message, MessageType, Role, Roles, Uri, UriRules, Value, text};

/// Checks a message that had `len` elements.
pub(super) fn check<P>(message: &Message<P>, len: usize) -> Result<(), DecodeError> {
    let kind = message.message_type();
    match message {
        Message::Hello(m) => roles(kind, m.details.as_dict().get("roles"), &Role::CLIENT),
        Message::Welcome(m) => roles(kind, m.details.as_dict().get("roles"), &Role::ROUTER),
        // Requests with a bad URI are answered with an error; these cannot be.
        Message::Error(m) => complete(kind, "Error", &m.error),
        Message::Goodbye(m) => complete(kind, "Reason", &m.reason),
        Message::Event(m) => optional(kind, "Details.topic", m.details.topic()),
        Message::Invocation(m) => optional(kind, "Details.procedure", m.details.procedure()),
        Message::Unsubscribed(m) => revocation(kind, m.request.is_none(), len),
        Message::Unregistered(m) => revocation(kind, m.request.is_none(), len),
        _ => Ok(()),
    }
}

fn roles(message: MessageType, value: Option<&Value>, among: &[Role]) -> Result<(), DecodeError> {
    Roles::read(value, among).map(drop).map_err(|sentence| {
        let end = sentence.bytes().take_while(|octet| *octet != b' ').count();
        let (key, problem) = (sentence.get(..end), sentence.get(end + 1..));
        DecodeError::at(message, &text!["Details.", key.unwrap_or_default()], problem.unwrap_or_default())
    })
}

fn complete(message: MessageType, element: &str, uri: &Uri) -> Result<(), DecodeError> {
    uri.check(UriRules::Complete).map_err(|e| DecodeError::at(message, element, &text!["must be a URI: ", e]))
}

fn optional(message: MessageType, element: &str, uri: Option<&str>) -> Result<(), DecodeError> {
    uri.map_or(Ok(()), |uri| complete(message, element, &uri.into()))
}

/// The details of a revocation stand where, and only where, the request is 0.
fn revocation(message: MessageType, revoked: bool, len: usize) -> Result<(), DecodeError> {
    match (revoked, len) {
        (true, 3..) | (false, ..3) => Ok(()),
        (true, _) => Err(DecodeError::at(message, "Request", "must be an id from 1 to 2^53, not 0")),
        (false, _) => Err(DecodeError::at(message, "Request", "must be 0 where details follow")),
    }
}

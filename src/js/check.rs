//! Checks for the glue: whether what the application gave is good to be sent, before anything is.
//! They need no session, and name the argument that is wrong.

use wasm_bindgen::prelude::wasm_bindgen;

use super::{core::text, octets};
use crate::{
    codec::DecodeError,
    message::{
        CallOptions, EventDetails, InvocationDetails, MatchPolicy, Message, MessageType, Pattern,
        PublishOptions, ResultDetails, Show, Uri, UriRules, text,
    },
    session::announced,
};

/// For each type of details that the glue checks by itself: the keys that WAMP defines and what their
/// values have to be, `key:what` and the end of a line each.
#[wasm_bindgen]
pub fn known_keys(code: u32) -> String {
    use MessageType::{Call, Event, Invocation, Publish, Result};

    let Some(message_type) = MessageType::from_code(code.into()) else { return String::new() };
    let keys = match message_type {
        Event => EventDetails::KEYS,
        Result => ResultDetails::KEYS,
        Invocation => InvocationDetails::KEYS,
        Publish => PublishOptions::KEYS,
        Call => CallOptions::KEYS,
        _ => return String::new(),
    };
    // Whether these are good depends on the router too, which only the core knows.
    let judged = |key: &str| matches!(key, "progress" | "ppt_scheme");
    let sent = matches!(message_type, Publish | Call);
    let mut lines = String::new();
    for (key, kind) in keys.iter() {
        let what = if sent && judged(key) { "judged" } else { kind.expected() };
        text![in &mut lines, key, ":", what, "\n"];
    }
    lines
}

/// What is wrong with the options or the URI of a request that is to be sent, in octets; names the argument.
#[wasm_bindgen]
pub fn problem_of(request: &[u8]) -> Option<String> {
    let (name, uri, policy) = match octets::message(request) {
        Ok(Message::Publish(message)) => ("topic", message.topic, None),
        Ok(Message::Call(message)) => ("procedure", message.procedure, None),
        Ok(Message::Subscribe(message)) => ("topic", message.topic, message.options.r#match()),
        Ok(Message::Register(message)) => ("procedure", message.procedure, message.options.r#match()),
        Ok(_) => return None,
        Err(DecodeError::WrongElement { element, problem, .. }) => {
            let key = element.strip_prefix("Options").unwrap_or_default();
            return Some(text!["<options>", key, " ", problem]);
        }
        Err(error) => return Some(error.text()),
    };
    let problem = Pattern::new(uri, policy.unwrap_or(MatchPolicy::Exact)).err()?;
    Some(text!["<", name, ">: ", problem])
}

/// The roles of this side and their features, as HELLO announces them: a dict in MessagePack.
#[wasm_bindgen]
pub fn own_roles() -> Vec<u8> {
    octets::of_dict(announced().as_dict())
}

/// Whether a text, in UTF-8, is a complete URI.
#[wasm_bindgen]
pub fn is_uri(utf8: Vec<u8>) -> bool {
    Uri::from(text(utf8)).check(UriRules::Complete).is_ok()
}

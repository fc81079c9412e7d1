//! Checks for the glue: whether what the application gave is good to be sent, before anything is.
//! They need no session, and name the argument that is wrong.

use wasm_bindgen::prelude::wasm_bindgen;

use super::{
    core::{Thrown, thrown},
    octets,
};
use crate::{
    message::{
        CallOptions, EventDetails, InvocationDetails, MatchPolicy, MessageType, OptionError, Pattern,
        PublishOptions, RegisterOptions, ResultDetails, Role, SubscribeOptions, Uri, UriRules,
    },
    session::announced,
};

/// For each type of details that the glue checks by itself: the keys that WAMP defines and what their
/// values have to be, a line each, `key:what`.
///
/// # Errors
/// Throws a text for a message that is not hot.
#[wasm_bindgen]
pub fn known_keys(code: u32) -> Result<String, Thrown> {
    let keys = match MessageType::from_code(code.into()) {
        Some(MessageType::Event) => EventDetails::KEYS,
        Some(MessageType::Result) => ResultDetails::KEYS,
        Some(MessageType::Invocation) => InvocationDetails::KEYS,
        Some(MessageType::Publish) => PublishOptions::KEYS,
        Some(MessageType::Call) => CallOptions::KEYS,
        _ => return Err(thrown("not a hot message")),
    };
    // Whether these are good depends on the router too, which only the core knows.
    let judged = |key: &str| matches!(key, "progress" | "ppt_scheme");
    let sent = matches!(MessageType::from_code(code.into()), Some(MessageType::Publish | MessageType::Call));
    let mut lines = String::new();
    for (key, kind) in keys {
        let separator = if lines.is_empty() { "" } else { "\n" };
        let what = if sent && judged(key) { "judged" } else { kind.expected() };
        for part in [separator, key, ":", what] {
            lines.push_str(part);
        }
    }
    Ok(lines)
}

/// Checks the URI and the options, a dict on a tape, of a request that is to be sent: `code` is its type.
///
/// # Errors
/// Throws a text that names the argument.
#[wasm_bindgen]
pub fn check_request(code: u32, uri: &str, options: &[u8]) -> Result<(), Thrown> {
    let options = octets::dict(options)?;
    let wrong = |error: OptionError| thrown(format_args!("<options>.{error}"));
    let (name, policy) = match MessageType::from_code(code.into()) {
        Some(MessageType::Publish) => {
            PublishOptions::try_from(options).map_err(wrong)?;
            ("topic", MatchPolicy::Exact)
        }
        Some(MessageType::Call) => {
            CallOptions::try_from(options).map_err(wrong)?;
            ("procedure", MatchPolicy::Exact)
        }
        Some(MessageType::Subscribe) => {
            ("topic", SubscribeOptions::try_from(options).map_err(wrong)?.r#match().unwrap_or_default())
        }
        Some(MessageType::Register) => {
            ("procedure", RegisterOptions::try_from(options).map_err(wrong)?.r#match().unwrap_or_default())
        }
        _ => return Err(thrown("not a request")),
    };
    Pattern::new(uri.into(), policy).map_err(|error| thrown(format_args!("<{name}>: {error}")))?;
    Ok(())
}

/// Whether HELLO announces this feature for a role of this side.
#[wasm_bindgen]
pub fn announces(role: &str, feature: &str) -> bool {
    let roles = announced();
    Role::CLIENT.into_iter().any(|played| played.as_str() == role && roles.supports(played, feature))
}

/// Whether a text is a complete URI.
#[wasm_bindgen]
pub fn is_uri(text: &str) -> bool {
    Uri::from(text).check(UriRules::Complete).is_ok()
}

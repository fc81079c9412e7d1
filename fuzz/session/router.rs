//! What a router may say, right or wrong.

use std::sync::LazyLock;

use wamp_wasm::{
    codec::{Frame, Limits, Serializer, decode},
    message::{
        Call, CallOptions, CloseDetails, Dict, EndDetails, Error, ErrorDetails, Event, EventDetails, Goodbye,
        HelloDetails, Id, Interrupt, Invocation, Message, MessageType, PublicationId, Published, Registered,
        RegistrationId, Result as CallResult, Subscribed, SubscriptionId, Unregistered, Unsubscribed, Value,
        Values, uris,
    },
    session::Input,
};

use super::{choices::Choices, request, some_id, typed};

const REQUESTS: [MessageType; 8] = [
    MessageType::Publish,
    MessageType::Subscribe,
    MessageType::Unsubscribe,
    MessageType::Call,
    MessageType::Register,
    MessageType::Unregister,
    MessageType::Cancel,
    MessageType::Hello,
];

const ERRORS: [&str; 6] = [
    "com.error",
    uris::PROCEDURE_ALREADY_EXISTS,
    uris::PROCEDURE_ALREADY_EXISTS,
    uris::NO_SUCH_SUBSCRIPTION,
    uris::NO_SUCH_REGISTRATION,
    uris::NOT_AUTHORIZED,
];

/// Routers with all features, with force, with none, without a broker and without a dealer.
static WELCOMES: LazyLock<[Message<Values>; 5]> = LazyLock::new(|| {
    let all = r#"{"broker":{"features":{"pattern_based_subscription":true}},
        "dealer":{"features":{"call_canceling":true,"progressive_call_invocations":true,
            "call_timeout":true,"shared_registration":true}}}"#;
    let force = r#"{"broker":{},"dealer":{"features":{"force_reregister":true,"shared_registration":true}}}"#;
    [all, force, r#"{"broker":{},"dealer":{}}"#, r#"{"dealer":{}}"#, r#"{"broker":{}}"#]
        .map(|roles| read(&format!(r#"[2,42,{{"roles":{roles}}}]"#)))
});

static LAST_WORDS: LazyLock<[Message<Values>; 4]> = LazyLock::new(|| {
    [
        r#"[4,"ticket",{}]"#,
        r#"[4,"other",{}]"#,
        r#"[3,{"message":"no"},"com.reason"]"#,
        r#"[6,{},"wamp.close.system_shutdown"]"#,
    ]
    .map(read)
});

fn read(json: &str) -> Message<Values> {
    decode(Serializer::Json, &Frame::Text(json.to_owned()), &Limits::default()).expect("a message")
}

pub(super) fn hello() -> HelloDetails {
    typed(Dict::new().with("authmethods", Value::List(vec!["ticket".into()])))
}

pub(super) fn welcome(which: usize) -> Message<Values> {
    WELCOMES[which].clone()
}

pub(super) fn goodbye() -> Message<Values> {
    Goodbye { details: CloseDetails::default(), reason: uris::GOODBYE_AND_OUT.into() }.into()
}

/// A frame of any octets.
pub(super) fn raw(choices: &mut Choices<'_>) -> Input<Values> {
    let length = choices.below(64);
    let octets = choices.octets(length);
    let (serializer, frame) = match std::str::from_utf8(octets) {
        Ok(text) if text.starts_with('[') => (Serializer::Json, Frame::Text(text.to_owned())),
        _ => (Serializer::MsgPack, Frame::Binary(octets.to_vec())),
    };
    match decode(serializer, &frame, &Limits::default()) {
        Ok(message) => Input::Message(message),
        Err(error) => Input::Invalid(error.to_string()),
    }
}

/// A fitting answer to a request, which it grants or not.
pub(super) fn answer(choices: &mut Choices<'_>, (kind, number): (MessageType, u64)) -> Message<Values> {
    match choices.octet() {
        octet @ ..64 => error(kind, number, ERRORS[usize::from(octet) % ERRORS.len()]),
        octet => granted(kind, number, 1 + u64::from(octet % 7)),
    }
}

/// A request is granted, with this id for what it made.
pub(super) fn granted(kind: MessageType, number: u64, id: u64) -> Message<Values> {
    let request = request(number);
    let details = EndDetails::default();
    match kind {
        MessageType::Publish => Published { request, publication: known(id) }.into(),
        MessageType::Subscribe => Subscribed { request, subscription: known(id) }.into(),
        MessageType::Unsubscribe => Unsubscribed { request: Some(request), details }.into(),
        MessageType::Register => Registered { request, registration: known(id) }.into(),
        MessageType::Unregister => Unregistered { request: Some(request), details }.into(),
        _ => result(number, false),
    }
}

/// Any message, about one of the latest requests more often than not.
pub(super) fn message(choices: &mut Choices<'_>, last_request: u64) -> Message<Values> {
    let number = match choices.octet() {
        255 => 99_999,
        back => last_request.saturating_sub(u64::from(back % 16)).max(1),
    };
    let payload = Values::default();
    match choices.below(20) {
        0 => granted(MessageType::Publish, number, 1),
        1 => Subscribed { request: request(number), subscription: some_id(choices) }.into(),
        2 => granted(MessageType::Unsubscribe, number, 1),
        3 => {
            let details = typed(Dict::new().with("subscription", some_id::<SubscriptionId>(choices).get()));
            Unsubscribed { request: None, details }.into()
        }
        4 | 5 => {
            let (subscription, publication) = (some_id(choices), known::<PublicationId>(number));
            Event { subscription, publication, details: EventDetails::default(), payload }.into()
        }
        6 => result(number, false),
        7 => result(number, true),
        8 => Registered { request: request(number), registration: some_id(choices) }.into(),
        9 => granted(MessageType::Unregister, number, 1),
        10 => {
            let details = typed(Dict::new().with("registration", some_id::<RegistrationId>(choices).get()));
            Unregistered { request: None, details }.into()
        }
        11..=13 => {
            let flags = choices.octet();
            let details =
                typed(Dict::new().with("progress", flags & 1 != 0).with("receive_progress", flags & 2 != 0));
            let (request, registration) = (some_id(choices), some_id(choices));
            Invocation { request, registration, details, payload }.into()
        }
        14 => {
            let options = typed(Dict::new().with("mode", choices.pick(&["kill", "killnowait"])));
            Interrupt { request: some_id(choices), options }.into()
        }
        15 | 16 => error(choices.pick(&REQUESTS), number, choices.pick(&ERRORS)),
        17 => LAST_WORDS[choices.below(LAST_WORDS.len())].clone(),
        18 => welcome(choices.below(5)),
        _ => {
            let (request, options) = (request(number), CallOptions::default());
            Call { request, options, procedure: "com.a".into(), payload }.into()
        }
    }
}

fn result(number: u64, progress: bool) -> Message<Values> {
    let details = typed(Dict::new().with("progress", progress));
    CallResult { request: request(number), details, payload: Values::default() }.into()
}

fn error(request_type: MessageType, number: u64, error: &str) -> Message<Values> {
    let (details, payload) = (ErrorDetails::default(), Values::default());
    Error { request_type, request: request(number), details, error: error.into(), payload }.into()
}

fn known<T: Id>(number: u64) -> T {
    T::new(number).expect("a small number is an id")
}

//! Messages and what they hold, from and to text. A message is written as its JSON; in the log it is
//! its name and its elements, without what is empty and without the long `roles` dict.

use std::fmt::Write as _;

use serde_json::Value as Json;
use wamp_wasm::{
    codec::{DecodeError, Frame, Limits, Serializer, decode, encode},
    message::{Dict, Id, Message, MessageType, RequestId, Result as CallResult, ResultDetails, Values},
    session::{Ended, Failure, SessionEvent, Success, Ticket},
};

/// The message with this JSON text, if it is one.
pub fn read(json: &str) -> Result<Message<Values>, DecodeError> {
    decode(Serializer::Json, &Frame::Text(json.into()), &Limits::default())
}

/// The message with this JSON text.
#[track_caller]
pub fn message(json: &str) -> Message<Values> {
    read(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

/// A payload as the elements of a message: `["a"],{"k":1}`.
#[track_caller]
pub fn payload(json: &str) -> Values {
    let comma = if json.is_empty() { "" } else { "," };
    match message(&format!("[50,1,{{}}{comma}{json}]")) {
        Message::Result(result) => result.payload,
        other => panic!("{other:?}"),
    }
}

/// A dict from its JSON text.
#[track_caller]
pub fn dict(json: &str) -> Dict {
    match message(&format!(r#"[4,"x",{json}]"#)) {
        Message::Challenge(challenge) => challenge.extra.into_dict(),
        other => panic!("{other:?}"),
    }
}

/// Options from their JSON text.
#[track_caller]
pub fn options<T: TryFrom<Dict, Error: std::fmt::Debug>>(json: &str) -> T {
    T::try_from(dict(json)).unwrap()
}

/// A message as a line of the log: `SUBSCRIBE 1 com.x`.
pub fn wire(message: &Message<Values>) -> String {
    let mut line = message.message_type().to_string();
    for (at, mut element) in elements(message).into_iter().enumerate().skip(1) {
        if let (1, Message::Error(error)) = (at, message) {
            element = error.request_type.name().into();
        }
        if let Some(dict) = element.as_object_mut() {
            dict.shift_remove("roles");
        }
        push(&mut line, &element);
    }
    line
}

fn elements(message: &Message<Values>) -> Vec<Json> {
    let frame = encode(Serializer::Json, message).unwrap();
    let Frame::Text(text) = frame else { panic!("JSON is text") };
    serde_json::from_str(&text).unwrap()
}

fn push(line: &mut String, element: &Json) {
    match element {
        Json::String(text) => write!(line, " {text}").unwrap(),
        Json::Object(dict) if dict.is_empty() => {}
        other => write!(line, " {other}").unwrap(),
    }
}

fn carried(details: Dict, payload: &Values) -> String {
    let details = ResultDetails::try_from(details).unwrap();
    let request = RequestId::new(1).unwrap();
    let message = CallResult { request, details, payload: payload.clone() }.into();
    let mut line = String::new();
    for element in elements(&message).into_iter().skip(2) {
        push(&mut line, &element);
    }
    line
}

fn names(tickets: &[Ticket]) -> String {
    tickets.iter().map(|ticket| format!(" #{}", ticket.get())).collect()
}

/// What the application was told, as a line of the log. `handlers` are those of an event.
pub fn told(event: &SessionEvent<Values>, handlers: &[Ticket]) -> String {
    match event {
        SessionEvent::Joined(welcome) => format!("joined {}", welcome.session),
        SessionEvent::Challenged(challenge) => format!("challenged {}", challenge.method),
        SessionEvent::Settled { ticket, outcome } => {
            let outcome = match outcome {
                Ok(Success::Subscribed(id)) => format!("subscribed {id}"),
                Ok(Success::Unsubscribed(last)) => format!("unsubscribed last={last}"),
                Ok(Success::Published(id)) => format!("published {id}"),
                Ok(Success::Registered(id)) => format!("registered {id}"),
                Ok(Success::Unregistered) => "unregistered".into(),
                Ok(Success::Result { details, payload }) => {
                    format!("result{}", carried(details.as_dict().clone(), payload))
                }
                Err(Failure::Error { error, payload }) => {
                    format!("error {error}{}", carried(Dict::new(), payload))
                }
                Err(Failure::SessionLost(ended)) => format!("lost {}", ending(ended)),
            };
            format!("#{} {outcome}", ticket.get())
        }
        SessionEvent::Progress { ticket, payload, .. } => {
            format!("#{} progress{}", ticket.get(), carried(Dict::new(), payload))
        }
        SessionEvent::Event { subscription, details, payload, .. } => {
            let carried = carried(details.as_dict().clone(), payload);
            format!("event of {subscription} to{}:{carried}", names(handlers))
        }
        SessionEvent::Invocation { endpoint, request, details, payload, .. } => {
            let carried = carried(details.as_dict().clone(), payload);
            format!("invocation {request} of #{}:{carried}", endpoint.get())
        }
        SessionEvent::InvocationPart { endpoint, request, details, payload } => {
            let carried = carried(details.as_dict().clone(), payload);
            format!("part of invocation {request} of #{}:{carried}", endpoint.get())
        }
        SessionEvent::Interrupted { endpoint, request, kill, reason } => {
            let how = if *kill { "answer" } else { "over" };
            format!("interrupted {request} of #{}: {how}{}", endpoint.get(), optional(reason.as_ref()))
        }
        SessionEvent::SubscriptionRevoked { handlers, reason } => {
            format!("subscription revoked:{}{}", names(handlers), optional(reason.as_ref()))
        }
        SessionEvent::RegistrationRevoked { endpoint, reason } => {
            format!("registration revoked: #{}{}", endpoint.get(), optional(reason.as_ref()))
        }
        SessionEvent::SubscriptionRestored { handler, subscription } => {
            format!("#{} restored {subscription}", handler.get())
        }
        SessionEvent::RegistrationRestored { endpoint, registration } => {
            format!("#{} restored {registration}", endpoint.get())
        }
        SessionEvent::NotRestored { ticket, error, payload } => {
            format!("#{} not restored {error}{}", ticket.get(), carried(Dict::new(), payload))
        }
        SessionEvent::Ended(ended) => {
            format!("ended {}{}", ending(ended), if ended.was_open { "" } else { " before it was open" })
        }
    }
}

fn ending(ended: &Ended) -> String {
    let text = if ended.message.is_empty() { String::new() } else { format!(" '{}'", ended.message) };
    format!("{:?}{}{text}", ended.cause, optional(ended.reason.as_ref()))
}

fn optional(word: Option<&impl std::fmt::Display>) -> String {
    word.map(|word| format!(" {word}")).unwrap_or_default()
}

/// Every type of message that a client never gets.
pub fn sent_by_clients_only() -> Vec<(MessageType, &'static str)> {
    vec![
        (MessageType::Hello, r#"[1,"realm1",{"roles":{"caller":{}}}]"#),
        (MessageType::Authenticate, r#"[5,"",{}]"#),
        (MessageType::Publish, r#"[16,1,{},"com.x"]"#),
        (MessageType::Subscribe, r#"[32,1,{},"com.x"]"#),
        (MessageType::Unsubscribe, "[34,1,7]"),
        (MessageType::Call, r#"[48,1,{},"com.x"]"#),
        (MessageType::Cancel, "[49,1,{}]"),
        (MessageType::Register, r#"[64,1,{},"com.x"]"#),
        (MessageType::Unregister, "[66,1,7]"),
        (MessageType::Yield, "[70,1,{}]"),
        (MessageType::EventReceived, "[337,1]"),
    ]
}

/// Every message that only belongs into an open session.
pub fn of_an_open_session() -> Vec<(MessageType, &'static str)> {
    vec![
        (MessageType::Error, r#"[8,48,1,{},"com.x"]"#),
        (MessageType::Published, "[17,1,7]"),
        (MessageType::Subscribed, "[33,1,7]"),
        (MessageType::Unsubscribed, "[35,1]"),
        (MessageType::Event, "[36,7,8,{}]"),
        (MessageType::Result, "[50,1,{}]"),
        (MessageType::Registered, "[65,1,7]"),
        (MessageType::Unregistered, "[67,1]"),
        (MessageType::Invocation, "[68,1,7,{}]"),
        (MessageType::Interrupt, "[69,1,{}]"),
    ]
}

/// Where a router draws random numbers: the number after this one, and then the next, so that a test can name
/// every id that comes of it.
pub fn counting_from(last: u64) -> impl FnMut() -> u64 {
    let mut drawn = last;
    move || {
        drawn += 1;
        drawn
    }
}

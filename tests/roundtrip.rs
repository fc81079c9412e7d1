//! Properties of the codecs over arbitrary messages: what is written is read back, in every serializer
//! and through a router that forwards the payload; and MessagePack agrees with another implementation.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]
#![cfg(not(target_family = "wasm"))]

use proptest::{collection::vec, prelude::*};
use wamp_wasm::{
    codec::{
        DecodeError, Encoded, Frame, Limits, Serializer, WirePayload, decode, encode, from_value, to_value,
    },
    message::{
        Abort, AuthExtra, Authenticate, Call, CallOptions, Cancel, CancelOptions, Challenge, CloseDetails,
        Dict, EndDetails, Error, ErrorDetails, Event, EventDetails, EventReceived, Goodbye, Hello,
        HelloDetails, Id, Interrupt, Invocation, InvocationDetails, MAX_ID, Message, MessageType, Publish,
        PublishOptions, Published, Register, RegisterOptions, Registered, Result as CallResult,
        ResultDetails, Subscribe, SubscribeOptions, Subscribed, Unregister, Unregistered, Unsubscribe,
        Unsubscribed, Uri, Value, Values, Welcome, WelcomeDetails, Yield, YieldOptions,
    },
};

/// Values that every serializer has a form for.
fn values() -> impl Strategy<Value = Value> {
    let text = any::<String>().prop_filter("begins with NUL", |text| !text.starts_with('\0'));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("not finite", |f| f.is_finite()).prop_map(Value::from),
        text.prop_map(Value::from),
        vec(any::<u8>(), 0..40).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![vec(inner.clone(), 0..6).prop_map(Value::from), dicts(inner).prop_map(Value::from)]
    })
}

fn dicts(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Dict> {
    vec((any::<String>(), values), 0..6)
        .prop_map(|entries| entries.into_iter().fold(Dict::new(), |dict, (key, value)| dict.with(key, value)))
}

fn payloads() -> impl Strategy<Value = Values> {
    prop_oneof![
        4 => (vec(values(), 0..4), dicts(values())).prop_map(|(args, kwargs)| Values::Plain { args, kwargs }),
        1 => vec(any::<u8>(), 0..40).prop_map(Values::Opaque),
    ]
}

/// What a message is made of, whichever it is.
#[derive(Clone, Debug)]
struct Parts {
    ids: (u64, u64),
    text: String,
    uri: Uri,
    dict: Dict,
    payload: Values,
}

fn messages() -> impl Strategy<Value = Message<Values>> {
    let id = || prop_oneof![1..=MAX_ID, 1..300_u64, Just(MAX_ID)];
    let uri = "[a-z0-9_äß]{1,9}(\\.[a-z0-9_]{1,9}){0,3}";
    // Prefixed, so that no key is one that WAMP knows.
    let unknown = dicts(values()).prop_map(|dict| {
        dict.into_iter().fold(Dict::new(), |dict, (key, value)| dict.with(format!("x_{key}"), value))
    });
    let parts = ((id(), id()), "[^\0]{0,20}", uri, unknown, payloads())
        .prop_map(|(ids, text, uri, dict, payload)| Parts { ids, text, uri: uri.into(), dict, payload });
    (proptest::sample::select(MessageType::ALL), parts)
        .prop_map(|(message_type, parts)| message(message_type, parts))
}

fn of<T: TryFrom<Dict>>(dict: Dict) -> T
where
    T::Error: std::fmt::Debug,
{
    T::try_from(dict).unwrap()
}

fn id<T: Id>(number: u64) -> T {
    T::new(number).unwrap()
}

fn message(message_type: MessageType, parts: Parts) -> Message<Values> {
    let Parts { ids: (first, second), text, uri, dict, payload } = parts;
    match message_type {
        MessageType::Hello => {
            let roles = Dict::new().with("caller", Dict::new());
            Hello { realm: uri, details: of::<HelloDetails>(dict.with("roles", roles)) }.into()
        }
        MessageType::Welcome => {
            let roles = Dict::new().with("dealer", Dict::new());
            Welcome { session: id(first), details: of::<WelcomeDetails>(dict.with("roles", roles)) }.into()
        }
        MessageType::Abort => {
            Abort { details: of::<CloseDetails>(dict.with("message", text)), reason: uri, payload }.into()
        }
        MessageType::Challenge => Challenge { method: text, extra: of::<AuthExtra>(dict) }.into(),
        MessageType::Authenticate => Authenticate { signature: text, extra: of::<AuthExtra>(dict) }.into(),
        MessageType::Goodbye => Goodbye { details: of::<CloseDetails>(dict), reason: uri }.into(),
        MessageType::Error => Error {
            request_type: MessageType::Call,
            request: id(first),
            details: of::<ErrorDetails>(dict),
            error: uri,
            payload,
        }
        .into(),
        MessageType::Publish => {
            let options = of::<PublishOptions>(dict.with("exclude", vec![second]));
            Publish { request: id(first), options, topic: uri, payload }.into()
        }
        MessageType::Published => Published { request: id(first), publication: id(second) }.into(),
        MessageType::Subscribe => {
            let options = of::<SubscribeOptions>(dict.with("match", "wildcard"));
            Subscribe { request: id(first), options, topic: uri }.into()
        }
        MessageType::Subscribed => Subscribed { request: id(first), subscription: id(second) }.into(),
        MessageType::Unsubscribe => {
            Unsubscribe { request: id(first), subscription: id(second), options: of::<EndDetails>(dict) }
                .into()
        }
        MessageType::Unsubscribed if dict.is_empty() => {
            Unsubscribed { request: Some(id(first)), details: EndDetails::default() }.into()
        }
        MessageType::Unsubscribed => Unsubscribed { request: None, details: of(dict) }.into(),
        MessageType::Event => {
            let details = of::<EventDetails>(dict.with("topic", uri.as_str()));
            Event { subscription: id(first), publication: id(second), details, payload }.into()
        }
        MessageType::Call => {
            Call { request: id(first), options: of::<CallOptions>(dict), procedure: uri, payload }.into()
        }
        MessageType::Cancel => Cancel { request: id(first), options: of::<CancelOptions>(dict) }.into(),
        MessageType::Result => {
            CallResult { request: id(first), details: of::<ResultDetails>(dict), payload }.into()
        }
        MessageType::Register => {
            let options = of::<RegisterOptions>(dict.with("concurrency", second));
            Register { request: id(first), options, procedure: uri }.into()
        }
        MessageType::Registered => Registered { request: id(first), registration: id(second) }.into(),
        MessageType::Unregister => {
            Unregister { request: id(first), registration: id(second), options: of::<EndDetails>(dict) }
                .into()
        }
        MessageType::Unregistered if dict.is_empty() => {
            Unregistered { request: Some(id(first)), details: EndDetails::default() }.into()
        }
        MessageType::Unregistered => Unregistered { request: None, details: of(dict) }.into(),
        MessageType::Invocation => {
            let details = of::<InvocationDetails>(dict.with("procedure", uri.as_str()));
            Invocation { request: id(first), registration: id(second), details, payload }.into()
        }
        MessageType::Interrupt => Interrupt { request: id(first), options: of::<CancelOptions>(dict) }.into(),
        MessageType::Yield => Yield { request: id(first), options: of::<YieldOptions>(dict), payload }.into(),
        MessageType::EventReceived => EventReceived { publication: id(first) }.into(),
    }
}

fn read<P: WirePayload>(serializer: Serializer, frame: &Frame) -> Result<Message<P>, DecodeError> {
    decode(serializer, frame, &Limits::default())
}

/// The octets of a frame, where `-0.0` and `0.0` differ as they do not for `==`.
fn exact<P: WirePayload>(message: &Message<P>) -> Frame {
    encode(Serializer::Cbor, message).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back(message in messages()) {
        for serializer in Serializer::ALL {
            let frame = encode(serializer, &message).unwrap();
            let back = read::<Values>(serializer, &frame).unwrap();
            prop_assert_eq!(&back, &message, "{:?}", frame);
            prop_assert_eq!(exact(&back), exact(&message));
        }
    }

    #[test]
    fn a_forwarded_message_keeps_its_octets_and_its_values(message in messages()) {
        for from in Serializer::ALL {
            let frame = encode(from, &message).unwrap();
            let forwarded = read::<Encoded>(from, &frame).unwrap();
            prop_assert_eq!(&encode(from, &forwarded).unwrap(), &frame);
            for to in Serializer::ALL {
                let other = encode(to, &forwarded).unwrap();
                prop_assert_eq!(&other, &encode(to, &message).unwrap());
            }
        }
    }

    #[test]
    fn a_message_cut_short_or_with_an_octet_too_many_is_an_error(message in messages(), cut in any::<prop::sample::Index>()) {
        for serializer in Serializer::ALL {
            let (short, long) = match encode(serializer, &message).unwrap() {
                Frame::Binary(octets) => {
                    let short = octets[..cut.index(octets.len())].to_vec();
                    (Frame::Binary(short), Frame::Binary([octets, vec![0]].concat()))
                }
                Frame::Text(text) => {
                    let ends: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
                    (Frame::Text(text[..ends[cut.index(ends.len())]].to_owned()), Frame::Text(text + "]"))
                }
            };
            for frame in [short, long] {
                prop_assert!(read::<Values>(serializer, &frame).is_err());
                prop_assert!(read::<Encoded>(serializer, &frame).is_err());
            }
        }
    }

    #[test]
    fn arbitrary_octets_never_panic(octets in vec(any::<u8>(), 0..200)) {
        for serializer in [Serializer::MsgPack, Serializer::Cbor] {
            let frame = Frame::Binary(octets.clone());
            let values = read::<Values>(serializer, &frame);
            prop_assert!(values.is_err() || read::<Encoded>(serializer, &frame).is_ok());
        }
        let frame = Frame::Text(String::from_utf8_lossy(&octets).into_owned());
        let values = read::<Values>(Serializer::Json, &frame);
        prop_assert!(values.is_err() || read::<Encoded>(Serializer::Json, &frame).is_ok());
    }

    #[test]
    fn messagepack_agrees_with_another_implementation(value in values()) {
        let message = (48, 1, Dict::new(), "com.example.echo", vec![value.clone()]);
        let theirs = rmp_serde::to_vec(&to_value(&message).unwrap()).unwrap();
        let payload = Values::args(vec![value.clone()]);
        let call = Call { request: id(1), options: CallOptions::default(), procedure: "com.example.echo".into(), payload };
        let ours = encode(Serializer::MsgPack, &Message::from(call.clone())).unwrap();
        prop_assert_eq!(&ours, &Frame::Binary(theirs));
        prop_assert_eq!(read::<Values>(Serializer::MsgPack, &ours).unwrap(), call.into());
        let Frame::Binary(octets) = ours else { panic!("binary") };
        let back: Value = rmp_serde::from_slice(&octets).unwrap();
        prop_assert_eq!(&back.as_list().unwrap()[4], &Value::from(vec![value]));
    }

    #[test]
    fn an_application_type_comes_back_from_its_value(value in values()) {
        prop_assert_eq!(to_value(&value).unwrap(), value.clone());
        prop_assert_eq!(from_value::<Value>(value.clone()).unwrap(), value);
    }
}

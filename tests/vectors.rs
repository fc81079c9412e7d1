//! The conformance vectors of the WAMP specification: every sample is read and written, in every
//! serializer and from each into each other, and every bad one refused for the right reason.
//!
//! They are read from `WAMP_VECTORS`, a folder with `basic/*.json` and `advanced/*.json`. Without them
//! the tests say so and pass; in continuous integration they fail.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]
#![cfg(not(target_family = "wasm"))]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value as Json};
use wamp_wasm::{
    codec::{DecodeError, Encoded, Frame, Limits, Serializer, WirePayload, decode, encode, to_value},
    message::{Dict, Message, Uri, Value, Values},
};

/// What the folder holds, so that nobody loses samples unnoticed.
const FILES: usize = 14;
const SAMPLES: usize = 18;
const BYTE_STRINGS: usize = 67;
const ACCEPTED: usize = 19;
const REFUSED: usize = 14;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("WAMP_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no vectors in {}: set WAMP_VECTORS", folder.display());
    println!("skipped: no vectors in {}; set WAMP_VECTORS to run them", folder.display());
    None
}

/// The samples of all files, each with a name for messages; none when there is no folder.
fn samples() -> Option<Vec<(String, Json)>> {
    let mut paths = Vec::new();
    for part in ["basic", "advanced"] {
        let entries = std::fs::read_dir(folder()?.join(part)).unwrap();
        paths.extend(
            entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "json")),
        );
    }
    assert_eq!(paths.len(), FILES);
    let mut samples = Vec::new();
    for path in paths {
        let file: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for sample in file["samples"].as_array().unwrap() {
            let name = format!("{}: {}", path.display(), sample["description"].as_str().unwrap());
            samples.push((name, sample.clone()));
        }
    }
    Some(samples)
}

/// The frames of a sample, by serializer.
fn frames(sample: &Json) -> BTreeMap<Serializer, Vec<Frame>> {
    let mut frames = BTreeMap::new();
    for (name, variants) in sample["serializers"].as_object().unwrap() {
        let serializer = Serializer::from_subprotocol(&format!("wamp.2.{name}")).unwrap();
        let variants = variants.as_array().unwrap().iter().map(|variant| {
            let octets = hex(variant["bytes_hex"].as_str().unwrap());
            if serializer.is_binary() {
                return Frame::Binary(octets);
            }
            let text = String::from_utf8(octets).unwrap();
            assert_eq!(text, variant["bytes"].as_str().unwrap());
            Frame::Text(text)
        });
        frames.insert(serializer, variants.collect());
    }
    frames
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

fn read<P: WirePayload>(serializer: Serializer, frame: &Frame) -> Result<Message<P>, DecodeError> {
    decode(serializer, frame, &Limits::default())
}

/// Reads a frame of one serializer and checks that it is written as a frame of the sample in each.
fn check_rewritten<P: WirePayload>(
    name: &str,
    from: Serializer,
    frame: &Frame,
    frames: &BTreeMap<Serializer, Vec<Frame>>,
) {
    let message = read::<P>(from, frame).unwrap_or_else(|e| panic!("{name}: {from:?}: {e}"));
    for (to, expected) in frames {
        let written = encode(*to, &message).unwrap();
        assert!(expected.contains(&written), "{name}: {from:?} to {to:?}: {written:02x?}");
    }
}

#[test]
fn every_sample_is_read_and_written_byte_for_byte_from_each_serializer_into_each() {
    let Some(samples) = samples() else { return };
    let (mut count, mut byte_strings) = (0, 0);
    for (name, sample) in samples.iter().filter(|(_, sample)| sample.get("serializers").is_some()) {
        let frames = frames(sample);
        assert!(frames.keys().copied().eq(Serializer::ALL), "{name}");
        for (serializer, variants) in &frames {
            for frame in variants {
                check_rewritten::<Values>(name, *serializer, frame, &frames);
                // What is forwarded keeps its spaces, and so is no longer the compact form.
                if !matches!(frame, Frame::Text(text) if text.contains(", ")) {
                    check_rewritten::<Encoded>(name, *serializer, frame, &frames);
                }
                byte_strings += 1;
            }
        }
        count += 1;
    }
    assert_eq!((count, byte_strings), (SAMPLES, BYTE_STRINGS));
}

#[test]
fn every_sample_has_the_attributes_that_are_expected() {
    let Some(samples) = samples() else { return };
    for (name, sample) in samples.iter().filter(|(_, sample)| sample.get("serializers").is_some()) {
        let expected: BTreeMap<_, _> = sample["expected_attributes"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.as_str(), to_value(value).unwrap()))
            .collect();
        for (serializer, variants) in frames(sample) {
            for frame in variants {
                let message = read(serializer, &frame).unwrap();
                let mut found = attributes(&message);
                found.insert("message_type", message.message_type().code().into());
                // A dict that a sample does not mention is not compared.
                found.retain(|key, value| expected.contains_key(key) || *value != Value::Dict(Dict::new()));
                assert_eq!(found, expected, "{name}: {serializer:?}");
            }
        }
    }
}

/// The attributes of a message by the names that the vectors use.
fn attributes(message: &Message<Values>) -> BTreeMap<&'static str, Value> {
    let uri = |uri: &Uri| Value::from(uri.as_str());
    let id = |id: &dyn std::fmt::Display| Value::from(id.to_string().parse::<u64>().unwrap());
    let mut all = BTreeMap::new();
    let payload = match message {
        Message::Hello(m) => {
            all.insert("realm", uri(&m.realm));
            all.insert("roles", m.details.roles().unwrap().clone().into());
            None
        }
        Message::Welcome(m) => {
            all.insert("session_id", id(&m.session));
            all.insert("roles", m.details.roles().unwrap().clone().into());
            None
        }
        Message::Challenge(m) => {
            all.insert("method", m.method.as_str().into());
            all.insert("extra", m.extra.as_dict().clone().into());
            None
        }
        Message::Goodbye(m) => {
            all.insert("reason", uri(&m.reason));
            all.insert("details", m.details.as_dict().clone().into());
            None
        }
        Message::Error(m) => {
            all.insert("request_type", m.request_type.code().into());
            all.insert("request_id", id(&m.request));
            all.insert("details", m.details.as_dict().clone().into());
            all.insert("error", uri(&m.error));
            Some(&m.payload)
        }
        Message::Publish(m) => {
            all.insert("request_id", id(&m.request));
            all.insert("options", m.options.as_dict().clone().into());
            all.insert("topic", uri(&m.topic));
            Some(&m.payload)
        }
        Message::Subscribe(m) => {
            all.insert("request_id", id(&m.request));
            all.insert("options", m.options.as_dict().clone().into());
            all.insert("topic", uri(&m.topic));
            None
        }
        Message::Subscribed(m) => {
            all.insert("request_id", id(&m.request));
            all.insert("subscription_id", id(&m.subscription));
            None
        }
        Message::Event(m) => {
            all.insert("subscription", id(&m.subscription));
            all.insert("publication", id(&m.publication));
            all.insert("details", m.details.as_dict().clone().into());
            Some(&m.payload)
        }
        Message::Call(m) => {
            all.insert("request_id", id(&m.request));
            all.insert("options", m.options.as_dict().clone().into());
            all.insert("procedure", uri(&m.procedure));
            Some(&m.payload)
        }
        Message::Cancel(m) => {
            all.insert("request_id", id(&m.request));
            all.insert("options", m.options.as_dict().clone().into());
            None
        }
        Message::Result(m) => {
            all.insert("request_id", id(&m.request));
            all.insert("details", m.details.as_dict().clone().into());
            Some(&m.payload)
        }
        Message::Register(m) => {
            all.insert("request_id", id(&m.request));
            all.insert("options", m.options.as_dict().clone().into());
            all.insert("procedure", uri(&m.procedure));
            None
        }
        Message::Registered(m) => {
            all.insert("request_id", id(&m.request));
            all.insert("registration_id", id(&m.registration));
            None
        }
        other => panic!("no sample is expected for {}", other.message_type()),
    };
    match payload {
        Some(Values::Plain { args, kwargs }) => {
            all.extend((!args.is_empty()).then(|| ("args", args.clone().into())));
            all.extend((!kwargs.is_empty()).then(|| ("kwargs", kwargs.clone().into())));
        }
        Some(Values::Opaque(octets)) => {
            let hex: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            all.insert("payload", hex.into());
        }
        None => {}
    }
    all
}

#[test]
fn every_message_of_the_validation_samples_is_accepted_or_refused_as_it_must_be() {
    let Some(samples) = samples() else { return };
    let (mut accepted, mut refused) = (0, 0);
    for (name, sample) in samples.iter().filter(|(_, sample)| sample.get("wmsg").is_some()) {
        let message = &sample["wmsg"];
        let frames = [
            (Serializer::Json, Frame::Text(message.to_string())),
            (Serializer::MsgPack, Frame::Binary(rmp_serde::to_vec(message).unwrap())),
        ];
        for (serializer, frame) in frames {
            let read = read::<Values>(serializer, &frame);
            match sample.get("expected_error").map(|error| error.as_object().unwrap()) {
                None => assert!(read.is_ok(), "{name}: {serializer:?}: {read:?}"),
                Some(error) => check_refusal(name, error, read),
            }
        }
        if sample.get("expected_error").is_some() { refused += 1 } else { accepted += 1 }
    }
    assert_eq!((accepted, refused), (ACCEPTED, REFUSED));
}

fn check_refusal(name: &str, expected: &Map<String, Json>, read: Result<Message<Values>, DecodeError>) {
    assert_eq!(expected["type"], "protocol_violation", "{name}");
    let text = read.unwrap_err().to_string().to_lowercase();
    let contains = expected["contains"].as_str().unwrap().to_lowercase();
    assert!(text.contains(&contains), "{name}: {text}");
}

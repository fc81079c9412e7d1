//! The tape says what the ordinary codec says: the same bytes in, the same values or the same error.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]
#![cfg(not(target_family = "wasm"))]

use proptest::prelude::*;
use wamp_wasm::codec::tape::Builder;
use wamp_wasm::codec::{self, Frame, MAX_DEPTH, Read, Serializer, Token, cbor, msgpack};
use wamp_wasm::message::{
    Dict, Event, EventDetails, Id, Message, PublicationId, SubscriptionId, Value, Values,
};

#[allow(dead_code, reason = "the fuzz target uses the other half")]
#[path = "../fuzz/tape.rs"]
mod same;

use same::{assert_same, build, event_frame};

const BINARY: [Serializer; 2] = [Serializer::MsgPack, Serializer::Cbor];

fn event(args: Vec<Value>) -> Message<Values> {
    Message::Event(Event {
        subscription: SubscriptionId::new(1).unwrap(),
        publication: PublicationId::new(2).unwrap(),
        details: EventDetails::default(),
        payload: Values::args(args),
    })
}

fn encoded(serializer: Serializer, args: Vec<Value>) -> Vec<u8> {
    let Ok(Frame::Binary(octets)) = codec::encode(serializer, &event(args)) else { panic!("not encoded") };
    octets
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,8}",
        "[a-z]{7,34}",
        "\\PC{0,12}",
        Just("__proto__".to_owned()),
        Just("\u{feff}\u{0}".to_owned())
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-300_i64..300).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
        (0_usize..6000).prop_map(|n| "long".repeat(n / 2).into()),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 80, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((any_text(), inner), 0..8).prop_map(|entries| {
                entries.into_iter().fold(Dict::new(), |dict, (key, value)| dict.with(key, value)).into()
            }),
        ]
    })
}

/// Keys that differ only where a comparison of eight or sixteen octets, or none, might not look.
const ALIKE: [&str; 12] = [
    "",
    "a",
    "abcdefgh",
    "abcdefghi",
    "abcdefghj",
    "abcdefghijklmno",
    "abcdefghijklmnop",
    "abcdefghijklmnoq",
    "abcdefghijklmnopq",
    "abcdefghijklmn\u{e4}",
    "a key that is longer than sixteen octets, and so never foreseen",
    "a key that is so long that it finds no room among the shapes, nor do those behind it",
];

/// What the quick loop has to tell apart: objects that begin alike, texts whose last octet is the one beyond
/// ASCII, and numbers and lengths on both sides of each limit.
fn borderline() -> impl Strategy<Value = Value> {
    let text = (0_usize..20, prop::sample::select(vec!["", "\u{e4}", "\u{20ac}", "\u{1f600}"]))
        .prop_map(|(ascii, beyond)| ("x".repeat(ascii) + beyond).into());
    let number =
        (prop::sample::select(vec![0, 1 << 7, 1 << 28, 1 << 53, i64::MAX - 2]), -2_i64..3, any::<bool>())
            .prop_map(|(limit, by, negative)| Value::Int(if negative { -(limit + by) } else { limit + by }));
    let binary = prop::sample::select(vec![0, 23, 255, 256, 700]).prop_map(|n| vec![7_u8; n].into());
    prop_oneof![3 => text, 3 => number, 1 => binary].prop_recursive(3, 40, 6, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => prop::collection::vec((prop::sample::select(ALIKE.to_vec()), inner), 0..6).prop_map(|entries| {
                entries.into_iter().fold(Dict::new(), |dict, (key, value)| dict.with(key, value)).into()
            }),
        ]
    })
}

/// A builder that has the room for small frames, so that nothing leaves its quick loop for want of it.
fn with_room(serializer: Serializer) -> Builder {
    let mut builder = Builder::new(MAX_DEPTH);
    let line: Vec<Value> = vec!["a text that makes room".into(), 0.5.into(), 1.into()];
    build(&mut builder, serializer, &encoded(serializer, vec![line.into(); 100])).unwrap();
    builder
}

/// Octets that are mostly heads of items: far more of them are well-formed than of random ones.
fn any_octets() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![
        3 => prop::sample::select(vec![
            0x00, 0x20, 0x41, 0x61, 0x5f, 0x7f, 0x80, 0x81, 0x82, 0x9f, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1, 0xc3,
            0xc4, 0xd4, 0xd9, 0xdc, 0xde, 0xf4, 0xf6, 0xf9, 0xfb, 0xff, b'a', b'b',
        ]),
        1 => any::<u8>(),
    ];
    prop::collection::vec(octet, 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_values_are_the_same_on_the_tape(args in prop::collection::vec(any_value(), 1..6)) {
        for serializer in BINARY {
            let frame = encoded(serializer, args.clone());
            let mut builder = Builder::new(MAX_DEPTH);
            // The second time all shapes are known.
            assert_same(&mut builder, serializer, &frame);
            assert_same(&mut builder, serializer, &frame);
        }
    }

    #[test]
    fn any_octets_are_the_same_value_or_the_same_error(octets in any_octets()) {
        for (serializer, list, text) in [(Serializer::MsgPack, 0x91, 0xa0), (Serializer::Cbor, 0x81, 0x60)] {
            let frame = event_frame(serializer, &[&[list], &octets[..]].concat());
            assert_same(&mut with_room(serializer), serializer, &frame);
            // The quick loop leaves to others what is near the end of a frame.
            let behind = [&[text | 20], &[b'x'; 20][..]].concat();
            let frame = event_frame(serializer, &[&[list + 1], &octets[..], &behind].concat());
            assert_same(&mut with_room(serializer), serializer, &frame);
            assert_same(&mut Builder::new(MAX_DEPTH), serializer, &frame);
        }
    }

    #[test]
    fn a_frame_with_one_wrong_octet_is_the_same_value_or_the_same_error(
        args in prop::collection::vec(any_value(), 1..4), at in any::<prop::sample::Index>(), octet in any::<u8>()
    ) {
        for serializer in BINARY {
            let mut frame = encoded(serializer, args.clone());
            let head = event_frame(serializer, &[0x91]).len();
            let at = head + at.index(frame.len() - head + 1);
            if let Some(slot) = frame.get_mut(at) {
                *slot = octet;
            } else {
                frame.push(octet);
            }
            assert_same(&mut with_room(serializer), serializer, &frame);
        }
    }

    #[test]
    fn what_the_quick_loop_must_not_mistake_is_the_same_on_the_tape(
        frames in prop::collection::vec(prop::collection::vec(borderline(), 1..6), 1..6)
    ) {
        for serializer in BINARY {
            let mut builder = with_room(serializer);
            // Each frame foresees the keys of the next.
            for args in &frames {
                assert_same(&mut builder, serializer, &encoded(serializer, args.clone()));
            }
        }
    }
}

/// An item with this first octet, and octets behind it that begin with these where the item has any; what a list
/// or dict holds is made up.
fn item(serializer: Serializer, first: u8, behind: &[u8]) -> Option<Vec<u8>> {
    // Long enough for a text of 255 octets.
    let mut octets = [&[first], behind, &[b'x'; 255][..]].concat();
    let (token, length) = match serializer {
        Serializer::Cbor => first_token(cbor::Reader::new(&octets)),
        _ => first_token(msgpack::Reader::new(&octets)),
    };
    let (keys, items) = match token? {
        Token::List(items) => (0, items?),
        Token::Dict(entries) => (entries?, entries?),
        _ => (0, 0),
    };
    octets.truncate(length);
    let text = if serializer == Serializer::Cbor { 0x61 } else { 0xa1 };
    for at in 0..items {
        if keys > 0 {
            octets.extend([text, b'a' + u8::try_from(at).ok()?]);
        }
        octets.push(first & 7);
    }
    Some(octets)
}

fn first_token<'a>(mut reader: impl Read<'a>) -> (Option<Token<'a>>, usize) {
    let token = reader.next().ok();
    (token, reader.position())
}

#[test]
fn every_first_octet_says_the_same_to_the_quick_loop() {
    let patterns: [&[u8]; 14] = [
        &[],
        &[0; 8],
        &[0xff; 8],
        &[0x7f; 8],
        &[0x80; 8],
        &[0, 0, 0, 0, 0, 0, 0, 1],
        &[1, 2, 3, 4, 5, 6, 7, 8],
        &[0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10],
        // On both sides of 2^28 and 2^53.
        &[0x0f, 0xff, 0xff, 0xff],
        &[0x10, 0, 0, 0],
        &[0, 0x20, 0, 0, 0, 0, 0, 0],
        &[0, 0x20, 0, 0, 0, 0, 0, 1],
        &[b'a'; 8],
        &[0xc3, 0xa4, 0xc3, 0xa4, 0xc3, 0xa4, 0xc3, 0xa4],
    ];
    for (serializer, list, text) in [(Serializer::MsgPack, 0x92, 0xa0), (Serializer::Cbor, 0x82, 0x60)] {
        let mut builder = with_room(serializer);
        let mut items = 0;
        for (first, behind) in (0..=u8::MAX).flat_map(|first| patterns.map(|behind| (first, behind))) {
            let Some(item) = item(serializer, first, behind) else { continue };
            items += 1;
            // The quick loop leaves to others what is near the end of a frame.
            let behind = [&[text | 20], &[b'x'; 20][..]].concat();
            let frame = event_frame(serializer, &[&[list], &item[..], &behind].concat());
            assert_same(&mut builder, serializer, &frame);
        }
        assert!(items > 2000, "{items} items of {serializer:?}");
    }
}

#[test]
fn a_frame_cut_short_anywhere_is_an_error() {
    let object = Dict::new().with("key", vec![1_u64, 2]).with("other", "text");
    // Binaries with lengths of one, two and four octets.
    for (serializer, octets) in BINARY.into_iter().flat_map(|s| [2, 300, 70_000].map(|octets| (s, octets))) {
        let frame = encoded(serializer, vec![object.clone().into(), vec![7_u8; octets].into()]);
        let mut builder = Builder::new(MAX_DEPTH);
        for end in (0..frame.len()).step_by(1 + octets / 1000) {
            assert!(build(&mut builder, serializer, &frame[..end]).is_err(), "{end}");
        }
        assert_same(&mut builder, serializer, &frame);
    }
}

#[test]
fn a_hundred_thousand_nested_lists_are_an_error() {
    let mut builder = Builder::new(MAX_DEPTH);
    for (serializer, octet) in
        [(Serializer::MsgPack, 0x91), (Serializer::Cbor, 0x81), (Serializer::Cbor, 0x9f)]
    {
        let error = build(&mut builder, serializer, &vec![octet; 100_000]).unwrap_err();
        assert_eq!(error.to_string(), "nesting exceeds the limit of 128");
    }
}

#[test]
fn open_lists_dicts_and_pieced_strings_of_cbor_are_the_same_on_the_tape() {
    let octets: [&[u8]; 4] = [
        // [_ [], {_ "a": [_ 1, {}]}]
        &[0x9f, 0x80, 0xbf, 0x61, b'a', 0x9f, 1, 0xa0, 0xff, 0xff, 0xff],
        &[0x9f, 0xff],
        // Two binaries and a text in pieces, around a binary in one.
        &[0x83, 0x5f, 0x41, 1, 0x42, 2, 3, 0xff, 0x42, 9, 9, 0x5f, 0x41, 4, 0xff],
        &[0x81, 0x7f, 0x62, 0xc3, 0xa4, 0x61, b'b', 0xff],
    ];
    for octets in octets {
        assert_same(&mut Builder::new(MAX_DEPTH), Serializer::Cbor, &event_frame(Serializer::Cbor, octets));
    }
}

#[test]
fn a_key_twice_is_an_error_wherever_its_entry_travels() {
    let key = |key: &str| {
        let mut octets = vec![0xa0 | key.len() as u8];
        octets.extend(key.bytes());
        octets
    };
    let dict = |keys: &[String]| {
        let mut octets = [vec![0x91, 0xde, 0, keys.len() as u8]].concat();
        for name in keys {
            octets.extend(key(name));
            octets.push(0xc0);
        }
        event_frame(Serializer::MsgPack, &octets)
    };
    // The first 64 keys make a shape, the others are plain pairs.
    let keys: Vec<String> = (0..80).map(|i| format!("k{i}")).collect();
    let mut builder = Builder::new(MAX_DEPTH);
    assert_same(&mut builder, Serializer::MsgPack, &dict(&keys));
    for twice in [[0, 1], [0, 63], [0, 64], [63, 79], [70, 79]] {
        let mut keys = keys.clone();
        keys[twice[1]] = keys[twice[0]].clone();
        let error = builder.build(msgpack::Reader::new(&dict(&keys))).unwrap_err().to_string();
        assert!(error.contains(&format!("key 'k{}' occurs twice", twice[0])), "{error}");
    }
}

//! What a peer with bad intentions can send: every answer is an error of a type, never a panic, a
//! stack overflow or memory that the peer made up.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use wamp_wasm::{
    codec::{DecodeError, Encoded, Frame, Limits, MAX_DEPTH, Serializer, WirePayload, decode, encode},
    message::{Message, Value, Values},
};

fn read<P: WirePayload>(serializer: Serializer, frame: &Frame) -> Result<Message<P>, DecodeError> {
    decode(serializer, frame, &Limits::default())
}

/// The errors for both ways of reading a payload, which must be the same.
fn error(serializer: Serializer, frame: &Frame) -> String {
    let values = read::<Values>(serializer, frame).unwrap_err().to_string();
    assert_eq!(read::<Encoded>(serializer, frame).unwrap_err().to_string(), values);
    assert_eq!(read::<()>(serializer, frame).unwrap_err().to_string(), values);
    values
}

fn text(text: impl Into<String>) -> Frame {
    Frame::Text(text.into())
}

fn octets(parts: &[&[u8]]) -> Frame {
    Frame::Binary(parts.concat())
}

/// `[48, 1, {}, "p", args]`
fn call(args: Vec<Value>) -> Message<Values> {
    let Ok(Message::Call(mut call)) = read::<Values>(Serializer::Json, &text(r#"[48,1,{},"p"]"#)) else {
        panic!("CALL")
    };
    call.payload = Values::args(args);
    Message::from(call)
}

/// `[48, 1, {}, "p", …` with five elements.
const MSGPACK_CALL: &[u8] = &[0x95, 48, 1, 0x80, 0xa1, b'p'];
const CBOR_CALL: &[u8] = &[0x85, 0x18, 48, 1, 0xa0, 0x61, b'p'];

#[test]
fn a_hundred_thousand_nested_lists_are_an_error_wherever_they_stand() {
    const DEEP: usize = 100_000;
    let too_deep = "nesting exceeds the limit of 128";
    let (open, close) = ("[".repeat(DEEP), "]".repeat(DEEP));
    for frame in [
        open.clone(),
        format!("{open}{close}"),
        format!(r#"[48,1,{{}},"p",{open}{close}]"#),
        format!(r#"[48,1,{{"x":{open}{close}}},"p"]"#),
        format!(r#"[48,1,{{}},"p",[],{}"#, r#"{"a":"#.repeat(DEEP)),
    ] {
        assert_eq!(error(Serializer::Json, &text(frame)), too_deep);
    }
    for frame in [
        octets(&[&[0x91; DEEP]]),
        octets(&[MSGPACK_CALL, &[0x91; DEEP], &[0xc0]]),
        octets(&[&[0x94, 48, 1, 0x81, 0xa1, b'x'], &[0x91; DEEP], &[0xc0, 0xa1, b'p']]),
        octets(&[MSGPACK_CALL, &[0x81, 0xa0].repeat(DEEP), &[0xc0]]),
    ] {
        assert_eq!(error(Serializer::MsgPack, &frame), too_deep);
    }
    for frame in [
        octets(&[&[0x81; DEEP]]),
        octets(&[&[0x9f; DEEP]]),
        octets(&[CBOR_CALL, &[0x9f; DEEP]]),
        octets(&[CBOR_CALL, &[0xbf, 0x60].repeat(DEEP)]),
        octets(&[CBOR_CALL, &[0x81; DEEP], &[0xf6]]),
    ] {
        assert_eq!(error(Serializer::Cbor, &frame), too_deep);
    }
}

#[test]
fn a_million_tags_around_a_value_are_read_without_nesting() {
    let frame = octets(&[CBOR_CALL, &[0x81], &[0xc1; 1_000_000], &[0x07]]);
    let Message::Call(call) = read::<Values>(Serializer::Cbor, &frame).unwrap() else { panic!("CALL") };
    assert_eq!(call.payload, Values::args(vec![7.into()]));
}

#[test]
fn the_deepest_message_that_may_be_sent_can_be_read() {
    // The message and its arguments are two levels.
    let nested = (0..MAX_DEPTH - 2).fold(Value::Null, |value, _| Value::from(vec![value]));
    for serializer in Serializer::ALL {
        let deepest = call(vec![nested.clone()]);
        let frame = encode(serializer, &deepest).unwrap();
        assert_eq!(read::<Values>(serializer, &frame).as_ref(), Ok(&deepest));
        assert!(read::<Encoded>(serializer, &frame).is_ok());

        let error = encode(serializer, &call(vec![vec![nested.clone()].into()])).unwrap_err();
        assert_eq!(error.to_string(), "nesting exceeds the limit of 128");
    }
}

#[test]
fn a_configured_depth_holds_for_all_serializers() {
    let limits = Limits { max_depth: 3, ..Limits::default() };
    for serializer in Serializer::ALL {
        for (json, fits) in [(r#"[48,1,{},"p",[[1]]]"#, true), (r#"[48,1,{},"p",[[[1]]]]"#, false)] {
            let message = read::<Values>(Serializer::Json, &text(json)).unwrap();
            let frame = encode(serializer, &message).unwrap();
            let read = decode::<Encoded>(serializer, &frame, &limits);
            let too_deep = DecodeError::TooMuch { what: "nesting", limit: 3 };
            assert_eq!(read.map(drop), if fits { Ok(()) } else { Err(too_deep) }, "{serializer:?} {json}");
        }
    }
}

#[test]
fn a_frame_that_is_too_large_is_refused_before_it_is_read() {
    let limits = Limits { max_size: 10, ..Limits::default() };
    for (serializer, frame) in [
        (Serializer::Json, text("x".repeat(11))),
        (Serializer::MsgPack, Frame::Binary(vec![0xc1; 11])),
        (Serializer::Cbor, Frame::Binary(vec![0xff; 11])),
    ] {
        let error = decode::<Values>(serializer, &frame, &limits).unwrap_err();
        assert_eq!(error.to_string(), "the size of a message exceeds the limit of 10");
    }
    assert!(decode::<Values>(Serializer::Json, &text("[33, 1, 2]"), &limits).is_ok());
}

#[test]
fn an_announced_length_that_cannot_be_there_costs_nothing() {
    let long = [0xff, 0xff, 0xff, 0xff];
    for announced in [0xc6, 0xdb, 0xdd, 0xdf, 0xc9] {
        let frame = octets(&[MSGPACK_CALL, &[announced], &long, &[0; 8]]);
        assert!(error(Serializer::MsgPack, &frame).contains("4294967295"), "{announced:02x}");
    }
    for announced in [0x5b, 0x7b, 0x9b, 0xbb] {
        let frame = octets(&[CBOR_CALL, &[announced], &[0xff; 8], &[0; 8]]);
        assert!(error(Serializer::Cbor, &frame).contains("18446744073709551615"), "{announced:02x}");
    }
    // The list of the message itself.
    assert!(error(Serializer::MsgPack, &octets(&[&[0xdd], &long, &[0; 8]])).contains("4294967295"));
    // A long list that is there costs what it says, and no message has that many elements.
    let many = octets(&[&[0xdc, 0xff, 0xff, 48], &[0xc0; 0xfffe]]);
    assert_eq!(error(Serializer::MsgPack, &many), "CALL has 65535 elements, it must have 4 to 6");
}

#[test]
fn a_key_that_occurs_twice_or_is_no_text_is_refused() {
    let twice = text(r#"[48,1,{"timeout":1,"timeout":2},"p"]"#);
    assert_eq!(error(Serializer::Json, &twice), "not JSON: key 'timeout' occurs twice at byte 30");
    let twice = octets(&[&[0x94, 48, 1, 0x82, 0xa1, b'a', 1, 0xa1, b'a', 2, 0xa1, b'p']]);
    assert_eq!(error(Serializer::MsgPack, &twice), "not MessagePack: key 'a' occurs twice at byte 10");
    let twice = octets(&[&[0x84, 0x18, 48, 1, 0xa2, 0x61, b'a', 1, 0x61, b'a', 2, 0x61, b'p']]);
    assert_eq!(error(Serializer::Cbor, &twice), "not CBOR: key 'a' occurs twice at byte 11");

    let number = octets(&[&[0x94, 48, 1, 0x81, 1, 2, 0xa1, b'p']]);
    assert!(error(Serializer::MsgPack, &number).contains("a key that is no text"));
}

#[test]
fn keys_that_javascript_gives_a_meaning_are_plain_keys() {
    let frame = text(r#"[48,1,{"__proto__":{"a":1}},"p",[],{"__proto__":1,"constructor":2}]"#);
    let message = read::<Values>(Serializer::Json, &frame).unwrap();
    assert_eq!(encode(Serializer::Json, &message), Ok(frame));
}

#[test]
fn text_that_is_not_utf8_is_refused_in_a_payload_that_is_only_forwarded_too() {
    let frame = octets(&[MSGPACK_CALL, &[0x91, 0xa2, b'a', 0xff]]);
    assert_eq!(error(Serializer::MsgPack, &frame), "not MessagePack: text that is not UTF-8 at byte 9");
    let frame = octets(&[CBOR_CALL, &[0x81, 0x62, b'a', 0xff]]);
    assert_eq!(error(Serializer::Cbor, &frame), "not CBOR: text that is not UTF-8 at byte 10");
}

#[test]
fn octets_behind_the_message_are_refused() {
    assert_eq!(
        error(Serializer::MsgPack, &octets(&[&[0x93, 33, 1, 2, 0xc0]])),
        "not MessagePack: octets behind the message at byte 4"
    );
    assert_eq!(
        error(Serializer::Cbor, &octets(&[&[0x83, 0x18, 33, 1, 2, 0xf6]])),
        "not CBOR: octets behind the message at byte 5"
    );
    assert_eq!(error(Serializer::Json, &text("[33,1,2] []")), "not JSON: trailing characters at byte 9");
}

#[test]
fn a_message_of_unannounced_length_is_read_like_any_other() {
    let frame = octets(&[&[0x9f, 0x18, 48, 1, 0xbf, 0xff, 0x61, b'p', 0x9f, 0xff, 0xbf, 0xff, 0xff]]);
    let message = read::<Values>(Serializer::Cbor, &frame).unwrap();
    assert_eq!(encode(Serializer::Json, &message), Ok(text(r#"[48,1,{},"p"]"#)));
    assert!(error(Serializer::Cbor, &octets(&[&[0x9f, 0x18, 33, 1, 2]])).contains("end too early"));
    assert_eq!(error(Serializer::Cbor, &octets(&[&[0x9f, 0xff]])), "a message must not be an empty list");
}

#[test]
fn more_values_than_the_limit_are_refused_in_all_serializers() {
    let limits = Limits { max_values: 16, ..Limits::default() };
    for serializer in Serializer::ALL {
        for (values, fits) in [(5, true), (20, false)] {
            let frame = encode(serializer, &call(vec![vec![Value::Null; values].into()])).unwrap();
            let read = decode::<Encoded>(serializer, &frame, &limits);
            let too_many = DecodeError::TooMuch { what: "the number of values", limit: 16 };
            assert_eq!(read.map(drop), if fits { Ok(()) } else { Err(too_many) }, "{serializer:?} {values}");
        }
    }
}

#[test]
fn a_frame_full_of_doubles_is_read_and_one_full_of_nothing_is_refused() {
    let list = |count: u32, item: &[u8]| {
        let items = item.repeat(count as usize);
        octets(&[MSGPACK_CALL, &[0xdd], &count.to_be_bytes(), &items])
    };
    let full = (1 << 24) / 9 - 2;
    let doubles = list(full, &[0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]);
    assert!(read::<()>(Serializer::MsgPack, &doubles).is_ok());
    assert_eq!(
        read::<()>(Serializer::MsgPack, &list(3_000_000, &[0xc0])).unwrap_err().to_string(),
        "the number of values exceeds the limit of 2097152"
    );
}

#[test]
fn what_a_peer_made_long_is_not_repeated_to_it_at_length() {
    let key = "ü".repeat(10_000);
    let frame = text(format!(r#"[16,1,{{"{key}":1,"{key}":2}},"com.x"]"#));
    let error = read::<Values>(Serializer::Json, &frame).unwrap_err();
    assert!(error.summary().len() < 310 && error.summary().ends_with('…'));
    assert_eq!(
        read::<Values>(Serializer::Json, &text("[]")).unwrap_err().summary(),
        "a message must not be an empty list"
    );
}

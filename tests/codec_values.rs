//! Values: what stays exact, what octets look like in JSON, and what cannot be written.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use wamp_wasm::{
    codec::{DecodeError, Encoded, Frame, Limits, Serializer, decode, encode},
    message::{Call, CallOptions, Dict, Id, Message, Payload, RequestId, Subscribed, Value, Values},
};

fn read(serializer: Serializer, frame: &Frame) -> Result<Message<Values>, DecodeError> {
    decode(serializer, frame, &Limits::default())
}

fn forwarded(serializer: Serializer, frame: &Frame) -> Message<Encoded> {
    decode(serializer, frame, &Limits::default()).unwrap()
}

fn json(text: impl Into<String>) -> Frame {
    Frame::Text(text.into())
}

fn call(payload: Values) -> Message<Values> {
    let request = RequestId::new(1).unwrap();
    Call { request, options: CallOptions::default(), procedure: "p".into(), payload }.into()
}

/// The only argument of a CALL in JSON.
fn argument(text: &str) -> Result<Value, DecodeError> {
    match read(Serializer::Json, &json(format!(r#"[48,1,{{}},"p",[{text}]]"#)))? {
        Message::Call(Call { payload: Values::Plain { mut args, .. }, .. }) => {
            Ok(args.pop().unwrap_or_default())
        }
        other => panic!("{other:?}"),
    }
}

/// What is said when the only argument of a CALL cannot be written.
fn refusal(serializer: Serializer, argument: impl Into<Value>) -> String {
    encode(serializer, &call(Values::args(vec![argument.into()]))).unwrap_err().to_string()
}

/// `[33, 1, <these octets>]`
fn subscribed(serializer: Serializer, id: &[u8]) -> Result<Message<Values>, DecodeError> {
    let head: &[u8] = if serializer == Serializer::Cbor { &[0x83, 0x18, 33, 1] } else { &[0x93, 33, 1] };
    read(serializer, &Frame::Binary([head, id].concat()))
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

#[test]
fn ids_are_read_as_integers_and_as_the_floats_that_javascript_packers_write() {
    for (serializer, octets, id) in [
        (Serializer::MsgPack, "cf0020000000000000", 1 << 53),
        (Serializer::MsgPack, "cb4340000000000000", 1 << 53),
        (Serializer::Cbor, "1b0020000000000000", 1 << 53),
        (Serializer::Cbor, "fb4340000000000000", 1 << 53),
        (Serializer::MsgPack, "cf00000001488f41db", 5_512_315_355),
        (Serializer::MsgPack, "cb41f488f41db00000", 5_512_315_355),
        (Serializer::Cbor, "1b00000001488f41db", 5_512_315_355),
        (Serializer::Cbor, "fb41f488f41db00000", 5_512_315_355),
        (Serializer::MsgPack, "ca40a00000", 5),
        (Serializer::Cbor, "f94500", 5),
        (Serializer::MsgPack, "d10005", 5),
    ] {
        let message = subscribed(serializer, &hex(octets)).unwrap_or_else(|e| panic!("{octets}: {e}"));
        let Message::Subscribed(Subscribed { subscription, .. }) = message else { panic!("SUBSCRIBED") };
        assert_eq!(subscription.get(), id, "{octets}");
    }
    for (serializer, octets, shown) in [
        (Serializer::MsgPack, "cf0020000000000001", "9007199254740993"),
        (Serializer::Cbor, "1b0020000000000001", "9007199254740993"),
        (Serializer::MsgPack, "00", "0"),
        (Serializer::MsgPack, "ff", "-1"),
        (Serializer::Cbor, "20", "-1"),
        (Serializer::MsgPack, "cb3ff8000000000000", "1.5"),
        (Serializer::Cbor, "f97e00", "NaN"),
        (Serializer::MsgPack, "c3", "bool"),
        (Serializer::Cbor, "f5", "bool"),
        (Serializer::MsgPack, "a131", "string"),
        (Serializer::MsgPack, "c40101", "binary"),
    ] {
        assert_eq!(
            subscribed(serializer, &hex(octets)).unwrap_err().to_string(),
            format!("SUBSCRIBED.Subscription must be an id from 1 to 2^53, not {shown}")
        );
    }
}

#[test]
fn the_largest_id_is_written_as_an_integer() {
    for (serializer, frame) in [
        (Serializer::Json, json("[33,1,9007199254740992]")),
        (Serializer::MsgPack, Frame::Binary(hex("932101cf0020000000000000"))),
        (Serializer::Cbor, Frame::Binary(hex("831821011b0020000000000000"))),
    ] {
        let message = read(serializer, &frame).unwrap();
        assert_eq!(encode(serializer, &message), Ok(frame));
    }
}

#[test]
fn numbers_keep_their_value_and_their_type() {
    for (text, value) in [
        ("18446744073709551615", Value::UInt(u64::MAX)),
        ("-9223372036854775808", Value::Int(i64::MIN)),
        ("9007199254740993", Value::Int(9_007_199_254_740_993)),
        ("1.0", Value::Float(1.0)),
        ("1e21", Value::Float(1e21)),
        ("5e-324", Value::Float(5e-324)),
        ("0.30000000000000004", Value::Float(0.1 + 0.2)),
    ] {
        assert_eq!(argument(text), Ok(value.clone()), "{text}");
        for serializer in Serializer::ALL {
            let message = call(Values::args(vec![value.clone()]));
            assert_eq!(read(serializer, &encode(serializer, &message).unwrap()), Ok(message));
        }
    }
    assert!(matches!(argument("-0.0"), Ok(Value::Float(f)) if f.is_sign_negative()));
    assert!(argument("1e999").is_err() && argument("NaN").is_err() && argument("01").is_err());
}

#[test]
fn octets_in_json_are_a_string_of_nul_and_base64() {
    let octets = hex("10e3ff9053075c526f5fc06d4fe37cdb");
    assert_eq!(argument(r#""\u0000EOP/kFMHXFJvX8BtT+N82w==""#), Ok(octets.clone().into()));
    let nested = Dict::new().with("a", vec![Value::from(octets), Value::from(Vec::<u8>::new())]);
    assert_eq!(
        encode(Serializer::Json, &call(Values::args(vec![nested.into()]))),
        Ok(json(r#"[48,1,{},"p",[{"a":["\u0000EOP/kFMHXFJvX8BtT+N82w==","\u0000"]}]]"#))
    );
}

#[test]
fn a_string_after_nul_that_is_not_base64_is_refused() {
    for bad in ["***", "AA", "AA=", "AB==", "AA==AA==", "EOP_kFMHXFJvX8BtT-N82w=="] {
        let error = argument(&format!(r#""\u0000{bad}""#)).unwrap_err().to_string();
        assert!(error.contains("a string that begins with NUL must go on in base64"), "{bad}: {error}");
    }
}

#[test]
fn a_key_that_begins_with_nul_is_left_alone() {
    let frame = json(r#"[48,1,{},"p",[],{"\u0000a":1}]"#);
    let message = read(Serializer::Json, &frame).unwrap();
    assert!(matches!(&message, Message::Call(c) if c.payload == Values::Plain {
        args: Vec::new(), kwargs: Dict::new().with("\0a", 1)
    }));
    assert_eq!(encode(Serializer::Json, &message), Ok(frame));
}

#[test]
fn what_json_has_no_form_for_is_refused_with_its_place() {
    let nested = Dict::new().with("x", vec![Value::Null, Value::Float(f64::NAN)]);
    assert_eq!(refusal(Serializer::Json, nested), "CALL.Arguments[0].x[1]: NaN cannot be written as JSON");
    assert_eq!(
        refusal(Serializer::Json, f64::NEG_INFINITY),
        "CALL.Arguments[0]: infinity cannot be written as JSON"
    );
    assert_eq!(
        refusal(Serializer::Json, "\0text"),
        "CALL.Arguments[0]: text that begins with NUL cannot be written as JSON"
    );
    let options = CallOptions::try_from(Dict::new().with("x_n", f64::NAN)).unwrap();
    let request = RequestId::new(1).unwrap();
    let message = Call { request, options, procedure: "p".into(), payload: Values::default() };
    assert_eq!(
        encode(Serializer::Json, &message.into()).unwrap_err().to_string(),
        "CALL.Options.x_n: NaN cannot be written as JSON"
    );
    for serializer in [Serializer::MsgPack, Serializer::Cbor] {
        let message = call(Values::args(vec![f64::INFINITY.into(), "\0text".into()]));
        assert_eq!(read(serializer, &encode(serializer, &message).unwrap()), Ok(message));
    }
}

#[test]
fn text_is_written_as_it_is() {
    let message = call(Values::args(vec!["ä€𝄞 \"\\\n\u{1}/".into()]));
    let frame = encode(Serializer::Json, &message).unwrap();
    assert_eq!(frame, json("[48,1,{},\"p\",[\"ä€𝄞 \\\"\\\\\\n\\u0001/\"]]"));
}

#[test]
fn half_a_character_of_javascript_is_a_replacement_character() {
    assert_eq!(argument(r#""a\ud83d""#), Ok("a\u{fffd}".into()));
    assert_eq!(argument(r#""\ud83d\ude00""#), Ok("😀".into()));
    let frame = json(r#"[48,1,{},"p",["\ude00"]]"#);
    assert_eq!(
        encode(Serializer::Json, &forwarded(Serializer::Json, &frame)),
        Ok(json(r#"[48,1,{},"p",["\ufffd"]]"#))
    );
}

#[test]
fn what_receivers_would_refuse_is_not_forwarded() {
    for frame in [r#"[48,1,{},"p",[{"a":1,"a":2}]]"#, r#"[48,1,{},"p",["\u0000***"]]"#] {
        assert!(decode::<Encoded>(Serializer::Json, &json(frame), &Limits::default()).is_err(), "{frame}");
    }
}

#[test]
fn javascripts_undefined_arrives_as_null() {
    let msgpack = Frame::Binary([&[0x95, 48, 1, 0x80, 0xa1, b'p', 0x91][..], &hex("d40000")].concat());
    let cbor = Frame::Binary([&[0x85, 0x18, 48, 1, 0xa0, 0x61, b'p', 0x81][..], &hex("f7")].concat());
    for (serializer, frame) in [(Serializer::MsgPack, msgpack), (Serializer::Cbor, cbor)] {
        assert_eq!(read(serializer, &frame), Ok(call(Values::args(vec![Value::Null]))));
    }
}

#[test]
fn a_forwarded_payload_keeps_its_octets_for_the_same_serializer() {
    // Longer forms than needed, a large integer, a float of 32 bits, an extension, an order of keys.
    let payload = hex("dc0005cf0000000000000001cfffffffffffffffffca3f800000d5070102de000281a0");
    let payload = [&payload[..payload.len() - 2], &hex("a162c0a161c2")].concat();
    let frame = Frame::Binary([&[0x95, 48, 1, 0x80, 0xa1, b'p'][..], &payload].concat());
    assert_eq!(encode(Serializer::MsgPack, &forwarded(Serializer::MsgPack, &frame)), Ok(frame));
    let frame = json(r#"[48,1,{},"p",[ 1.0 , 1e2, "\u0061" ],{"b": 1, "a": -0.0}]"#);
    assert_eq!(encode(Serializer::Json, &forwarded(Serializer::Json, &frame)), Ok(frame));
}

#[test]
fn a_forwarded_payload_is_written_anew_for_another_serializer() {
    let message = call(Values::Plain {
        args: vec![vec![1_u8, 2].into(), Value::UInt(u64::MAX), 1.0.into()],
        kwargs: Dict::new().with("b", 1).with("a", Value::Null),
    });
    for from in Serializer::ALL {
        let encoded = forwarded(from, &encode(from, &message).unwrap());
        for to in Serializer::ALL {
            assert_eq!(encode(to, &encoded), encode(to, &message), "{from:?} to {to:?}");
        }
    }
}

#[test]
fn a_forwarded_payload_without_a_form_in_the_other_serializer_is_an_error_of_its_own() {
    let frame = encode(Serializer::Cbor, &call(Values::args(vec![1.into(), f64::NAN.into()]))).unwrap();
    let encoded = forwarded(Serializer::Cbor, &frame);
    assert_eq!(
        encode(Serializer::Json, &encoded).unwrap_err().to_string(),
        "CALL.Arguments[1]: NaN cannot be written as JSON"
    );
    assert_eq!(encode(Serializer::Cbor, &encoded), Ok(frame));
    assert!(encode(Serializer::MsgPack, &encoded).is_ok());
}

#[test]
fn an_encoded_payload_can_be_made_of_text_and_be_read_as_values() {
    let Message::Call(mut message) = forwarded(Serializer::Json, &json(r#"[48,1,{},"p"]"#)) else {
        panic!("CALL")
    };
    assert!(message.payload.is_empty());
    message.payload = Encoded::from_text("no");
    assert_eq!(message.payload.values(), Ok(Values::from_text("no")));
    for serializer in Serializer::ALL {
        let frame = encode(serializer, &Message::from(message.clone())).unwrap();
        assert_eq!(read(serializer, &frame), Ok(call(Values::from_text("no"))));
    }
}

//! Shapes: what every message may look like, and what is said of one that does not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use wamp_wasm::{
    codec::{DecodeError, Frame, Limits, Serializer, decode, encode},
    message::{Message, MessageType, Values},
};

fn read(text: &str) -> Result<Message<Values>, DecodeError> {
    decode(Serializer::Json, &Frame::Text(text.to_owned()), &Limits::default())
}

fn error(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

/// What the message is written as after it was read.
fn rewritten(text: &str) -> String {
    let message = read(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    match encode(Serializer::Json, &message).unwrap() {
        Frame::Text(text) => text,
        Frame::Binary(_) => panic!("JSON is text"),
    }
}

/// One full-grown message of each type, every element there.
const MESSAGES: [&str; 27] = [
    r#"[1,"realm1",{"roles":{"caller":{"features":{"call_timeout":true}}}}]"#,
    r#"[2,7,{"roles":{"broker":{},"dealer":{}},"x_custom":[1]}]"#,
    r#"[3,{"message":"no"},"wamp.error.no_such_realm",["a"],{"k":1}]"#,
    r#"[4,"wampcra",{"challenge":"{}"}]"#,
    r#"[5,"c2ln",{}]"#,
    r#"[6,{},"wamp.close.close_realm"]"#,
    r#"[8,48,5,{},"com.example.error",[1],{"k":1}]"#,
    r#"[16,1,{"acknowledge":true},"com.example.topic",[1],{"k":1}]"#,
    "[17,1,9007199254740992]",
    r#"[32,1,{"match":"prefix"},"com.example."]"#,
    "[33,1,2]",
    "[34,1,2]",
    r#"[34,1,2,{"forward_for":[]}]"#,
    "[35,1]",
    r#"[36,5,7,{"topic":"com.example.topic"},[1],{"k":1}]"#,
    r#"[48,1,{"timeout":100},"com.example.add",[2,3],{"k":1}]"#,
    r#"[49,1,{"mode":"kill"}]"#,
    r#"[50,1,{"progress":true},[1],{"k":1}]"#,
    r#"[64,1,{"invoke":"roundrobin"},"com.example.add"]"#,
    "[65,1,3]",
    "[66,1,3]",
    "[67,1]",
    r#"[67,0,{"registration":3,"reason":"com.example.revoked"}]"#,
    r#"[68,1,3,{"procedure":"com.example.add"},[1],{"k":1}]"#,
    r#"[69,1,{"mode":"killnowait"}]"#,
    r#"[70,1,{"progress":true},[1],{"k":1}]"#,
    "[337,9]",
];

#[test]
fn every_message_is_read_and_written_alike() {
    for text in MESSAGES {
        assert_eq!(rewritten(text), text);
    }
    let mut seen: Vec<_> = MESSAGES.iter().map(|text| read(text).unwrap().message_type()).collect();
    seen.dedup();
    assert_eq!(seen, MessageType::ALL);
}

#[test]
fn empty_arguments_are_left_out_and_keyword_arguments_alone_stand_behind_an_empty_list() {
    for (read, written) in [
        (r#"[48,1,{},"p",[]]"#, r#"[48,1,{},"p"]"#),
        (r#"[48,1,{},"p",[],{}]"#, r#"[48,1,{},"p"]"#),
        (r#"[48,1,{},"p",[1],{}]"#, r#"[48,1,{},"p",[1]]"#),
        (r#"[48,1,{},"p",[],{"a":1}]"#, r#"[48,1,{},"p",[],{"a":1}]"#),
    ] {
        assert_eq!(rewritten(read), written);
    }
}

#[test]
fn arguments_in_the_form_of_octets_are_the_last_element() {
    let text = r#"[16,1,{"enc_algo":"cryptobox"},"t","\u0000EOP/kFMHXFJvX8BtT+N82w=="]"#;
    assert_eq!(rewritten(text), text);
    assert_eq!(
        error(r#"[16,1,{},"t","\u0000AA==",{}]"#),
        "PUBLISH.Arguments must be the last element when it is binary"
    );
    assert_eq!(error(r#"[16,1,{},"t","text"]"#), "PUBLISH.Arguments must be a list, not string");
}

#[test]
fn null_in_the_place_of_arguments_is_refused_unless_the_limits_are_lenient() {
    assert_eq!(error(r#"[48,1,{},"p",null,{"a":1}]"#), "CALL.Arguments must be a list, not null");
    assert_eq!(error(r#"[48,1,{},"p",[1],null]"#), "CALL.ArgumentsKw must be a dict, not null");

    let lenient = Limits { lenient: true, ..Limits::default() };
    for (text, same) in [
        (r#"[48,1,{},"p",null,{"a":1}]"#, r#"[48,1,{},"p",[],{"a":1}]"#),
        (r#"[48,1,{},"p",[1],null]"#, r#"[48,1,{},"p",[1]]"#),
        (r#"[48,1,{},"p",null]"#, r#"[48,1,{},"p"]"#),
    ] {
        let frame = Frame::Text(text.to_owned());
        assert_eq!(decode::<Values>(Serializer::Json, &frame, &lenient), read(same));
    }
}

#[test]
fn a_wrong_number_of_elements_is_refused_by_the_name_of_the_message() {
    assert_eq!(error(r#"[48,1,{},"p",[],{},1]"#), "CALL has 7 elements, it must have 4 to 6");
    assert_eq!(error("[48]"), "CALL has 1 elements, it must have 4 to 6");
    assert_eq!(error("[33,1,2,3]"), "SUBSCRIBED has 4 elements, it must have 3");
    assert_eq!(error("[33,1,2,3,4,5,6,7,8,9]"), "SUBSCRIBED has 10 elements, it must have 3");
    assert_eq!(error("[34,1,2,{},{}]"), "UNSUBSCRIBE has 5 elements, it must have 3 to 4");
}

#[test]
fn what_is_no_message_is_refused() {
    assert_eq!(error("[]"), "a message must not be an empty list");
    assert_eq!(error("{}"), "a message must be a list");
    assert_eq!(error("7"), "a message must be a list");
    assert_eq!(error("[99]"), "unknown message type 99");
    assert_eq!(error("[37,1]"), "unknown message type 37");
    assert_eq!(error(r#"["48"]"#), "unknown message type string");
    assert_eq!(error("[-1]"), "unknown message type -1");
    assert_eq!(error("[true]"), "unknown message type bool");
    assert!(error("[33,1,2]]").starts_with("not JSON: "));
    assert!(error("").starts_with("not JSON: "));
}

#[test]
fn an_id_reaches_from_1_to_2_to_the_53_in_any_form_of_number() {
    for good in ["1", "9007199254740992", "9007199254740992.0", "5.0", "1e3", "5512315355"] {
        assert!(read(&format!("[33,1,{good}]")).is_ok(), "{good}");
    }
    for (bad, shown) in [
        ("0", "0"),
        ("-1", "-1"),
        ("1.5", "1.5"),
        ("9007199254740993", "9007199254740993"),
        ("9007199254740994.0", "9007199254740994"),
        ("true", "bool"),
        ("\"1\"", "string"),
        ("null", "null"),
    ] {
        assert_eq!(
            error(&format!("[33,1,{bad}]")),
            format!("SUBSCRIBED.Subscription must be an id from 1 to 2^53, not {shown}")
        );
    }
}

#[test]
fn a_wrong_element_is_named_with_what_it_must_be() {
    for (text, said) in [
        (r#"[36,0,7,{}]"#, "EVENT.Subscription must be an id from 1 to 2^53, not 0"),
        (r#"[16,1,{"acknowledge":1},"t"]"#, "PUBLISH.Options.acknowledge must be a bool, not integer"),
        (r#"[16,1,[],"t"]"#, "PUBLISH.Options must be a dict, not list"),
        (r#"[16,1,{},null]"#, "PUBLISH.Topic must be a URI, not null"),
        (r#"[16,1,{},"\u0000AA=="]"#, "PUBLISH.Topic must be a URI, not binary"),
        (
            r#"[32,1,{"match":"foo"},"t"]"#,
            "SUBSCRIBE.Options.match must be one of 'exact' 'prefix' 'wildcard', not 'foo'",
        ),
        (r#"[4,5,{}]"#, "CHALLENGE.AuthMethod must be a string, not integer"),
        (r#"[8,36,1,{},"e"]"#, "ERROR.REQUEST.Type must be the type of a request, not 36"),
        (r#"[8,48,0,{},"e"]"#, "ERROR.REQUEST.Request must be an id from 1 to 2^53, not 0"),
    ] {
        assert_eq!(error(text), said);
    }
}

#[test]
fn a_uri_that_could_not_be_answered_with_an_error_must_be_well_formed() {
    for text in [
        r#"[8,48,1,{},"a..b"]"#,
        r#"[6,{},"has space"]"#,
        r#"[36,1,2,{"topic":"a b"}]"#,
        r#"[68,1,2,{"procedure":""}]"#,
    ] {
        assert!(error(text).contains(" must be a URI: URI '"), "{text}: {}", error(text));
    }
    for text in [r#"[32,1,{},"a..b"]"#, r##"[48,1,{},"a#b"]"##, r#"[1,"",{"roles":{"caller":{}}}]"#] {
        assert!(read(text).is_ok(), "{text}: the router answers it");
    }
}

#[test]
fn hello_and_welcome_must_announce_roles() {
    for (text, said) in [
        (r#"[1,"r",{}]"#, "HELLO.Details.roles must be a dict"),
        (
            r#"[1,"r",{"roles":{}}]"#,
            "HELLO.Details.roles names none of publisher, subscriber, caller, callee",
        ),
        (r#"[1,"r",{"roles":{"caller":1}}]"#, "HELLO.Details.roles.caller must be a dict, not integer"),
        (r#"[2,1,{"roles":{"caller":{}}}]"#, "WELCOME.Details.roles names none of broker, dealer"),
    ] {
        assert_eq!(error(text), said);
    }
}

#[test]
fn a_revocation_has_request_0_and_details_and_an_answer_has_neither() {
    assert_eq!(rewritten("[35,0,{}]"), "[35,0,{}]");
    assert_eq!(error("[35,0]"), "UNSUBSCRIBED.Request must be an id from 1 to 2^53, not 0");
    assert_eq!(error("[67,1,{}]"), "UNREGISTERED.Request must be 0 where details follow");
}

#[test]
fn unknown_options_are_kept_in_their_order() {
    let text = r#"[48,1,{"x_b":{"z":1,"a":[null,1.5]},"timeout":1,"x_a":-1},"p"]"#;
    assert_eq!(rewritten(text), text);
}

#[test]
fn a_frame_of_the_wrong_kind_is_refused() {
    let binary = Frame::Binary(b"[33,1,2]".to_vec());
    let error = decode::<Values>(Serializer::Json, &binary, &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "binary frame on a connection that uses text frames");
    let text = Frame::Text("[33,1,2]".to_owned());
    let error = decode::<Values>(Serializer::Cbor, &text, &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "text frame on a connection that uses binary frames");
}

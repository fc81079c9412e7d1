//! A router that breaks the protocol: ABORT with a text that names the element, and the end.
//! What is only unusual, or a race, has to be survived.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use common::{Scripted, sent_by_clients_only};
use wamp_wasm::session::{Input, State};

/// The message is a violation with this text.
#[track_caller]
fn violates(mut bench: Scripted, json: &str, text: &str) {
    bench.router_sends(json);
    assert_eq!(
        bench.take_log()[1..],
        [
            format!(r#"C→R ABORT {{"message":"{text}"}} wamp.error.protocol_violation"#),
            "C→R closes".into(),
            format!("ended Violation wamp.error.protocol_violation '{text}'"),
        ]
    );
    assert_eq!(bench.state(), State::Ended);
}

/// The message is taken in silence.
#[track_caller]
fn is_ignored(bench: &mut Scripted, json: &str) {
    bench.router_sends(json);
    assert_eq!(bench.take_log().len(), 1, "{json}");
    assert_eq!(bench.state(), State::Established, "{json}");
}

#[test]
fn what_is_no_message_at_all_is_a_violation_that_says_why() {
    for json in
        ["", "nonsense", "{}", "[]", r#"["36"]"#, "[99]", "[36]", "[33,1,7,8]", "[33,0,7]", r#"[33,1,"7"]"#]
    {
        let mut bench = Scripted::subscribed();
        bench.router_sends(json);
        let log = bench.take_log();
        assert!(log[1].starts_with(r#"C→R ABORT {"message":""#), "{log:?}");
        assert!(log[1].ends_with("wamp.error.protocol_violation"), "{log:?}");
        assert_eq!(log[2], "C→R closes");
    }
    let text = "RESULT.Details.progress must be a bool, not integer";
    violates(Scripted::joined(), r#"[50,1,{"progress":1}]"#, text);
}

#[test]
fn what_a_router_made_long_is_not_repeated_to_it_at_length() {
    let long = "\u{fc}".repeat(10_000);
    let mut invalid = Scripted::joined();
    invalid.input(Input::Invalid(long.clone()));
    let mut challenged = Scripted::joining();
    challenged.router_sends(&format!(r#"[4,"{long}",{{}}]"#));
    for mut bench in [invalid, challenged] {
        let log = bench.take_log();
        let abort = log.iter().find(|line| line.starts_with("C→R ABORT")).unwrap();
        assert!(abort.len() < 400 && abort.contains('…'), "{} octets", abort.len());
    }
}

#[test]
fn a_frame_that_is_no_message_is_a_violation() {
    let mut bench = Scripted::joined();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.take_log();
    bench.input(Input::Invalid("EVENT.Subscription must be an id from 1 to 2^53, not 0".into()));
    let text = "EVENT.Subscription must be an id from 1 to 2^53, not 0";
    bench.expect(&[
        &format!(r#"C→R ABORT {{"message":"{text}"}} wamp.error.protocol_violation"#),
        "C→R closes",
        &format!("#1 lost Violation wamp.error.protocol_violation '{text}'"),
        &format!("ended Violation wamp.error.protocol_violation '{text}'"),
    ]);
}

#[test]
fn messages_that_only_clients_send_are_violations() {
    for (name, json) in sent_by_clients_only() {
        let text = format!("{name} is not sent by a router");
        violates(Scripted::joined(), json, &text);
        for mut bench in [Scripted::connected(), Scripted::joining(), Scripted::challenged()] {
            bench.router_sends(json);
            let abort = format!(r#"C→R ABORT {{"message":"{text}"}} wamp.error.protocol_violation"#);
            assert_eq!(bench.take_log()[1..3], [abort, "C→R closes".into()]);
        }
    }
}

#[test]
fn an_error_for_something_that_is_no_request_is_a_violation() {
    for code in [1, 33, 36, 99] {
        violates(
            Scripted::joined(),
            &format!(r#"[8,{code},1,{{}},"com.x"]"#),
            &format!("ERROR.REQUEST.Type must be the type of a request, not {code}"),
        );
    }
    violates(
        Scripted::joined(),
        r#"[8,68,1,{},"com.x"]"#,
        "ERROR.REQUEST.Type INVOCATION is no request of a client",
    );
}

#[test]
fn answers_to_a_request_that_was_never_issued_are_violations() {
    for (json, name) in [
        ("[17,99,7]", "PUBLISHED"),
        ("[33,99,7]", "SUBSCRIBED"),
        ("[35,99]", "UNSUBSCRIBED"),
        ("[50,99,{}]", "RESULT"),
        (r#"[50,99,{"progress":true}]"#, "RESULT"),
        ("[65,99,7]", "REGISTERED"),
        ("[67,99]", "UNREGISTERED"),
        (r#"[8,48,99,{},"com.x"]"#, "ERROR"),
        (r#"[8,16,99,{},"com.x"]"#, "ERROR"),
    ] {
        violates(Scripted::joined(), json, &format!("{name}.Request 99 was never issued"));
    }
}

#[test]
fn answers_to_a_request_that_is_finished_or_wants_none_are_ignored() {
    let mut bench = Scripted::joined();
    bench.publish("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.take_log();
    for json in
        ["[17,1,7]", r#"[8,16,1,{},"com.x"]"#, "[33,1,7]", "[35,1]", "[50,1,{}]", "[65,1,7]", "[67,1]"]
    {
        is_ignored(&mut bench, json);
    }
}

#[test]
fn an_error_of_another_type_does_not_fail_the_request_with_its_id() {
    let mut bench = Scripted::joined();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.take_log();
    is_ignored(&mut bench, r#"[8,32,1,{},"com.x"]"#);
    is_ignored(&mut bench, "[65,1,7]");
    bench.router_sends(r#"[50,1,{},["fine"]]"#);
    bench.expect(&[r#"R→C RESULT 1 ["fine"]"#, r#"#1 result ["fine"]"#]);
}

#[test]
fn an_error_that_refuses_a_cancel_or_a_yield_is_ignored() {
    let mut bench = Scripted::joined();
    is_ignored(&mut bench, r#"[8,49,1,{},"wamp.error.invalid_argument"]"#);
    is_ignored(&mut bench, r#"[8,70,1,{},"wamp.error.feature_not_supported"]"#);
}

#[test]
fn an_event_of_an_unknown_subscription_is_ignored() {
    is_ignored(&mut Scripted::joined(), "[36,99,8,{}]");
}

#[test]
fn an_invocation_of_an_unknown_registration_is_answered_with_an_error() {
    let mut bench = Scripted::joined();
    bench.router_sends("[68,5,99,{}]");
    bench.expect(&[
        "R→C INVOCATION 5 99",
        r#"C→R ERROR INVOCATION 5 wamp.error.no_such_procedure ["registration 99 is not this session's"]"#,
    ]);
}

#[test]
fn an_invocation_with_the_id_of_a_running_one_is_a_violation() {
    let mut bench = Scripted::registered();
    bench.router_sends("[68,5,7,{}]");
    bench.take_log();
    violates(bench, "[68,5,7,{}]", "INVOCATION.Request 5 is running already");
}

#[test]
fn uris_that_are_none_are_violations() {
    let bad = "has an empty component";
    violates(
        Scripted::joined(),
        r#"[8,48,1,{},"a..b"]"#,
        &format!("ERROR.Error must be a URI: URI 'a..b' {bad}"),
    );
    violates(
        Scripted::subscribed(),
        r#"[36,7,8,{"topic":"a..b"}]"#,
        &format!("EVENT.Details.topic must be a URI: URI 'a..b' {bad}"),
    );
    violates(
        Scripted::registered(),
        r#"[68,1,7,{"procedure":"a..b"}]"#,
        &format!("INVOCATION.Details.procedure must be a URI: URI 'a..b' {bad}"),
    );
    violates(Scripted::joined(), r#"[6,{},""]"#, &format!("GOODBYE.Reason must be a URI: URI '' {bad}"));
}

#[test]
fn an_abort_with_a_bad_reason_is_not_answered_either() {
    let mut bench = Scripted::joined();
    bench.router_sends(r#"[3,{},"not a uri"]"#);
    bench.expect(&["R→C ABORT not a uri", "C→R closes", "ended Aborted not a uri"]);
}

#[test]
fn revocations_of_what_is_unknown_or_not_named_are_ignored() {
    let mut bench = Scripted::joined();
    is_ignored(&mut bench, "[35,0,{}]");
    is_ignored(&mut bench, r#"[35,0,{"subscription":99}]"#);
    is_ignored(&mut bench, "[67,0,{}]");
    is_ignored(&mut bench, r#"[67,0,{"registration":99,"reason":"com.x"}]"#);
}

//! The first half of a session's life: what each event does until WELCOME has come. One group per state.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use common::{Scripted, WELCOME, of_an_open_session, options};
use wamp_wasm::{
    auth::WelcomeRule,
    message::{AuthExtra, Message, Role},
    session::{CommandError, Input, Output, SessionConfig, State},
};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn lost() -> Input<wamp_wasm::message::Values> {
    Input::Closed("the line went dead".into())
}

// Disconnected ------------------------------------------------------------------------------------

#[test]
fn nothing_can_be_joined_or_left_without_a_transport() {
    let mut bench = Scripted::disconnected();
    let now = bench.now();
    assert_eq!(bench.join(now, "realm1".into(), Default::default()), Err(CommandError::NoTransport));
    assert_eq!(bench.leave(now, "wamp.close.normal".into(), None), Err(CommandError::NotOpen));
    bench.input(lost());
    bench.expect(&[]);
}

#[test]
fn a_message_without_a_transport_is_ignored() {
    let mut bench = Scripted::disconnected();
    bench.router_sends(WELCOME);
    bench.expect(&["R→C WELCOME 42"]);
}

// Connected ---------------------------------------------------------------------------------------

#[test]
fn joining_sends_hello_with_the_roles_and_features_that_work() {
    let mut bench = Scripted::connected();
    bench.joins();
    assert_eq!(bench.state(), State::Joining);
    bench.expect(&[r#"C→R HELLO realm1 {"authmethods":["ticket"]}"#]);
}

#[test]
fn hello_announces_exactly_the_features_that_work() {
    let mut bench = Scripted::connected();
    bench.joins();
    let Some(Output::Send(Message::Hello(hello))) = bench.poll() else { panic!("no HELLO") };
    let roles = common::dict(
        r#"{
            "publisher": {"features": {
                "publisher_identification": true,
                "publisher_exclusion": true,
                "subscriber_blackwhite_listing": true,
                "payload_passthru_mode": true,
                "payload_transparency": true
            }},
            "subscriber": {"features": {
                "publisher_identification": true,
                "publication_trustlevels": true,
                "pattern_based_subscription": true,
                "subscription_revocation": true,
                "payload_passthru_mode": true,
                "payload_transparency": true
            }},
            "caller": {"features": {
                "caller_identification": true,
                "call_canceling": true,
                "progressive_call_results": true,
                "progressive_call_invocations": true,
                "payload_passthru_mode": true,
                "payload_transparency": true
            }},
            "callee": {"features": {
                "caller_identification": true,
                "call_trustlevels": true,
                "call_canceling": true,
                "call_reroute": true,
                "progressive_call_results": true,
                "progressive_call_invocations": true,
                "pattern_based_registration": true,
                "shared_registration": true,
                "registration_revocation": true,
                "payload_passthru_mode": true,
                "payload_transparency": true
            }}
        }"#,
    );
    assert_eq!(hello.details.roles(), Some(&roles));
}

#[test]
fn roles_that_the_application_gives_go_out_as_they_are() {
    let mut bench = Scripted::connected();
    let now = bench.now();
    bench.join(now, "realm1".into(), options(r#"{"roles":{"caller":{}}}"#)).unwrap();
    let Some(Output::Send(Message::Hello(hello))) = bench.poll() else { panic!("no HELLO") };
    assert_eq!(hello.details.roles(), Some(&common::dict(r#"{"caller":{}}"#)));
}

#[test]
fn a_realm_that_is_no_uri_is_refused_before_anything_is_sent() {
    let mut bench = Scripted::connected();
    let now = bench.now();
    let error = bench.join(now, "my realm".into(), Default::default()).unwrap_err();
    assert_eq!(error.to_string(), "URI 'my realm' has the forbidden character ' '");
    bench.expect(&[]);
}

#[test]
fn leaving_before_joining_just_closes_the_transport() {
    let mut bench = Scripted::connected();
    bench.leaves();
    bench.expect(&["C→R closes"]);
}

#[test]
fn a_message_before_hello_is_a_violation() {
    let session_messages = [WELCOME, r#"[4,"ticket",{}]"#, r#"[6,{},"wamp.close.normal"]"#];
    let others = of_an_open_session().into_iter().map(|(_, json)| json);
    for json in session_messages.into_iter().chain(others) {
        let mut bench = Scripted::connected();
        bench.router_sends(json);
        let name = common::message(json).message_type();
        let abort = format!(r#"C→R ABORT {{"message":"{name} before HELLO"}} wamp.error.protocol_violation"#);
        assert_eq!(bench.take_log()[1..], [abort, "C→R closes".into()]);
        assert_eq!(bench.state(), State::Ended);
    }
}

#[test]
fn abort_before_hello_closes_the_transport_unanswered() {
    let mut bench = Scripted::connected();
    bench.router_sends(r#"[3,{},"wamp.close.system_shutdown"]"#);
    bench.expect(&["R→C ABORT wamp.close.system_shutdown", "C→R closes"]);
}

#[test]
fn a_transport_lost_before_joining_ends_no_session() {
    let mut bench = Scripted::connected();
    bench.input(lost());
    assert_eq!(bench.state(), State::Disconnected);
    bench.expect(&[]);
}

// Joining and authenticating ----------------------------------------------------------------------

#[test]
fn welcome_opens_the_session() {
    let mut bench = Scripted::joining();
    bench.router_sends(WELCOME);
    bench.expect(&["R→C WELCOME 42", "joined 42"]);
    assert_eq!(bench.state(), State::Established);
    assert_eq!(bench.id().map(|id| id.to_string()), Some("42".into()));
    assert!(bench.roles().has(Role::Broker) && bench.roles().has(Role::Dealer));
    assert!(bench.welcome().is_some());
    assert_eq!(bench.next_deadline(), None);
}

#[test]
fn a_welcome_without_the_roles_of_a_router_is_a_violation() {
    for (roles, text) in [
        ("{}", "WELCOME.Details.roles must be a dict"),
        (r#"{"roles":{}}"#, "WELCOME.Details.roles names none of broker, dealer"),
        (r#"{"roles":{"caller":{}}}"#, "WELCOME.Details.roles names none of broker, dealer"),
        (r#"{"roles":{"broker":1}}"#, "WELCOME.Details.roles.broker must be a dict, not integer"),
        (
            r#"{"roles":{"broker":{"features":{"x":1}}}}"#,
            "WELCOME.Details.roles.broker.features.x must be a bool, not integer",
        ),
    ] {
        let mut bench = Scripted::joining();
        bench.router_sends(&format!("[2,42,{roles}]"));
        bench.expect(&[
            &format!("R→C [2,42,{roles}]"),
            &format!(r#"C→R ABORT {{"message":"{text}"}} wamp.error.protocol_violation"#),
            "C→R closes",
            &format!("ended Violation wamp.error.protocol_violation '{text}' before it was open"),
        ]);
    }
}

#[test]
fn a_welcome_that_no_codec_has_checked_is_checked_by_the_session() {
    let mut bench = Scripted::joining();
    let session = wamp_wasm::message::Id::new(42).unwrap();
    let welcome = wamp_wasm::message::Welcome { session, details: Default::default() };
    bench.input(Input::Message(welcome.into()));
    let text = "WELCOME.Details.roles must be a dict";
    bench.expect(&[
        &format!(r#"C→R ABORT {{"message":"{text}"}} wamp.error.protocol_violation"#),
        "C→R closes",
        &format!("ended Violation wamp.error.protocol_violation '{text}' before it was open"),
    ]);
}

/// What comes of a WELCOME that does not show what was demanded.
fn not_authentic(text: &str) -> [String; 3] {
    [
        format!(r#"C→R ABORT {{"message":"{text}"}} wamp.error.authentication_failed"#),
        "C→R closes".into(),
        format!("ended JoinFailed wamp.error.authentication_failed '{text}' before it was open"),
    ]
}

#[test]
fn a_welcome_without_the_challenge_that_was_demanded_is_refused() {
    let text = "the router did not prove who it is: WELCOME without a challenge that was answered";
    for challenge in ["", r#"[4,"ticket",{}]"#] {
        let mut bench = Scripted::connected();
        bench.demand(WelcomeRule::AfterChallenge).unwrap();
        bench.joins();
        if !challenge.is_empty() {
            bench.router_sends(challenge);
        }
        bench.take_log();
        bench.router_sends(WELCOME);
        assert_eq!(bench.take_log()[1..], not_authentic(text));
        assert_eq!(bench.state(), State::Ended);
    }
    let mut bench = Scripted::challenged();
    let now = bench.now();
    bench.demand(WelcomeRule::AfterChallenge).unwrap();
    bench.authenticate(now, "proof", AuthExtra::default()).unwrap();
    bench.router_sends(WELCOME);
    assert_eq!(bench.state(), State::Established);
}

#[test]
fn a_welcome_with_another_server_signature_than_the_demanded_one_is_refused() {
    for (signature, outcome) in [
        (r#""verifier":"right""#, Ok(())),
        (r#""scram_server_signature":"right""#, Ok(())),
        (r#""verifier":"wrong""#, Err("the router does not know the password: WELCOME has a wrong verifier")),
        ("", Err("the router did not prove that it knows the password: WELCOME has no verifier")),
    ] {
        let mut bench = Scripted::challenged();
        let now = bench.now();
        bench.demand(WelcomeRule::ServerSignature("right".into())).unwrap();
        bench.authenticate(now, "proof", AuthExtra::default()).unwrap();
        bench.take_log();
        bench.router_sends(&format!(r#"[2,42,{{"roles":{{"broker":{{}}}},"authextra":{{{signature}}}}}]"#));
        match outcome {
            Ok(()) => assert_eq!(bench.state(), State::Established),
            Err(text) => assert_eq!(bench.take_log()[1..], not_authentic(text)),
        }
    }
}

#[test]
fn an_abort_tells_why_scram_failed_where_it_has_no_other_text() {
    for (details, text) in
        [(r#"{"scram":"invalid-proof"}"#, "invalid-proof"), (r#"{"scram":"a","message":"b"}"#, "b")]
    {
        let mut bench = Scripted::joining();
        bench.router_sends(&format!(r#"[3,{details},"wamp.error.authentication_denied"]"#));
        let ended = format!("ended Aborted wamp.error.authentication_denied '{text}' before it was open");
        assert_eq!(bench.take_log()[1..], ["C→R closes".to_owned(), ended]);
    }
}

#[test]
fn what_is_demanded_of_welcome_holds_for_one_join_and_until_it_is_open() {
    assert_eq!(Scripted::disconnected().demand(WelcomeRule::AfterChallenge), Err(CommandError::NoTransport));
    assert_eq!(Scripted::joined().demand(WelcomeRule::AfterChallenge), Err(CommandError::AlreadyOpen));
    let mut bench = Scripted::joining();
    bench.demand(WelcomeRule::AfterChallenge).unwrap();
    bench.input(lost());
    bench.input(Input::Opened);
    bench.joins();
    bench.router_sends(WELCOME);
    assert_eq!(bench.state(), State::Established);
}

#[test]
fn a_feature_announced_as_false_does_not_count() {
    let mut bench = Scripted::joining();
    bench.router_sends(r#"[2,42,{"roles":{"dealer":{"features":{"call_canceling":false}}}}]"#);
    assert!(!bench.roles().supports(Role::Dealer, "call_canceling"));
}

#[test]
fn a_challenge_is_answered_by_the_application_when_it_is_ready() {
    let mut bench = Scripted::joining();
    bench.router_sends(r#"[4,"ticket",{}]"#);
    assert_eq!(bench.state(), State::Authenticating);
    bench.passes(seconds(30));
    let now = bench.now();
    bench.authenticate(now, "secret!!!", AuthExtra::default()).unwrap();
    bench.router_sends(WELCOME);
    bench.expect(&[
        "R→C CHALLENGE ticket",
        "challenged ticket",
        "C→R AUTHENTICATE secret!!!",
        "R→C WELCOME 42",
        "joined 42",
    ]);
}

#[test]
fn a_second_challenge_before_welcome_is_another_round() {
    let mut bench = Scripted::challenged();
    let now = bench.now();
    bench.authenticate(now, "one", AuthExtra::default()).unwrap();
    bench.router_sends(r#"[4,"ticket",{}]"#);
    bench.authenticate(now, "two", AuthExtra::default()).unwrap();
    bench.router_sends(WELCOME);
    bench.expect(&[
        "C→R AUTHENTICATE one",
        "R→C CHALLENGE ticket",
        "challenged ticket",
        "C→R AUTHENTICATE two",
        "R→C WELCOME 42",
        "joined 42",
    ]);
}

#[test]
fn a_second_challenge_before_the_first_is_answered_is_a_violation() {
    let mut bench = Scripted::challenged();
    bench.router_sends(r#"[4,"ticket",{}]"#);
    let text = "CHALLENGE before the one before it was answered";
    bench.expect(&[
        "R→C CHALLENGE ticket",
        &format!(r#"C→R ABORT {{"message":"{text}"}} wamp.error.protocol_violation"#),
        "C→R closes",
        &format!("ended Violation wamp.error.protocol_violation '{text}' before it was open"),
    ]);
}

#[test]
fn a_challenge_is_answered_once() {
    let mut bench = Scripted::challenged();
    let now = bench.now();
    let none = Err(CommandError::NotActive("challenge"));
    bench.authenticate(now, "secret", AuthExtra::default()).unwrap();
    assert_eq!(bench.authenticate(now, "again", AuthExtra::default()), none);
    assert_eq!(bench.refuse("wamp.error.cannot_authenticate".into(), ""), none);
    bench.router_sends(WELCOME);
    assert_eq!(bench.authenticate(now, "late", AuthExtra::default()), none);
    bench.expect(&["C→R AUTHENTICATE secret", "R→C WELCOME 42", "joined 42"]);
}

#[test]
fn a_challenge_by_a_method_that_was_not_offered_is_a_violation() {
    let mut bench = Scripted::joining();
    bench.router_sends(r#"[4,"wampcra",{"challenge":"{}"}]"#);
    bench.expect(&[
        r#"R→C CHALLENGE wampcra {"challenge":"{}"}"#,
        r#"C→R ABORT {"message":"CHALLENGE.AuthMethod 'wampcra' was not offered"} wamp.error.protocol_violation"#,
        "C→R closes",
        "ended Violation wamp.error.protocol_violation 'CHALLENGE.AuthMethod 'wampcra' was not offered' before it was open",
    ]);
}

#[test]
fn a_refused_challenge_aborts_the_joining() {
    let mut bench = Scripted::challenged();
    bench.refuse("wamp.error.cannot_authenticate".into(), "no key").unwrap();
    bench.expect(&[
        r#"C→R ABORT {"message":"no key"} wamp.error.cannot_authenticate"#,
        "C→R closes",
        "ended JoinFailed wamp.error.cannot_authenticate 'no key' before it was open",
    ]);
}

#[test]
fn joining_twice_is_refused_and_changes_nothing() {
    for mut bench in [Scripted::joining(), Scripted::challenged(), Scripted::joined(), Scripted::leaving()] {
        let (now, state) = (bench.now(), bench.state());
        assert_eq!(bench.join(now, "realm1".into(), Default::default()), Err(CommandError::AlreadyOpen));
        assert_eq!(bench.state(), state);
        bench.expect(&[]);
    }
}

#[test]
fn leaving_while_joining_aborts() {
    for mut bench in [Scripted::joining(), Scripted::challenged()] {
        bench.leaves();
        bench.expect(&[
            "C→R ABORT wamp.close.close_realm",
            "C→R closes",
            "ended Left wamp.close.close_realm before it was open",
        ]);
    }
}

#[test]
fn abort_while_joining_ends_it_with_its_reason_unanswered() {
    for mut bench in [Scripted::joining(), Scripted::challenged()] {
        bench.router_sends(r#"[3,{"message":"no such realm"},"wamp.error.no_such_realm"]"#);
        bench.expect(&[
            r#"R→C ABORT {"message":"no such realm"} wamp.error.no_such_realm"#,
            "C→R closes",
            "ended Aborted wamp.error.no_such_realm 'no such realm' before it was open",
        ]);
    }
}

#[test]
fn messages_of_an_open_session_before_welcome_are_violations() {
    for start in [Scripted::joining, Scripted::challenged] {
        let goodbye = common::message(r#"[6,{},"wamp.close.normal"]"#).message_type();
        let messages = of_an_open_session().into_iter().chain([(goodbye, r#"[6,{},"wamp.close.normal"]"#)]);
        for (name, json) in messages {
            let mut bench = start();
            bench.router_sends(json);
            let text = format!("{name} before WELCOME");
            assert_eq!(
                bench.take_log()[1..],
                [
                    format!(r#"C→R ABORT {{"message":"{text}"}} wamp.error.protocol_violation"#),
                    "C→R closes".into(),
                    format!("ended Violation wamp.error.protocol_violation '{text}' before it was open"),
                ]
            );
        }
    }
}

#[test]
fn a_transport_lost_while_joining_ends_the_joining() {
    for mut bench in [Scripted::joining(), Scripted::challenged()] {
        bench.input(lost());
        bench.expect(&["ended TransportLost 'the line went dead' before it was open"]);
        assert_eq!(bench.state(), State::Disconnected);
    }
}

#[test]
fn a_router_that_does_not_answer_hello_is_given_up() {
    let mut bench = Scripted::joining();
    bench.passes(SessionConfig::default().join_timeout);
    bench.expect(&[
        r#"C→R ABORT {"message":"the router did not answer in time"} wamp.error.timeout"#,
        "C→R closes",
        "ended JoinFailed wamp.error.timeout 'the router did not answer in time' before it was open",
    ]);
}

#[test]
fn a_router_that_does_not_answer_authenticate_is_given_up() {
    let mut bench = Scripted::challenged();
    bench.passes(seconds(30));
    let now = bench.now();
    bench.authenticate(now, "secret", AuthExtra::default()).unwrap();
    assert_eq!(bench.next_deadline(), Some(now + SessionConfig::default().join_timeout));
    bench.passes(SessionConfig::default().join_timeout);
    bench.expect(&[
        "C→R AUTHENTICATE secret",
        r#"C→R ABORT {"message":"the router did not answer in time"} wamp.error.timeout"#,
        "C→R closes",
        "ended JoinFailed wamp.error.timeout 'the router did not answer in time' before it was open",
    ]);
}

#[test]
fn a_challenge_that_the_application_leaves_unanswered_ends_the_joining() {
    let mut bench = Scripted::challenged();
    bench.passes(SessionConfig::default().challenge_timeout);
    bench.expect(&[
        r#"C→R ABORT {"message":"the challenge was not answered in time"} wamp.error.cannot_authenticate"#,
        "C→R closes",
        "ended JoinFailed wamp.error.cannot_authenticate 'the challenge was not answered in time' before it was open",
    ]);
}

#[test]
fn a_deadline_told_too_early_does_nothing() {
    let mut bench = Scripted::joining();
    bench.passes(SessionConfig::default().join_timeout - seconds(1));
    bench.input(Input::Deadline);
    assert_eq!(bench.state(), State::Joining);
    bench.expect(&[]);
}

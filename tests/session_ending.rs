//! The second half of a session's life: what each event does in an open session, on the way out and
//! after the end. One group per state.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use common::{Scripted, WELCOME, of_an_open_session, options, sent_by_clients_only};
use wamp_wasm::session::{CommandError, Input, SessionConfig, State};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn lost() -> Input<wamp_wasm::message::Values> {
    Input::Closed("the line went dead".into())
}

// Established -------------------------------------------------------------------------------------

#[test]
fn goodbye_of_the_router_is_answered_and_everything_pending_is_settled() {
    let mut bench = Scripted::joined();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.router_sends(r#"[6,{"message":"night"},"wamp.close.system_shutdown"]"#);
    bench.expect(&[
        "C→R CALL 1 com.x",
        r#"R→C GOODBYE {"message":"night"} wamp.close.system_shutdown"#,
        "C→R GOODBYE wamp.close.goodbye_and_out",
        "C→R closes",
        "#1 lost Goodbye wamp.close.system_shutdown 'night'",
        "ended Goodbye wamp.close.system_shutdown 'night'",
    ]);
    assert_eq!(bench.state(), State::Ended);
    assert_eq!(bench.id(), None);
}

#[test]
fn abort_in_an_open_session_settles_everything_with_its_reason_unanswered() {
    let mut bench = Scripted::subscribed();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.register("com.y".into(), Default::default()).unwrap();
    bench.take_log();
    bench.router_sends(r#"[3,{},"wamp.error.x",["a"],{"k":1}]"#);
    bench.expect(&[
        r#"R→C ABORT wamp.error.x ["a"] {"k":1}"#,
        "C→R closes",
        "#2 lost Aborted wamp.error.x",
        "#3 lost Aborted wamp.error.x",
        "ended Aborted wamp.error.x",
    ]);
    bench.router_sends("[36,7,8,{}]");
    bench.expect(&["R→C EVENT 7 8"]);
}

#[test]
fn welcome_and_challenge_in_an_open_session_are_violations() {
    for json in [WELCOME, r#"[4,"ticket",{}]"#] {
        let mut bench = Scripted::joined();
        bench.router_sends(json);
        let text = format!("{} after WELCOME", common::message(json).message_type());
        assert_eq!(
            bench.take_log()[1..],
            [
                format!(r#"C→R ABORT {{"message":"{text}"}} wamp.error.protocol_violation"#),
                "C→R closes".into(),
                format!("ended Violation wamp.error.protocol_violation '{text}'"),
            ]
        );
    }
}

#[test]
fn a_lost_transport_settles_everything() {
    let mut bench = Scripted::joined();
    bench.subscribe("com.x".into(), Default::default()).unwrap();
    bench.publish("com.x".into(), options(r#"{"acknowledge":true}"#), Default::default()).unwrap();
    bench.take_log();
    bench.input(lost());
    bench.expect(&[
        "#1 lost TransportLost 'the line went dead'",
        "#2 lost TransportLost 'the line went dead'",
        "ended TransportLost 'the line went dead'",
    ]);
    assert_eq!(bench.state(), State::Disconnected);
}

#[test]
fn an_open_session_has_no_deadline() {
    let mut bench = Scripted::joined();
    assert_eq!(bench.next_deadline(), None);
    bench.passes(seconds(1_000_000));
    bench.input(Input::Deadline);
    assert_eq!(bench.state(), State::Established);
    bench.expect(&[]);
}

// Leaving -----------------------------------------------------------------------------------------

#[test]
fn leaving_says_goodbye_settles_what_is_pending_and_ends_with_the_answer() {
    let mut bench = Scripted::joined();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    let now = bench.now();
    bench.leave(now, "wamp.close.normal".into(), Some("bye")).unwrap();
    assert_eq!(bench.state(), State::Leaving);
    bench.router_sends(r#"[6,{},"wamp.close.goodbye_and_out"]"#);
    bench.expect(&[
        "C→R CALL 1 com.x",
        r#"C→R GOODBYE {"message":"bye"} wamp.close.normal"#,
        "#1 lost Left wamp.close.normal 'bye'",
        "R→C GOODBYE wamp.close.goodbye_and_out",
        "C→R closes",
        "ended Left wamp.close.goodbye_and_out",
    ]);
    assert_eq!(bench.next_deadline(), None);
}

#[test]
fn a_goodbye_that_crosses_ours_is_not_answered() {
    let mut bench = Scripted::leaving();
    bench.router_sends(r#"[6,{},"wamp.close.system_shutdown"]"#);
    bench.expect(&[
        "R→C GOODBYE wamp.close.system_shutdown",
        "C→R closes",
        "ended Left wamp.close.system_shutdown",
    ]);
}

#[test]
fn nothing_is_sent_after_goodbye() {
    let mut bench = Scripted::registered();
    bench.router_sends("[68,1,7,{}]");
    bench.leaves();
    bench.take_log();
    let closed = CommandError::NotOpen;
    let request = wamp_wasm::message::Id::new(1).unwrap();
    assert_eq!(bench.yield_result(request, Default::default(), Default::default()), Err(closed.clone()));
    assert_eq!(bench.yield_error(request, "com.x".into(), Default::default()), Err(closed.clone()));
    assert_eq!(bench.end_invocation(request), Err(closed.clone()));
    assert_eq!(bench.subscribe("com.x".into(), Default::default()), Err(closed.clone()));
    assert_eq!(bench.register("com.x".into(), Default::default()), Err(closed.clone()));
    assert_eq!(bench.publish("com.x".into(), Default::default(), Default::default()), Err(closed.clone()));
    assert_eq!(bench.call("com.x".into(), Default::default(), Default::default()), Err(closed.clone()));
    assert_eq!(bench.begin_call(false), Err(closed.clone()));
    assert_eq!(bench.begin_publish(false), Err(closed));
    bench.leaves();
    bench.expect(&[]);
}

#[test]
fn messages_that_cross_our_goodbye_are_ignored() {
    let challenge = common::message(r#"[4,"ticket",{}]"#).message_type();
    for (_, json) in of_an_open_session().into_iter().chain([(challenge, r#"[4,"ticket",{}]"#)]) {
        let mut bench = Scripted::leaving();
        bench.router_sends(json);
        assert_eq!(bench.take_log().len(), 1, "{json}");
        assert_eq!(bench.state(), State::Leaving, "{json}");
    }
}

#[test]
fn abort_instead_of_the_answer_to_goodbye_ends_the_session() {
    let mut bench = Scripted::leaving();
    bench.router_sends(r#"[3,{"message":"enough"},"wamp.error.x"]"#);
    bench.expect(&[
        r#"R→C ABORT {"message":"enough"} wamp.error.x"#,
        "C→R closes",
        "ended Left wamp.error.x 'enough'",
    ]);
}

#[test]
fn a_violation_after_our_goodbye_closes_the_transport_without_abort() {
    let messages = sent_by_clients_only().into_iter().map(|(_, json)| json).chain([WELCOME]);
    for json in messages {
        let mut bench = Scripted::leaving();
        bench.router_sends(json);
        let log = bench.take_log();
        assert_eq!(log[1], "C→R closes", "{json}");
        assert!(log[2].starts_with("ended Left wamp.close.close_realm"), "{log:?}");
        assert_eq!(log.len(), 3, "{log:?}");
    }
    let mut bench = Scripted::leaving();
    bench.input(Input::Invalid("not JSON".into()));
    bench.expect(&["C→R closes", "ended Left wamp.close.close_realm 'not JSON'"]);
}

#[test]
fn a_goodbye_without_answer_closes_the_transport_after_a_while() {
    let mut bench = Scripted::leaving();
    bench.passes(SessionConfig::default().goodbye_timeout);
    bench.expect(&["C→R closes", "ended Left wamp.close.close_realm"]);
}

#[test]
fn a_transport_lost_after_our_goodbye_is_a_good_end() {
    let mut bench = Scripted::leaving();
    bench.input(lost());
    bench.expect(&["ended Left wamp.close.close_realm"]);
    assert_eq!(bench.state(), State::Disconnected);
}

#[test]
fn a_reason_that_is_no_uri_is_refused_and_the_session_stays_open() {
    let mut bench = Scripted::joined();
    let now = bench.now();
    assert!(matches!(bench.leave(now, "good bye".into(), None), Err(CommandError::Uri(_))));
    assert_eq!(bench.state(), State::Established);
    bench.expect(&[]);
}

// Ended -------------------------------------------------------------------------------------------

#[test]
fn whatever_comes_after_the_end_is_ignored() {
    let mut bench = Scripted::joined();
    bench.router_sends(r#"[3,{},"wamp.error.x"]"#);
    bench.take_log();
    bench.router_sends(WELCOME);
    bench.router_sends(r#"[48,1,{},"com.x"]"#);
    bench.input(Input::Invalid("rubbish".into()));
    bench.input(Input::Deadline);
    bench.input(lost());
    bench.expect(&["R→C WELCOME 42", "R→C CALL 1 com.x"]);
    assert_eq!(bench.state(), State::Disconnected);
}

#[test]
fn the_same_session_joins_again_with_fresh_ids_and_without_its_old_handlers() {
    let mut bench = Scripted::subscribed();
    bench.input(lost());
    bench.input(Input::Opened);
    bench.joins();
    bench.router_sends(WELCOME);
    bench.take_log();
    bench.router_sends("[36,7,8,{}]");
    let ticket = bench.subscribe("com.topic".into(), Default::default()).unwrap();
    assert_eq!(ticket.get(), 2, "tickets go on, so that an old one never names a new handler");
    bench.expect(&["R→C EVENT 7 8", "C→R SUBSCRIBE 1 com.topic"]);
}

#[test]
fn a_host_that_keeps_the_transport_may_join_on_it_again() {
    let mut bench = Scripted::leaving();
    bench.router_sends(r#"[6,{},"wamp.close.goodbye_and_out"]"#);
    bench.input(Input::Opened);
    bench.joins();
    bench.router_sends(WELCOME);
    bench.take_log();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.expect(&["C→R CALL 1 com.x"]);
}

#[test]
fn a_new_transport_ends_the_session_on_the_old_one() {
    let mut bench = Scripted::joined();
    bench.input(Input::Opened);
    bench.expect(&["ended TransportLost"]);
    assert_eq!(bench.state(), State::Connected);
}

//! Session and router together: the machines agree on every message that goes between them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![cfg(feature = "router")]

mod common;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use common::{Pair, options, payload};
use wamp_wasm::{
    message::{Id, RequestId},
    session::{SessionConfig, State, Ticket},
};

fn request(number: u64) -> RequestId {
    RequestId::new(number).unwrap()
}

#[test]
fn a_session_joins_and_leaves() {
    let mut pair = Pair::joined(&["A"]);
    assert_eq!(pair.session("A").state(), State::Established);
    pair.leaves("A");
    pair.expect(&[
        "A→R GOODBYE wamp.close.close_realm",
        "R→A GOODBYE wamp.close.goodbye_and_out",
        "A→R closes",
        "A: ended Left wamp.close.goodbye_and_out",
    ]);
}

#[test]
fn an_event_reaches_the_subscriber_and_not_its_publisher() {
    let mut pair = Pair::joined(&["A", "B"]);
    for name in ["A", "B"] {
        pair.session(name).subscribe("com.chat".into(), Default::default()).unwrap();
    }
    pair.settle();
    let asked = options(r#"{"acknowledge":true}"#);
    pair.session("A").publish("com.chat".into(), asked, payload(r#"["hi"],{"k":1}"#)).unwrap();
    pair.settle();
    let told = pair.take_told();
    let events: Vec<_> = told.iter().filter(|line| line.contains("event")).collect();
    assert_eq!(events, [r#"B: event of 1 to #1: ["hi"] {"k":1}"#]);
    assert!(told.iter().any(|line| line.starts_with("A: #2 published")), "{told:?}");
}

#[test]
fn a_call_comes_back_with_its_result_or_its_error() {
    let mut pair = Pair::joined(&["A", "B"]);
    pair.session("B").register("com.echo".into(), Default::default()).unwrap();
    pair.call("A", "com.early".into(), Default::default(), Default::default());
    pair.settle();
    pair.take_told();
    for argument in ["[1]", "[2]"] {
        pair.call("A", "com.echo".into(), Default::default(), payload(argument));
    }
    pair.settle();
    pair.session("B").yield_result(request(1), Default::default(), payload("[1]")).unwrap();
    let error = payload(r#"["a"],{"k":1}"#);
    pair.session("B").yield_error(request(2), "com.error".into(), error).unwrap();
    pair.expect(&[
        "A→R CALL 2 com.echo [1]",
        "A→R CALL 3 com.echo [2]",
        "R→B INVOCATION 1 1 [1]",
        "R→B INVOCATION 2 1 [2]",
        "B: invocation 1 of #1: [1]",
        "B: invocation 2 of #1: [2]",
        "B→R YIELD 1 [1]",
        r#"B→R ERROR INVOCATION 2 com.error ["a"] {"k":1}"#,
        "R→A RESULT 2 [1]",
        r#"R→A ERROR CALL 3 com.error ["a"] {"k":1}"#,
        "A: #2 result [1]",
        r#"A: #3 error com.error ["a"] {"k":1}"#,
    ]);
}

#[test]
fn a_call_of_nothing_is_an_error() {
    let mut pair = Pair::joined(&["A"]);
    pair.call("A", "com.nothing".into(), Default::default(), Default::default());
    pair.settle();
    let told = pair.take_told();
    assert!(told[0].starts_with("A: #1 error wamp.error.no_such_procedure"), "{told:?}");
}

#[test]
fn a_lost_callee_fails_the_call_and_a_lost_caller_hurts_nobody() {
    let mut pair = Pair::joined(&["A", "B", "C"]);
    pair.session("B").register("com.slow".into(), Default::default()).unwrap();
    pair.settle();
    for name in ["A", "C"] {
        pair.call(name, "com.slow".into(), Default::default(), Default::default());
    }
    pair.settle();
    pair.take_told();
    pair.loses("C");
    pair.session("B").yield_result(request(2), Default::default(), Default::default()).unwrap();
    pair.loses("B");
    let told = pair.take_told();
    assert_eq!(pair.session("A").state(), State::Established);
    assert!(told.iter().any(|line| line.starts_with("A: #1 error wamp.error.canceled")), "{told:?}");
    assert!(told.contains(&"C: #1 lost TransportLost 'lost'".to_owned()), "{told:?}");
}

#[test]
fn a_handler_subscribed_right_after_the_last_one_ended_gets_its_events() {
    let mut pair = Pair::joined(&["A", "B"]);
    pair.session("A").subscribe("com.chat".into(), Default::default()).unwrap();
    pair.settle();
    pair.session("A").unsubscribe(Ticket::from_number(1)).unwrap();
    let next = pair.session("A").subscribe("com.chat".into(), Default::default()).unwrap();
    pair.settle();
    pair.take_told();
    pair.session("B").publish("com.chat".into(), Default::default(), payload(r#"["still there"]"#)).unwrap();
    pair.settle();
    let told = pair.take_told();
    assert!(told[0].ends_with(&format!(r#"to #{}: ["still there"]"#, next.get())), "{told:?}");
}

#[test]
fn a_handler_subscribed_right_before_the_last_one_ends_gets_its_events() {
    let mut pair = Pair::joined(&["A", "B"]);
    pair.session("A").subscribe("com.chat".into(), Default::default()).unwrap();
    pair.settle();
    let next = pair.session("A").subscribe("com.chat".into(), Default::default()).unwrap();
    pair.session("A").unsubscribe(Ticket::from_number(1)).unwrap();
    pair.settle();
    pair.take_told();
    pair.session("B").publish("com.chat".into(), Default::default(), payload(r#"["still there"]"#)).unwrap();
    pair.settle();
    let told = pair.take_told();
    assert_eq!(told, [format!(r#"A: event of 1 to #{}: ["still there"]"#, next.get())]);
}

#[test]
fn goodbyes_that_cross_are_one_each_way() {
    let mut pair = Pair::joined(&["A"]);
    pair.leaves("A");
    let now = pair.now();
    pair.router.shutdown(now);
    pair.expect(&[
        "R→A GOODBYE wamp.close.system_shutdown",
        "A→R GOODBYE wamp.close.close_realm",
        "R→A closes",
        "A→R closes",
        "A: ended Left wamp.close.system_shutdown",
    ]);
}

#[test]
fn a_router_that_shuts_down_says_goodbye_to_all() {
    let mut pair = Pair::joined(&["A", "B"]);
    pair.call("A", "com.x".into(), Default::default(), Default::default());
    pair.settle();
    pair.take_told();
    let now = pair.now();
    pair.router.shutdown(now);
    pair.settle();
    let told = pair.take_told();
    for name in ["A", "B"] {
        let line = format!("{name}: ended Goodbye wamp.close.system_shutdown");
        assert!(told.iter().any(|told| told.starts_with(&line)), "{told:?}");
        assert_eq!(pair.session(name).state(), State::Disconnected);
    }
}

#[test]
fn ten_thousand_requests_have_the_ids_that_the_router_wants() {
    let mut pair = Pair::joined(&["A", "B"]);
    pair.session("B").register("com.echo".into(), Default::default()).unwrap();
    pair.settle();
    let now = pair.now();
    for _ in 0..2_500 {
        let session = pair.session("A");
        session.publish("com.topic".into(), Default::default(), Default::default()).unwrap();
        session.call(now, "com.echo".into(), Default::default(), Default::default()).unwrap();
        session.subscribe("com.topic".into(), Default::default()).unwrap();
        session.publish("com.topic".into(), options(r#"{"acknowledge":true}"#), Default::default()).unwrap();
    }
    pair.settle();
    assert_eq!(pair.session("A").state(), State::Established);
    assert_eq!(pair.session("A").begin_publish(false), Ok((request(10_001), None)));
}

#[test]
fn time_that_passes_ends_no_session() {
    let mut pair = Pair::joined(&["A"]);
    pair.passes(SessionConfig::default().join_timeout * 1000);
    pair.expect(&[]);
    assert_eq!(pair.session("A").state(), State::Established);
}

//! Requests, publishing and calling: ids, answers, progress.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use common::{Scripted, WELCOME, options, payload};
use wamp_wasm::{
    message::{Id, RequestId, Role},
    session::{CommandError, SessionConfig, Ticket},
};

fn request(number: u64) -> RequestId {
    RequestId::new(number).unwrap()
}

#[test]
fn one_counter_serves_all_types_of_requests() {
    let mut bench = Scripted::joined();
    let handler = bench.subscribe("com.a".into(), Default::default()).unwrap();
    bench.router_sends("[33,1,7]");
    bench.publish("com.b".into(), Default::default(), Default::default()).unwrap();
    bench.call("com.c".into(), Default::default(), Default::default()).unwrap();
    let endpoint = bench.register("com.d".into(), Default::default()).unwrap();
    bench.router_sends("[65,4,9]");
    bench.unsubscribe(handler).unwrap();
    bench.unregister(endpoint).unwrap();
    bench.publish("com.e".into(), options(r#"{"acknowledge":true}"#), Default::default()).unwrap();
    let sent: Vec<_> = bench.take_log().into_iter().filter(|line| line.starts_with("C→R")).collect();
    assert_eq!(
        sent,
        [
            "C→R SUBSCRIBE 1 com.a",
            "C→R PUBLISH 2 com.b",
            "C→R CALL 3 com.c",
            "C→R REGISTER 4 com.d",
            "C→R UNSUBSCRIBE 5 7",
            "C→R UNREGISTER 6 9",
            r#"C→R PUBLISH 7 {"acknowledge":true} com.e"#,
        ]
    );
}

#[test]
fn answers_take_no_id() {
    let mut bench = Scripted::registered();
    bench.router_sends("[68,5,7,{}]");
    bench.router_sends("[68,6,7,{}]");
    bench.yield_result(request(5), Default::default(), Default::default()).unwrap();
    bench.yield_error(request(6), "com.error".into(), Default::default()).unwrap();
    bench.take_log();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.expect(&["C→R CALL 2 com.x"]);
}

#[test]
fn a_refused_command_takes_no_id() {
    let mut bench = Scripted::joined();
    bench.call("not a uri".into(), Default::default(), Default::default()).unwrap_err();
    bench.publish("a..b".into(), Default::default(), Default::default()).unwrap_err();
    bench.register("a b".into(), Default::default()).unwrap_err();
    bench.unsubscribe(Ticket::from_number(7)).unwrap_err();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.expect(&["C→R CALL 1 com.x"]);
}

#[test]
fn commands_before_the_session_is_open_are_refused() {
    for mut bench in [
        Scripted::disconnected(),
        Scripted::connected(),
        Scripted::joining(),
        Scripted::challenged(),
        Scripted::leaving(),
    ] {
        let closed = CommandError::NotOpen;
        let outcome = bench.call("com.x".into(), Default::default(), Default::default());
        assert_eq!(outcome, Err(closed.clone()));
        assert_eq!(bench.subscribe("com.x".into(), Default::default()), Err(closed.clone()));
        assert_eq!(bench.unregister(Ticket::from_number(1)), Err(closed));
        bench.expect(&[]);
    }
    assert_eq!(CommandError::NotOpen.to_string(), "session not open");
}

#[test]
fn a_role_that_the_router_does_not_play_is_not_asked() {
    let mut bench = Scripted::joining();
    bench.router_sends(r#"[2,42,{"roles":{"broker":{}}}]"#);
    bench.take_log();
    let none = CommandError::NoSuchRole(Role::Dealer);
    assert_eq!(bench.call("com.x".into(), Default::default(), Default::default()), Err(none.clone()));
    assert_eq!(bench.register("com.x".into(), Default::default()), Err(none.clone()));
    assert_eq!(bench.begin_call(false), Err(none));
    let mut bench = Scripted::joining();
    bench.router_sends(r#"[2,42,{"roles":{"dealer":{}}}]"#);
    bench.take_log();
    let none = CommandError::NoSuchRole(Role::Broker);
    assert_eq!(bench.publish("com.x".into(), Default::default(), Default::default()), Err(none.clone()));
    assert_eq!(bench.begin_publish(true), Err(none));
    bench.expect(&[]);
}

// Publishing --------------------------------------------------------------------------------------

#[test]
fn a_publication_is_answered_only_when_that_is_asked_for() {
    let mut bench = Scripted::joined();
    let silent = bench.publish("com.x".into(), Default::default(), payload(r#"["a"]"#)).unwrap();
    assert_eq!(silent, None);
    let asked = options(r#"{"acknowledge":true}"#);
    assert!(bench.publish("com.x".into(), asked, payload(r#"[],{"k":1}"#)).unwrap().is_some());
    bench.router_sends("[17,2,77]");
    bench.router_sends("[17,2,77]");
    bench.expect(&[
        r#"C→R PUBLISH 1 com.x ["a"]"#,
        r#"C→R PUBLISH 2 {"acknowledge":true} com.x [] {"k":1}"#,
        "R→C PUBLISHED 2 77",
        "#1 published 77",
        "R→C PUBLISHED 2 77",
    ]);
}

#[test]
fn a_publication_that_fails_tells_why() {
    let mut bench = Scripted::joined();
    bench.publish("com.x".into(), options(r#"{"acknowledge":true}"#), Default::default()).unwrap();
    bench.router_sends(r#"[8,16,1,{},"wamp.error.not_authorized"]"#);
    bench.expect(&[
        r#"C→R PUBLISH 1 {"acknowledge":true} com.x"#,
        "R→C ERROR PUBLISH 1 wamp.error.not_authorized",
        "#1 error wamp.error.not_authorized",
    ]);
}

#[test]
fn an_acknowledge_that_is_false_is_none() {
    let mut bench = Scripted::joined();
    let options = options(r#"{"acknowledge":false}"#);
    assert_eq!(bench.publish("com.x".into(), options, Default::default()), Ok(None));
}

// Calling -----------------------------------------------------------------------------------------

#[test]
fn a_call_is_completed_by_its_result() {
    let mut bench = Scripted::joined();
    bench.call("com.x".into(), Default::default(), payload("[1,2]")).unwrap();
    bench.call("com.y".into(), Default::default(), Default::default()).unwrap();
    bench.router_sends(r#"[50,2,{"callee":9},["two"]]"#);
    bench.router_sends(r#"[50,1,{},["one"],{"k":1}]"#);
    bench.expect(&[
        "C→R CALL 1 com.x [1,2]",
        "C→R CALL 2 com.y",
        r#"R→C RESULT 2 {"callee":9} ["two"]"#,
        r#"#2 result {"callee":9} ["two"]"#,
        r#"R→C RESULT 1 ["one"] {"k":1}"#,
        r#"#1 result ["one"] {"k":1}"#,
    ]);
}

#[test]
fn a_call_that_fails_tells_why() {
    let mut bench = Scripted::joined();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.router_sends(r#"[8,48,1,{},"com.error",["a"],{"k":1}]"#);
    bench.router_sends("[50,1,{}]");
    bench.expect(&[
        "C→R CALL 1 com.x",
        r#"R→C ERROR CALL 1 com.error ["a"] {"k":1}"#,
        r#"#1 error com.error ["a"] {"k":1}"#,
        "R→C RESULT 1",
    ]);
}

#[test]
fn progressive_results_come_before_the_one_that_completes_the_call() {
    let mut bench = Scripted::joined();
    bench.call("com.x".into(), options(r#"{"receive_progress":true}"#), Default::default()).unwrap();
    bench.take_log();
    for json in [
        r#"[50,1,{"progress":true},[1]]"#,
        r#"[50,1,{"progress":true},[2]]"#,
        r#"[50,1,{"progress":false},[3]]"#,
        r#"[50,1,{"progress":true},[4]]"#,
    ] {
        bench.router_sends(json);
    }
    let told: Vec<_> = bench.take_log().into_iter().filter(|line| line.starts_with('#')).collect();
    assert_eq!(told, ["#1 progress [1]", "#1 progress [2]", r#"#1 result {"progress":false} [3]"#]);
}

#[test]
fn a_progressive_result_that_nobody_asked_for_never_completes_the_call() {
    let mut bench = Scripted::joined();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.router_sends(r#"[50,1,{"progress":true},[1]]"#);
    bench.router_sends("[50,1,{},[2]]");
    bench.expect(&[
        "C→R CALL 1 com.x",
        r#"R→C RESULT 1 {"progress":true} [1]"#,
        "R→C RESULT 1 [2]",
        "#1 result [2]",
    ]);
}

// The halves for hosts that write messages themselves ---------------------------------------------

#[test]
fn a_host_that_writes_its_messages_itself_shares_the_ids_and_the_answers() {
    let mut bench = Scripted::joined();
    assert_eq!(bench.begin_publish(false), Ok((request(1), None)));
    assert_eq!(bench.begin_publish(true), Ok((request(2), Some(Ticket::from_number(1)))));
    assert_eq!(bench.begin_call(false), Ok((request(3), Ticket::from_number(2))));
    assert_eq!(bench.begin_call(true), Ok((request(4), Ticket::from_number(3))));
    bench.router_sends("[17,2,77]");
    bench.router_sends(r#"[50,4,{"progress":true}]"#);
    bench.router_sends("[50,3,{}]");
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.expect(&[
        "R→C PUBLISHED 2 77",
        "#1 published 77",
        r#"R→C RESULT 4 {"progress":true}"#,
        "#3 progress",
        "R→C RESULT 3",
        "#2 result",
        "C→R CALL 5 com.x",
    ]);
}

#[test]
fn the_fast_way_for_results_settles_a_call_once() {
    let mut bench = Scripted::joined();
    let ticket = bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.publish("com.x".into(), options(r#"{"acknowledge":true}"#), Default::default()).unwrap();
    bench.take_log();
    assert_eq!(bench.on_result(request(1)), Some(ticket));
    assert_eq!(bench.on_result(request(1)), None);
    assert_eq!(bench.on_result(request(2)), None, "a PUBLISH has no RESULT");
    assert_eq!(bench.on_result(request(99)), None);
    bench.router_sends("[50,1,{}]");
    bench.expect(&["R→C RESULT 1"]);
}

#[test]
fn ids_start_at_1_in_every_session() {
    let mut bench = Scripted::joined();
    bench.begin_publish(false).unwrap();
    bench.input(wamp_wasm::session::Input::Opened);
    bench.joins();
    bench.router_sends(WELCOME);
    assert_eq!(bench.begin_publish(false), Ok((request(1), None)));
}

#[test]
fn a_host_that_numbered_requests_by_itself_makes_up_for_them_and_nobody_can_tell() {
    let mut bench = Scripted::joined();
    let (next, room) = bench.lend().unwrap();
    assert_eq!((next, room), (request(1), SessionConfig::default().max_pending));
    // It numbered 1 to 4, of which 2 is a CALL that waits, and 3 one that is over.
    bench.took(request(2));
    assert_eq!(bench.begin_call(false), Ok((request(2), Ticket::from_number(1))));
    bench.took(request(5));
    assert_eq!(bench.lend(), Some((request(5), room - 1)));
    bench.took(request(3));
    assert_eq!(bench.begin_publish(false), Ok((request(5), None)), "ids never go back");
    for message in ["[50,3,{}]", "[50,2,{}]", "[50,2,{}]"] {
        bench.router_sends(message);
    }
    bench.expect(&["R→C RESULT 3", "R→C RESULT 2", "#1 result", "R→C RESULT 2"]);
}

#[test]
fn nothing_is_lent_without_an_open_session_and_both_roles_of_the_router() {
    let mut bench = Scripted::joined();
    bench.leave(Default::default(), "wamp.close.normal".into(), None).unwrap();
    assert_eq!(bench.lend(), None);
    for roles in [r#"{"broker":{}}"#, r#"{"dealer":{}}"#] {
        let mut bench = Scripted::connected();
        bench.joins();
        bench.router_sends(&format!(r#"[2,1,{{"roles":{roles}}}]"#));
        assert_eq!(bench.lend(), None);
    }
}

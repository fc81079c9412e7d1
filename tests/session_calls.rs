//! The caller's side of the Advanced Profile: canceling, timeouts, calls in parts, and their races.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use common::{Scripted, options, payload};
use wamp_wasm::{
    message::{CallOptions, Id, RequestId, Role},
    session::{CommandError, Input, Ticket},
};

const WAITS: &str = r#"[2,42,{"roles":{"dealer":{"features":{"call_canceling":true,"call_timeout":true}}}}]"#;

fn request(number: u64) -> RequestId {
    RequestId::new(number).unwrap()
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// An open session with the call #1 of com.x, whose options are these.
fn calling(text: &str) -> Scripted {
    let mut bench = Scripted::joined();
    bench.call("com.x".into(), options(text), Default::default()).unwrap();
    bench.take_log();
    bench
}

const CALL: Ticket = Ticket::from_number(1);

// Canceling ---------------------------------------------------------------------------------------

#[test]
fn a_call_that_is_canceled_without_waiting_is_over_at_once_and_its_late_answers_are_ignored() {
    for mode in ["skip", "killnowait"] {
        for answer in
            [r#"[8,48,1,{},"wamp.error.canceled"]"#, "[50,1,{},[1]]", r#"[50,1,{"progress":true},[1]]"#]
        {
            let mut bench = calling(r#"{"receive_progress":true}"#);
            bench.cancel(CALL, &format!(r#"{{"mode":"{mode}"}}"#)).unwrap();
            bench.expect(&[&format!(r#"C→R CANCEL 1 {{"mode":"{mode}"}}"#), "#1 error wamp.error.canceled"]);
            bench.router_sends(answer);
            assert_eq!(bench.take_log().len(), 1, "only what the router sent");
        }
    }
}

#[test]
fn a_cancel_always_says_its_mode_because_routers_differ_in_their_default() {
    let mut bench = calling("{}");
    bench.cancel(CALL, r#"{"reason":"com.bored"}"#).unwrap();
    bench.expect(&[
        r#"C→R CANCEL 1 {"reason":"com.bored","mode":"killnowait"}"#,
        "#1 error wamp.error.canceled",
    ]);
}

#[test]
fn a_call_that_is_killed_waits_for_the_answer_of_the_router() {
    for (answer, told) in [
        (r#"[8,48,1,{},"wamp.error.canceled",["stopped"]]"#, r#"#1 error wamp.error.canceled ["stopped"]"#),
        ("[50,1,{},[7]]", "#1 result [7]"),
    ] {
        let mut bench = calling("{}");
        bench.cancel(CALL, r#"{"mode":"kill"}"#).unwrap();
        bench.expect(&[r#"C→R CANCEL 1 {"mode":"kill"}"#]);
        bench.router_sends(answer);
        assert_eq!(bench.take_log()[1..], [told]);
    }
}

#[test]
fn a_call_that_is_being_killed_still_gets_parts_of_its_result() {
    let mut bench = calling(r#"{"receive_progress":true}"#);
    bench.cancel(CALL, r#"{"mode":"kill"}"#).unwrap();
    bench.router_sends(r#"[50,1,{"progress":true},[1]]"#);
    bench.router_sends(r#"[8,48,1,{},"wamp.error.canceled"]"#);
    bench.expect(&[
        r#"C→R CANCEL 1 {"mode":"kill"}"#,
        r#"R→C RESULT 1 {"progress":true} [1]"#,
        "#1 progress [1]",
        "R→C ERROR CALL 1 wamp.error.canceled",
        "#1 error wamp.error.canceled",
    ]);
}

#[test]
fn a_kill_is_said_once_and_may_be_followed_by_giving_up() {
    let mut bench = calling("{}");
    for _ in 0..2 {
        bench.cancel(CALL, r#"{"mode":"kill"}"#).unwrap();
    }
    bench.cancel(CALL, r#"{"mode":"killnowait"}"#).unwrap();
    bench.expect(&[
        r#"C→R CANCEL 1 {"mode":"kill"}"#,
        r#"C→R CANCEL 1 {"mode":"killnowait"}"#,
        "#1 error wamp.error.canceled",
    ]);
}

#[test]
fn a_kill_that_the_router_never_answers_ends_the_call_in_the_end() {
    let mut bench = calling("{}");
    bench.cancel(CALL, r#"{"mode":"kill"}"#).unwrap();
    bench.passes(ms(29_999));
    bench.expect(&[r#"C→R CANCEL 1 {"mode":"kill"}"#]);
    bench.passes(ms(1));
    bench.expect(&["#1 error wamp.error.canceled"]);
}

#[test]
fn a_call_that_has_its_answer_cannot_be_canceled() {
    let none = Err(CommandError::NotActive("call"));
    let mut bench = calling("{}");
    bench.router_sends("[50,1,{}]");
    bench.take_log();
    assert_eq!(bench.cancel(CALL, "{}"), none);
    let publication =
        bench.publish("com.x".into(), options(r#"{"acknowledge":true}"#), Default::default()).unwrap();
    bench.take_log();
    assert_eq!(bench.cancel(publication.unwrap(), "{}"), none);
    bench.leaves();
    bench.take_log();
    assert_eq!(bench.cancel(CALL, "{}"), Err(CommandError::NotOpen));
    bench.expect(&[]);
}

#[test]
fn an_error_for_the_cancel_itself_means_nothing() {
    let mut bench = calling("{}");
    bench.cancel(CALL, r#"{"mode":"kill"}"#).unwrap();
    bench.router_sends(r#"[8,49,1,{},"wamp.error.invalid_argument"]"#);
    bench.router_sends("[50,1,{}]");
    assert_eq!(bench.take_log()[2..], ["R→C RESULT 1", "#1 result"]);
}

#[test]
fn a_router_that_does_not_cancel_calls_is_not_asked_to_and_the_call_is_over_here() {
    let refused = r#"[2,42,{"roles":{"dealer":{"features":{"call_canceling":false}}}}]"#;
    for mode in ["skip", "killnowait", "kill"] {
        let mut bench = Scripted::joining();
        bench.router_sends(refused);
        bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
        bench.take_log();
        bench.cancel(CALL, &format!(r#"{{"mode":"{mode}"}}"#)).unwrap();
        bench.router_sends("[50,1,{}]");
        bench.expect(&["#1 error wamp.error.canceled", "R→C RESULT 1"]);
    }
}

// Timeouts ----------------------------------------------------------------------------------------

#[test]
fn a_call_that_takes_too_long_is_canceled_and_fails() {
    let mut bench = calling(r#"{"timeout":200}"#);
    assert_eq!(bench.next_deadline(), Some(bench.now() + ms(200)));
    bench.passes(ms(199));
    bench.expect(&[]);
    bench.passes(ms(1));
    bench.router_sends("[50,1,{}]");
    bench.expect(&[
        r#"C→R CANCEL 1 {"mode":"killnowait"}"#,
        r#"#1 error wamp.error.timeout ["no answer within 200 ms"]"#,
        "R→C RESULT 1",
    ]);
    assert_eq!(bench.next_deadline(), None);
}

#[test]
fn the_timeout_option_goes_to_the_router_which_may_be_the_first_to_act_on_it() {
    let mut bench = Scripted::joining();
    bench.router_sends(WAITS);
    bench.take_log();
    bench.call("com.x".into(), options(r#"{"timeout":200}"#), Default::default()).unwrap();
    bench.passes(ms(250));
    bench.router_sends(r#"[8,48,1,{},"wamp.error.timeout"]"#);
    bench.passes(ms(1000));
    bench.expect(&[
        r#"C→R CALL 1 {"timeout":200} com.x"#,
        "R→C ERROR CALL 1 wamp.error.timeout",
        "#1 error wamp.error.timeout",
    ]);
}

#[test]
fn a_router_that_forgets_its_timeout_is_not_waited_for() {
    let mut bench = Scripted::joining();
    bench.router_sends(WAITS);
    bench.call("com.x".into(), options(r#"{"timeout":200}"#), Default::default()).unwrap();
    bench.take_log();
    bench.passes(ms(699));
    bench.expect(&[]);
    bench.passes(ms(1));
    assert_eq!(bench.take_log()[0], r#"C→R CANCEL 1 {"mode":"killnowait"}"#);
}

#[test]
fn a_router_that_does_not_cancel_calls_learns_nothing_of_a_timeout() {
    let mut bench = Scripted::basic();
    bench.call("com.x".into(), options(r#"{"timeout":200}"#), Default::default()).unwrap();
    bench.take_log();
    bench.passes(ms(200));
    bench.expect(&[r#"#1 error wamp.error.timeout ["no answer within 200 ms"]"#]);
}

#[test]
fn every_part_of_a_result_starts_the_timeout_anew() {
    let mut bench = calling(r#"{"receive_progress":true,"timeout":100}"#);
    for _ in 0..5 {
        bench.passes(ms(80));
        bench.router_sends(r#"[50,1,{"progress":true}]"#);
    }
    bench.take_log();
    bench.passes(ms(99));
    bench.expect(&[]);
    bench.passes(ms(1));
    assert_eq!(bench.take_log().len(), 2, "CANCEL, and the error");
}

#[test]
fn a_timeout_of_0_is_none() {
    let mut bench = calling(r#"{"timeout":0}"#);
    assert_eq!(bench.next_deadline(), None);
    bench.passes(ms(1_000_000));
    bench.expect(&[]);
}

#[test]
fn a_timeout_of_ages_rings_never_and_overflows_nothing() {
    for ms in [1_u64 << 53, u64::MAX] {
        let mut bench = calling(&format!(r#"{{"timeout":{ms},"receive_progress":true}}"#));
        let deadline = bench.next_deadline().unwrap();
        bench.input(Input::Deadline);
        bench.router_sends(r#"[50,1,{"progress":true}]"#);
        bench.cancel(CALL, r#"{"mode":"kill"}"#).unwrap();
        assert!(bench.next_deadline().unwrap() < deadline);
        bench.router_sends("[50,1,{}]");
        assert!(bench.take_log().contains(&"#1 result".to_owned()));
    }
}

#[test]
fn each_call_has_its_own_time() {
    let mut bench = Scripted::joined();
    for timeout in [300, 100, 200] {
        let options = options(&format!(r#"{{"timeout":{timeout}}}"#));
        bench.call("com.x".into(), options, Default::default()).unwrap();
    }
    bench.router_sends("[50,3,{}]");
    bench.take_log();
    bench.passes(ms(150));
    assert_eq!(bench.take_log()[0], r#"C→R CANCEL 2 {"mode":"killnowait"}"#);
    bench.passes(ms(100));
    bench.expect(&[]);
    bench.passes(ms(50));
    assert_eq!(bench.take_log()[0], r#"C→R CANCEL 1 {"mode":"killnowait"}"#);
}

#[test]
fn a_killed_call_keeps_its_timeout_when_that_comes_first() {
    let mut bench = calling(r#"{"timeout":200}"#);
    bench.cancel(CALL, r#"{"mode":"kill"}"#).unwrap();
    bench.take_log();
    bench.passes(ms(200));
    bench.expect(&["#1 error wamp.error.canceled"]);
}

#[test]
fn parts_that_come_after_a_kill_give_the_call_no_more_time() {
    let mut bench = calling(r#"{"timeout":1000,"receive_progress":true}"#);
    bench.cancel(CALL, r#"{"mode":"kill"}"#).unwrap();
    bench.passes(ms(900));
    bench.router_sends(r#"[50,1,{"progress":true}]"#);
    bench.take_log();
    bench.passes(ms(100));
    bench.expect(&["#1 error wamp.error.canceled"]);
}

#[test]
fn leaving_forgets_all_timeouts() {
    let mut bench = calling(r#"{"timeout":200}"#);
    bench.leaves();
    bench.take_log();
    bench.passes(ms(200));
    bench.expect(&[]);
}

// Calls in parts ----------------------------------------------------------------------------------

#[test]
fn a_call_in_parts_keeps_its_id_and_only_its_first_part_has_options() {
    let mut bench = Scripted::joined();
    let first = options(r#"{"progress":true,"disclose_me":true}"#);
    let call = bench.call("com.x".into(), first, payload("[1]")).unwrap();
    bench.call("com.y".into(), Default::default(), Default::default()).unwrap();
    bench.call_part(call, true, payload("[2]")).unwrap();
    bench.call_part(call, false, payload("[3]")).unwrap();
    bench.router_sends("[50,1,{},[6]]");
    bench.expect(&[
        r#"C→R CALL 1 {"progress":true,"disclose_me":true} com.x [1]"#,
        "C→R CALL 2 com.y",
        r#"C→R CALL 1 {"progress":true} com.x [2]"#,
        "C→R CALL 1 com.x [3]",
        "R→C RESULT 1 [6]",
        "#1 result [6]",
    ]);
}

#[test]
fn nothing_follows_the_last_part_of_a_call_nor_its_answer_nor_its_cancel() {
    let none = Err(CommandError::NotActive("call"));
    let begun = || calling(r#"{"progress":true}"#);
    let mut bench = calling("{}");
    assert_eq!(bench.call_part(CALL, true, Default::default()), none, "it was in one piece");
    assert_eq!(bench.continue_call(request(1), true), none);
    let mut bench = begun();
    bench.call_part(CALL, false, Default::default()).unwrap();
    assert_eq!(bench.call_part(CALL, false, Default::default()), none);
    for end in [r#"[8,48,1,{},"com.error"]"#, "[50,1,{}]"] {
        let mut bench = begun();
        bench.router_sends(end);
        assert_eq!(bench.call_part(CALL, true, Default::default()), none);
        assert_eq!(bench.continue_call(request(1), true), none);
    }
    for mode in [r#"{"mode":"kill"}"#, r#"{"mode":"skip"}"#] {
        let mut bench = begun();
        bench.cancel(CALL, mode).unwrap();
        assert_eq!(bench.call_part(CALL, true, Default::default()), none);
    }
    let mut bench = begun();
    bench.leaves();
    assert_eq!(bench.continue_call(request(1), true), Err(CommandError::NotOpen));
}

#[test]
fn parts_of_a_call_and_of_its_result_go_past_each_other() {
    let mut bench = calling(r#"{"progress":true,"receive_progress":true}"#);
    bench.router_sends(r#"[50,1,{"progress":true},["a"]]"#);
    bench.call_part(CALL, true, payload("[2]")).unwrap();
    bench.router_sends(r#"[50,1,{"progress":true},["b"]]"#);
    bench.call_part(CALL, false, payload("[3]")).unwrap();
    bench.router_sends("[50,1,{}]");
    let told: Vec<_> = bench.take_log().into_iter().filter(|line| !line.starts_with("R→C")).collect();
    assert_eq!(
        told,
        [
            r#"#1 progress ["a"]"#,
            r#"C→R CALL 1 {"progress":true} com.x [2]"#,
            r#"#1 progress ["b"]"#,
            "C→R CALL 1 com.x [3]",
            "#1 result",
        ]
    );
}

#[test]
fn a_host_that_writes_its_messages_itself_plans_its_calls() {
    let mut bench = Scripted::joined();
    let (id, call) = bench.begin_call(false).unwrap();
    let now = bench.now();
    bench.plan_call(now, id, 50, true);
    assert_eq!(bench.continue_call(id, true), Ok(()));
    assert_eq!(bench.continue_call(id, false), Ok(()));
    assert_eq!(bench.continue_call(id, false), Err(CommandError::NotActive("call")));
    bench.plan_call(now, request(99), 50, true);
    assert_eq!(bench.next_deadline(), Some(now + ms(50)));
    bench.cancel(call, "{}").unwrap();
    bench.expect(&[r#"C→R CANCEL 1 {"mode":"killnowait"}"#, "#1 error wamp.error.canceled"]);
}

// Features ----------------------------------------------------------------------------------------

#[test]
fn what_needs_a_feature_that_the_router_has_not_is_refused_by_name_before_anything_is_sent() {
    let refused = |role, feature| Err(CommandError::FeatureNotSupported { role, feature });
    let mut bench = Scripted::basic();
    let call = |bench: &mut Scripted, text| bench.call("com.x".into(), options(text), Default::default());
    assert_eq!(
        call(&mut bench, r#"{"progress":true}"#),
        refused(Role::Dealer, "progressive_call_invocations")
    );
    assert_eq!(
        call(&mut bench, r#"{"ppt_scheme":"x_mine"}"#),
        refused(Role::Dealer, "payload_passthru_mode")
    );
    for policy in ["prefix", "wildcard"] {
        let text = format!(r#"{{"match":"{policy}"}}"#);
        let outcome = bench.subscribe("com.x".into(), options(&text));
        assert_eq!(outcome, refused(Role::Broker, "pattern_based_subscription"));
        let outcome = bench.register("com.x".into(), options(&text));
        assert_eq!(outcome, refused(Role::Dealer, "pattern_based_registration"));
    }
    let outcome = bench.register("com.x".into(), options(r#"{"invoke":"roundrobin"}"#));
    assert_eq!(outcome, refused(Role::Dealer, "shared_registration"));
    for key in
        ["exclude", "exclude_authid", "exclude_authrole", "eligible", "eligible_authid", "eligible_authrole"]
    {
        let outcome =
            bench.publish("com.x".into(), options(&format!(r#"{{"{key}":[]}}"#)), Default::default());
        assert_eq!(
            outcome,
            refused(Role::Broker, "subscriber_blackwhite_listing").map(|_: Ticket| None),
            "{key}"
        );
    }
    bench.expect(&[]);
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.expect(&["C→R CALL 1 com.x"]);
}

#[test]
fn what_only_gives_less_without_its_feature_is_sent_to_any_router() {
    let mut bench = Scripted::basic();
    let call = r#"{"receive_progress":true,"timeout":9,"disclose_me":true}"#;
    bench.call("com.x".into(), options(call), Default::default()).unwrap();
    let publish = r#"{"exclude_me":false,"retain":true,"disclose_me":true}"#;
    bench.publish("com.x".into(), options(publish), Default::default()).unwrap();
    bench.subscribe("com.x".into(), options(r#"{"get_retained":true,"match":"exact"}"#)).unwrap();
    let register = r#"{"disclose_caller":true,"invoke":"single","forward_timeout":true}"#;
    bench.register("com.x".into(), options(register)).unwrap();
    bench.expect(&[
        &format!("C→R CALL 1 {call} com.x"),
        &format!("C→R PUBLISH 2 {publish} com.x"),
        r#"C→R SUBSCRIBE 3 {"get_retained":true,"match":"exact"} com.x"#,
        &format!("C→R REGISTER 4 {register} com.x"),
    ]);
}

#[test]
fn an_application_that_announces_less_gets_less() {
    let mut bench = Scripted::connected();
    let now = bench.now();
    bench.join(now, "realm1".into(), options(r#"{"roles":{"caller":{}}}"#)).unwrap();
    bench.router_sends(common::WELCOME);
    bench.take_log();
    let refused = bench.call("com.x".into(), options(r#"{"progress":true}"#), Default::default());
    let error = refused.unwrap_err();
    assert_eq!(error.to_string(), "the caller does not announce progressive_call_invocations");
    let call = bench.call("com.x".into(), CallOptions::default(), Default::default()).unwrap();
    bench.cancel(call, "{}").unwrap();
    bench.expect(&["C→R CALL 1 com.x", "#1 error wamp.error.canceled"]);
}

// Limits ------------------------------------------------------------------------------------------

#[test]
fn only_so_many_requests_may_wait_for_an_answer() {
    let mut bench = Scripted::joined();
    for _ in 0..100_000 {
        bench.begin_call(false).unwrap();
    }
    let full = CommandError::TooManyPending;
    assert_eq!(bench.begin_call(false), Err(full.clone()));
    assert_eq!(bench.begin_publish(true), Err(full.clone()));
    assert_eq!(bench.subscribe("com.x".into(), Default::default()), Err(full.clone()));
    assert_eq!(bench.register("com.x".into(), Default::default()), Err(full));
    bench.begin_publish(false).unwrap();
    bench.on_result(request(1)).unwrap();
    bench.router_sends(r#"[8,48,2,{},"com.error"]"#);
    bench.begin_call(false).unwrap();
    bench.begin_call(false).unwrap();
    assert_eq!(bench.begin_call(false), Err(CommandError::TooManyPending));
}

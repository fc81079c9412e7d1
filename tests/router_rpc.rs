//! The dealer: registrations, calls, and what becomes of a call when one end is gone.
#![cfg(feature = "router")]

mod common;

use common::router_peer::Bench;
use wamp_wasm::router::{DenyPrefixes, PeerId, Router, RouterConfig, SessionLimits};

/// A callee A with `com.x`, a caller B.
fn registered() -> (Bench, PeerId, PeerId) {
    let mut bench = Bench::default();
    let (callee, caller) = (bench.join("A"), bench.join("B"));
    bench.send(callee, r#"[64,1,{},"com.x"]"#);
    bench.expect(&["R→A REGISTERED 1 1"]);
    (bench, callee, caller)
}

/// The same, and a call that waits.
fn called() -> (Bench, PeerId, PeerId) {
    let (mut bench, callee, caller) = registered();
    bench.send(caller, r#"[48,1,{},"com.x",[2],{"k":3}]"#);
    bench.expect(&[r#"R→A INVOCATION 1 1 [2] {"k":3}"#]);
    (bench, callee, caller)
}

#[test]
fn a_result_comes_back_with_the_callers_own_request_id() {
    let (mut bench, callee, caller) = registered();
    bench.send(caller, r#"[16,1,{},"com.y"]"#);
    bench.send(caller, r#"[48,2,{},"com.x"]"#);
    bench.send(callee, r#"[70,1,{},["r"],{"k":1}]"#);
    bench.expect(&["R→A INVOCATION 1 1", r#"R→B RESULT 2 ["r"] {"k":1}"#]);
}

#[test]
fn an_error_of_the_callee_comes_back_as_one_of_the_call_with_all_that_it_carries() {
    let (mut bench, callee, _) = called();
    bench.send(callee, r#"[8,68,1,{},"com.error.own",["no"],{"code":7}]"#);
    bench.expect(&[r#"R→B ERROR CALL 1 com.error.own ["no"] {"code":7}"#]);
}

#[test]
fn invocation_ids_count_one_by_one_for_each_callee() {
    let mut bench = Bench::default();
    let (a, b, caller) = (bench.join("A"), bench.join("B"), bench.join("C"));
    bench.send(a, r#"[64,1,{},"com.a"]"#);
    bench.send(b, r#"[64,1,{},"com.b"]"#);
    bench.take_log();
    for (n, name) in ["a", "b", "b", "a"].iter().enumerate() {
        bench.send(caller, &format!(r#"[48,{},{{}},"com.{name}"]"#, n + 1));
    }
    bench.expect(&["R→A INVOCATION 1 1", "R→B INVOCATION 1 2", "R→B INVOCATION 2 2", "R→A INVOCATION 2 1"]);
    // Each answer finds its own call, whatever the order.
    bench.send(b, r#"[70,2,{},["third"]]"#);
    bench.send(a, r#"[70,1,{},["first"]]"#);
    bench.expect(&[r#"R→C RESULT 3 ["third"]"#, r#"R→C RESULT 1 ["first"]"#]);
}

#[test]
fn a_session_can_call_its_own_procedure() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[64,1,{},"com.x"]"#);
    bench.send(a, r#"[48,2,{},"com.x"]"#);
    bench.send(a, "[70,1,{}]");
    bench.expect(&["R→A REGISTERED 1 1", "R→A INVOCATION 1 1", "R→A RESULT 2"]);
}

#[test]
fn a_procedure_is_registered_once() {
    let (mut bench, callee, caller) = registered();
    let line = r#"wamp.error.procedure_already_exists ["procedure 'com.x' is registered already"]"#;
    bench.send(caller, r#"[64,1,{},"com.x"]"#);
    bench.send(callee, r#"[64,2,{},"com.x"]"#);
    bench.expect(&[&format!("R→B ERROR REGISTER 1 {line}"), &format!("R→A ERROR REGISTER 2 {line}")]);
    bench.send(callee, "[66,3,1]");
    bench.send(caller, r#"[64,2,{},"com.x"]"#);
    bench.expect(&["R→A UNREGISTERED 3", "R→B REGISTERED 2 2"]);
}

#[test]
fn a_registration_of_somebody_else_cannot_be_ended() {
    let (mut bench, callee, caller) = registered();
    bench.send(caller, "[66,1,1]");
    bench.send(callee, "[66,2,99]");
    bench.send(caller, r#"[48,2,{},"com.x"]"#);
    bench.expect(&[
        r#"R→B ERROR UNREGISTER 1 wamp.error.no_such_registration ["this session has no registration 1"]"#,
        r#"R→A ERROR UNREGISTER 2 wamp.error.no_such_registration ["this session has no registration 99"]"#,
        "R→A INVOCATION 1 1",
    ]);
}

#[test]
fn an_invocation_that_runs_when_its_procedure_is_unregistered_is_answered_normally() {
    let (mut bench, callee, caller) = called();
    bench.send(callee, "[66,2,1]");
    bench.send(caller, r#"[48,2,{},"com.x"]"#);
    bench.send(callee, r#"[70,1,{},["late"]]"#);
    bench.expect(&[
        "R→A UNREGISTERED 2",
        r#"R→B ERROR CALL 2 wamp.error.no_such_procedure ["no procedure 'com.x' is registered"]"#,
        r#"R→B RESULT 1 ["late"]"#,
    ]);
}

#[test]
fn the_callers_of_a_callee_that_is_gone_get_canceled_once_each() {
    let (mut bench, callee, caller) = called();
    bench.send(caller, r#"[48,2,{},"com.x"]"#);
    bench.take_log();
    bench.lose(callee);
    let line =
        |id| format!(r#"R→B ERROR CALL {id} wamp.error.canceled ["the callee left before it answered"]"#);
    bench.expect(&[&line(1), &line(2)]);
    bench.send(caller, r#"[48,3,{},"com.x"]"#);
    bench
        .expect(&[r#"R→B ERROR CALL 3 wamp.error.no_such_procedure ["no procedure 'com.x' is registered"]"#]);
}

#[test]
fn a_callee_that_leaves_with_goodbye_has_its_callers_told_before_it_gets_the_answer() {
    let (mut bench, callee, _) = called();
    bench.send(callee, r#"[6,{},"wamp.close.close_realm"]"#);
    bench.expect(&[
        r#"R→B ERROR CALL 1 wamp.error.canceled ["the callee left before it answered"]"#,
        "R→A GOODBYE wamp.close.goodbye_and_out",
    ]);
}

#[test]
fn the_answer_to_a_caller_that_is_gone_is_discarded() {
    for answer in ["[70,1,{}]", r#"[8,68,1,{},"com.error.x"]"#] {
        let (mut bench, callee, caller) = called();
        bench.lose(caller);
        bench.send(callee, answer);
        bench.expect(&[]);
        let next = bench.join("C");
        bench.send(next, r#"[48,1,{},"com.x"]"#);
        bench.expect(&["R→A INVOCATION 2 1"]);
    }
}

#[test]
fn a_late_answer_never_reaches_the_callers_next_session() {
    let (mut bench, callee, caller) = called();
    bench.send(caller, r#"[6,{},"wamp.close.close_realm"]"#);
    bench.send(caller, r#"[1,"realm1",{"roles":{"caller":{}}}]"#);
    bench.send(caller, r#"[48,1,{},"com.x",["new"]]"#);
    bench.take_log();
    bench.send(callee, r#"[70,1,{},["old"]]"#);
    bench.expect(&[]);
    bench.send(callee, r#"[70,2,{},["new"]]"#);
    bench.expect(&[r#"R→B RESULT 1 ["new"]"#]);
}

#[test]
fn a_session_that_called_itself_leaves_nothing_behind() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[64,1,{},"com.x"]"#);
    bench.send(a, r#"[48,2,{},"com.x"]"#);
    bench.take_log();
    bench.lose(a);
    bench.expect(&[]);
}

#[test]
fn a_second_answer_is_discarded() {
    let (mut bench, callee, _) = called();
    bench.send(callee, r#"[70,1,{},["first"]]"#);
    bench.send(callee, r#"[70,1,{},["second"]]"#);
    bench.send(callee, r#"[8,68,1,{},"com.error.x"]"#);
    bench.expect(&[r#"R→B RESULT 1 ["first"]"#]);
}

#[test]
fn a_canceled_call_is_answered_once_and_the_callees_answer_is_discarded() {
    let (mut bench, callee, caller) = called();
    bench.send(caller, r#"[49,1,{"mode":"kill"}]"#);
    bench.send(caller, "[49,1,{}]");
    bench.send(callee, "[70,1,{}]");
    bench.expect(&[r#"R→B ERROR CALL 1 wamp.error.canceled ["the caller canceled the call"]"#]);
}

#[test]
fn a_cancel_that_crosses_the_result_is_ignored() {
    let (mut bench, callee, caller) = called();
    bench.send(callee, "[70,1,{}]");
    bench.send(caller, "[49,1,{}]");
    bench.expect(&["R→B RESULT 1"]);
}

#[test]
fn progress_that_nobody_asked_for_is_dropped_and_does_not_end_the_call() {
    let (mut bench, callee, _) = called();
    bench.send(callee, r#"[70,1,{"progress":true},["part"]]"#);
    bench.send(callee, r#"[70,1,{"progress":false},["all"]]"#);
    bench.expect(&[r#"R→B RESULT 1 ["all"]"#]);
}

#[test]
fn options_of_a_call_are_not_copied_to_the_invocation() {
    let (mut bench, _, caller) = registered();
    bench.send(caller, r#"[48,1,{"receive_progress":true,"timeout":5,"caller":1,"_own":1},"com.x"]"#);
    bench.expect(&["R→A INVOCATION 1 1"]);
}

#[test]
fn uris_that_are_not_good_for_their_place_are_refused() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[64,1,{},"com..x"]"#);
    bench.send(a, r#"[48,2,{},""]"#);
    bench.send(a, r#"[64,3,{},"wamp.mine"]"#);
    bench.send(a, r#"[48,4,{},"wamp.session.count"]"#);
    bench.expect(&[
        r#"R→A ERROR REGISTER 1 wamp.error.invalid_uri ["URI 'com..x' has an empty component"]"#,
        r#"R→A ERROR CALL 2 wamp.error.invalid_uri ["URI '' has an empty component"]"#,
        r#"R→A ERROR REGISTER 3 wamp.error.invalid_uri ["URI 'wamp.mine' is reserved for the protocol"]"#,
        r#"R→A ERROR CALL 4 wamp.error.no_such_procedure ["no procedure 'wamp.session.count' is registered"]"#,
    ]);
}

#[test]
fn registrations_that_the_dealer_cannot_do_are_refused_and_not_taken_for_others() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[64,1,{"match":"prefix"},"com.x"]"#);
    bench.send(a, r#"[64,2,{"invoke":"roundrobin"},"com.x"]"#);
    bench.send(a, r#"[64,3,{"match":"exact","invoke":"single"},"com.x"]"#);
    bench.expect(&[
        r#"R→A ERROR REGISTER 1 wamp.error.feature_not_supported ["this dealer has no pattern based registration"]"#,
        r#"R→A ERROR REGISTER 2 wamp.error.feature_not_supported ["this dealer has no shared registration"]"#,
        "R→A REGISTERED 3 1",
    ]);
}

#[test]
fn a_forbidden_procedure_can_be_neither_called_nor_registered_whether_it_exists_or_not() {
    let mut bench = Bench::with_router(|entropy| {
        Router::new(RouterConfig::default(), entropy).with_authorizer(DenyPrefixes::new(["com.secret"]))
    });
    let a = bench.join("A");
    bench.send(a, r#"[64,1,{},"com.secret.x"]"#);
    bench.send(a, r#"[48,2,{},"com.secret.x"]"#);
    bench.expect(&[
        r#"R→A ERROR REGISTER 1 wamp.error.not_authorized ["this session may not register 'com.secret.x'"]"#,
        r#"R→A ERROR CALL 2 wamp.error.not_authorized ["this session may not call 'com.secret.x'"]"#,
    ]);
}

#[test]
fn a_call_that_cannot_be_written_for_the_callee_ends_with_the_error() {
    let (mut bench, callee, _) = called();
    bench.undeliverable(callee, "[68,1,1,{}]", "wamp.error.invalid_argument", "NaN has no form in JSON");
    bench.send(callee, "[70,1,{}]");
    bench.expect(&[r#"R→B ERROR CALL 1 wamp.error.invalid_argument ["NaN has no form in JSON"]"#]);
}

#[test]
fn a_result_that_cannot_be_written_for_the_caller_becomes_the_error() {
    let (mut bench, callee, caller) = called();
    bench.send(callee, "[70,1,{}]");
    bench.take_log();
    bench.undeliverable(caller, "[50,1,{}]", "wamp.error.invalid_argument", "NaN has no form in JSON");
    bench.expect(&[r#"R→B ERROR CALL 1 wamp.error.invalid_argument ["NaN has no form in JSON"]"#]);
}

#[test]
fn a_session_has_no_more_calls_and_registrations_than_the_limits() {
    let limits = SessionLimits { pending_calls: 1, registrations: 1, ..SessionLimits::default() };
    let mut bench = Bench::with_config(RouterConfig { limits, ..RouterConfig::default() });
    let (a, b) = (bench.join("A"), bench.join("B"));
    bench.send(a, r#"[64,1,{},"com.x"]"#);
    bench.send(a, r#"[64,2,{},"com.y"]"#);
    bench.send(b, r#"[48,1,{},"com.x"]"#);
    bench.send(b, r#"[48,2,{},"com.x"]"#);
    bench.send(a, "[70,1,{}]");
    bench.send(b, r#"[48,3,{},"com.x"]"#);
    bench.expect(&[
        "R→A REGISTERED 1 1",
        r#"R→A ERROR REGISTER 2 wamp.error.limit_exceeded ["a session may have 1 registrations"]"#,
        "R→A INVOCATION 1 1",
        r#"R→B ERROR CALL 2 wamp.error.limit_exceeded ["a session may have 1 unanswered calls"]"#,
        "R→B RESULT 1",
        "R→A INVOCATION 2 1",
    ]);
}

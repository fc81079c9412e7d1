//! Registering, and answering invocations: each exactly once.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use common::{Scripted, options, payload};
use wamp_wasm::{
    message::{Id, RegistrationId, RequestId},
    session::{CommandError, Input, Ticket},
};

const PROCEDURE: &str = "com.procedure";

fn request(number: u64) -> RequestId {
    RequestId::new(number).unwrap()
}

/// A session with invocation 5 running at endpoint #1.
fn running(details: &str) -> Scripted {
    let mut bench = Scripted::registered();
    bench.router_sends(&format!("[68,5,7,{details}]"));
    bench.take_log();
    bench
}

#[test]
fn a_call_reaches_the_endpoint_and_its_result_goes_back() {
    let mut bench = Scripted::joined();
    bench.register(PROCEDURE.into(), options(r#"{"invoke":"roundrobin"}"#)).unwrap();
    bench.router_sends("[65,1,7]");
    bench.router_sends(r#"[68,5,7,{"caller":3},[1],{"k":2}]"#);
    bench.yield_result(request(5), Default::default(), payload("[3]")).unwrap();
    bench.expect(&[
        r#"C→R REGISTER 1 {"invoke":"roundrobin"} com.procedure"#,
        "R→C REGISTERED 1 7",
        "#1 registered 7",
        r#"R→C INVOCATION 5 7 {"caller":3} [1] {"k":2}"#,
        r#"invocation 5 of #1: {"caller":3} [1] {"k":2}"#,
        "C→R YIELD 5 [3]",
    ]);
}

#[test]
fn an_endpoint_is_there_before_the_next_message_is_looked_at() {
    let mut bench = Scripted::joined();
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    let now = bench.now();
    for json in ["[65,1,7]", "[68,5,7,{}]"] {
        bench.handle(now, Input::Message(common::message(json)));
    }
    bench.expect(&["C→R REGISTER 1 com.procedure", "#1 registered 7", "invocation 5 of #1:"]);
}

#[test]
fn a_refused_registration_tells_why() {
    let mut bench = Scripted::joined();
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    bench.router_sends(r#"[8,64,1,{},"wamp.error.procedure_already_exists"]"#);
    bench.expect(&[
        "C→R REGISTER 1 com.procedure",
        "R→C ERROR REGISTER 1 wamp.error.procedure_already_exists",
        "#1 error wamp.error.procedure_already_exists",
    ]);
}

#[test]
fn a_procedure_that_is_no_uri_for_its_policy_is_refused_before_anything_is_sent() {
    let mut bench = Scripted::joined();
    assert!(matches!(bench.register("a..b".into(), Default::default()), Err(CommandError::Uri(_))));
    bench.register("a..b".into(), options(r#"{"match":"wildcard"}"#)).unwrap();
    bench.expect(&[r#"C→R REGISTER 1 {"match":"wildcard"} a..b"#]);
}

#[test]
fn ids_of_invocations_may_have_gaps() {
    let mut bench = Scripted::registered();
    for number in [5, 9, 12] {
        bench.router_sends(&format!("[68,{number},7,{{}}]"));
    }
    let told: Vec<_> = bench.take_log().into_iter().filter(|line| line.starts_with("invocation")).collect();
    assert_eq!(told, ["invocation 5 of #1:", "invocation 9 of #1:", "invocation 12 of #1:"]);
}

#[test]
fn an_error_goes_back_with_its_payload() {
    let mut bench = running("{}");
    bench.yield_error(request(5), "com.error".into(), payload(r#"["a"],{"k":1}"#)).unwrap();
    bench.expect(&[r#"C→R ERROR INVOCATION 5 com.error ["a"] {"k":1}"#]);
}

#[test]
fn an_error_that_is_no_uri_is_refused_and_the_invocation_runs_on() {
    let mut bench = running("{}");
    let outcome = bench.yield_error(request(5), "no uri".into(), Default::default());
    assert!(matches!(outcome, Err(CommandError::Uri(_))));
    bench.yield_error(request(5), "wamp.error.runtime_error".into(), Default::default()).unwrap();
    bench.expect(&["C→R ERROR INVOCATION 5 wamp.error.runtime_error"]);
}

#[test]
fn an_invocation_is_answered_once() {
    let none = CommandError::NotActive("invocation");
    let mut bench = running("{}");
    bench.yield_result(request(5), Default::default(), Default::default()).unwrap();
    let again = bench.yield_result(request(5), Default::default(), Default::default());
    assert_eq!(again, Err(none.clone()));
    assert_eq!(bench.yield_error(request(5), "com.x".into(), Default::default()), Err(none.clone()));
    assert_eq!(bench.end_invocation(request(5)), Err(none.clone()));
    assert_eq!(bench.end_invocation(request(99)), Err(none));
    bench.expect(&["C→R YIELD 5"]);
}

#[test]
fn an_id_whose_invocation_is_answered_may_come_again() {
    let mut bench = running("{}");
    bench.yield_result(request(5), Default::default(), Default::default()).unwrap();
    bench.router_sends("[68,5,7,{}]");
    bench.expect(&["C→R YIELD 5", "R→C INVOCATION 5 7", "invocation 5 of #1:"]);
}

#[test]
fn parts_of_a_result_go_to_a_caller_who_takes_them() {
    let mut bench = running(r#"{"receive_progress":true}"#);
    assert_eq!(bench.takes_progress(request(5)), Ok(true));
    bench.yield_result(request(5), options(r#"{"progress":true}"#), payload("[1]")).unwrap();
    bench.yield_result(request(5), Default::default(), payload("[2]")).unwrap();
    bench.expect(&[r#"C→R YIELD 5 {"progress":true} [1]"#, "C→R YIELD 5 [2]"]);
}

#[test]
fn parts_of_a_result_for_a_caller_who_takes_none_are_not_sent() {
    let mut bench = running("{}");
    assert_eq!(bench.takes_progress(request(5)), Ok(false));
    bench.yield_result(request(5), options(r#"{"progress":true}"#), payload("[1]")).unwrap();
    bench.yield_result(request(5), Default::default(), payload("[2]")).unwrap();
    bench.expect(&["C→R YIELD 5 [2]"]);
}

#[test]
fn the_fast_way_for_invocations_starts_one_that_has_to_be_ended() {
    let mut bench = Scripted::registered();
    let (known, unknown) = (RegistrationId::new(7).unwrap(), RegistrationId::new(8).unwrap());
    assert_eq!(bench.on_invocation(request(5), known), Some(Ticket::from_number(1)));
    assert_eq!(bench.on_invocation(request(5), known), None, "it is running already");
    assert_eq!(bench.on_invocation(request(6), unknown), None);
    assert_eq!(bench.end_invocation(request(5)), Ok(()));
    assert_eq!(bench.end_invocation(request(6)), Err(CommandError::NotActive("invocation")));
    bench.expect(&[]);
}

#[test]
fn an_endpoint_is_lent_while_no_message_can_mean_an_invocation_that_the_machine_knows() {
    let mut bench = Scripted::registered();
    let (known, unknown) = (RegistrationId::new(7).unwrap(), RegistrationId::new(8).unwrap());
    assert_eq!(bench.lent_endpoint(known), Some(Ticket::from_number(1)));
    assert_eq!(bench.lent_endpoint(unknown), None);
    bench.on_invocation(request(5), known).unwrap();
    assert_eq!(bench.lent_endpoint(known), None, "one is running");
    bench.end_invocation(request(5)).unwrap();
    assert_eq!(bench.lent_endpoint(known), Some(Ticket::from_number(1)));
    // Refused, and more of it may come.
    bench.router_sends(r#"[68,6,8,{"progress":true}]"#);
    assert_eq!(bench.lent_endpoint(known), None);
}

// INTERRUPT ---------------------------------------------------------------------------------------

#[test]
fn an_interrupt_that_kills_tells_the_endpoint_and_takes_one_answer() {
    for (error, answer) in
        [(None, "C→R YIELD 5"), (Some("wamp.error.canceled"), "C→R ERROR INVOCATION 5 wamp.error.canceled")]
    {
        let mut bench = running("{}");
        bench.router_sends(r#"[69,5,{"mode":"kill","reason":"com.bored"}]"#);
        bench.router_sends(r#"[69,5,{"mode":"kill"}]"#);
        let mut answers = (0..2).map(|_| match error {
            Some(error) => bench.yield_error(request(5), error.into(), Default::default()),
            None => bench.yield_result(request(5), Default::default(), Default::default()),
        });
        assert_eq!(answers.next(), Some(Ok(())));
        assert_eq!(answers.next(), Some(Err(CommandError::NotActive("invocation"))));
        bench.expect(&[
            r#"R→C INTERRUPT 5 {"mode":"kill","reason":"com.bored"}"#,
            "interrupted 5 of #1: answer com.bored",
            r#"R→C INTERRUPT 5 {"mode":"kill"}"#,
            answer,
        ]);
    }
}

#[test]
fn an_interrupt_that_wants_no_answer_takes_none() {
    for mode in [r#"{"mode":"killnowait"}"#, "{}", r#"{"mode":"skip"}"#] {
        let mut bench = running("{}");
        bench.router_sends(&format!("[69,5,{mode}]"));
        assert_eq!(bench.take_log()[1..], ["interrupted 5 of #1: over"]);
        let late = bench.yield_result(request(5), Default::default(), Default::default());
        assert_eq!(late, Err(CommandError::NotActive("invocation")));
        bench.expect(&[]);
    }
}

#[test]
fn a_killed_invocation_can_still_be_given_up() {
    let mut bench = running("{}");
    bench.router_sends(r#"[69,5,{"mode":"kill"}]"#);
    bench.router_sends(r#"[69,5,{"mode":"killnowait"}]"#);
    assert_eq!(bench.end_invocation(request(5)), Err(CommandError::NotActive("invocation")));
    assert_eq!(bench.take_log()[3..], ["interrupted 5 of #1: over"]);
}

#[test]
fn an_interrupt_reaches_what_runs_although_its_registration_is_gone() {
    let mut bench = running("{}");
    bench.router_sends(r#"[67,0,{"registration":7}]"#);
    bench.router_sends(r#"[69,5,{"mode":"kill"}]"#);
    assert_eq!(bench.take_log()[3..], ["interrupted 5 of #1: answer"]);
}

#[test]
fn an_interrupt_of_an_unknown_or_answered_invocation_is_ignored() {
    let mut bench = running("{}");
    bench.yield_result(request(5), Default::default(), Default::default()).unwrap();
    bench.router_sends(r#"[69,5,{"mode":"kill"}]"#);
    bench.router_sends(r#"[69,999,{"mode":"kill"}]"#);
    bench.expect(&[
        "C→R YIELD 5",
        r#"R→C INTERRUPT 5 {"mode":"kill"}"#,
        r#"R→C INTERRUPT 999 {"mode":"kill"}"#,
    ]);
}

// Calls in parts ----------------------------------------------------------------------------------

#[test]
fn parts_of_a_call_reach_the_invocation_that_the_first_one_began() {
    let mut bench = Scripted::registered();
    bench.router_sends(r#"[68,5,7,{"progress":true,"caller":9},[1]]"#);
    bench.router_sends(r#"[68,5,7,{"progress":true},[2]]"#);
    bench.router_sends("[68,6,7,{}]");
    bench.router_sends("[68,5,7,{},[3]]");
    bench.yield_result(request(5), Default::default(), Default::default()).unwrap();
    let told: Vec<_> = bench.take_log().into_iter().filter(|line| !line.starts_with("R→C")).collect();
    assert_eq!(
        told,
        [
            r#"invocation 5 of #1: {"progress":true,"caller":9} [1]"#,
            r#"part of invocation 5 of #1: {"progress":true} [2]"#,
            "invocation 6 of #1:",
            "part of invocation 5 of #1: [3]",
            "C→R YIELD 5",
        ]
    );
}

#[test]
fn nothing_may_follow_the_last_part_of_a_running_call() {
    let mut bench = Scripted::registered();
    bench.router_sends(r#"[68,5,7,{"progress":true}]"#);
    bench.router_sends("[68,5,7,{}]");
    bench.router_sends("[68,5,7,{}]");
    let log = bench.take_log();
    assert!(log.iter().any(|line| line.contains("INVOCATION.Request 5 is running already")), "{log:?}");
}

#[test]
fn parts_that_come_after_the_answer_are_ignored_until_the_last() {
    let mut bench = Scripted::registered();
    bench.router_sends(r#"[68,5,7,{"progress":true}]"#);
    bench.yield_error(request(5), "com.enough".into(), Default::default()).unwrap();
    bench.router_sends(r#"[68,5,7,{"progress":true}]"#);
    let known = RegistrationId::new(7).unwrap();
    assert_eq!(bench.on_invocation(request(5), known), None, "it is no new invocation");
    bench.router_sends("[68,5,7,{}]");
    assert_eq!(bench.take_log().len(), 5);
    bench.router_sends("[68,5,7,{}]");
    bench.expect(&["R→C INVOCATION 5 7", "invocation 5 of #1:"]);
}

#[test]
fn parts_that_come_after_an_interrupt_are_ignored() {
    for mode in ["kill", "killnowait"] {
        let mut bench = Scripted::registered();
        bench.router_sends(r#"[68,5,7,{"progress":true}]"#);
        bench.router_sends(&format!(r#"[69,5,{{"mode":"{mode}"}}]"#));
        bench.take_log();
        bench.router_sends(r#"[68,5,7,{"progress":true}]"#);
        bench.router_sends("[68,5,7,{}]");
        assert_eq!(bench.take_log().len(), 2, "only what the router sent");
    }
}

#[test]
fn a_call_in_parts_of_a_registration_that_is_gone_is_refused_once() {
    let mut bench = Scripted::joined();
    bench.router_sends(r#"[68,5,7,{"progress":true}]"#);
    bench.router_sends(r#"[68,5,7,{"progress":true}]"#);
    bench.router_sends("[68,5,7,{}]");
    let sent = bench.take_log().into_iter().filter(|line| line.starts_with("C→R")).count();
    assert_eq!(sent, 1);
}

#[test]
fn only_the_latest_of_the_calls_whose_parts_may_still_come_are_remembered() {
    let mut bench = Scripted::registered();
    for id in 1..=257 {
        bench.router_sends(&format!(r#"[68,{id},7,{{"progress":true}}]"#));
        bench.router_sends(&format!("[69,{id},{{}}]"));
    }
    bench.take_log();
    bench.router_sends("[68,2,7,{}]");
    bench.router_sends("[68,1,7,{}]");
    bench.expect(&["R→C INVOCATION 2 7", "R→C INVOCATION 1 7", "invocation 1 of #1:"]);
}

// Unregistering -----------------------------------------------------------------------------------

#[test]
fn calls_are_served_until_unregistered_has_come_and_running_ones_are_answered_after_it() {
    let mut bench = Scripted::registered();
    bench.unregister(Ticket::from_number(1)).unwrap();
    bench.router_sends("[68,5,7,{}]");
    bench.router_sends("[67,2]");
    bench.yield_result(request(5), Default::default(), Default::default()).unwrap();
    bench.router_sends("[68,6,7,{}]");
    bench.expect(&[
        "C→R UNREGISTER 2 7",
        "R→C INVOCATION 5 7",
        "invocation 5 of #1:",
        "R→C UNREGISTERED 2",
        "#2 unregistered",
        "C→R YIELD 5",
        "R→C INVOCATION 6 7",
        r#"C→R ERROR INVOCATION 6 wamp.error.no_such_procedure ["registration 7 is not this session's"]"#,
    ]);
}

#[test]
fn an_endpoint_ends_once() {
    let mut bench = Scripted::registered();
    let endpoint = Ticket::from_number(1);
    bench.unregister(endpoint).unwrap();
    assert_eq!(bench.unregister(endpoint), Err(CommandError::NotActive("registration")));
    bench.expect(&["C→R UNREGISTER 2 7"]);
}

#[test]
fn an_unregister_that_fails_leaves_the_endpoint_in_service() {
    let mut bench = Scripted::registered();
    let endpoint = Ticket::from_number(1);
    bench.unregister(endpoint).unwrap();
    bench.router_sends(r#"[8,66,2,{},"com.error"]"#);
    bench.router_sends("[68,5,7,{}]");
    bench.unregister(endpoint).unwrap();
    bench.expect(&[
        "C→R UNREGISTER 2 7",
        "R→C ERROR UNREGISTER 2 com.error",
        "#2 error com.error",
        "R→C INVOCATION 5 7",
        "invocation 5 of #1:",
        "C→R UNREGISTER 3 7",
    ]);
}

#[test]
fn a_register_right_after_an_unregister_waits_for_its_answer() {
    let mut bench = Scripted::registered();
    bench.unregister(Ticket::from_number(1)).unwrap();
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    bench.router_sends("[67,2]");
    bench.router_sends("[65,3,8]");
    bench.expect(&[
        "C→R UNREGISTER 2 7",
        "R→C UNREGISTERED 2",
        "#2 unregistered",
        "C→R REGISTER 3 com.procedure",
        "R→C REGISTERED 3 8",
        "#3 registered 8",
    ]);
}

#[test]
fn a_registration_shared_within_the_session_is_served_by_the_newest_and_ended_by_the_last() {
    let mut bench = Scripted::registered();
    let (old, new) = (Ticket::from_number(1), bench.register(PROCEDURE.into(), Default::default()).unwrap());
    bench.router_sends("[65,2,7]");
    bench.router_sends("[68,5,7,{}]");
    bench.unregister(new).unwrap();
    bench.router_sends("[68,6,7,{}]");
    bench.unregister(old).unwrap();
    bench.expect(&[
        "C→R REGISTER 2 com.procedure",
        "R→C REGISTERED 2 7",
        "#2 registered 7",
        "R→C INVOCATION 5 7",
        "invocation 5 of #2:",
        "#3 unregistered",
        "R→C INVOCATION 6 7",
        "invocation 6 of #1:",
        "C→R UNREGISTER 3 7",
    ]);
}

#[test]
fn an_unregister_waits_for_a_register_of_the_same_procedure_and_is_not_needed_then() {
    let mut bench = Scripted::registered();
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    bench.unregister(Ticket::from_number(1)).unwrap();
    bench.router_sends("[65,2,7]");
    bench.router_sends("[68,5,7,{}]");
    bench.expect(&[
        "C→R REGISTER 2 com.procedure",
        "R→C REGISTERED 2 7",
        "#2 registered 7",
        "#3 unregistered",
        "R→C INVOCATION 5 7",
        "invocation 5 of #2:",
    ]);
}

// Revocation --------------------------------------------------------------------------------------

#[test]
fn a_revoked_registration_tells_its_endpoint_and_what_runs_is_still_answered() {
    let mut bench = running("{}");
    bench.router_sends(r#"[67,0,{"registration":7,"reason":"com.reason"}]"#);
    bench.yield_result(request(5), Default::default(), Default::default()).unwrap();
    let endpoint = Ticket::from_number(1);
    assert_eq!(bench.unregister(endpoint), Err(CommandError::NotActive("registration")));
    bench.expect(&[
        r#"R→C UNREGISTERED 0 {"registration":7,"reason":"com.reason"}"#,
        "registration revoked: #1 com.reason",
        "C→R YIELD 5",
    ]);
}

#[test]
fn an_unregister_that_crosses_a_revocation_succeeds() {
    let mut bench = Scripted::registered();
    bench.unregister(Ticket::from_number(1)).unwrap();
    bench.router_sends(r#"[67,0,{"registration":7}]"#);
    bench.router_sends(r#"[8,66,2,{},"wamp.error.no_such_registration"]"#);
    bench.expect(&[
        "C→R UNREGISTER 2 7",
        r#"R→C UNREGISTERED 0 {"registration":7}"#,
        "R→C ERROR UNREGISTER 2 wamp.error.no_such_registration",
        "#2 unregistered",
    ]);
}

#[test]
fn an_unregister_that_waits_while_the_registration_is_revoked_succeeds_without_a_message() {
    // The router may give the procedure its old id again.
    for id in [7, 8] {
        let mut bench = Scripted::registered();
        bench.register(PROCEDURE.into(), Default::default()).unwrap();
        bench.unregister(Ticket::from_number(1)).unwrap();
        bench.router_sends(r#"[67,0,{"registration":7}]"#);
        bench.router_sends(&format!("[65,2,{id}]"));
        bench.router_sends(&format!("[68,5,{id},{{}}]"));
        bench.expect(&[
            "C→R REGISTER 2 com.procedure",
            r#"R→C UNREGISTERED 0 {"registration":7}"#,
            &format!("R→C REGISTERED 2 {id}"),
            &format!("#2 registered {id}"),
            "#3 unregistered",
            &format!("R→C INVOCATION 5 {id}"),
            "invocation 5 of #2:",
        ]);
    }
}

#[test]
fn a_call_that_comes_after_its_registration_was_revoked_is_refused() {
    let mut bench = Scripted::registered();
    bench.router_sends(r#"[67,0,{"registration":7}]"#);
    bench.take_log();
    bench.router_sends("[68,5,7,{}]");
    let sent: Vec<_> = bench.take_log().into_iter().filter(|line| line.starts_with("C→R")).collect();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].starts_with("C→R ERROR INVOCATION 5 wamp.error.no_such_procedure"), "{sent:?}");
}

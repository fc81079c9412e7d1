//! The ghost of a durable session: the router has not noticed the loss yet, and the old session still holds
//! the procedures that the new one asks for.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use common::Scripted;
use wamp_wasm::session::{CommandError, Ticket};

const PROCEDURE: &str = "com.procedure";
const TAKEN: &str = "wamp.error.procedure_already_exists";
/// The WELCOME of a router that can take a procedure from the session that has it.
const FORCING_WELCOME: &str =
    r#"[2,43,{"roles":{"broker":{},"dealer":{"features":{"registration_revocation":true}}}}]"#;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// One whose endpoint is asked for again, and a ghost of the old session has the procedure.
fn haunted() -> Scripted {
    let mut bench = Scripted::durable_registered();
    bench.recovers();
    bench.router_sends(&format!(r#"[8,64,1,{{}},"{TAKEN}"]"#));
    bench.take_log();
    bench
}

/// What was sent since the last look.
fn sent(bench: &mut Scripted) -> Vec<String> {
    bench.take_log().into_iter().filter(|line| line.starts_with("C→R")).collect()
}

#[test]
fn a_procedure_that_a_ghost_holds_is_asked_for_until_the_ghost_is_gone() {
    let mut bench = haunted();
    bench.passes(Duration::from_millis(999));
    bench.expect(&[]);
    bench.passes(Duration::from_millis(1));
    bench.router_sends(&format!(r#"[8,64,2,{{}},"{TAKEN}"]"#));
    bench.passes(secs(2));
    bench.router_sends("[65,3,70]");
    bench.expect(&[
        "C→R REGISTER 2 com.procedure",
        &format!("R→C ERROR REGISTER 2 {TAKEN}"),
        "C→R REGISTER 3 com.procedure",
        "R→C REGISTERED 3 70",
        "#1 restored 70",
    ]);
    assert_eq!(bench.next_deadline(), None);
}

#[test]
fn a_procedure_that_is_held_for_a_minute_is_not_restored() {
    let mut bench = haunted();
    let (start, mut request, mut at) = (bench.now(), 1, Vec::new());
    while let Some(deadline) = bench.next_deadline() {
        let wait = deadline - bench.now();
        bench.passes(wait);
        request += 1;
        at.push((bench.now() - start).as_secs());
        assert_eq!(sent(&mut bench), [format!("C→R REGISTER {request} com.procedure")]);
        bench.router_sends(&format!(r#"[8,64,{request},{{}},"{TAKEN}",["who"]]"#));
    }
    assert_eq!(at, [1, 3, 7, 15, 23, 31, 39, 47, 55, 60]);
    assert_eq!(bench.take_log()[1..], [format!(r#"#1 not restored {TAKEN} ["who"]"#)]);
    assert_eq!(bench.unregister(Ticket::from_number(1)), Err(CommandError::NotActive("registration")));
}

#[test]
fn a_router_that_can_is_told_to_take_the_procedure_from_the_ghost() {
    let mut bench = Scripted::durable_registered();
    bench.loses();
    bench.rejoins(FORCING_WELCOME);
    bench.take_log();
    bench.router_sends(&format!(r#"[8,64,1,{{}},"{TAKEN}"]"#));
    bench.router_sends("[65,2,70]");
    bench.expect(&[
        &format!("R→C ERROR REGISTER 1 {TAKEN}"),
        r#"C→R REGISTER 2 {"force_reregister":true} com.procedure"#,
        "R→C REGISTERED 2 70",
        "#1 restored 70",
    ]);
}

#[test]
fn force_that_does_not_help_is_not_used_without_a_pause() {
    let mut bench = Scripted::durable_registered();
    bench.loses();
    bench.rejoins(FORCING_WELCOME);
    bench.router_sends(&format!(r#"[8,64,1,{{}},"{TAKEN}"]"#));
    bench.router_sends(&format!(r#"[8,64,2,{{}},"{TAKEN}"]"#));
    bench.take_log();
    bench.passes(secs(1));
    bench.expect(&[r#"C→R REGISTER 3 {"force_reregister":true} com.procedure"#]);
}

#[test]
fn a_procedure_that_another_has_is_refused_at_once_where_nothing_is_restored() {
    let mut bench = Scripted::durable();
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    bench.router_sends(&format!(r#"[8,64,1,{{}},"{TAKEN}"]"#));
    assert_eq!(bench.take_log()[2..], [format!("#1 error {TAKEN}")]);
    assert_eq!(bench.next_deadline(), None);
}

#[test]
fn an_endpoint_that_waits_for_a_ghost_can_be_ended_without_a_message() {
    let mut bench = haunted();
    bench.unregister(Ticket::from_number(1)).unwrap();
    bench.passes(secs(100));
    bench.expect(&["#2 unregistered"]);
    bench.recovers();
    bench.expect(&[]);
}

#[test]
fn an_endpoint_that_waits_for_a_ghost_outlives_another_loss() {
    let mut bench = haunted();
    bench.loses();
    assert_eq!(bench.next_deadline(), None);
    bench.recovers();
    bench.expect(&["C→R REGISTER 1 com.procedure"]);
    bench.router_sends("[65,1,70]");
    bench.expect(&["R→C REGISTERED 1 70", "#1 restored 70"]);
}

#[test]
fn ghosts_are_waited_for_each_by_itself() {
    let mut bench = Scripted::durable_registered();
    bench.register("com.other".into(), Default::default()).unwrap();
    bench.router_sends("[65,2,8]");
    bench.recovers();
    bench.take_log();
    bench.router_sends(&format!(r#"[8,64,1,{{}},"{TAKEN}"]"#));
    bench.passes(Duration::from_millis(500));
    bench.router_sends(&format!(r#"[8,64,2,{{}},"{TAKEN}"]"#));
    bench.take_log();
    bench.passes(Duration::from_millis(500));
    bench.expect(&["C→R REGISTER 3 com.procedure"]);
    bench.passes(Duration::from_millis(500));
    bench.expect(&["C→R REGISTER 4 com.other"]);
}

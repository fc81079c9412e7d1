//! How sessions begin and end at the router.
#![cfg(feature = "router")]

mod common;

use std::time::Duration;

use common::router_peer::{ALL_ROLES, Bench};
use wamp_wasm::message::{Authenticate, Challenge, Values, uris};
use wamp_wasm::router::{Authenticator, Candidate, Identity, Incoming, Router, RouterConfig, Verdict};

#[test]
fn hello_is_answered_with_welcome_that_says_who_the_client_is() {
    let mut bench = Bench::default();
    let a = bench.attach("A");
    bench.send(a, &format!(r#"[1,"realm1",{ALL_ROLES}]"#));
    let agent = concat!("wamp-wasm/", env!("CARGO_PKG_VERSION"));
    bench.expect(&[&format!(
        r#"R→A WELCOME 101 {{"agent":"{agent}","realm":"realm1","authid":"anonymous-101","authrole":"anonymous","authmethod":"anonymous","authprovider":"static"}}"#
    )]);
    assert_eq!(bench.next_deadline(), None);
}

#[test]
fn a_realm_that_does_not_exist_or_is_no_uri_is_refused_with_its_reason() {
    for (realm, line) in [
        ("nowhere", r#"R→A ABORT {"message":"there is no realm 'nowhere'"} wamp.error.no_such_realm"#),
        (
            "two words",
            r#"R→A ABORT {"message":"HELLO.Realm: URI 'two words' has the forbidden character ' '"} wamp.error.invalid_uri"#,
        ),
    ] {
        let mut bench = Bench::default();
        let a = bench.attach("A");
        bench.send(a, &format!(r#"[1,"{realm}",{ALL_ROLES}]"#));
        bench.expect(&[line, "A closed"]);
    }
}

#[test]
fn hello_has_to_announce_roles_in_their_form() {
    for (details, text) in [
        ("{}", "HELLO.Details.roles must be a dict"),
        (r#"{"roles":{}}"#, "HELLO.Details.roles names none of publisher, subscriber, caller, callee"),
        (
            r#"{"roles":{"caller":{"features":{"call_timeout":1}}}}"#,
            "HELLO.Details.roles.caller.features.call_timeout must be a bool, not integer",
        ),
    ] {
        let mut bench = Bench::default();
        let a = bench.attach("A");
        bench.send(a, &format!(r#"[1,"realm1",{details}]"#));
        bench.expect_violation(a, text);
    }
}

#[test]
fn a_client_that_insists_on_another_authentication_method_is_told_so() {
    let mut bench = Bench::default();
    let a = bench.attach("A");
    bench.send(a, r#"[1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket","wampcra"]}]"#);
    bench.expect(&[
        r#"R→A ABORT {"message":"this router authenticates by 'anonymous' only, not by ticket, wampcra"} wamp.error.no_matching_auth_method"#,
        "A closed",
    ]);
    bench.join_with("B", r#"{"roles":{"caller":{}},"authmethods":["ticket","anonymous"]}"#);
    bench.join_with("C", r#"{"roles":{"caller":{}},"authmethods":[]}"#);
}

#[test]
fn goodbye_is_answered_and_the_transport_can_carry_the_next_session_with_fresh_request_ids() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.send(a, r#"[6,{},"wamp.close.close_realm"]"#);
    bench.expect(&["R→A SUBSCRIBED 1 1", "R→A GOODBYE wamp.close.goodbye_and_out"]);
    bench.send(a, &format!(r#"[1,"realm1",{ALL_ROLES}]"#));
    assert!(bench.take_log()[0].starts_with("R→A WELCOME 102 "));
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.expect(&["R→A SUBSCRIBED 1 2"]);
}

#[test]
fn abort_is_never_answered() {
    let mut bench = Bench::default();
    let waiting = bench.attach("A");
    let joined = bench.join("B");
    bench.send(waiting, r#"[3,{},"com.x"]"#);
    bench.send(joined, r#"[3,{},"com.x",["more"],{"k":1}]"#);
    bench.expect(&["A closed", "B closed"]);
}

#[test]
fn nothing_counts_from_a_peer_that_was_closed() {
    let mut bench = Bench::default();
    let (a, b) = (bench.join("A"), bench.join("B"));
    bench.send(b, r#"[32,1,{},"com.x"]"#);
    bench.send(a, r#"[36,1,1,{}]"#);
    bench.take_log();
    bench.send(a, r#"[16,1,{},"com.x"]"#);
    bench.send(a, &format!(r#"[1,"realm1",{ALL_ROLES}]"#));
    bench.expect(&[]);
}

#[test]
fn a_peer_that_says_no_hello_is_closed_when_its_time_is_up() {
    let mut bench = Bench::default();
    bench.attach("A");
    bench.pass(Duration::from_secs(9));
    bench.expect(&[]);
    bench.pass(Duration::from_secs(1));
    bench.expect(&[r#"R→A ABORT {"message":"HELLO did not come in time"} wamp.error.timeout"#, "A closed"]);
    assert_eq!(bench.next_deadline(), None);
}

#[test]
fn after_goodbye_the_time_for_the_next_hello_runs() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[6,{},"wamp.close.close_realm"]"#);
    bench.take_log();
    bench.pass(Duration::from_secs(10));
    bench.expect(&[r#"R→A ABORT {"message":"HELLO did not come in time"} wamp.error.timeout"#, "A closed"]);
}

#[test]
fn shutdown_says_goodbye_to_sessions_and_abort_to_those_who_have_none() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.attach("B");
    bench.shutdown();
    bench.expect(&[
        "R→A GOODBYE wamp.close.system_shutdown",
        r#"R→B ABORT {"message":"the router is shutting down"} wamp.close.system_shutdown"#,
        "B closed",
    ]);
    bench.send(a, r#"[6,{},"wamp.close.goodbye_and_out"]"#);
    bench.expect(&["A closed"]);
}

#[test]
fn goodbyes_that_cross_end_the_session_with_one_each_way() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.shutdown();
    bench.send(a, r#"[6,{},"wamp.close.close_realm"]"#);
    bench.expect(&["R→A GOODBYE wamp.close.system_shutdown", "A closed"]);
}

#[test]
fn after_our_goodbye_requests_are_ignored_and_a_missing_answer_closes_the_transport() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.shutdown();
    bench.take_log();
    bench.send(a, r#"[48,1,{},"com.x"]"#);
    bench.expect(&[]);
    bench.pass(Duration::from_secs(3));
    bench.expect(&["A closed"]);
}

#[test]
fn a_frame_that_is_no_message_after_our_goodbye_closes_without_abort() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.shutdown();
    bench.take_log();
    bench.input(a, Incoming::Invalid("not JSON".to_owned()));
    bench.expect(&["A closed"]);
}

#[test]
fn nobody_joins_a_router_that_shuts_down() {
    let mut bench = Bench::default();
    bench.shutdown();
    let a = bench.attach("A");
    bench.send(a, &format!(r#"[1,"realm1",{ALL_ROLES}]"#));
    bench.expect(&[
        r#"R→A ABORT {"message":"the router is shutting down"} wamp.close.system_shutdown"#,
        "A closed",
    ]);
}

#[test]
fn shutdown_settles_the_calls_that_wait_before_it_says_goodbye() {
    let mut bench = Bench::default();
    let (callee, caller) = (bench.join("A"), bench.join("B"));
    bench.send(callee, r#"[64,1,{},"com.x"]"#);
    bench.send(caller, r#"[48,1,{},"com.x"]"#);
    bench.take_log();
    bench.shutdown();
    bench.expect(&[
        r#"R→B ERROR CALL 1 wamp.error.canceled ["the callee left before it answered"]"#,
        "R→A GOODBYE wamp.close.system_shutdown",
        "R→B GOODBYE wamp.close.system_shutdown",
    ]);
}

#[test]
fn session_ids_differ_also_where_the_random_numbers_do_not() {
    let mut bench = Bench::with_router(|_| Router::new(RouterConfig::default(), || 7));
    let ids: Vec<_> = ["A", "B", "C"]
        .map(|name| {
            let peer = bench.attach(name);
            bench.send(peer, &format!(r#"[1,"realm1",{ALL_ROLES}]"#));
            bench.take_log()[0].split(' ').nth(2).unwrap().to_owned()
        })
        .into();
    assert_eq!(ids, ["8", "9", "10"]);
}

/// Asks for a password twice.
struct TwoTickets;

impl Authenticator for TwoTickets {
    fn hello(&mut self, _: &Candidate<'_>) -> Verdict {
        Verdict::Challenge { method: "ticket".to_owned(), extra: Default::default() }
    }

    fn authenticate(&mut self, _: &Candidate<'_>, challenge: &Challenge, answer: &Authenticate) -> Verdict {
        match (challenge.method.as_str(), answer.signature.as_str()) {
            ("ticket", "one") => Verdict::Challenge { method: "again".to_owned(), extra: Default::default() },
            ("again", "two") => {
                Verdict::Welcome(Identity { authid: "joe".to_owned(), ..Identity::default() })
            }
            _ => Verdict::Refuse { reason: uris::NOT_AUTHORIZED.into(), message: "wrong ticket".to_owned() },
        }
    }
}

fn challenged() -> (Bench, wamp_wasm::router::PeerId) {
    let mut bench = Bench::with_router(|entropy| {
        Router::<Values>::new(RouterConfig::default(), entropy).with_authenticator(TwoTickets)
    });
    let a = bench.attach("A");
    bench.send(a, &format!(r#"[1,"realm1",{ALL_ROLES}]"#));
    bench.expect(&["R→A CHALLENGE ticket"]);
    (bench, a)
}

#[test]
fn a_challenge_may_be_followed_by_another_before_welcome() {
    let (mut bench, a) = challenged();
    bench.send(a, r#"[5,"one",{}]"#);
    bench.expect(&["R→A CHALLENGE again"]);
    bench.send(a, r#"[5,"two",{}]"#);
    assert!(bench.take_log()[0].contains(r#""authid":"joe""#));
}

#[test]
fn a_wrong_answer_to_a_challenge_is_refused() {
    let (mut bench, a) = challenged();
    bench.send(a, r#"[5,"guess",{}]"#);
    bench.expect(&[r#"R→A ABORT {"message":"wrong ticket"} wamp.error.not_authorized"#, "A closed"]);
}

#[test]
fn only_authenticate_answers_a_challenge_and_only_in_time() {
    let (mut bench, a) = challenged();
    bench.send(a, &format!(r#"[1,"realm1",{ALL_ROLES}]"#));
    bench.expect_violation(a, "HELLO where AUTHENTICATE was expected");
    let (mut bench, _) = challenged();
    bench.pass(Duration::from_secs(10));
    bench.expect(&[
        r#"R→A ABORT {"message":"AUTHENTICATE did not come in time"} wamp.error.timeout"#,
        "A closed",
    ]);
}

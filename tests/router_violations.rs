//! What breaks the protocol ends the session: ABORT that names the element, and nothing of the session
//! is left.
#![cfg(feature = "router")]

mod common;

use common::router_peer::{ALL_ROLES, Bench};
use wamp_wasm::message::{Message, MessageType, Party};
use wamp_wasm::router::Incoming;

#[test]
fn a_frame_that_is_no_message_is_answered_with_what_is_wrong_with_it_in_every_state() {
    for joined in [false, true] {
        let mut bench = Bench::default();
        let a = if joined { bench.join("A") } else { bench.attach("A") };
        bench.input(a, Incoming::Invalid("EVENT.Subscription must be an id".to_owned()));
        bench.expect_violation(a, "EVENT.Subscription must be an id");
    }
}

#[test]
fn the_first_message_has_to_be_hello() {
    for (json, name) in [
        (r#"[32,1,{},"com.x"]"#, "SUBSCRIBE"),
        (r#"[6,{},"wamp.close.close_realm"]"#, "GOODBYE"),
        (r#"[5,"",{}]"#, "AUTHENTICATE"),
        (r#"[8,68,1,{},"com.x"]"#, "ERROR"),
    ] {
        let mut bench = Bench::default();
        let a = bench.attach("A");
        bench.send(a, json);
        bench.expect_violation(a, &format!("{name} where HELLO was expected"));
    }
}

#[test]
fn hello_and_authenticate_on_an_open_session_end_it_and_its_subscriptions() {
    for (json, name) in
        [(format!(r#"[1,"realm1",{ALL_ROLES}]"#), "HELLO"), (r#"[5,"",{}]"#.to_owned(), "AUTHENTICATE")]
    {
        let mut bench = Bench::default();
        let (a, b) = (bench.join("A"), bench.join("B"));
        bench.send(a, r#"[32,1,{},"com.x"]"#);
        bench.take_log();
        bench.send(a, &json);
        bench.expect_violation(a, &format!("{name} on an open session"));
        bench.send(b, r#"[16,1,{},"com.x"]"#);
        bench.expect(&[]);
    }
}

#[test]
fn a_message_that_only_routers_send_is_a_violation() {
    for json in [
        r#"[2,1,{"roles":{"broker":{}}}]"#,
        r#"[4,"ticket",{}]"#,
        "[17,1,1]",
        "[33,1,1]",
        "[35,1]",
        "[36,1,1,{}]",
        "[50,1,{}]",
        "[65,1,1]",
        "[67,1]",
        "[68,1,1,{}]",
        "[69,1,{}]",
    ] {
        let kind = common::message(json).message_type();
        assert!(!kind.sent_by(Party::Client));
        let mut bench = Bench::default();
        let a = bench.join("A");
        bench.send(a, json);
        bench.expect_violation(a, &format!("{kind} is not sent by clients"));
    }
}

#[test]
fn request_ids_count_one_by_one_over_all_six_types() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.send(a, r#"[16,2,{},"com.x"]"#);
    bench.send(a, r#"[64,3,{},"com.x"]"#);
    bench.send(a, r#"[48,4,{},"com.y"]"#);
    bench.send(a, "[34,5,1]");
    bench.send(a, "[66,6,1]");
    bench.expect(&[
        "R→A SUBSCRIBED 1 1",
        "R→A REGISTERED 3 1",
        r#"R→A ERROR CALL 4 wamp.error.no_such_procedure ["no procedure 'com.y' is registered"]"#,
        "R→A UNSUBSCRIBED 5",
        "R→A UNREGISTERED 6",
    ]);
}

#[test]
fn a_request_id_that_is_not_the_next_ends_the_session() {
    for (ids, expected) in [(&[2][..], 1), (&[1, 1], 2), (&[1, 3], 2), (&[1, 2, 1], 3)] {
        let mut bench = Bench::default();
        let a = bench.join("A");
        for id in ids {
            bench.send(a, &format!(r#"[16,{id},{{}},"com.x"]"#));
        }
        let last = ids.last().unwrap();
        bench.expect_violation(a, &format!("PUBLISH.Request must be {expected}, not {last}"));
    }
}

#[test]
fn a_refused_request_has_used_its_id() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[48,1,{},"not good"]"#);
    bench.send(a, r#"[48,2,{},"com.x"]"#);
    assert_eq!(bench.take_log().len(), 2);
}

#[test]
fn error_names_an_invocation_and_nothing_else() {
    for kind in [MessageType::Call, MessageType::Publish, MessageType::Register] {
        let mut bench = Bench::default();
        let a = bench.join("A");
        let mut error = common::message(r#"[8,68,1,{},"com.x"]"#);
        if let Message::Error(error) = &mut error {
            error.request_type = kind;
        }
        bench.input(a, Incoming::Message(error));
        bench.expect_violation(a, &format!("ERROR.REQUEST.Type must be INVOCATION, not {kind}"));
    }
}

#[test]
fn an_answer_to_an_invocation_that_never_was_ends_the_session() {
    for (json, what) in [
        ("[70,1,{}]", "YIELD"),
        (r#"[8,68,1,{},"com.x"]"#, "ERROR"),
        (r#"[70,1,{"progress":true}]"#, "YIELD"),
    ] {
        let mut bench = Bench::default();
        let a = bench.join("A");
        bench.send(a, json);
        bench.expect_violation(a, &format!("{what}.Request 1 names no invocation of this session"));
    }
}

#[test]
fn a_yield_on_another_sessions_invocation_costs_the_sender_only() {
    let mut bench = Bench::default();
    let (callee, caller, stranger) = (bench.join("A"), bench.join("B"), bench.join("C"));
    bench.send(callee, r#"[64,1,{},"com.x"]"#);
    bench.send(caller, r#"[48,1,{},"com.x"]"#);
    bench.take_log();
    bench.send(stranger, r#"[70,1,{},["forged"]]"#);
    bench.expect_violation(stranger, "YIELD.Request 1 names no invocation of this session");
    bench.send(callee, r#"[70,1,{},["true"]]"#);
    bench.expect(&[r#"R→B RESULT 1 ["true"]"#]);
}

#[test]
fn cancel_of_a_call_that_never_was_ends_the_session() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, "[49,1,{}]");
    bench.expect_violation(a, "CANCEL.Request 1 names no call of this session");
}

#[test]
fn a_session_does_only_what_the_roles_it_announced_allow() {
    for (json, name, role) in [
        (r#"[16,1,{},"com.x"]"#, "PUBLISH", "publisher"),
        (r#"[32,1,{},"com.x"]"#, "SUBSCRIBE", "subscriber"),
        ("[34,1,1]", "UNSUBSCRIBE", "subscriber"),
        (r#"[48,1,{},"com.x"]"#, "CALL", "caller"),
        ("[49,1,{}]", "CANCEL", "caller"),
        (r#"[64,1,{},"com.x"]"#, "REGISTER", "callee"),
        ("[66,1,1]", "UNREGISTER", "callee"),
        ("[70,1,{}]", "YIELD", "callee"),
        (r#"[8,68,1,{},"com.x"]"#, "ERROR", "callee"),
    ] {
        let mut bench = Bench::default();
        let other = if role == "caller" { "callee" } else { "caller" };
        let a = bench.join_with("A", &format!(r#"{{"roles":{{"{other}":{{}}}}}}"#));
        bench.send(a, json);
        bench.expect_violation(a, &format!("{name} from a session that did not announce the role {role}"));
    }
}

#[test]
fn features_that_the_router_does_not_announce_end_the_session_where_the_specification_says_so() {
    for (json, what) in [
        (r#"[48,1,{"progress":true},"com.x"]"#, "CALL.Options.progress"),
        (r#"[48,1,{"ppt_scheme":"x_own"},"com.x"]"#, "ppt_scheme"),
        (r#"[16,1,{"ppt_scheme":"x_own"},"com.x"]"#, "ppt_scheme"),
    ] {
        let mut bench = Bench::default();
        let a = bench.join("A");
        bench.send(a, json);
        bench.expect_violation(a, &format!("{what} needs a feature that this router does not announce"));
    }
}

#[test]
fn unknown_options_and_options_of_unannounced_features_are_ignored() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[32,1,{"_mine":1,"get_retained":true},"com.x"]"#);
    bench.send(a, r#"[16,2,{"_mine":1,"retain":true,"exclude_me":false,"disclose_me":true},"com.x"]"#);
    bench.expect(&["R→A SUBSCRIBED 1 1", "R→A EVENT 1 102"]);
}

#[test]
fn a_reason_that_is_no_uri_ends_the_session() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[6,{},"so long"]"#);
    bench.expect_violation(a, "GOODBYE.Reason must be a URI: URI 'so long' has the forbidden character ' '");
    let b = bench.join("B");
    bench.send(b, r#"[8,68,1,{},"not good"]"#);
    bench.expect_violation(b, "ERROR.Error must be a URI: URI 'not good' has the forbidden character ' '");
}

#[test]
fn the_callers_of_a_callee_that_broke_the_protocol_are_told_before_it_is_closed() {
    let mut bench = Bench::default();
    let (callee, caller) = (bench.join("A"), bench.join("B"));
    bench.send(callee, r#"[64,1,{},"com.x"]"#);
    bench.send(caller, r#"[48,1,{},"com.x"]"#);
    bench.take_log();
    bench.send(callee, "[70,999,{}]");
    bench.expect(&[
        r#"R→B ERROR CALL 1 wamp.error.canceled ["the callee left before it answered"]"#,
        r#"R→A ABORT {"message":"YIELD.Request 999 names no invocation of this session"} wamp.error.protocol_violation"#,
        "A closed",
    ]);
    bench.send(caller, r#"[48,2,{},"com.x"]"#);
    bench
        .expect(&[r#"R→B ERROR CALL 2 wamp.error.no_such_procedure ["no procedure 'com.x' is registered"]"#]);
}

#[test]
fn a_uri_longer_than_the_limit_is_refused_and_not_repeated() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    let long = "a.".repeat(1000);
    bench.send(a, &format!(r#"[32,1,{{"match":"prefix"}},"{long}"]"#));
    bench.send(a, &format!(r#"[64,2,{{}},"{long}x"]"#));
    bench.send(a, &format!(r#"[48,3,{{}},"{long}x"]"#));
    bench.send(a, &format!(r#"[16,4,{{"acknowledge":true}},"{long}x"]"#));
    bench.expect(&[
        r#"R→A ERROR SUBSCRIBE 1 wamp.error.limit_exceeded ["a URI may have 1024 octets, this has 2000"]"#,
        r#"R→A ERROR REGISTER 2 wamp.error.limit_exceeded ["a URI may have 1024 octets, this has 2001"]"#,
        r#"R→A ERROR CALL 3 wamp.error.limit_exceeded ["a URI may have 1024 octets, this has 2001"]"#,
        r#"R→A ERROR PUBLISH 4 wamp.error.limit_exceeded ["a URI may have 1024 octets, this has 2001"]"#,
    ]);
    let b = bench.attach("B");
    bench.send(b, &format!(r#"[1,"{long}x",{{"roles":{{"caller":{{}}}}}}]"#));
    bench.expect(&[
        r#"R→B ABORT {"message":"HELLO.Realm may have 1024 octets"} wamp.error.no_such_realm"#,
        "B closed",
    ]);
}

//! Subscribing: handlers share the router's one subscription per topic, and requests never cross.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use common::{Scripted, options};
use wamp_wasm::{
    message::{Id, Role, SubscriptionId},
    session::{CommandError, Ticket},
};

const TOPIC: &str = "com.topic";

fn subscribe(bench: &mut Scripted) -> Ticket {
    bench.subscribe(TOPIC.into(), Default::default()).unwrap()
}

#[test]
fn subscribed_names_the_subscription_and_events_reach_the_handler() {
    let mut bench = Scripted::joined();
    subscribe(&mut bench);
    bench.router_sends("[33,1,7]");
    bench.router_sends(r#"[36,7,8,{"publisher":3},["hi"],{"k":1}]"#);
    bench.expect(&[
        "C→R SUBSCRIBE 1 com.topic",
        "R→C SUBSCRIBED 1 7",
        "#1 subscribed 7",
        r#"R→C EVENT 7 8 {"publisher":3} ["hi"] {"k":1}"#,
        r#"event of 7 to #1: {"publisher":3} ["hi"] {"k":1}"#,
    ]);
}

#[test]
fn a_handler_is_there_before_the_next_message_is_looked_at() {
    let mut bench = Scripted::joined();
    subscribe(&mut bench);
    let now = bench.now();
    // Both arrive together; nobody drains the session in between.
    for json in ["[33,1,7]", r#"[36,7,8,{"retained":true}]"#, "[36,7,9,{}]"] {
        bench.handle(now, wamp_wasm::session::Input::Message(common::message(json)));
    }
    bench.expect(&[
        "C→R SUBSCRIBE 1 com.topic",
        "#1 subscribed 7",
        r#"event of 7 to #1: {"retained":true}"#,
        "event of 7 to #1:",
    ]);
}

#[test]
fn options_go_out_as_they_were_given() {
    let mut bench = Scripted::joined();
    bench.subscribe("com..x".into(), options(r#"{"match":"wildcard","_mine":[1]}"#)).unwrap();
    bench.expect(&[r#"C→R SUBSCRIBE 1 {"match":"wildcard","_mine":[1]} com..x"#]);
}

#[test]
fn a_refused_subscription_tells_why() {
    let mut bench = Scripted::joined();
    subscribe(&mut bench);
    bench.router_sends(r#"[8,32,1,{},"wamp.error.not_authorized",["no"],{"k":1}]"#);
    bench.expect(&[
        "C→R SUBSCRIBE 1 com.topic",
        r#"R→C ERROR SUBSCRIBE 1 wamp.error.not_authorized ["no"] {"k":1}"#,
        r#"#1 error wamp.error.not_authorized ["no"] {"k":1}"#,
    ]);
}

#[test]
fn a_topic_that_is_no_uri_for_its_policy_is_refused_before_anything_is_sent() {
    let mut bench = Scripted::joined();
    for (topic, policy) in
        [("com..x", "exact"), ("", "exact"), ("com.", "exact"), ("com..x", "prefix"), ("a b", "wildcard")]
    {
        let options = options(&format!(r#"{{"match":"{policy}"}}"#));
        let outcome = bench.subscribe(topic.into(), options);
        assert!(matches!(outcome, Err(CommandError::Uri(_))), "{topic} {policy}");
    }
    bench.expect(&[]);
}

#[test]
fn a_router_without_broker_is_sent_no_subscription() {
    let mut bench = Scripted::joining();
    bench.router_sends(r#"[2,42,{"roles":{"dealer":{}}}]"#);
    bench.take_log();
    let error = bench.subscribe(TOPIC.into(), Default::default()).unwrap_err();
    assert_eq!(error, CommandError::NoSuchRole(Role::Broker));
    assert_eq!(error.to_string(), "the router is no broker");
    bench.expect(&[]);
}

#[test]
fn two_handlers_of_a_topic_share_the_subscription_and_only_the_last_ends_it() {
    let mut bench = Scripted::subscribed();
    let first = Ticket::from_number(1);
    let second = subscribe(&mut bench);
    bench.router_sends("[33,2,7]");
    bench.router_sends("[36,7,8,{}]");
    bench.unsubscribe(first).unwrap();
    bench.router_sends("[36,7,9,{}]");
    bench.unsubscribe(second).unwrap();
    bench.router_sends("[35,3]");
    bench.expect(&[
        "C→R SUBSCRIBE 2 com.topic",
        "R→C SUBSCRIBED 2 7",
        "#2 subscribed 7",
        "R→C EVENT 7 8",
        "event of 7 to #1 #2:",
        "#3 unsubscribed last=false",
        "R→C EVENT 7 9",
        "event of 7 to #2:",
        "C→R UNSUBSCRIBE 3 7",
        "R→C UNSUBSCRIBED 3",
        "#4 unsubscribed last=true",
    ]);
}

#[test]
fn an_event_after_unsubscribe_reaches_nobody() {
    let mut bench = Scripted::subscribed();
    bench.unsubscribe(Ticket::from_number(1)).unwrap();
    bench.router_sends("[36,7,8,{}]");
    bench.expect(&["C→R UNSUBSCRIBE 2 7", "R→C EVENT 7 8"]);
}

#[test]
fn a_handler_ends_once() {
    let mut bench = Scripted::subscribed();
    let handler = Ticket::from_number(1);
    let ending = bench.unsubscribe(handler).unwrap();
    let none = Err(CommandError::NotActive("subscription"));
    assert_eq!(bench.unsubscribe(handler), none);
    assert_eq!(bench.unsubscribe(ending), none, "the ticket of an UNSUBSCRIBE is no handler");
    assert_eq!(bench.unsubscribe(Ticket::from_number(99)), none);
}

#[test]
fn a_handler_is_not_active_before_subscribed() {
    let mut bench = Scripted::joined();
    let handler = subscribe(&mut bench);
    assert_eq!(bench.unsubscribe(handler), Err(CommandError::NotActive("subscription")));
}

#[test]
fn an_unsubscribe_waits_for_a_subscribe_of_the_same_topic_and_is_not_needed_then() {
    let mut bench = Scripted::subscribed();
    subscribe(&mut bench);
    bench.unsubscribe(Ticket::from_number(1)).unwrap();
    bench.router_sends("[36,7,8,{}]");
    bench.router_sends("[33,2,7]");
    bench.router_sends("[36,7,9,{}]");
    bench.expect(&[
        "C→R SUBSCRIBE 2 com.topic",
        "R→C EVENT 7 8",
        "R→C SUBSCRIBED 2 7",
        "#2 subscribed 7",
        "#3 unsubscribed last=false",
        "R→C EVENT 7 9",
        "event of 7 to #2:",
    ]);
}

#[test]
fn an_unsubscribe_that_waited_goes_out_when_the_subscribe_fails() {
    let mut bench = Scripted::subscribed();
    subscribe(&mut bench);
    bench.unsubscribe(Ticket::from_number(1)).unwrap();
    bench.router_sends(r#"[8,32,2,{},"com.error"]"#);
    bench.expect(&[
        "C→R SUBSCRIBE 2 com.topic",
        "R→C ERROR SUBSCRIBE 2 com.error",
        "#2 error com.error",
        "C→R UNSUBSCRIBE 3 7",
    ]);
}

#[test]
fn a_subscribe_right_after_an_unsubscribe_waits_for_its_answer_and_gets_its_id_then() {
    let mut bench = Scripted::subscribed();
    bench.unsubscribe(Ticket::from_number(1)).unwrap();
    subscribe(&mut bench);
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.router_sends("[35,2]");
    bench.router_sends("[33,4,7]");
    bench.router_sends("[36,7,8,{}]");
    bench.expect(&[
        "C→R UNSUBSCRIBE 2 7",
        "C→R CALL 3 com.x",
        "R→C UNSUBSCRIBED 2",
        "#2 unsubscribed last=true",
        "C→R SUBSCRIBE 4 com.topic",
        "R→C SUBSCRIBED 4 7",
        "#3 subscribed 7",
        "R→C EVENT 7 8",
        "event of 7 to #3:",
    ]);
}

#[test]
fn other_topics_and_policies_do_not_wait() {
    let mut bench = Scripted::subscribed();
    bench.unsubscribe(Ticket::from_number(1)).unwrap();
    bench.subscribe("com.other".into(), Default::default()).unwrap();
    bench.subscribe(TOPIC.into(), options(r#"{"match":"prefix"}"#)).unwrap();
    bench.expect(&[
        "C→R UNSUBSCRIBE 2 7",
        "C→R SUBSCRIBE 3 com.other",
        r#"C→R SUBSCRIBE 4 {"match":"prefix"} com.topic"#,
    ]);
}

#[test]
fn requests_that_wait_in_line_are_settled_when_the_session_ends() {
    let mut bench = Scripted::subscribed();
    bench.unsubscribe(Ticket::from_number(1)).unwrap();
    subscribe(&mut bench);
    bench.leaves();
    bench.expect(&[
        "C→R UNSUBSCRIBE 2 7",
        "C→R GOODBYE wamp.close.close_realm",
        "#2 lost Left wamp.close.close_realm",
        "#3 lost Left wamp.close.close_realm",
    ]);
}

#[test]
fn a_revoked_subscription_tells_its_handlers_and_gets_no_more_events() {
    let mut bench = Scripted::subscribed();
    subscribe(&mut bench);
    bench.router_sends("[33,2,7]");
    bench.take_log();
    bench.router_sends(r#"[35,0,{"subscription":7,"reason":"com.reason"}]"#);
    bench.router_sends("[36,7,8,{}]");
    assert_eq!(bench.unsubscribe(Ticket::from_number(1)), Err(CommandError::NotActive("subscription")));
    bench.expect(&[
        r#"R→C UNSUBSCRIBED 0 {"subscription":7,"reason":"com.reason"}"#,
        "subscription revoked: #1 #2 com.reason",
        "R→C EVENT 7 8",
    ]);
}

#[test]
fn an_unsubscribe_that_crosses_a_revocation_succeeds() {
    let mut bench = Scripted::subscribed();
    bench.unsubscribe(Ticket::from_number(1)).unwrap();
    bench.router_sends(r#"[35,0,{"subscription":7}]"#);
    bench.router_sends(r#"[8,34,2,{},"wamp.error.no_such_subscription"]"#);
    bench.expect(&[
        "C→R UNSUBSCRIBE 2 7",
        r#"R→C UNSUBSCRIBED 0 {"subscription":7}"#,
        "R→C ERROR UNSUBSCRIBE 2 wamp.error.no_such_subscription",
        "#2 unsubscribed last=true",
    ]);
}

#[test]
fn an_unsubscribe_that_waits_while_the_subscription_is_revoked_succeeds_without_a_message() {
    let mut bench = Scripted::subscribed();
    subscribe(&mut bench);
    bench.unsubscribe(Ticket::from_number(1)).unwrap();
    bench.router_sends(r#"[35,0,{"subscription":7}]"#);
    bench.router_sends(r#"[8,32,2,{},"com.error"]"#);
    bench.expect(&[
        "C→R SUBSCRIBE 2 com.topic",
        r#"R→C UNSUBSCRIBED 0 {"subscription":7}"#,
        "R→C ERROR SUBSCRIBE 2 com.error",
        "#2 error com.error",
        "#3 unsubscribed last=true",
    ]);
}

#[test]
fn a_subscribe_that_crosses_the_revocation_of_its_topic_begins_anew() {
    // The router may give the topic its old id again.
    for id in [7, 8] {
        let mut bench = Scripted::subscribed();
        subscribe(&mut bench);
        bench.router_sends(r#"[35,0,{"subscription":7}]"#);
        bench.router_sends(&format!("[33,2,{id}]"));
        bench.expect(&[
            "C→R SUBSCRIBE 2 com.topic",
            r#"R→C UNSUBSCRIBED 0 {"subscription":7}"#,
            "subscription revoked: #1",
            &format!("R→C SUBSCRIBED 2 {id}"),
            &format!("#2 subscribed {id}"),
        ]);
        assert_eq!(bench.handlers(SubscriptionId::new(id).unwrap()), [Ticket::from_number(2)]);
    }
}

#[test]
fn an_unsubscribe_that_fails_otherwise_tells_why() {
    let mut bench = Scripted::subscribed();
    bench.unsubscribe(Ticket::from_number(1)).unwrap();
    bench.router_sends(r#"[8,34,2,{},"com.error"]"#);
    bench.expect(&["C→R UNSUBSCRIBE 2 7", "R→C ERROR UNSUBSCRIBE 2 com.error", "#2 error com.error"]);
}

#[test]
fn the_fast_way_for_events_knows_exactly_the_active_handlers() {
    let mut bench = Scripted::subscribed();
    let (known, unknown) = (SubscriptionId::new(7).unwrap(), SubscriptionId::new(8).unwrap());
    assert_eq!(bench.on_event(known), Some(&[Ticket::from_number(1)][..]));
    assert_eq!(bench.on_event(unknown), None);
    assert_eq!(bench.handlers(unknown), &[]);
    bench.leaves();
    assert_eq!(bench.on_event(known), None);
}

//! A durable session: its handlers and endpoints outlive the connection, and nothing else does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use common::{BASIC_WELCOME, Scripted, WELCOME, options};
use wamp_wasm::{
    message::{Id, RegistrationId, RequestId},
    session::{CommandError, Input, State, Ticket},
};

const TOPIC: &str = "com.topic";
const PROCEDURE: &str = "com.procedure";
const TAKEN: &str = "wamp.error.procedure_already_exists";
const NO_HANDLER: Result<Ticket, CommandError> = Err(CommandError::NotActive("subscription"));
const NO_ENDPOINT: Result<Ticket, CommandError> = Err(CommandError::NotActive("registration"));

fn ticket(number: u64) -> Ticket {
    Ticket::from_number(number)
}

/// A durable session with subscription 7 of handler #1.
fn subscribed() -> Scripted {
    let mut bench = Scripted::durable();
    bench.subscribe(TOPIC.into(), Default::default()).unwrap();
    bench.router_sends("[33,1,7]");
    bench.take_log();
    bench
}

// What comes back ---------------------------------------------------------------------------------

#[test]
fn handlers_and_endpoints_come_back_in_the_order_in_which_they_were_made() {
    let mut bench = Scripted::durable();
    bench.register("com.first".into(), options(r#"{"invoke":"roundrobin"}"#)).unwrap();
    bench.subscribe("com.second".into(), options(r#"{"match":"prefix","_mine":1}"#)).unwrap();
    bench.register("com.third".into(), Default::default()).unwrap();
    // The router answers in another order.
    for json in ["[33,2,8]", "[65,3,9]", "[65,1,7]"] {
        bench.router_sends(json);
    }
    bench.take_log();
    bench.loses();
    bench.rejoins(WELCOME);
    bench.publish("com.x".into(), Default::default(), Default::default()).unwrap();
    for json in ["[33,2,70]", "[65,1,80]", "[65,3,90]", "[36,70,1,{}]", "[68,1,80,{}]"] {
        bench.router_sends(json);
    }
    bench.expect(&[
        "ended TransportLost 'lost'",
        r#"C→R HELLO realm1 {"authmethods":["ticket"]}"#,
        "R→C WELCOME 42",
        "joined 42",
        r#"C→R REGISTER 1 {"invoke":"roundrobin"} com.first"#,
        r#"C→R SUBSCRIBE 2 {"match":"prefix","_mine":1} com.second"#,
        "C→R REGISTER 3 com.third",
        "C→R PUBLISH 4 com.x",
        "R→C SUBSCRIBED 2 70",
        "#2 restored 70",
        "R→C REGISTERED 1 80",
        "#1 restored 80",
        "R→C REGISTERED 3 90",
        "#3 restored 90",
        "R→C EVENT 70 1",
        "event of 70 to #2:",
        "R→C INVOCATION 1 80",
        "invocation 1 of #1:",
    ]);
}

#[test]
fn a_session_that_is_not_durable_keeps_nothing() {
    let mut bench = Scripted::subscribed();
    bench.recovers();
    assert_eq!(bench.unsubscribe(ticket(1)), NO_HANDLER);
    bench.expect(&[]);
}

#[test]
fn whatever_ends_the_session_but_the_application_is_a_loss() {
    for end in [r#"[6,{},"wamp.close.system_shutdown"]"#, r#"[3,{},"com.reason"]"#, "[35,9]"] {
        let mut bench = subscribed();
        bench.router_sends(end);
        bench.recovers();
        bench.expect(&["C→R SUBSCRIBE 1 com.topic"]);
    }
}

#[test]
fn a_new_transport_before_the_loss_of_the_old_one_is_told_is_a_loss_too() {
    let mut bench = subscribed();
    bench.rejoins(BASIC_WELCOME);
    bench.expect(&[
        "ended TransportLost",
        r#"C→R HELLO realm1 {"authmethods":["ticket"]}"#,
        "R→C WELCOME 42",
        "joined 42",
        "C→R SUBSCRIBE 1 com.topic",
    ]);
}

#[test]
fn an_application_that_leaves_takes_everything_with_it() {
    let mut bench = subscribed();
    bench.leaves();
    assert_eq!(bench.unsubscribe(ticket(1)), Err(CommandError::NotOpen));
    bench.router_sends(r#"[6,{},"wamp.close.goodbye_and_out"]"#);
    bench.recovers();
    bench.expect(&[]);
}

#[test]
fn an_application_that_leaves_before_it_has_joined_again_takes_everything_with_it() {
    for joining in [true, false] {
        let mut bench = subscribed();
        bench.loses();
        bench.input(Input::Opened);
        if joining {
            bench.joins();
        }
        bench.leaves();
        bench.recovers();
        bench.expect(&[]);
    }
}

#[test]
fn what_had_no_answer_is_settled_as_lost_and_not_asked_for_again() {
    let mut bench = subscribed();
    bench.subscribe("com.other".into(), Default::default()).unwrap();
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    bench.call("com.x".into(), Default::default(), Default::default()).unwrap();
    bench.take_log();
    bench.loses();
    bench.expect(&[
        "#2 lost TransportLost 'lost'",
        "#3 lost TransportLost 'lost'",
        "#4 lost TransportLost 'lost'",
        "ended TransportLost 'lost'",
    ]);
    bench.recovers();
    bench.expect(&["C→R SUBSCRIBE 1 com.topic"]);
}

#[test]
fn several_handlers_of_a_topic_come_back_one_by_one_and_share_the_subscription() {
    let mut bench = subscribed();
    bench.subscribe(TOPIC.into(), Default::default()).unwrap();
    bench.router_sends("[33,2,7]");
    bench.recovers();
    for json in ["[33,1,70]", "[36,70,1,{}]", "[33,2,70]", "[36,70,2,{}]"] {
        bench.router_sends(json);
    }
    bench.unsubscribe(ticket(1)).unwrap();
    bench.unsubscribe(ticket(2)).unwrap();
    bench.expect(&[
        "C→R SUBSCRIBE 1 com.topic",
        "C→R SUBSCRIBE 2 com.topic",
        "R→C SUBSCRIBED 1 70",
        "#1 restored 70",
        "R→C EVENT 70 1",
        "event of 70 to #1:",
        "R→C SUBSCRIBED 2 70",
        "#2 restored 70",
        "R→C EVENT 70 2",
        "event of 70 to #1 #2:",
        "#3 unsubscribed last=false",
        "C→R UNSUBSCRIBE 3 70",
    ]);
}

#[test]
fn a_registration_shared_within_the_session_is_served_by_the_newest_again() {
    let mut bench = Scripted::durable_registered();
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    bench.router_sends("[65,2,7]");
    bench.recovers();
    for json in ["[65,1,70]", "[65,2,70]", "[68,1,70,{}]"] {
        bench.router_sends(json);
    }
    bench.unregister(ticket(2)).unwrap();
    bench.router_sends("[68,2,70,{}]");
    assert_eq!(
        bench.take_log().into_iter().filter(|line| !line.contains('→')).collect::<Vec<_>>(),
        ["#1 restored 70", "#2 restored 70", "invocation 1 of #2:", "#3 unregistered", "invocation 2 of #1:",]
    );
}

// What does not -----------------------------------------------------------------------------------

#[test]
fn what_the_router_refuses_is_gone() {
    let mut bench = subscribed();
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    bench.router_sends("[65,2,8]");
    bench.recovers();
    bench.router_sends(r#"[8,32,1,{},"wamp.error.not_authorized",["no"]]"#);
    bench.router_sends(r#"[8,64,2,{},"com.error"]"#);
    assert_eq!(bench.unsubscribe(ticket(1)), NO_HANDLER);
    assert_eq!(bench.unregister(ticket(2)), NO_ENDPOINT);
    bench.expect(&[
        "C→R SUBSCRIBE 1 com.topic",
        "C→R REGISTER 2 com.procedure",
        r#"R→C ERROR SUBSCRIBE 1 wamp.error.not_authorized ["no"]"#,
        r#"#1 not restored wamp.error.not_authorized ["no"]"#,
        "R→C ERROR REGISTER 2 com.error",
        "#2 not restored com.error",
    ]);
    bench.recovers();
    bench.expect(&[]);
}

#[test]
fn what_the_new_router_cannot_do_is_not_asked_for() {
    let mut bench = subscribed();
    bench.register("com.p".into(), options(r#"{"match":"prefix"}"#)).unwrap();
    bench.router_sends("[65,2,8]");
    bench.take_log();
    bench.loses();
    bench.rejoins(r#"[2,43,{"roles":{"dealer":{}}}]"#);
    assert_eq!(
        bench.take_log()[3..],
        [
            "joined 43",
            r#"#1 not restored wamp.error.feature_not_supported ["the router is no broker"]"#,
            r#"#2 not restored wamp.error.feature_not_supported ["the dealer does not announce pattern_based_registration"]"#,
        ]
    );
}

#[test]
fn what_the_router_revoked_or_the_application_ended_does_not_come_back() {
    let mut bench = subscribed();
    for procedure in ["com.a", "com.b", "com.c"] {
        bench.register(procedure.into(), Default::default()).unwrap();
    }
    bench.subscribe("com.d".into(), Default::default()).unwrap();
    for json in ["[65,2,8]", "[65,3,9]", "[65,4,10]", "[33,5,11]"] {
        bench.router_sends(json);
    }
    bench.router_sends(r#"[35,0,{"subscription":7}]"#);
    bench.router_sends(r#"[67,0,{"registration":8}]"#);
    bench.unregister(ticket(3)).unwrap();
    bench.unsubscribe(ticket(5)).unwrap();
    bench.router_sends("[67,6]");
    bench.router_sends("[35,7]");
    bench.recovers();
    bench.expect(&["C→R REGISTER 1 com.c"]);
}

#[test]
fn what_was_being_ended_at_the_loss_does_not_come_back() {
    let mut bench = subscribed();
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    bench.router_sends("[65,2,8]");
    bench.unsubscribe(ticket(1)).unwrap();
    bench.unregister(ticket(2)).unwrap();
    bench.take_log();
    bench.loses();
    bench.expect(&[
        "#3 lost TransportLost 'lost'",
        "#4 lost TransportLost 'lost'",
        "ended TransportLost 'lost'",
    ]);
    bench.recovers();
    bench.expect(&[]);
}

#[test]
fn an_endpoint_whose_end_the_router_refused_comes_back() {
    let mut bench = Scripted::durable_registered();
    bench.unregister(ticket(1)).unwrap();
    bench.router_sends(r#"[8,66,2,{},"com.error"]"#);
    bench.recovers();
    bench.expect(&["C→R REGISTER 1 com.procedure"]);
}

#[test]
fn nothing_of_the_old_session_reaches_the_new_one() {
    let mut bench = Scripted::durable_registered();
    bench.router_sends("[68,5,7,{}]");
    bench.recovers();
    let request = RequestId::new(5).unwrap();
    let none = Err(CommandError::NotActive("invocation"));
    assert_eq!(bench.yield_result(request, Default::default(), Default::default()), none);
    assert_eq!(bench.on_invocation(request, RegistrationId::new(7).unwrap()), None, "an old registration");
    bench.expect(&["C→R REGISTER 1 com.procedure"]);
}

// Ended in between --------------------------------------------------------------------------------

#[test]
fn a_handler_or_endpoint_can_be_ended_while_there_is_no_session() {
    let mut bench = subscribed();
    bench.subscribe(TOPIC.into(), Default::default()).unwrap();
    bench.router_sends("[33,2,7]");
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    bench.router_sends("[65,3,8]");
    bench.loses();
    bench.take_log();
    assert_eq!(bench.unregister(ticket(1)), Err(CommandError::NotOpen), "it is no endpoint");
    bench.unsubscribe(ticket(1)).unwrap();
    bench.input(Input::Opened);
    bench.unsubscribe(ticket(2)).unwrap();
    bench.joins();
    bench.unregister(ticket(3)).unwrap();
    assert_eq!(bench.unregister(ticket(3)), Err(CommandError::NotOpen), "it has ended already");
    bench.router_sends(BASIC_WELCOME);
    bench.expect(&[
        "#4 unsubscribed last=false",
        "#5 unsubscribed last=true",
        r#"C→R HELLO realm1 {"authmethods":["ticket"]}"#,
        "#6 unregistered",
        "R→C WELCOME 42",
        "joined 42",
    ]);
    assert_eq!(bench.state(), State::Established);
}

#[test]
fn a_handler_that_is_ended_while_it_is_restored_is_never_told_as_restored() {
    let mut bench = subscribed();
    bench.recovers();
    bench.unsubscribe(ticket(1)).unwrap();
    assert_eq!(bench.unsubscribe(ticket(1)), NO_HANDLER);
    for json in ["[33,1,70]", "[36,70,1,{}]", "[35,2]"] {
        bench.router_sends(json);
    }
    bench.expect(&[
        "C→R SUBSCRIBE 1 com.topic",
        "R→C SUBSCRIBED 1 70",
        "C→R UNSUBSCRIBE 2 70",
        "R→C EVENT 70 1",
        "R→C UNSUBSCRIBED 2",
        "#2 unsubscribed last=true",
    ]);
    bench.recovers();
    bench.expect(&[]);
}

#[test]
fn a_handler_that_is_ended_while_it_is_restored_leaves_the_subscription_to_the_others() {
    for first_ends in [true, false] {
        let mut bench = subscribed();
        bench.subscribe(TOPIC.into(), Default::default()).unwrap();
        bench.router_sends("[33,2,7]");
        bench.recovers();
        let (ends, stays) = if first_ends { (1, 2) } else { (2, 1) };
        bench.unsubscribe(ticket(ends)).unwrap();
        bench.router_sends("[33,1,70]");
        bench.router_sends("[33,2,70]");
        let log = bench.take_log();
        let told: Vec<_> = log.iter().filter(|line| line.starts_with('#')).collect();
        assert_eq!(told.len(), 2, "{log:?}");
        assert!(told.contains(&&format!("#{stays} restored 70")), "{log:?}");
        assert!(told.contains(&&"#3 unsubscribed last=false".to_owned()), "{log:?}");
        assert!(!log.iter().any(|line| line.contains("UNSUBSCRIBE ")), "{log:?}");
    }
}

#[test]
fn an_endpoint_that_is_ended_while_it_is_restored_is_never_told_as_restored() {
    let mut bench = Scripted::durable_registered();
    bench.recovers();
    bench.unregister(ticket(1)).unwrap();
    assert_eq!(bench.unregister(ticket(1)), NO_ENDPOINT);
    for json in ["[65,1,70]", "[67,2]"] {
        bench.router_sends(json);
    }
    bench.expect(&[
        "C→R REGISTER 1 com.procedure",
        "R→C REGISTERED 1 70",
        "C→R UNREGISTER 2 70",
        "R→C UNREGISTERED 2",
        "#2 unregistered",
    ]);
    bench.recovers();
    bench.expect(&[]);
}

#[test]
fn ending_what_the_router_then_refuses_to_restore_succeeds() {
    let mut bench = subscribed();
    bench.register(PROCEDURE.into(), Default::default()).unwrap();
    bench.router_sends("[65,2,8]");
    bench.recovers();
    bench.unsubscribe(ticket(1)).unwrap();
    bench.unregister(ticket(2)).unwrap();
    bench.take_log();
    bench.router_sends(r#"[8,32,1,{},"com.error"]"#);
    bench.router_sends(&format!(r#"[8,64,2,{{}},"{TAKEN}"]"#));
    bench.expect(&[
        "R→C ERROR SUBSCRIBE 1 com.error",
        "#3 unsubscribed last=true",
        &format!("R→C ERROR REGISTER 2 {TAKEN}"),
        "#4 unregistered",
    ]);
    assert_eq!(bench.next_deadline(), None, "nothing is to be tried again");
}

// A second loss -----------------------------------------------------------------------------------

#[test]
fn a_loss_while_restoring_keeps_everything_but_what_was_ended() {
    let mut bench = subscribed();
    for topic in ["com.b", "com.c"] {
        bench.subscribe(topic.into(), Default::default()).unwrap();
    }
    bench.router_sends("[33,2,8]");
    bench.router_sends("[33,3,9]");
    bench.recovers();
    bench.router_sends("[33,1,70]");
    bench.unsubscribe(ticket(3)).unwrap();
    bench.publish("com.x".into(), options(r#"{"acknowledge":true}"#), Default::default()).unwrap();
    bench.take_log();
    bench.loses();
    bench.expect(&[
        "#4 lost TransportLost 'lost'",
        "#5 lost TransportLost 'lost'",
        "ended TransportLost 'lost'",
    ]);
    bench.recovers();
    bench.router_sends("[33,2,80]");
    bench.expect(&[
        "C→R SUBSCRIBE 1 com.topic",
        "C→R SUBSCRIBE 2 com.b",
        "R→C SUBSCRIBED 2 80",
        "#2 restored 80",
    ]);
}

#[test]
fn joins_that_fail_in_between_change_nothing() {
    let mut bench = subscribed();
    bench.loses();
    for failure in [r#"[3,{},"wamp.error.no_such_realm"]"#, r#"[4,"other",{}]"#] {
        bench.input(Input::Opened);
        bench.joins();
        bench.router_sends(failure);
    }
    bench.recovers();
    bench.expect(&["C→R SUBSCRIBE 1 com.topic"]);
}

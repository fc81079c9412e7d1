//! When and where the Rust client connects again, and when it gives a connection up, against a router that the
//! test plays and on a clock that stands still.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod scripted;

use std::{cell::RefCell, rc::Rc};

use futures::{FutureExt, channel::oneshot, executor::LocalPool, task::LocalSpawnExt};
use scripted::{
    Network, Scripted, config,
    durable::{
        AGAIN, SECOND, changes, connected, durable, next, reconnect, reconnect_to, reconnecting, subscribe,
    },
};
use wamp_wasm::{
    client::{Client, Heartbeat, JoinError, ManualTimer, RequestError, SessionHandle},
    codec::{Frame, Serializer},
    reconnect::How,
    session::Cause,
    transport::{self, MemoryTransport, Transport},
};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn retries_come_later_and_later_until_there_is_a_session() {
    let network = Network::default();
    let (mut client, session) = Scripted::connected(&network, durable());
    let mut status = session.status();
    network.down(&["memory"]);
    client.breaks();
    client.passes(SECOND);
    client.passes(2 * SECOND);
    client.passes(4 * SECOND);
    let waited: Vec<_> = changes(&mut status).into_iter().filter(|word| word.contains("waiting")).collect();
    let delays = ["1s for retry 1", "2s for retry 2", "4s for retry 3", "8s for retry 4"];
    assert_eq!(waited, delays.map(|delay| format!("lost waiting {delay}")));
    network.down(&[]);
    client.passes(8 * SECOND);
    client.welcomes(AGAIN);
    client.breaks();
    assert!(changes(&mut status).contains(&"lost waiting 1s for retry 1".to_owned()));
}

#[test]
fn nothing_is_tried_after_leaving_while_it_waits() {
    let network = Network::default();
    let (mut client, session) = Scripted::connected(&network, durable());
    let mut chat = subscribe(&mut client, &session);
    client.breaks();
    let handle = session.clone();
    let leaving = client.start(async move { handle.leave().await });
    assert_eq!(leaving.done().cause, Cause::Left);
    assert!(next(&mut chat).unwrap().is_none(), "the stream ends");
    network.asked();
    client.passes(100 * SECOND);
    assert_eq!(network.asked(), [""; 0]);
    assert!(!session.reconnect() && !session.check());
}

#[test]
fn nothing_is_joined_when_opening_the_connection_made_the_application_leave() {
    let slot = Rc::new(RefCell::new(None::<SessionHandle>));
    let (timer, wires, session) = (ManualTimer::default(), Rc::default(), Rc::clone(&slot));
    let ends: Rc<RefCell<Vec<MemoryTransport>>> = Rc::clone(&wires);
    let open = async move |_| {
        let (here, there) = transport::pair();
        wires.borrow_mut().push(there);
        if let Some(session) = &*session.borrow() {
            assert!(session.leave().now_or_never().is_none());
        }
        Ok((here, Serializer::Json))
    };
    let mut pool = LocalPool::new();
    let (driver, joining) = Client::connect_with(open, timer.clone(), durable());
    pool.spawner().spawn_local(driver).unwrap();
    pool.run_until_stalled();
    ends.borrow_mut()[0].send(Frame::Text(AGAIN.to_owned())).unwrap();
    let session = pool.run_until(joining).unwrap();
    *slot.borrow_mut() = Some(session.clone());
    ends.borrow_mut().clear();
    pool.run_until_stalled();
    timer.advance(SECOND);
    pool.run_until_stalled();
    assert_eq!(ends.borrow().len(), 1);
    assert_eq!(session.closed().now_or_never().unwrap().cause, Cause::Left);
}

#[test]
fn leaving_an_open_session_says_goodbye_and_is_the_end() {
    let network = Network::default();
    let (mut client, session) = Scripted::connected(&network, durable());
    let leaving = client.start(async move { session.leave().await });
    assert_eq!(client.received().unwrap(), r#"[6,{},"wamp.close.close_realm"]"#);
    client.says(r#"[6,{},"wamp.close.goodbye_and_out"]"#);
    assert_eq!(leaving.done().cause, Cause::Left);
    network.asked();
    client.passes(100 * SECOND);
    assert_eq!(network.asked(), [""; 0]);
}

#[test]
fn leaving_while_the_next_session_is_joined_aborts_it() {
    let (mut client, session) = connected();
    client.breaks();
    client.passes(SECOND);
    assert!(client.answers());
    client.received().unwrap();
    let leaving = client.start(async move { session.leave().await });
    assert!(client.received().unwrap().starts_with("[3,"));
    assert_eq!(leaving.done().cause, Cause::Left);
    assert!(client.is_closed());
}

#[test]
fn a_reason_that_is_no_uri_is_refused_and_nothing_is_left() {
    let (mut client, session) = connected();
    let handle = session.clone();
    let leaving = client.start(async move { handle.leave_with("not a uri", None).await });
    assert!(matches!(leaving.done(), Err(RequestError::Command(_))));
    assert!(session.is_open());
    reconnect(&mut client);
    assert!(session.is_open());
}

#[test]
fn reconnect_drops_the_connection_and_makes_another_at_once() {
    let (mut client, session) = connected();
    assert!(session.reconnect());
    client.settle();
    assert!(client.is_closed());
    client.welcomes(AGAIN);
    assert_eq!(session.id().unwrap().to_string(), "8");
}

#[test]
fn reconnect_and_check_end_the_wait() {
    for hurry in [SessionHandle::reconnect, SessionHandle::check] {
        let (mut client, session) = connected();
        client.breaks();
        assert!(!client.answers());
        assert!(hurry(&session));
        client.settle();
        client.welcomes(AGAIN);
        assert!(session.is_open());
    }
}

#[test]
fn every_address_is_tried_and_the_one_that_was_good_last_comes_first() {
    let network = Network::default();
    network.down(&["memory"]);
    let (mut client, session) = Scripted::connected(&network, durable().or("second").or("third"));
    assert_eq!(network.asked(), ["memory", "second"]);
    network.down(&["memory", "second"]);
    reconnect(&mut client);
    assert_eq!(network.asked(), ["second", "third"]);
    network.down(&[]);
    reconnect(&mut client);
    assert_eq!(network.asked(), ["third"]);
    assert!(session.is_open());
}

#[test]
fn without_a_first_session_it_is_tried_once_and_the_error_names_every_address() {
    let network = Network::default();
    network.down(&["memory", "second"]);
    let (mut client, joining) = Scripted::connecting(&network, durable().or("second"));
    assert_eq!(joining.done().unwrap_err().to_string(), "nobody at memory; nobody at second");
    client.passes(100 * SECOND);
    assert_eq!(network.asked().len(), 2);
}

#[test]
fn the_first_session_is_tried_for_as_often_as_the_policy_says() {
    let network = Network::default();
    network.down(&["memory"]);
    let mut reconnect = reconnecting();
    reconnect.policy.max_first_retries = Some(1);
    let (mut client, joining) = Scripted::connecting(&network, config().reconnect(reconnect));
    assert!(joining.waits());
    client.passes(SECOND);
    assert_eq!(joining.done().unwrap_err(), JoinError::Unreachable("nobody at memory".to_owned()));
}

#[test]
fn whoever_gives_joining_up_gives_the_connection_up() {
    let network = Network::default();
    let mut reconnect = reconnecting();
    reconnect.policy.max_first_retries = None;
    network.down(&["memory"]);
    let (mut client, joining) = Scripted::connecting(&network, config().reconnect(reconnect));
    assert!(joining.waits());
    network.asked();
    client.drop_everything();
    client.passes(100 * SECOND);
    assert_eq!(network.asked(), [""; 0]);
}

#[test]
fn a_refusal_of_the_next_session_is_the_end_unless_the_application_says_otherwise() {
    let refusal = r#"[3,{"message":"gone"},"wamp.error.no_such_realm"]"#;
    let (mut client, session) = connected();
    let mut chat = subscribe(&mut client, &session);
    reconnect_to(&mut client, refusal);
    let ended = client.start(async move { session.closed().await }).done();
    assert_eq!((ended.cause, ended.reason.unwrap().as_str()), (Cause::Aborted, "wamp.error.no_such_realm"));
    assert!(next(&mut chat).unwrap().is_none());

    let asked = Rc::new(RefCell::new(Vec::new()));
    let heard = Rc::clone(&asked);
    let stubborn = reconnecting().should_retry(async move |lost| {
        heard.borrow_mut().push((lost.how, lost.retry.is_some()));
        true
    });
    let (mut client, session) = Scripted::connected(&Network::default(), config().reconnect(stubborn));
    reconnect_to(&mut client, refusal);
    assert_eq!(*asked.borrow(), [(How::Lost, true), (How::Closed, false)]);
    client.passes(2 * SECOND);
    client.welcomes(AGAIN);
    assert!(session.is_open());
}

#[test]
fn the_application_may_veto_a_retry_and_take_its_time() {
    let (answer, answered) = oneshot::channel();
    let answered = RefCell::new(Some(answered));
    let unsure = reconnecting().should_retry(async move |_| {
        let answered = answered.borrow_mut().take();
        match answered {
            Some(answered) => answered.await.unwrap_or(true),
            None => true,
        }
    });
    let network = Network::default();
    let (mut client, session) = Scripted::connected(&network, config().reconnect(unsure));
    network.asked();
    client.breaks();
    client.passes(100 * SECOND);
    assert_eq!(network.asked(), [""; 0], "it is not known yet");
    answer.send(false).unwrap();
    client.settle();
    assert_eq!(client.start(async move { session.closed().await }).done().cause, Cause::TransportLost);
}

#[test]
fn a_connection_that_falls_silent_is_asked_and_given_up() {
    let mut reconnect = reconnecting();
    reconnect.heartbeat = Some(Heartbeat::default());
    let (mut client, session) = Scripted::connected(&Network::default(), config().reconnect(reconnect));
    let mut status = session.status();
    for _ in 0..2 {
        client.passes(15 * SECOND);
    }
    assert_eq!(client.received(), None, "something came within the interval");
    client.passes(15 * SECOND);
    assert_eq!(client.received().unwrap(), "[34,1,9007199254740991]");
    client.passes(5 * SECOND);
    client.says(r#"[8,34,1,{},"wamp.error.no_such_subscription"]"#);
    client.passes(5 * SECOND);
    assert!(session.is_open(), "any answer is an answer");
    for _ in 0..2 {
        client.passes(15 * SECOND);
    }
    assert_eq!(client.received().unwrap(), "[34,2,9007199254740991]");
    changes(&mut status);
    client.passes(10 * SECOND);
    assert!(client.is_closed());
    assert_eq!(changes(&mut status), ["lost waiting 1s for retry 1"]);
}

#[test]
fn check_asks_at_once_and_waits_no_longer_than_five_seconds() {
    let mut reconnect = reconnecting();
    reconnect.heartbeat = Some(Heartbeat::default());
    let (mut client, session) = Scripted::connected(&Network::default(), config().reconnect(reconnect));
    assert!(session.check());
    client.settle();
    assert_eq!(client.received().unwrap(), "[34,1,9007199254740991]");
    session.check();
    client.settle();
    assert_eq!(client.received(), None, "it is asked already");
    client.passes(5 * SECOND);
    assert!(client.is_closed());
    client.passes(SECOND);
    client.welcomes(AGAIN);
    assert!(session.is_open());
}

#[test]
fn what_was_asked_for_before_goes_out_before_the_question() {
    let mut reconnect = reconnecting();
    reconnect.heartbeat = Some(Heartbeat::default());
    let (mut client, session) = Scripted::connected(&Network::default(), config().reconnect(reconnect));
    client.start(async move {
        session.publish("com.example.news", ()).await.unwrap();
        session.check();
    });
    assert_eq!(client.received().unwrap(), r#"[16,1,{},"com.example.news"]"#);
    assert_eq!(client.received().unwrap(), "[34,2,9007199254740991]");
}

#[test]
fn a_clock_that_jumped_is_not_taken_for_a_router_that_is_gone() {
    let mut reconnect = reconnecting();
    reconnect.heartbeat = Some(Heartbeat::default());
    let (mut client, session) = Scripted::connected(&Network::default(), config().reconnect(reconnect));
    session.check();
    client.settle();
    client.received().unwrap();
    client.passes(3600 * SECOND);
    assert!(session.is_open(), "the machine may have slept");
    assert_eq!(client.received().unwrap(), "[34,2,9007199254740991]");
    client.passes(5 * SECOND);
    assert!(client.is_closed());
}

#[test]
fn a_client_without_reconnect_ends_with_its_connection() {
    let network = Network::default();
    let (mut client, session) = Scripted::connected(&network, config());
    let mut status = session.status();
    assert!(!session.reconnect() && !session.check());
    network.asked();
    client.breaks();
    client.passes(100 * SECOND);
    assert_eq!(network.asked(), [""; 0]);
    assert_eq!(changes(&mut status), ["open 7", "closed: TransportLost"]);
}

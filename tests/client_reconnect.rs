//! A session of the Rust client that outlives its connections, against a router that the test plays and on a
//! clock that stands still.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod scripted;

use std::{cell::RefCell, rc::Rc, time::Duration};

use futures::{FutureExt, StreamExt, channel::oneshot};
use scripted::{Network, Scripted, config};
use wamp_wasm::{
    client::{
        ClientConfig, Event, Heartbeat, Invocation, JoinError, ReconnectConfig, RequestError, SessionHandle,
        Status, StatusStream, Subscription,
    },
    reconnect::How,
    session::Cause,
};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SECOND: Duration = Duration::from_secs(1);
/// What another session is welcomed with.
const AGAIN: &str = r#"[2,8,{"roles":{"broker":{},"dealer":{}}}]"#;

/// Retries after 1 s, 2 s, 4 s …, and no heartbeat.
fn reconnecting() -> ReconnectConfig {
    let mut reconnect = ReconnectConfig::default();
    reconnect.heartbeat = None;
    let policy = &mut reconnect.policy;
    (policy.initial_retry_delay, policy.retry_delay_growth, policy.retry_delay_jitter) = (1.0, 2.0, 0.0);
    reconnect
}

fn durable() -> ClientConfig {
    config().reconnect(reconnecting())
}

fn connected() -> (Scripted, SessionHandle) {
    Scripted::connected(&Network::default(), durable())
}

/// The connection breaks, and the next one is made after a second.
fn reconnect(client: &mut Scripted) {
    client.breaks();
    client.passes(SECOND);
    client.welcomes(AGAIN);
}

fn subscribe(client: &mut Scripted, session: &SessionHandle) -> Subscription {
    let handle = session.clone();
    let subscribing = client.start(async move { handle.subscribe("com.example.chat").await });
    let request = client.received().unwrap();
    let id = request.split(',').nth(1).unwrap();
    client.says(&format!("[33,{id},501]"));
    subscribing.done().unwrap()
}

/// Registers a procedure that answers when it is told to, and gives its invocations.
type Calls = Rc<RefCell<Vec<(Invocation, oneshot::Sender<i64>)>>>;

fn register(client: &mut Scripted, session: &SessionHandle) -> (wamp_wasm::client::Registration, Calls) {
    let calls = Calls::default();
    let (handle, heard) = (session.clone(), Rc::clone(&calls));
    let registering = client.start(async move {
        let procedure = async move |call: Invocation| {
            let (answer, answered) = oneshot::channel();
            heard.borrow_mut().push((call, answer));
            Ok((answered.await.unwrap_or(0),))
        };
        handle.register("com.example.work", procedure).await
    });
    let request = client.received().unwrap();
    let id = request.split(',').nth(1).unwrap();
    client.says(&format!("[65,{id},601]"));
    (registering.done().unwrap(), calls)
}

fn next(subscription: &mut Subscription) -> Option<Option<Event>> {
    subscription.next().now_or_never()
}

/// The changes until now, in a word each.
fn changes(status: &mut StatusStream) -> Vec<String> {
    let mut words = Vec::new();
    while let Some(Some(status)) = status.next().now_or_never() {
        words.push(match status {
            Status::Connecting { url } => format!("connecting to {url}"),
            Status::Open { id } => format!("open {id}"),
            Status::Restored { uri } => format!("restored {uri}"),
            Status::NotRestored { uri, error } => format!("not restored {uri}: {error}"),
            Status::Waiting { delay, retries, how, .. } => {
                format!("{} waiting {delay:?} for retry {retries}", how.as_str())
            }
            Status::Closed(ended) => format!("closed: {:?}", ended.cause),
            other => format!("{other:?}"),
        });
    }
    words
}

#[test]
fn subscriptions_and_registrations_are_in_place_again_before_anything_else_is_sent() {
    let (mut client, session) = connected();
    let mut chat = subscribe(&mut client, &session);
    let (work, calls) = register(&mut client, &session);
    let handle = session.clone();
    client.breaks();
    client.passes(SECOND);
    client.welcomes(AGAIN);
    let publishing = client.start(async move { handle.publish("com.example.news", ("hello",)).await });
    assert_eq!(client.received().unwrap(), r#"[32,1,{},"com.example.chat"]"#);
    assert_eq!(client.received().unwrap(), r#"[64,2,{},"com.example.work"]"#);
    assert_eq!(client.received().unwrap(), r#"[16,3,{},"com.example.news",["hello"]]"#);
    assert!(publishing.done().is_ok());
    client.says("[33,1,502]");
    client.says("[65,2,602]");
    assert_eq!((chat.id().to_string(), work.id().to_string()), ("502".to_owned(), "602".to_owned()));
    client.says(r#"[36,502,9,{},["again"]]"#);
    assert_eq!(next(&mut chat).unwrap().unwrap().args.get::<String>(0).unwrap(), "again");
    client.says("[68,1,602,{}]");
    let (_, answer) = calls.borrow_mut().pop().unwrap();
    answer.send(42).unwrap();
    client.settle();
    assert_eq!(client.received().unwrap(), "[70,1,{},[42]]");
    assert!(chat.is_active() && work.is_active() && session.is_open());
    assert_eq!(session.id().unwrap().to_string(), "8");
}

#[test]
fn what_waits_for_an_answer_fails_and_is_not_sent_again() {
    let (mut client, session) = connected();
    let handle = session.clone();
    let call = client.start(async move { handle.call("com.example.a", ()).await });
    let handle = session.clone();
    let publication = client.start(async move { handle.publish_acknowledged("com.example.b", ()).await });
    let handle = session.clone();
    let subscription = client.start(async move { handle.subscribe("com.example.c").await });
    client.breaks();
    assert!(matches!(call.done(), Err(RequestError::SessionLost(_))));
    assert!(matches!(publication.done(), Err(RequestError::SessionLost(_))));
    assert!(matches!(subscription.done(), Err(RequestError::SessionLost(_))));
    client.passes(SECOND);
    client.welcomes(AGAIN);
    assert_eq!(client.received(), None);
}

#[test]
fn what_is_asked_for_while_there_is_no_session_fails_at_once() {
    let (mut client, session) = connected();
    client.breaks();
    assert!(!session.is_open());
    let handle = session.clone();
    let call = client.start(async move { handle.call("com.example.a", ()).await });
    let Err(RequestError::SessionLost(lost)) = call.done() else { panic!("it has no answer") };
    assert_eq!(lost.0.cause, Cause::TransportLost);
}

#[test]
fn answers_of_the_last_session_never_reach_the_next_one() {
    let (mut client, session) = connected();
    let (_work, calls) = register(&mut client, &session);
    client.says(r#"[68,1,601,{"receive_progress":true}]"#);
    let (first, late) = calls.borrow_mut().pop().unwrap();
    reconnect(&mut client);
    assert_eq!(client.received().unwrap(), r#"[64,1,{},"com.example.work"]"#);
    client.says("[65,1,602]");
    // Another call with the same request id.
    client.says(r#"[68,1,602,{"receive_progress":true}]"#);
    assert!(late.send(13).is_err(), "the procedure was dropped with its session");
    let progress = client.start(async move { first.progress((13,)).await });
    assert!(matches!(progress.done(), Err(RequestError::SessionLost(_))));
    assert_eq!(client.received(), None);
    let (_, answer) = calls.borrow_mut().pop().unwrap();
    answer.send(7).unwrap();
    client.settle();
    assert_eq!(client.received().unwrap(), "[70,1,{},[7]]");
}

#[test]
fn its_status_tells_what_becomes_of_it() {
    let (mut client, session) = connected();
    let mut status = session.status();
    let _chat = subscribe(&mut client, &session);
    assert_eq!(changes(&mut status), ["open 7"]);
    client.breaks();
    assert_eq!(changes(&mut status), ["lost waiting 1s for retry 1"]);
    client.passes(SECOND);
    client.welcomes(AGAIN);
    client.received().unwrap();
    client.says("[33,1,502]");
    assert_eq!(changes(&mut status), ["connecting to memory", "open 8", "restored com.example.chat"]);
    client.says(r#"[6,{},"wamp.close.system_shutdown"]"#);
    assert_eq!(changes(&mut status), ["closed waiting 1s for retry 1"]);
    let leaving = client.start(async move { session.leave().await });
    assert_eq!(changes(&mut status), ["closed: Left"]);
    assert_eq!(leaving.done().cause, Cause::Left);
    assert!(status.next().now_or_never().unwrap().is_none(), "and then it ends");
}

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

fn reconnect_to(client: &mut Scripted, answer: &str) {
    client.breaks();
    client.passes(SECOND);
    client.welcomes(answer);
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
fn what_the_router_refuses_to_restore_ends_and_is_told() {
    let (mut client, session) = connected();
    let mut status = session.status();
    let mut chat = subscribe(&mut client, &session);
    let (work, calls) = register(&mut client, &session);
    reconnect(&mut client);
    changes(&mut status);
    client.received().unwrap();
    client.says(r#"[8,32,1,{},"wamp.error.not_authorized",["no"]]"#);
    client.says(r#"[8,64,2,{},"wamp.error.not_authorized"]"#);
    assert!(next(&mut chat).unwrap().is_none());
    assert!(!work.is_active());
    assert_eq!(Rc::strong_count(&calls), 1, "the procedure is dropped");
    assert_eq!(
        changes(&mut status),
        [
            "not restored com.example.chat: wamp.error.not_authorized: no",
            "not restored com.example.work: wamp.error.not_authorized"
        ]
    );
}

#[test]
fn what_ends_while_there_is_no_session_ends_at_once_and_is_not_restored() {
    let (mut client, session) = connected();
    let chat = subscribe(&mut client, &session);
    let (work, _) = register(&mut client, &session);
    client.breaks();
    let ended = client.start(async move { (chat.unsubscribe().await, work.unregister().await) });
    assert_eq!(ended.done(), (Ok(()), Ok(())));
    client.passes(SECOND);
    client.welcomes(AGAIN);
    assert_eq!(client.received(), None);
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
    assert_eq!(client.received().unwrap(), "[34,1,9007199254740992]");
    client.passes(5 * SECOND);
    client.says(r#"[8,34,1,{},"wamp.error.no_such_subscription"]"#);
    client.passes(5 * SECOND);
    assert!(session.is_open(), "any answer is an answer");
    for _ in 0..2 {
        client.passes(15 * SECOND);
    }
    assert_eq!(client.received().unwrap(), "[34,2,9007199254740992]");
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
    assert_eq!(client.received().unwrap(), "[34,1,9007199254740992]");
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
fn a_clock_that_jumped_is_not_taken_for_a_router_that_is_gone() {
    let mut reconnect = reconnecting();
    reconnect.heartbeat = Some(Heartbeat::default());
    let (mut client, session) = Scripted::connected(&Network::default(), config().reconnect(reconnect));
    session.check();
    client.settle();
    client.received().unwrap();
    client.passes(3600 * SECOND);
    assert!(session.is_open(), "the machine may have slept");
    assert_eq!(client.received().unwrap(), "[34,2,9007199254740992]");
    client.passes(5 * SECOND);
    assert!(client.is_closed());
}

#[test]
fn dropping_the_driver_ends_the_session_for_good() {
    let (mut client, session) = connected();
    let mut status = session.status();
    let mut chat = subscribe(&mut client, &session);
    changes(&mut status);
    client.drop_everything();
    assert!(next(&mut chat).unwrap().is_none());
    assert_eq!(changes(&mut status), ["closed: TransportLost"]);
    assert!(!session.reconnect());
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

#[test]
fn a_thousand_losses_lose_no_subscription() {
    let (mut client, session) = connected();
    let mut chat = subscribe(&mut client, &session);
    for id in 1..=1000 {
        reconnect(&mut client);
        assert_eq!(client.received().unwrap(), r#"[32,1,{},"com.example.chat"]"#);
        client.says(&format!("[33,1,{id}]"));
        client.says(&format!(r#"[36,{id},9,{{}},[{id}]]"#));
        assert_eq!(next(&mut chat).unwrap().unwrap().args.get::<i64>(0).unwrap(), id);
    }
    assert_eq!(session.id().unwrap().to_string(), "8");
}

//! A session of the Rust client that outlives its connections, against a router that the test plays and on a
//! clock that stands still: what goes on, and what does not.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod scripted;

use std::{cell::RefCell, rc::Rc};

use futures::{FutureExt, StreamExt, channel::oneshot};
use scripted::{
    Network, Scripted,
    durable::{AGAIN, SECOND, changes, connected, durable, next, reconnect, subscribe},
};
use wamp_wasm::{
    client::{Invocation, RequestError, SessionHandle},
    codec::Serializer,
    message::{Dict, RegisterOptions, SubscribeOptions},
    session::Cause,
};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The invocations of a procedure, and how to answer each.
type Calls = Rc<RefCell<Vec<(Invocation, oneshot::Sender<i64>)>>>;

/// Registers a procedure that answers when it is told to.
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
fn a_procedure_whose_registration_nobody_waited_for_is_dropped_when_it_fails() {
    for refused in [false, true] {
        let (mut client, session) = connected();
        let held = Rc::new(());
        let procedure = Rc::clone(&held);
        client.start(async move {
            let procedure = async move |_: Invocation| Ok((Rc::strong_count(&procedure) as u64,));
            assert!(session.register("com.example.work", procedure).now_or_never().is_none());
        });
        if refused {
            client.says(r#"[8,64,1,{},"wamp.error.not_authorized"]"#);
        } else {
            client.breaks();
        }
        assert_eq!(Rc::strong_count(&held), 1);
    }
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
fn what_ends_after_the_end_fails_at_once() {
    for dropped in [false, true] {
        let (mut client, session) = connected();
        let chat = subscribe(&mut client, &session);
        let (work, _) = register(&mut client, &session);
        client.breaks();
        if dropped {
            client.drop_everything();
        } else {
            let handle = session.clone();
            client.start(async move { handle.leave().await }).done();
        }
        let mut client = connected().0;
        let chat = client.start(async move { chat.unsubscribe().await });
        let work = client.start(async move { work.unregister().await });
        assert!(matches!(chat.done(), Err(RequestError::SessionLost(_))));
        assert!(matches!(work.done(), Err(RequestError::SessionLost(_))));
    }
}

#[test]
fn what_the_next_connection_cannot_write_is_not_restored_and_leaves_no_gap_in_the_ids() {
    let network = Network::default();
    network.speaks(Serializer::MsgPack);
    let (mut client, session) = Scripted::connected(&network, durable());
    let mut status = session.status();
    let odd: SubscribeOptions = Dict::new().with("x_odd", f64::NAN).try_into().unwrap();
    let handle = session.clone();
    let subscribing = client.start(async move { handle.subscribe_with("com.example.odd", odd).await });
    client.says("[33,1,500]");
    let mut subscription = subscribing.done().unwrap();
    let odd: RegisterOptions = Dict::new().with("x_odd", f64::NAN).try_into().unwrap();
    let handle = session.clone();
    let procedure = async |_: Invocation| Ok(());
    let registering =
        client.start(async move { handle.register_with("com.example.odd", odd, procedure).await });
    client.says("[65,2,600]");
    let registration = registering.done().unwrap();
    network.speaks(Serializer::Json);
    changes(&mut status);
    reconnect(&mut client);
    assert!(session.is_open(), "{:?}", changes(&mut status));
    let told = changes(&mut status).into_iter().filter(|word| word.starts_with("not restored")).count();
    assert_eq!(told, 2);
    assert!(next(&mut subscription).unwrap().is_none());
    assert!(!registration.is_active());
    assert_eq!(client.received().unwrap(), "[34,1,9007199254740991]");
    assert_eq!(client.received().unwrap(), "[66,2,9007199254740991]");
    client.says(r#"[8,34,1,{},"wamp.error.no_such_subscription"]"#);
    client.says(r#"[8,66,2,{},"wamp.error.no_such_registration"]"#);
    client.start(async move { session.publish("com.example.news", ()).await });
    assert_eq!(client.received().unwrap(), r#"[16,3,{},"com.example.news"]"#);
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

//! Joining and leaving through the client API, against a router that the test plays.

#![allow(clippy::panic, reason = "a test fails by panicking")]

mod scripted;

use std::time::Duration;

use scripted::{Scripted, WELCOME, config};
use wamp_wasm::{
    client::{JoinError, WampError},
    codec::Frame,
    message::{Value, uris},
    session::Cause,
};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn ended<T: std::fmt::Debug>(result: Result<T, JoinError>) -> wamp_wasm::session::Ended {
    match result {
        Err(JoinError::Ended(ended)) => ended,
        other => panic!("{other:?}"),
    }
}

#[test]
fn joining_says_hello_and_gives_a_session_when_welcomed() {
    let (mut client, joining) = Scripted::joining(config().detail("authid", "joe"));
    let hello = client.received().unwrap();
    assert!(hello.starts_with(r#"[1,"realm1",{"authid":"joe","roles":{"#), "{hello}");
    assert!(joining.waits());
    client.says(WELCOME);
    let session = joining.done().unwrap();
    assert!(session.is_open());
    assert_eq!(session.id().unwrap().to_string(), "7");
}

#[test]
fn an_abort_refuses_with_its_reason_and_text() {
    let (mut client, joining) = Scripted::joining(config());
    client.says(r#"[3,{"message":"nothing here"},"wamp.error.no_such_realm"]"#);
    let error = joining.done().unwrap_err();
    assert_eq!(error.reason(), Some(uris::NO_SUCH_REALM));
    assert_eq!(error.to_string(), "cannot join: wamp.error.no_such_realm: nothing here");
}

#[test]
fn a_ticket_answers_its_challenge() {
    let (mut client, joining) = Scripted::joining(config().ticket("joe", "secret"));
    let hello = client.received().unwrap();
    assert!(hello.contains(r#""authid":"joe","authmethods":["ticket"]"#), "{hello}");
    client.says(r#"[4,"ticket",{}]"#);
    assert_eq!(client.received().unwrap(), r#"[5,"secret",{}]"#);
    client.says(WELCOME);
    assert!(joining.done().is_ok());
}

#[test]
fn a_handler_that_refuses_the_challenge_aborts_with_its_reason() {
    let methods = vec!["ticket".to_owned()];
    let config = config().detail("authmethods", methods).on_challenge(async |challenge| {
        Err(WampError::new("com.example.no", (format!("no {}", challenge.method),)))
    });
    let (mut client, joining) = Scripted::joining(config);
    client.received();
    client.says(r#"[4,"ticket",{}]"#);
    assert_eq!(client.received().unwrap(), r#"[3,{"message":"no ticket"},"com.example.no"]"#);
    assert!(client.is_closed());
    assert_eq!(ended(joining.done()).cause, Cause::JoinFailed);
}

#[test]
fn a_challenge_without_a_handler_is_refused() {
    let (mut client, joining) = Scripted::joining(config().detail("authmethods", vec!["ticket".to_owned()]));
    client.received();
    client.says(r#"[4,"ticket",{}]"#);
    assert!(client.received().unwrap().ends_with(r#""wamp.error.cannot_authenticate"]"#));
    assert_eq!(joining.done().unwrap_err().reason(), Some(uris::CANNOT_AUTHENTICATE));
}

#[test]
fn a_router_that_says_nothing_is_given_up_in_time() {
    let (mut client, joining) = Scripted::joining(config());
    client.received();
    client.passes(Duration::from_millis(9_999));
    assert!(joining.waits());
    client.passes(Duration::from_millis(1));
    assert_eq!(ended(joining.done()).cause, Cause::JoinFailed);
    assert!(client.received().unwrap().starts_with("[3,"));
    assert!(client.is_closed());
}

#[test]
fn a_connection_lost_while_joining_fails_the_join() {
    let (mut client, joining) = Scripted::joining(config());
    client.breaks();
    let ended = ended(joining.done());
    assert_eq!((ended.cause, ended.was_open), (Cause::TransportLost, false));
}

#[test]
fn a_bad_realm_fails_before_anything_is_sent() {
    let mut bad = config();
    bad.realm = "not a realm".into();
    let (mut client, joining) = Scripted::joining(bad);
    assert!(matches!(joining.done(), Err(JoinError::Command(_))));
    assert!(client.is_closed());
}

#[test]
fn details_of_the_wrong_type_fail_before_anything_is_sent() {
    let (mut client, joining) = Scripted::joining(config().detail("authid", 1));
    assert_eq!(joining.done().unwrap_err().to_string(), "details: authid must be a string, not integer");
    assert!(client.is_closed());
}

#[test]
fn details_that_cannot_be_written_fail_before_anything_is_sent() {
    let (mut client, joining) = Scripted::joining(config().detail("_custom", Value::Float(f64::NAN)));
    assert!(matches!(joining.done(), Err(JoinError::Encode(_))));
    assert!(client.is_closed());
}

#[test]
fn a_join_that_nobody_waits_for_any_more_is_left_again() {
    let (here, mut there) = wamp_wasm::transport::pair();
    let timer = wamp_wasm::client::ManualTimer::default();
    let json = wamp_wasm::codec::Serializer::Json;
    let (driver, joining) = wamp_wasm::client::Client::over(here, json, timer, config());
    drop(joining);
    use futures::task::LocalSpawnExt;
    use wamp_wasm::transport::Transport;
    let mut pool = futures::executor::LocalPool::new();
    pool.spawner().spawn_local(driver).unwrap();
    there.send(Frame::Text(WELCOME.to_owned())).unwrap();
    pool.run_until_stalled();
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let mut next = || match there.poll_receive(&mut cx) {
        std::task::Poll::Ready(Ok(Frame::Text(text))) => text,
        other => panic!("{other:?}"),
    };
    assert!(next().starts_with("[1,"));
    assert_eq!(next(), r#"[6,{},"wamp.close.close_realm"]"#);
}

#[test]
fn leaving_waits_for_the_goodbye_of_the_router() {
    let (mut client, session) = Scripted::joined();
    let leaving = client.start({
        let session = session.clone();
        async move { session.leave().await }
    });
    assert_eq!(client.received().unwrap(), r#"[6,{},"wamp.close.close_realm"]"#);
    assert!(leaving.waits() && !session.is_open());
    client.says(r#"[6,{},"wamp.close.goodbye_and_out"]"#);
    assert_eq!(leaving.done().cause, Cause::Left);
    assert!(client.is_closed());
    let again = client.start(async move { session.leave().await });
    assert_eq!(again.done().cause, Cause::Left);
}

#[test]
fn leaving_does_not_wait_for_ever() {
    let (mut client, session) = Scripted::joined();
    let leaving = client.start(async move { session.leave().await });
    client.passes(Duration::from_secs(3));
    assert_eq!(leaving.done().cause, Cause::Left);
}

#[test]
fn a_goodbye_of_the_router_is_answered_and_reported() {
    let (mut client, session) = Scripted::joined();
    let closed = client.start(async move { session.closed().await });
    client.says(r#"[6,{"message":"maintenance"},"wamp.close.system_shutdown"]"#);
    assert_eq!(client.received().unwrap(), r#"[6,{},"wamp.close.goodbye_and_out"]"#);
    let ended = closed.done();
    assert_eq!((ended.cause, ended.message.as_str()), (Cause::Goodbye, "maintenance"));
    assert!(client.is_closed());
}

#[test]
fn a_frame_that_is_no_message_aborts_with_a_text_that_names_it() {
    for (frame, text) in [
        (Frame::Text("[36,1]".to_owned()), "EVENT"),
        (Frame::Binary(vec![0x90]), "binary frame"),
        (Frame::Text("[".repeat(100_000)), "nesting exceeds the limit"),
    ] {
        let (mut client, session) = Scripted::joined();
        let closed = client.start(async move { session.closed().await });
        client.sends(frame);
        let abort = client.received().unwrap();
        assert!(abort.starts_with("[3,") && abort.contains(text), "{abort}");
        assert!(abort.ends_with(r#""wamp.error.protocol_violation"]"#), "{abort}");
        assert_eq!(closed.done().cause, Cause::Violation);
        assert!(client.is_closed());
    }
}

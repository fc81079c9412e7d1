//! Joining and leaving through the client API, against a router that the test plays.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod scripted;

use std::time::Duration;

use scripted::{Scripted, WELCOME, config};
use wamp_wasm::{
    auth::{Answer, Authenticator, Credentials, Cryptosign, RANDOM_OCTETS, Scram, Step, WelcomeRule},
    client::{JoinError, WampError},
    codec::Frame,
    message::{Challenge, Dict, Value, uris},
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
fn scram_joins_where_the_router_knows_the_password_and_nowhere_else() {
    // What the router knows: the keys of the password "pencil" with this salt.
    for (password, outcome) in [("pencil", None), ("pen", Some(uris::AUTHENTICATION_FAILED))] {
        let (mut client, joining) = Scripted::joining(config().authenticate(scram(password)));
        let hello = client.received().unwrap();
        assert!(
            hello.contains(r#""authid":"user","authmethods":["scram","wamp-scram"],"authextra":{"nonce":"#)
        );
        let ours = hello.split(r#""nonce":""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
        client.says(&format!(
            r#"[4,"wamp-scram",{{"nonce":"{ours}AAAA","salt":"W22ZaJ0SNY7soEsUEjb6gQ==","kdf":"pbkdf2","iterations":4096}}]"#
        ));
        let authenticate = client.received().unwrap();
        assert!(authenticate.ends_with(&format!(r#",{{"nonce":"{ours}AAAA"}}]"#)), "{authenticate}");
        let signature = server_signature("pencil", &ours);
        client.says(&format!(
            r#"[2,7,{{"roles":{{"broker":{{}}}},"authextra":{{"verifier":"{signature}"}}}}]"#
        ));
        match outcome {
            None => assert!(joining.done().unwrap().is_open()),
            Some(reason) => {
                let text = "the router does not know the password: WELCOME has a wrong verifier";
                let abort = format!(r#"[3,{{"message":"{text}"}},"{reason}"]"#);
                assert_eq!(client.received().unwrap(), abort);
                assert_eq!(ended(joining.done()).cause, Cause::JoinFailed);
            }
        }
    }
}

fn scram(password: &str) -> Credentials {
    Credentials::new("user").scram(Scram::new(password))
}

/// What a router says that knows the password: computed by an authenticator of the same nonce.
fn server_signature(password: &str, ours: &str) -> String {
    use base64::Engine;
    let octets = base64::engine::general_purpose::STANDARD.decode(ours).unwrap();
    let mut random = [0; RANDOM_OCTETS];
    random[..octets.len()].copy_from_slice(&octets);
    let mut router = Authenticator::new(scram(password), random);
    let extra = Dict::new()
        .with("nonce", format!("{ours}AAAA"))
        .with("salt", "W22ZaJ0SNY7soEsUEjb6gQ==")
        .with("kdf", "pbkdf2")
        .with("iterations", 4096);
    let challenge = Challenge { method: "wamp-scram".into(), extra: extra.try_into().unwrap() };
    match router.challenged(&challenge).unwrap() {
        Step::Answer(Answer { rule: WelcomeRule::ServerSignature(signature), .. }) => signature,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_nonce_that_does_not_extend_ours_fails_the_join() {
    let (mut client, joining) = Scripted::joining(config().authenticate(scram("pencil")));
    client.received();
    client.says(r#"[4,"scram",{"nonce":"AAAA","salt":"AAAA","kdf":"pbkdf2","iterations":4096}]"#);
    let text = "the nonce of the challenge does not extend ours";
    assert_eq!(
        client.received().unwrap(),
        format!(r#"[3,{{"message":"{text}"}},"wamp.error.authentication_failed"]"#)
    );
    assert_eq!(joining.done().unwrap_err().reason(), Some(uris::AUTHENTICATION_FAILED));
}

#[test]
fn a_router_that_lets_everybody_in_is_none_for_scram_alone() {
    let (mut client, joining) = Scripted::joining(config().authenticate(scram("pencil")));
    client.received();
    client.says(WELCOME);
    assert_eq!(joining.done().unwrap_err().reason(), Some(uris::AUTHENTICATION_FAILED));
    let with_ticket = scram("pencil").ticket("secret");
    let (mut client, joining) = Scripted::joining(config().authenticate(with_ticket));
    client.says(WELCOME);
    assert!(joining.done().is_ok());
}

#[test]
fn every_join_has_a_nonce_of_its_own() {
    let hello = || Scripted::joining(config().authenticate(scram("a"))).0.received().unwrap();
    assert_ne!(hello(), hello());
}

#[test]
fn a_key_that_is_kept_elsewhere_signs_through_the_configuration() {
    let credentials = || Credentials::nameless().cryptosign(Cryptosign::signed_elsewhere([1; 32]));
    let challenge = format!(r#"[4,"cryptosign",{{"challenge":"{}"}}]"#, "02".repeat(32));
    let signing = config().authenticate(credentials()).sign_with(async |message| {
        assert_eq!(message, [2; 32]);
        Ok([3; 64])
    });
    let (mut client, _joining) = Scripted::joining(signing);
    client.received();
    client.says(&challenge);
    let proof = "03".repeat(64) + &"02".repeat(32);
    assert_eq!(client.received().unwrap(), format!(r#"[5,"{proof}",{{}}]"#));

    let (mut client, _joining) = Scripted::joining(config().authenticate(credentials()));
    client.received();
    client.says(&challenge);
    assert!(client.received().unwrap().ends_with(r#""wamp.error.cannot_authenticate"]"#));
}

#[test]
fn credentials_without_an_authid_that_they_need_fail_before_anything_is_sent() {
    let (mut client, joining) = Scripted::joining(config().authenticate(Credentials::nameless().ticket("a")));
    assert_eq!(joining.done().unwrap_err().to_string(), "ticket needs an authid");
    assert!(client.is_closed());
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

//! Sessions over real WebSockets, in each serializer and across them.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use common::TestServer;
use tokio_tungstenite::tungstenite::Message;
use wamp_wasm::codec::Serializer;

/// The part of an EVENT or of an answer behind its ids.
fn tail(json: &str, skip: usize) -> String {
    let elements: Vec<serde_json::Value> = serde_json::from_str(json).expect(json);
    serde_json::to_string(&elements[skip..]).expect(json)
}

#[tokio::test]
async fn events_results_and_errors_cross_from_every_serializer_to_every_other() {
    let server = TestServer::start();
    for here in Serializer::ALL {
        for there in Serializer::ALL {
            let what = format!("{here:?} to {there:?}");
            let (mut a, mut b) = (server.join_realm(here).await, server.join_realm(there).await);
            a.send(r#"[32,1,{},"com.topic"]"#).await;
            assert!(a.receive().await.starts_with("[33,1,"), "{what}");
            let payload = r#"[1,-1.5,"ü",null,[true,{}],"\u0000AAEC"],{"z":1,"a":18446744073709551615}"#;
            b.send(&format!(r#"[16,1,{{"acknowledge":true}},"com.topic",{payload}]"#)).await;
            assert!(b.receive().await.starts_with("[17,1,"), "{what}");
            assert_eq!(tail(&a.receive().await, 3), format!("[{{}},{payload}]"), "{what}");

            a.send(r#"[64,2,{},"com.procedure"]"#).await;
            assert!(a.receive().await.starts_with("[65,2,"), "{what}");
            b.send(&format!(r#"[48,2,{{}},"com.procedure",{payload}]"#)).await;
            assert_eq!(tail(&a.receive().await, 3), format!("[{{}},{payload}]"), "{what}");
            a.send(&format!(r#"[70,1,{{}},{payload}]"#)).await;
            assert_eq!(b.receive().await, format!(r#"[50,2,{{}},{payload}]"#), "{what}");

            b.send(r#"[48,3,{},"com.procedure"]"#).await;
            assert_eq!(tail(&a.receive().await, 3), "[{}]", "{what}");
            a.send(r#"[8,68,2,{},"com.error.own",["no"],{"code":7}]"#).await;
            assert_eq!(b.receive().await, r#"[8,48,3,{},"com.error.own",["no"],{"code":7}]"#, "{what}");

            // The next pair wants to register the same procedure.
            a.send(r#"[6,{},"wamp.close.close_realm"]"#).await;
            assert_eq!(a.receive().await, r#"[6,{},"wamp.close.goodbye_and_out"]"#, "{what}");
        }
    }
}

#[tokio::test]
async fn an_error_of_the_router_explains_itself_in_every_serializer() {
    let server = TestServer::start();
    for serializer in Serializer::ALL {
        let mut client = server.join_realm(serializer).await;
        client.send(r#"[48,1,{},"com.nothing"]"#).await;
        assert_eq!(
            client.receive().await,
            r#"[8,48,1,{},"wamp.error.no_such_procedure",["no procedure 'com.nothing' is registered"]]"#
        );
    }
}

/// `[16, 1, {}, "com.x", ARGS]` in MessagePack.
fn publish(request: u8, args: &[u8]) -> Message {
    let mut octets = vec![0x95, 16, request, 0x80, 0xa5];
    octets.extend_from_slice(b"com.x");
    octets.extend_from_slice(args);
    Message::binary(octets)
}

#[tokio::test]
async fn a_payload_reaches_peers_with_the_same_serializer_octet_by_octet() {
    let server = TestServer::start();
    let (mut a, mut b) =
        (server.join_realm(Serializer::MsgPack).await, server.join_realm(Serializer::MsgPack).await);
    a.send(r#"[32,1,{},"com.x"]"#).await;
    a.receive().await;
    // 2^64 - 1, a float 1.0, an integer 1 in nine octets, octets, an extension type, NaN.
    let args = [
        &[0x96, 0xcf][..],
        &[0xff; 8],
        &[0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0],
        &[0xcf, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0xc4, 2, 0, 255],
        &[0xd4, 5, 7],
        &[0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    b.send_raw(publish(1, &args)).await;
    let Some(Message::Binary(event)) = a.receive_raw().await else { panic!("no event") };
    assert!(event.ends_with(&args), "{event:02x?}");
}

#[tokio::test]
async fn what_a_subscriber_cannot_be_told_in_its_serializer_is_skipped_for_it_alone() {
    let server = TestServer::start();
    let (mut json, mut msgpack) =
        (server.join_realm(Serializer::Json).await, server.join_realm(Serializer::MsgPack).await);
    let mut publisher = server.join_realm(Serializer::MsgPack).await;
    for client in [&mut json, &mut msgpack] {
        client.send(r#"[32,1,{},"com.x"]"#).await;
        client.receive().await;
    }
    let nan = [0x91, 0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0];
    publisher.send_raw(publish(1, &nan)).await;
    publisher.send_raw(publish(2, &[0x91, 7])).await;
    assert_eq!(tail(&json.receive().await, 3), "[{},[7]]");
    let Some(Message::Binary(event)) = msgpack.receive_raw().await else { panic!("no event") };
    assert!(event.ends_with(&nan), "{event:02x?}");
}

#[tokio::test]
async fn a_call_that_the_callee_cannot_be_told_in_its_serializer_ends_with_invalid_argument() {
    let server = TestServer::start();
    let (mut callee, mut caller) =
        (server.join_realm(Serializer::Json).await, server.join_realm(Serializer::MsgPack).await);
    callee.send(r#"[64,1,{},"com.x"]"#).await;
    callee.receive().await;
    let nan = [0x91, 0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0];
    let mut call = vec![0x95, 48, 1, 0x80, 0xa5];
    call.extend_from_slice(b"com.x");
    call.extend_from_slice(&nan);
    caller.send_raw(Message::binary(call)).await;
    let error = caller.receive().await;
    assert!(error.starts_with(r#"[8,48,1,{},"wamp.error.invalid_argument",["#), "{error}");
    // The callee has not noticed, and a result that the caller could not read is the same to it.
    caller.send(r#"[48,2,{},"com.x"]"#).await;
    assert!(callee.receive().await.starts_with("[68,2,"));
    callee.send("[70,2,{}]").await;
    assert_eq!(caller.receive().await, "[50,2,{}]");
}

#[tokio::test]
async fn the_order_of_publications_holds_for_subscribers_with_different_serializers() {
    const PUBLICATIONS: usize = 2_000;
    let server = TestServer::start();
    let mut publisher = server.join_realm(Serializer::Cbor).await;
    let mut subscribers = Vec::new();
    for serializer in Serializer::ALL {
        let mut subscriber = server.join_realm(serializer).await;
        for (request, topic) in [(1, "com.even"), (2, "com.odd")] {
            subscriber.send(&format!(r#"[32,{request},{{}},"{topic}"]"#)).await;
            subscriber.receive().await;
        }
        subscribers.push(subscriber);
    }
    for n in 0..PUBLICATIONS {
        let topic = if n % 2 == 0 { "com.even" } else { "com.odd" };
        publisher.send(&format!(r#"[16,{},{{}},"{topic}",[{n}]]"#, n + 1)).await;
    }
    for subscriber in &mut subscribers {
        for n in 0..PUBLICATIONS {
            let event = subscriber.receive().await;
            assert_eq!(tail(&event, 4), format!("[[{n}]]"), "{:?}", subscriber.serializer);
        }
    }
}

#[tokio::test]
async fn shutdown_says_goodbye_to_every_session_and_ends_when_they_have_answered() {
    let mut server = TestServer::start();
    let mut clients = Vec::new();
    for serializer in Serializer::ALL {
        clients.push(server.join_realm(serializer).await);
    }
    let mut stranger = server.connect(Serializer::Json).await;
    stranger.known_to_the_router().await;
    server.stop();
    for client in &mut clients {
        assert_eq!(client.receive().await, r#"[6,{},"wamp.close.system_shutdown"]"#);
        client.send(r#"[6,{},"wamp.close.goodbye_and_out"]"#).await;
        client.expect_end().await;
    }
    assert_eq!(
        stranger.receive().await,
        r#"[3,{"message":"the router is shutting down"},"wamp.close.system_shutdown"]"#
    );
    stranger.expect_end().await;
    server.join().expect("ended well");
}

#[tokio::test]
async fn shutdown_does_not_wait_for_ever_for_a_client_that_does_not_answer() {
    let mut config = wamp_wasm_router::server::ServerConfig::default();
    config.router.goodbye_timeout = std::time::Duration::ZERO;
    let mut server = TestServer::with(config);
    let mut silent = server.join_realm(Serializer::Json).await;
    server.stop();
    assert_eq!(silent.receive().await, r#"[6,{},"wamp.close.system_shutdown"]"#);
    silent.expect_end().await;
    server.join().expect("ended well");
}

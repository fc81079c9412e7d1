//! What clients do wrong over a real WebSocket costs their own session and nobody else's.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use common::{HELLO, TestServer};
use futures::SinkExt;
use tokio_tungstenite::tungstenite::{self, Message, client::IntoClientRequest};
use wamp_wasm::{codec::Serializer, router::RouterConfig};
use wamp_wasm_router::server::{ServerConfig, SocketConfig};

#[tokio::test]
async fn the_first_subprotocol_that_the_client_prefers_and_the_router_speaks_is_chosen() {
    let server = TestServer::start();
    for (offered, chosen) in [
        (&["wamp.2.cbor", "wamp.2.json"][..], "wamp.2.cbor"),
        (&["wamp.2.flatbuffers", "wamp.2.msgpack", "wamp.2.json"], "wamp.2.msgpack"),
        (&["wamp.2.json", "wamp.2.cbor", "wamp.2.msgpack"], "wamp.2.json"),
    ] {
        let (_, response) = server.offer(offered).await.expect("connected");
        assert_eq!(response.headers()["sec-websocket-protocol"], chosen);
    }
}

#[tokio::test]
async fn a_client_without_a_common_subprotocol_is_told_what_the_router_speaks() {
    let server = TestServer::start();
    for (offered, named) in [(&["mqtt", "wamp"][..], "mqtt, wamp"), (&[], "none")] {
        let Err(tungstenite::Error::Http(response)) = server.offer(offered).await else {
            panic!("{offered:?} was taken");
        };
        assert_eq!(response.status(), 400);
        let text = String::from_utf8_lossy(response.body().as_ref().expect("a body"));
        assert_eq!(
            text,
            format!(
                "no common WebSocket subprotocol: the router speaks wamp.2.json, wamp.2.msgpack, wamp.2.cbor; offered: {named}\n"
            )
        );
    }
}

#[tokio::test]
async fn frames_of_the_wrong_type_are_a_protocol_violation() {
    let server = TestServer::start();
    let mut client = server.connect(Serializer::MsgPack).await;
    client.send_raw(Message::text(HELLO)).await;
    client.expect_violation("text frame on a connection that uses binary frames").await;
    let mut client = server.connect(Serializer::Json).await;
    client.send_raw(Message::binary(HELLO.as_bytes().to_vec())).await;
    client.expect_violation("binary frame on a connection that uses text frames").await;
}

#[tokio::test]
async fn frames_that_are_no_messages_end_the_session_with_a_text_that_names_the_element() {
    let server = TestServer::start();
    for (frame, text) in [
        ("[]", "a message must not be an empty list"),
        ("[9999]", "unknown message type 9999"),
        (r#"[32,0,{},"com.x"]"#, "SUBSCRIBE.Request must be an id from 1 to 2^53, not 0"),
        (r#"[16,1,{"acknowledge":1},"com.x"]"#, "PUBLISH.Options.acknowledge must be a bool, not integer"),
    ] {
        let mut client = server.join_realm(Serializer::Json).await;
        client.send_raw(Message::text(frame)).await;
        client.expect_violation(text).await;
    }
}

#[tokio::test]
async fn a_hundred_thousand_nested_lists_are_a_protocol_violation_in_every_serializer() {
    const DEPTH: usize = 100_000;
    let server = TestServer::start();
    for (serializer, frame) in [
        (Serializer::Json, Message::text("[".repeat(DEPTH) + &"]".repeat(DEPTH))),
        (Serializer::MsgPack, Message::binary(vec![0x91; DEPTH])),
        (Serializer::Cbor, Message::binary(vec![0x81; DEPTH])),
    ] {
        let mut client = server.join_realm(serializer).await;
        client.send_raw(frame).await;
        let abort = client.receive().await;
        assert!(abort.ends_with(r#""wamp.error.protocol_violation"]"#), "{serializer:?}: {abort}");
        client.expect_end().await;
    }
    server.join_realm(Serializer::Json).await;
}

#[tokio::test]
async fn a_message_above_the_limit_ends_the_session_that_sent_it() {
    let socket = SocketConfig { max_message: 1000, ..SocketConfig::default() };
    let server = TestServer::with(ServerConfig { socket, ..ServerConfig::default() });
    let mut client = server.join_realm(Serializer::Json).await;
    let message = |len: usize| format!(r#"[48,1,{{}},"com.x",["{}"]]"#, "x".repeat(len));
    client.send_raw(Message::text(message(900))).await;
    assert!(client.receive().await.contains("no_such_procedure"));
    client.send_raw(Message::text(message(1000))).await;
    let abort = client.receive().await;
    assert!(abort.starts_with(r#"[3,{"message":"unreadable WebSocket message: "#), "{abort}");
    assert!(abort.contains("1000"), "{abort}");
    client.expect_end().await;
}

#[tokio::test]
async fn a_client_that_is_silent_and_answers_no_ping_is_disconnected() {
    let socket = SocketConfig {
        ping_interval: Duration::from_secs(3600),
        idle_timeout: Duration::from_millis(50),
        ..SocketConfig::default()
    };
    let server = TestServer::with(ServerConfig { socket, ..ServerConfig::default() });
    let mut client = server.connect(Serializer::Json).await;
    client.expect_end().await;
}

#[tokio::test]
async fn a_client_that_only_listens_stays_connected_by_its_answers_to_pings() {
    let idle_timeout = Duration::from_secs(1);
    let socket =
        SocketConfig { ping_interval: Duration::from_millis(50), idle_timeout, ..SocketConfig::default() };
    let server = TestServer::with(ServerConfig { socket, ..ServerConfig::default() });
    let mut listener = server.join_realm(Serializer::Json).await;
    listener.send(r#"[32,1,{},"com.x"]"#).await;
    listener.receive().await;
    let mut publisher = server.join_realm(Serializer::Json).await;
    let started = Instant::now();
    let mut request = 0;
    while started.elapsed() < 2 * idle_timeout {
        request += 1;
        publisher.send(&format!(r#"[16,{request},{{"acknowledge":true}},"com.x"]"#)).await;
        publisher.receive().await;
        assert!(listener.receive().await.starts_with("[36,"));
    }
}

#[tokio::test]
async fn a_lost_socket_is_the_end_of_its_session() {
    let server = TestServer::start();
    let (mut callee, mut caller) =
        (server.join_realm(Serializer::Json).await, server.join_realm(Serializer::Json).await);
    callee.send(r#"[64,1,{},"com.x"]"#).await;
    callee.receive().await;
    caller.send(r#"[48,1,{},"com.x"]"#).await;
    callee.receive().await;
    drop(callee);
    assert_eq!(
        caller.receive().await,
        r#"[8,48,1,{},"wamp.error.canceled",["the callee left before it answered"]]"#
    );
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected_and_the_others_get_everything() {
    let socket = SocketConfig { queue_octets: 1 << 20, ..SocketConfig::default() };
    let server = TestServer::with(ServerConfig { socket, ..ServerConfig::default() });
    let mut slow = server.join_realm(Serializer::Json).await;
    let mut good = server.join_realm(Serializer::Json).await;
    let mut publisher = server.join_realm(Serializer::Json).await;
    for client in [&mut slow, &mut good] {
        client.send(r#"[32,1,{},"com.x"]"#).await;
        client.receive().await;
    }
    // A call that waits for the slow one: its end tells that the slow one is gone.
    slow.send(r#"[64,2,{},"com.slow"]"#).await;
    slow.receive().await;
    publisher.send(r#"[48,1,{},"com.slow"]"#).await;
    slow.receive().await;

    let text = "x".repeat(1 << 16);
    for n in 0..10_000 {
        publisher.send(&format!(r#"[16,{},{{"acknowledge":true}},"com.x",[{n},"{text}"]]"#, n + 2)).await;
        let answer = publisher.receive().await;
        let event = good.receive().await;
        assert!(event.contains(&format!(",[{n},")), "event {n} is missing");
        if answer.starts_with("[8,48,1,") {
            assert!(answer.contains("wamp.error.canceled"), "{answer}");
            return;
        }
    }
    panic!("the client that does not read is still there");
}

#[tokio::test]
async fn more_connections_than_the_limit_are_refused_until_one_has_ended() {
    let server = TestServer::with(ServerConfig { connections: 1, ..ServerConfig::default() });
    let mut first = server.join_realm(Serializer::Json).await;
    let Err(tungstenite::Error::Http(response)) = server.offer(&["wamp.2.json"]).await else {
        panic!("a second connection was taken");
    };
    assert_eq!(response.status(), 503);
    first.send(r#"[3,{},"wamp.close.close_realm"]"#).await;
    first.expect_end().await;
    drop(first);
    let started = Instant::now();
    while server.offer(&["wamp.2.json"]).await.is_err() {
        assert!(started.elapsed() < common::PATIENCE, "the place is not free again");
    }
}

#[tokio::test]
async fn a_client_that_goes_on_sending_does_not_hold_up_the_end_of_the_router() {
    let router = RouterConfig { goodbye_timeout: Duration::from_millis(50), ..RouterConfig::default() };
    let mut server = TestServer::with(ServerConfig { router, ..ServerConfig::default() });
    let mut client = server.join_realm(Serializer::Json).await;
    server.stop();
    assert_eq!(client.receive().await, r#"[6,{},"wamp.close.system_shutdown"]"#);
    let flood =
        tokio::spawn(async move { while client.socket.send(Message::text("[70,1,{}]")).await.is_ok() {} });
    let ended = tokio::task::spawn_blocking(move || server.join());
    let ended = tokio::time::timeout(common::PATIENCE, ended).await.expect("ended in time");
    ended.expect("joined").expect("no error");
    flood.abort();
}

/// What the server says, until it closes, to a client that sends this and nothing more.
fn left_alone_after(server: &TestServer, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address).expect("connected");
    stream.set_read_timeout(Some(common::PATIENCE)).expect("set");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("closed in time");
    answer
}

#[test]
fn a_client_that_does_not_end_the_head_of_its_request_is_disconnected() {
    let head_timeout = Duration::from_millis(50);
    let server = TestServer::with(ServerConfig { head_timeout, ..ServerConfig::default() });
    let upgrade = "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n";
    for begun in ["", "G", upgrade] {
        let answer = left_alone_after(&server, begun);
        assert!(!answer.contains("101"), "{answer}");
    }
    // Nor may it begin a second request on the same connection and leave it at that.
    let answer = left_alone_after(&server, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET /ws HTTP/1.1\r\n");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[tokio::test]
async fn the_time_for_the_head_of_a_request_is_not_that_of_its_websocket() {
    let head_timeout = Duration::from_millis(50);
    let server = TestServer::with(ServerConfig { head_timeout, ..ServerConfig::default() });
    let mut client = server.join_realm(Serializer::Json).await;
    // A connection that says nothing has been given up meanwhile.
    given_up(&server).await;
    client.send(r#"[32,1,{},"com.x"]"#).await;
    assert!(client.receive().await.starts_with("[33,1,"));
}

/// Waits for as long as the server waits for the head of a request.
async fn given_up(server: &TestServer) {
    let address = server.address;
    let waited = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).expect("connected");
        stream.read_to_string(&mut String::new()).expect("closed")
    });
    waited.await.expect("waited");
}

#[tokio::test]
async fn only_pages_of_the_allowed_origins_may_connect_and_programs_without_an_origin() {
    let allow_origins = vec!["https://example.com".to_owned(), "http://localhost:8080".to_owned()];
    let server = TestServer::with(ServerConfig { allow_origins, ..ServerConfig::default() });
    for (origin, taken) in [
        (None, true),
        (Some("https://example.com"), true),
        (Some("HTTPS://Example.com"), true),
        (Some("http://localhost:8080"), true),
        (Some("http://example.com"), false),
        (Some("https://example.com.evil.example"), false),
        (Some("https://example.com:8443"), false),
        (Some("http://localhost"), false),
        (Some("null"), false),
    ] {
        let mut request = format!("ws://{}/ws", server.address).into_client_request().expect("a request");
        request.headers_mut().insert("sec-websocket-protocol", "wamp.2.json".parse().expect("a value"));
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a value"));
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok(_) => assert!(taken, "{origin:?}"),
            Err(tungstenite::Error::Http(response)) => {
                assert!(!taken, "{origin:?}");
                assert_eq!(response.status(), 403);
            }
            Err(error) => panic!("{origin:?}: {error}"),
        }
    }
    let anyone = TestServer::start();
    assert!(anyone.offer(&["wamp.2.json"]).await.is_ok());
}

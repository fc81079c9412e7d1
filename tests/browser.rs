//! What only a browser can prove: the WebSocket transport and the browser's clock, against the native
//! router, whose address `WAMP_TEST_ROUTER` holds when this is compiled (see scripts/test-wasm). And
//! what holds on the host holds once more as WebAssembly, by the very files that test it there.

#![cfg(target_family = "wasm")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::duplicate_mod, reason = "each test file brings its own helpers")]

#[path = "auth.rs"]
mod auth;
#[path = "client_calls.rs"]
mod client_calls;
#[path = "client_join.rs"]
mod client_join;
#[path = "client_reconnect.rs"]
mod client_reconnect;
#[path = "client_requests.rs"]
mod client_requests;
#[path = "client_retries.rs"]
mod client_retries;
#[cfg(feature = "router")]
#[path = "client_scenarios.rs"]
mod client_scenarios;
mod scenarios;
#[path = "session_calls.rs"]
mod session_calls;
#[path = "session_durable.rs"]
mod session_durable;
#[path = "session_ending.rs"]
mod session_ending;
#[path = "session_ghosts.rs"]
mod session_ghosts;
#[path = "session_joining.rs"]
mod session_joining;
#[cfg(feature = "router")]
#[path = "session_pair.rs"]
mod session_pair;
#[path = "session_registrations.rs"]
mod session_registrations;
#[path = "session_requests.rs"]
mod session_requests;
#[path = "session_subscriptions.rs"]
mod session_subscriptions;
#[path = "session_violations.rs"]
mod session_violations;

use std::{cell::Cell, future::poll_fn, time::Duration};

use futures::{FutureExt, StreamExt, join};
use scenarios::{World, each_scenario};
use wamp_wasm::{
    client::{BrowserTimer, Client, ClientConfig, JoinError, ReconnectConfig, SessionHandle, Status, Timer},
    codec::{Frame, Serializer},
    message::{Dict, uris},
    transport::{CloseCode, Closed, OpenError, Transport, WebSocketTransport},
};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const PATIENCE: Duration = Duration::from_secs(10);

/// The address of the router, `ws://…/ws`.
fn router() -> Option<String> {
    let address = option_env!("WAMP_TEST_ROUTER");
    if address.is_none() {
        console_log!("not tested: WAMP_TEST_ROUTER names no router (scripts/test-wasm starts one)");
        assert!(option_env!("CI").is_none(), "in CI the router has to be there");
    }
    address.map(str::to_owned)
}

/// A name that no other test and no other browser uses.
fn unique() -> String {
    thread_local!(static RUNS: Cell<u32> = const { Cell::new(0) });
    let random = (js_sys::Math::random() * 1e9) as u64;
    format!("run{random}x{}", RUNS.replace(RUNS.get() + 1))
}

async fn open(url: &str, offered: &[&str]) -> Result<WebSocketTransport, OpenError> {
    WebSocketTransport::open(url, offered, PATIENCE).await
}

async fn receive(socket: &mut WebSocketTransport) -> Result<Frame, Closed> {
    poll_fn(|cx| socket.poll_receive(cx)).await
}

async fn joined(url: &str, serializer: Serializer) -> SessionHandle {
    Client::connect(ClientConfig::new(url, "realm1").serializers([serializer])).await.unwrap()
}

/// Runs a scenario once with each serializer.
async fn over_websocket<F: Future<Output = ()>>(scenario: fn(World) -> F) {
    let Some(url) = router() else { return };
    for serializer in Serializer::ALL {
        let config = ClientConfig::new(url.as_str(), "realm1").serializers([serializer]);
        let world = World::new(config, unique(), |config| Client::connect(config).boxed_local());
        scenario(world.clone()).await;
        world.leave().await;
    }
}

macro_rules! over_websocket {
    ($($module:ident::$name:ident)*) => {
        mod websocket {
            $(#[wasm_bindgen_test::wasm_bindgen_test]
            async fn $name() {
                super::over_websocket(super::scenarios::$module::$name).await;
            })*
        }
    };
}

each_scenario!(over_websocket);

#[wasm_bindgen_test]
async fn a_durable_session_goes_on_over_another_websocket() {
    let Some(url) = router() else { return };
    let config = ClientConfig::new(url, "realm1").reconnect(ReconnectConfig::default());
    let session = Client::connect(config).await.unwrap();
    let (topic, before) = (unique(), session.id());
    let mut events = session.subscribe(topic.as_str()).await.unwrap();
    let mut status = session.status();
    assert!(session.reconnect());
    while !matches!(status.next().await, Some(Status::Restored { .. })) {}
    assert_ne!(session.id(), before);
    let me_too = Dict::new().with("exclude_me", false).try_into().unwrap();
    session.publish_with(topic.as_str(), me_too, ("again",)).await.unwrap();
    assert_eq!(events.next().await.unwrap().args.get::<String>(0).unwrap(), "again");
    session.leave().await;
    assert!(matches!(status.next().await, Some(Status::Closed(_))));
}

#[wasm_bindgen_test]
async fn the_router_chooses_among_the_subprotocols_that_are_offered() {
    let Some(url) = router() else { return };
    for serializer in Serializer::ALL {
        let offered = ["org.example.unknown", serializer.subprotocol()];
        assert_eq!(open(&url, &offered).await.unwrap().subprotocol(), serializer.subprotocol());
    }
    let session = Client::connect(ClientConfig::new(url, "realm1")).await.unwrap();
    assert!(Serializer::ALL.contains(&session.serializer()));
    session.leave().await;
}

#[wasm_bindgen_test]
async fn a_server_that_knows_no_subprotocol_of_ours_is_refused() {
    let Some(url) = router() else { return };
    match open(&url, &["org.example.unknown"]).await {
        // Some browsers fail such a connection themselves.
        Err(OpenError::Failed { .. }) => {}
        Err(OpenError::Subprotocol { chosen, .. }) => assert_eq!(chosen, ""),
        other => panic!("{:?}", other.map(|socket| socket.subprotocol())),
    }
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_a_failure_that_names_the_address() {
    let error = open("ws://127.0.0.1:1/ws", &["wamp.2.json"]).await.err().unwrap();
    assert!(matches!(&error, OpenError::Failed { closed, .. } if closed.code == 1006), "{error}");
    assert!(error.to_string().contains("ws://127.0.0.1:1/ws"), "{error}");
}

#[wasm_bindgen_test]
async fn an_address_that_is_none_is_refused_at_once() {
    let error = Client::connect(ClientConfig::new("ws://[no address", "realm1")).await.err().unwrap();
    assert!(matches!(error, JoinError::Open(OpenError::Refused { .. })), "{error}");
    let error = Client::connect(ClientConfig::new("ws://localhost", "realm1").serializers([])).await;
    assert!(matches!(error, Err(JoinError::NoSerializer)));
}

#[wasm_bindgen_test]
async fn both_kinds_of_frames_pass_and_the_end_is_clean() {
    let Some(url) = router() else { return };
    let hello = r#"[1,"realm1",{"roles":{"caller":{}}}]"#;
    let mut socket = open(&url, &["wamp.2.json"]).await.unwrap();
    socket.send(Frame::Text(hello.to_owned())).unwrap();
    assert!(matches!(receive(&mut socket).await, Ok(Frame::Text(text)) if text.starts_with("[2,")));
    socket.close(CloseCode::NORMAL, &"é".repeat(100));
    let closed = loop {
        if let Err(closed) = receive(&mut socket).await {
            break closed;
        }
    };
    assert!(closed.was_clean, "{closed}");
    assert_eq!(socket.send(Frame::Text(String::new())), Err(closed));
}

#[wasm_bindgen_test]
async fn a_frame_of_the_wrong_kind_is_answered_by_abort() {
    let Some(url) = router() else { return };
    let mut socket = open(&url, &["wamp.2.json"]).await.unwrap();
    socket.send(Frame::Binary(vec![0x91, 1])).unwrap();
    let Ok(Frame::Text(abort)) = receive(&mut socket).await else { panic!("no answer") };
    assert!(abort.starts_with("[3,") && abort.contains(uris::PROTOCOL_VIOLATION), "{abort}");
    assert!(receive(&mut socket).await.is_err());
}

#[wasm_bindgen_test]
async fn a_socket_that_is_dropped_is_lost_to_the_router() {
    let Some(url) = router() else { return };
    let uri = format!("com.example.{}.never", unique());
    let mut socket = open(&url, &["wamp.2.json"]).await.unwrap();
    socket.send(Frame::Text(r#"[1,"realm1",{"roles":{"callee":{}}}]"#.to_owned())).unwrap();
    receive(&mut socket).await.unwrap();
    socket.send(Frame::Text(format!(r#"[64,1,{{}},"{uri}"]"#))).unwrap();
    receive(&mut socket).await.unwrap();

    let caller = joined(&url, Serializer::Json).await;
    let lost = async {
        receive(&mut socket).await.unwrap();
        drop(socket);
    };
    let (call, ()) = join!(caller.call(uri.as_str(), ()), lost);
    assert_eq!(call.unwrap_err().uri(), Some(uris::CANCELED));
    caller.leave().await;
}

#[wasm_bindgen_test]
async fn a_flood_of_large_messages_arrives_whole_and_in_order() {
    let Some(url) = router() else { return };
    let (here, there) = join!(joined(&url, Serializer::MsgPack), joined(&url, Serializer::Cbor));
    let topic = format!("com.example.{}.flood", unique());
    let mut events = here.subscribe(topic.as_str()).await.unwrap();
    let text = "x".repeat(100_000);
    let publishing = async {
        for n in 0..100_u32 {
            there.publish(topic.as_str(), (n, text.as_str())).await.unwrap();
        }
    };
    let reading = async {
        for n in 0..100_u32 {
            let event = events.next().await.unwrap();
            assert_eq!((event.args.get(0), event.missed), (Ok(n), 0));
            assert_eq!(event.args.get::<String>(1).unwrap().len(), text.len());
        }
    };
    join!(publishing, reading);
    join!(here.leave(), there.leave());
}

#[wasm_bindgen_test]
async fn the_clock_of_the_browser_moves_and_wakes() {
    let deadline = BrowserTimer.now() + Duration::from_millis(5);
    while BrowserTimer.now() < deadline {
        BrowserTimer.sleep_until(deadline).await;
    }
    BrowserTimer.sleep_until(Duration::ZERO).await;
}

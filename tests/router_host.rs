//! A router in one thread, over linked transports: what a page or a worker runs.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::{cell::Cell, future::poll_fn, rc::Rc, time::Duration};

use common::counting_from;
use futures::{channel::oneshot, executor::LocalPool, task::LocalSpawnExt};
use wamp_wasm::{
    codec::{Frame, Serializer, encode},
    host::{HostLimits, RouterHost},
    message::Values,
    router::{PeerInfo, Router, RouterConfig},
    transport::{self, Closed, MemoryTransport, Transport},
};

const HELLO: &str = r#"[1,"realm1",{"roles":{"publisher":{},"subscriber":{},"caller":{},"callee":{}}}]"#;

/// A host, the pool that runs it, and the clock that only the test moves.
struct Page {
    pool: LocalPool,
    host: RouterHost,
    now: Rc<Cell<Duration>>,
}

impl Page {
    fn new() -> Self {
        let now = Rc::new(Cell::new(Duration::ZERO));
        let clock = now.clone();
        let limits = HostLimits { queue: 1000, queue_octets: 1 << 20, ..HostLimits::default() };
        let router = Router::new(RouterConfig::default(), counting_from(0));
        let host = RouterHost::with_limits(router, move || clock.get(), limits);
        Self { pool: LocalPool::new(), host, now }
    }

    fn connect(&self, serializer: Serializer) -> MemoryTransport {
        let (client, server) = transport::pair();
        let serving = self.host.serve(server, serializer, PeerInfo::default());
        self.pool.spawner().spawn_local(serving).unwrap();
        client
    }

    fn join(&mut self, serializer: Serializer) -> MemoryTransport {
        let mut client = self.connect(serializer);
        let hello = wamp_wasm::codec::decode::<Values>(
            Serializer::Json,
            &Frame::Text(HELLO.into()),
            &Default::default(),
        );
        client.send(encode(serializer, &hello.unwrap()).unwrap()).unwrap();
        self.receive(&mut client).unwrap();
        client
    }

    fn receive(&mut self, client: &mut MemoryTransport) -> Result<Frame, Closed> {
        self.pool.run_until(poll_fn(|cx| client.poll_receive(cx)))
    }

    fn text(&mut self, client: &mut MemoryTransport) -> String {
        match self.receive(client) {
            Ok(Frame::Text(text)) => text,
            other => panic!("a text was expected, not {other:?}"),
        }
    }
}

fn send(client: &mut MemoryTransport, json: &str) {
    client.send(Frame::Text(json.into())).unwrap();
}

#[test]
fn events_cross_between_transports_with_different_serializers() {
    let mut page = Page::new();
    let (mut json, mut msgpack) = (page.join(Serializer::Json), page.join(Serializer::MsgPack));
    send(&mut json, r#"[32,1,{},"com.x"]"#);
    assert_eq!(page.text(&mut json), "[33,1,1]");
    let mut publish = vec![0x95, 16, 1, 0x80, 0xa5];
    publish.extend_from_slice(b"com.x");
    publish.extend_from_slice(&[0x92, 1, 0xc3]);
    msgpack.send(Frame::Binary(publish)).unwrap();
    assert_eq!(page.text(&mut json), "[36,1,4,{},[1,true]]");
}

#[test]
fn a_transport_that_is_dropped_takes_its_session_along() {
    let mut page = Page::new();
    let (mut callee, mut caller) = (page.join(Serializer::Json), page.join(Serializer::Json));
    send(&mut callee, r#"[64,1,{},"com.x"]"#);
    page.text(&mut callee);
    send(&mut caller, r#"[48,1,{},"com.x"]"#);
    page.text(&mut callee);
    drop(callee);
    assert!(page.text(&mut caller).starts_with(r#"[8,48,1,{},"wamp.error.canceled""#));
}

#[test]
fn what_is_no_message_is_answered_with_abort_and_the_transport_closes_behind_it() {
    let mut page = Page::new();
    let mut client = page.join(Serializer::Json);
    send(&mut client, "{}");
    assert!(page.text(&mut client).ends_with(r#""wamp.error.protocol_violation"]"#));
    assert!(page.receive(&mut client).unwrap_err().was_clean);
}

#[test]
fn deadlines_are_kept_by_whatever_sleeps_here() {
    let mut page = Page::new();
    let mut silent = page.connect(Serializer::Json);
    let (wake, woken) = oneshot::channel::<()>();
    let woken = Rc::new(Cell::new(Some(woken)));
    let asked = Rc::new(Cell::new(Duration::ZERO));
    let asking = asked.clone();
    let keeping = page.host.keep_time(move |time| {
        asking.set(time);
        let woken = woken.take();
        async move {
            match woken {
                Some(woken) => drop(woken.await),
                None => std::future::pending().await,
            }
        }
    });
    page.pool.spawner().spawn_local(keeping).unwrap();
    page.pool.run_until_stalled();
    assert_eq!(asked.get(), Duration::from_secs(10));
    page.now.set(Duration::from_secs(10));
    wake.send(()).unwrap();
    assert_eq!(
        page.text(&mut silent),
        r#"[3,{"message":"HELLO did not come in time"},"wamp.error.timeout"]"#
    );
    assert!(page.receive(&mut silent).is_err());
}

#[test]
fn shutdown_says_goodbye_and_closes_behind_the_answer() {
    let mut page = Page::new();
    let mut client = page.join(Serializer::Json);
    page.host.shutdown();
    assert_eq!(page.text(&mut client), r#"[6,{},"wamp.close.system_shutdown"]"#);
    send(&mut client, r#"[6,{},"wamp.close.goodbye_and_out"]"#);
    assert!(page.receive(&mut client).unwrap_err().was_clean);
}

#[test]
fn a_place_that_a_client_made_long_is_not_repeated_at_length() {
    let mut page = Page::new();
    let mut callee = page.join(Serializer::Json);
    send(&mut callee, r#"[64,1,{},"com.x"]"#);
    page.receive(&mut callee).unwrap();
    let mut caller = page.join(Serializer::MsgPack);
    // [48,1,{},"com.x",[{"kkk…": NaN}]], for which JSON has no form.
    let key = vec![b'k'; 10_000];
    let mut call = vec![0x95, 48, 1, 0x80, 0xa5];
    call.extend_from_slice(b"com.x");
    call.extend_from_slice(&[0x91, 0x81, 0xda]);
    call.extend_from_slice(&10_000_u16.to_be_bytes());
    call.extend_from_slice(&key);
    call.extend_from_slice(&[0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]);
    caller.send(Frame::Binary(call)).unwrap();
    let Ok(Frame::Binary(error)) = page.receive(&mut caller) else { panic!("no answer") };
    let text = String::from_utf8_lossy(&error);
    assert!(text.contains("wamp.error.invalid_argument") && text.contains("kkk"), "{text}");
    assert!(error.len() < 1000, "{}", error.len());
}

#[test]
fn a_client_that_does_not_read_is_cut_off_and_the_others_go_on() {
    let mut page = Page::new();
    let (mut slow, mut publisher) = (page.join(Serializer::Json), page.join(Serializer::Json));
    send(&mut slow, r#"[32,1,{},"com.x"]"#);
    page.text(&mut slow);
    for n in 1..=2_000 {
        send(&mut publisher, &format!(r#"[16,{n},{{}},"com.x"]"#));
    }
    page.pool.run_until_stalled();
    send(&mut publisher, r#"[16,2001,{"acknowledge":true},"com.x"]"#);
    assert!(page.text(&mut publisher).starts_with("[17,2001,"));
    // What had been sent arrives; then comes the end, and not a stream with holes.
    let mut received = 0;
    while page.receive(&mut slow).is_ok() {
        received += 1;
    }
    assert!(received < 2_000, "{received}");
}

#[test]
fn a_burst_of_one_client_does_not_cut_off_others_who_read() {
    let mut page = Page::new();
    let (mut reader, mut publisher) = (page.join(Serializer::Json), page.join(Serializer::Json));
    send(&mut reader, r#"[32,1,{},"com.x"]"#);
    page.text(&mut reader);
    for n in 1..=2_000 {
        send(&mut publisher, &format!(r#"[16,{n},{{}},"com.x",[{n}]]"#));
    }
    for n in 1..=2_000 {
        assert!(page.text(&mut reader).ends_with(&format!(",[{n}]]")), "event {n}");
    }
}

#[test]
fn a_burst_of_requests_does_not_cut_off_who_reads_the_answers() {
    let mut page = Page::new();
    let mut client = page.join(Serializer::Json);
    for n in 1..=2_000 {
        send(&mut client, &format!(r#"[16,{n},{{"acknowledge":true}},"com.x"]"#));
    }
    for n in 1..=2_000 {
        assert!(page.text(&mut client).starts_with(&format!("[17,{n},")), "answer {n}");
    }
}

#[test]
fn a_client_that_does_not_read_large_messages_is_cut_off_by_their_size() {
    let mut page = Page::new();
    let (mut slow, mut publisher) = (page.join(Serializer::Json), page.join(Serializer::Json));
    send(&mut slow, r#"[32,1,{},"com.x"]"#);
    page.text(&mut slow);
    let text = "x".repeat(1 << 16);
    for n in 1..=200 {
        send(&mut publisher, &format!(r#"[16,{n},{{}},"com.x",["{text}"]]"#));
    }
    page.pool.run_until_stalled();
    // What its transport had taken comes, and a megabyte behind it would be sixteen more.
    let received = (0..200).take_while(|_| page.receive(&mut slow).is_ok()).count();
    assert!(received < 64 + 20, "{received}");
}

//! A client against a router that does exactly what a test says, frame by frame, on a clock that stands
//! still. Nothing waits: everything runs until it can go no further, so it runs in a browser too.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod durable;

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::Future,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::{executor::LocalPool, task::LocalSpawnExt};
use wamp_wasm::{
    client::{Client, ClientConfig, JoinError, ManualTimer, SessionHandle},
    codec::{Frame, Limits, Serializer, decode, encode},
    message::{Message, Values},
    transport::{self, CloseCode, MemoryTransport, Transport},
};

/// What a router says to anybody.
pub(crate) const WELCOME: &str = r#"[2,7,{"roles":{"broker":{},"dealer":{"features":{
    "call_canceling":true,"progressive_call_invocations":true}}}}]"#;

/// A client that talks JSON, and the router's end of its transport.
pub(crate) struct Scripted {
    pool: LocalPool,
    router: Option<MemoryTransport>,
    timer: ManualTimer,
    network: Network,
}

/// What answers a client that opens its own connections: a test plays the router's end of each.
#[derive(Clone, Default)]
pub(crate) struct Network(Rc<RefCell<Wires>>);

#[derive(Default)]
struct Wires {
    /// The addresses at which nobody is.
    down: Vec<String>,
    /// The addresses that were asked for.
    asked: Vec<String>,
    /// The router's ends of the connections that were opened.
    open: VecDeque<MemoryTransport>,
    /// What they all speak, unless it is JSON.
    serializer: Option<Serializer>,
}

impl Network {
    fn open(&self, url: String) -> Result<(MemoryTransport, Serializer), JoinError> {
        let mut wires = self.0.borrow_mut();
        wires.asked.push(url.clone());
        if wires.down.contains(&url) {
            return Err(JoinError::Unreachable(format!("nobody at {url}")));
        }
        let (here, there) = transport::pair();
        wires.open.push_back(there);
        Ok((here, wires.serializer.unwrap_or(Serializer::Json)))
    }

    /// From now on connections speak this.
    pub(crate) fn speaks(&self, serializer: Serializer) {
        self.0.borrow_mut().serializer = Some(serializer);
    }

    /// From now on nobody is at these addresses, and somebody at all others.
    pub(crate) fn down(&self, urls: &[&str]) {
        self.0.borrow_mut().down = urls.iter().map(|url| (*url).to_owned()).collect();
    }

    /// The addresses that were asked for since this was asked last.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.borrow_mut().asked)
    }
}

/// A future that runs beside the test, and its result once there is one.
pub(crate) struct Running<T>(Rc<RefCell<Option<T>>>);

impl Scripted {
    /// A client that begins to join.
    pub(crate) fn joining(config: ClientConfig) -> (Self, Running<Result<SessionHandle, JoinError>>) {
        let (here, there) = transport::pair();
        let timer = ManualTimer::default();
        let (driver, joining) = Client::over(here, Serializer::Json, timer.clone(), config);
        let network = Network::default();
        let mut scripted = Self { pool: LocalPool::new(), router: Some(there), timer, network };
        scripted.pool.spawner().spawn_local(driver).unwrap();
        let joining = scripted.start(joining);
        (scripted, joining)
    }

    /// A client that opens its own connections in a network, and begins to join.
    pub(crate) fn connecting(
        network: &Network,
        config: ClientConfig,
    ) -> (Self, Running<Result<SessionHandle, JoinError>>) {
        let (timer, wires) = (ManualTimer::default(), network.clone());
        let open = async move |url| wires.open(url);
        let (driver, joining) = Client::connect_with(open, timer.clone(), config);
        let mut scripted = Self { pool: LocalPool::new(), router: None, timer, network: network.clone() };
        scripted.pool.spawner().spawn_local(driver).unwrap();
        let joining = scripted.start(joining);
        (scripted, joining)
    }

    /// The same, up to its first session.
    pub(crate) fn connected(network: &Network, config: ClientConfig) -> (Self, SessionHandle) {
        let (mut scripted, joining) = Self::connecting(network, config);
        scripted.welcomes(WELCOME);
        (scripted, joining.done().unwrap())
    }

    /// The router answers the HELLO of the next connection with this.
    pub(crate) fn welcomes(&mut self, welcome: &str) {
        assert!(self.answers(), "the client has opened a connection");
        assert!(self.received().unwrap().starts_with("[1,"));
        self.says(welcome);
    }

    /// Goes on with the next connection that the client opened. Whether there is one.
    pub(crate) fn answers(&mut self) -> bool {
        let next = self.network.0.borrow_mut().open.pop_front();
        let there = next.is_some();
        if there {
            self.router = next;
        }
        there
    }

    /// A client that has joined.
    pub(crate) fn joined() -> (Self, SessionHandle) {
        Self::joined_with(config())
    }

    /// A client that has joined with this configuration.
    pub(crate) fn joined_with(config: ClientConfig) -> (Self, SessionHandle) {
        let (mut scripted, joining) = Self::joining(config);
        assert!(scripted.received().unwrap().starts_with("[1,"));
        scripted.says(WELCOME);
        (scripted, joining.done().unwrap())
    }

    /// Starts something and goes on until nothing moves.
    pub(crate) fn start<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> Running<T> {
        let slot = Rc::new(RefCell::new(None));
        let result = Rc::clone(&slot);
        self.pool
            .spawner()
            .spawn_local(async move {
                let value = future.await;
                *result.borrow_mut() = Some(value);
            })
            .unwrap();
        self.settle();
        Running(slot)
    }

    /// Goes on until nothing moves.
    pub(crate) fn settle(&mut self) {
        self.pool.run_until_stalled();
    }

    /// The router sends this.
    pub(crate) fn says(&mut self, text: &str) {
        let serializer = self.network.0.borrow().serializer.unwrap_or(Serializer::Json);
        self.sends(rewritten(&Frame::Text(text.to_owned()), Serializer::Json, serializer));
    }

    /// The router sends these, and nothing moves before the last of them is there.
    pub(crate) fn says_at_once(&mut self, texts: &[&str]) {
        for text in texts {
            self.router.as_mut().unwrap().send(Frame::Text((*text).to_owned())).unwrap();
        }
        self.settle();
    }

    /// The router sends this frame.
    pub(crate) fn sends(&mut self, frame: Frame) {
        self.router.as_mut().unwrap().send(frame).unwrap();
        self.settle();
    }

    /// The next message that the router got, as JSON; `None` when there is none, or no more comes.
    pub(crate) fn received(&mut self) -> Option<String> {
        let mut cx = Context::from_waker(Waker::noop());
        let polled = self.router.as_mut().unwrap().poll_receive(&mut cx);
        self.settle();
        match polled {
            Poll::Ready(Ok(Frame::Text(text))) => Some(text),
            Poll::Ready(Ok(frame)) => {
                let serializer = self.network.0.borrow().serializer.expect("a connection that speaks JSON");
                match rewritten(&frame, serializer, Serializer::Json) {
                    Frame::Text(text) => Some(text),
                    Frame::Binary(_) => panic!("JSON is text"),
                }
            }
            Poll::Ready(Err(_)) | Poll::Pending => None,
        }
    }

    /// Whether the client has closed the connection, and all it sent is received.
    pub(crate) fn is_closed(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        matches!(self.router.as_mut().unwrap().poll_receive(&mut cx), Poll::Ready(Err(_)))
    }

    /// The router closes the connection.
    pub(crate) fn closes(&mut self) {
        self.router.as_mut().unwrap().close(CloseCode::NORMAL, "");
        self.settle();
    }

    /// The connection breaks.
    pub(crate) fn breaks(&mut self) {
        self.router = None;
        self.settle();
    }

    /// Time goes by.
    pub(crate) fn passes(&mut self, time: Duration) {
        self.timer.advance(time);
        self.settle();
    }

    /// Everything that runs is thrown away, as when a page drops its executor.
    pub(crate) fn drop_everything(&mut self) {
        self.pool = LocalPool::new();
    }
}

impl<T> Running<T> {
    /// The result, which must be there.
    pub(crate) fn done(&self) -> T {
        self.0.borrow_mut().take().expect("it still waits")
    }

    /// Whether there is no result yet.
    pub(crate) fn waits(&self) -> bool {
        self.0.borrow().is_none()
    }
}

/// The same message in another serializer.
fn rewritten(frame: &Frame, from: Serializer, to: Serializer) -> Frame {
    if from == to {
        return frame.clone();
    }
    let message: Message<Values> = decode(from, frame, &Limits::default()).unwrap();
    encode(to, &message).unwrap()
}

/// An anonymous client of `realm1`.
pub(crate) fn config() -> ClientConfig {
    ClientConfig::new("memory", "realm1")
}

//! Clients whose connections break at any frame, with our router in between: what they were promised is kept.

#![cfg(feature = "router")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    cell::RefCell,
    collections::BTreeMap,
    future::Future,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{FutureExt, StreamExt, executor::LocalPool, task::LocalSpawnExt};
use wamp_wasm::{
    client::{
        Client, ClientConfig, Invocation, ManualTimer, ReconnectConfig, RequestError, SessionHandle,
        Subscription, Timer,
    },
    codec::{Frame, Serializer},
    host::RouterHost,
    router::{Router, RouterConfig},
    transport::{self, CloseCode, Closed, MemoryTransport, Transport},
};

/// A transport that breaks after so many frames, and with it what is on its way.
struct Fragile {
    inner: Option<MemoryTransport>,
    left: u64,
}

impl Fragile {
    /// One frame more, if it still holds.
    fn holds(&mut self) -> Result<&mut MemoryTransport, Closed> {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => self.inner = None,
        }
        self.inner()
    }

    fn inner(&mut self) -> Result<&mut MemoryTransport, Closed> {
        self.inner.as_mut().ok_or_else(|| Closed::lost("it broke"))
    }
}

impl Transport for Fragile {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        self.inner()?.poll_ready(cx)
    }

    fn send(&mut self, frame: Frame) -> Result<(), Closed> {
        self.holds()?.send(frame)
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, Closed>> {
        let polled = self.inner()?.poll_receive(cx);
        if matches!(polled, Poll::Ready(Ok(_))) {
            self.holds()?;
        }
        polled
    }

    fn close(&mut self, code: CloseCode, reason: &str) {
        self.inner.iter_mut().for_each(|inner| inner.close(code, reason));
    }
}

/// A router, and clients of it in one thread, on a clock that stands still.
struct World {
    pool: LocalPool,
    host: RouterHost,
    timer: ManualTimer,
    /// For each fragile connection that is made, how many frames it holds.
    random: Rc<RefCell<u64>>,
    calm: Rc<RefCell<bool>>,
}

fn draw(random: &RefCell<u64>) -> u64 {
    let mut random = random.borrow_mut();
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *random >> 33
}

impl World {
    fn new(seed: u64) -> Self {
        let ids = RefCell::new(seed + 1);
        let host =
            RouterHost::new(Router::new(RouterConfig::default(), move || draw(&ids)), || Duration::ZERO);
        let (random, calm) = (Rc::new(RefCell::new(seed)), Rc::default());
        Self { pool: LocalPool::new(), host, timer: ManualTimer::default(), random, calm }
    }

    /// A session that outlives its connections, which break if they are `fragile`.
    fn connect(&mut self, fragile: bool) -> SessionHandle {
        let (host, spawner) = (self.host.clone(), self.pool.spawner());
        let (random, calm) = (Rc::clone(&self.random), Rc::clone(&self.calm));
        let open = async move |_: String| {
            let (here, there) = transport::pair();
            spawner.spawn_local(host.serve(there, Serializer::Json, Default::default())).unwrap();
            let left = if fragile && !*calm.borrow() { 4 + draw(&random) % 40 } else { u64::MAX };
            Ok((Fragile { inner: Some(here), left }, Serializer::Json))
        };
        let mut reconnect = ReconnectConfig::default();
        reconnect.heartbeat = None;
        reconnect.policy.retry_delay_jitter = 0.0;
        let config = ClientConfig::new("memory", "realm1").reconnect(reconnect);
        let (driver, joining) = Client::connect_with(open, self.timer.clone(), config);
        self.pool.spawner().spawn_local(driver).unwrap();
        self.finish(joining).unwrap()
    }

    /// Runs something, and lets time pass until it is done.
    fn finish<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> T {
        let result = Rc::new(RefCell::new(None));
        let slot = Rc::clone(&result);
        self.pool.spawner().spawn_local(async move { *slot.borrow_mut() = Some(future.await) }).unwrap();
        for _ in 0..200 {
            self.pool.run_until_stalled();
            if let Some(result) = result.borrow_mut().take() {
                return result;
            }
            self.timer.advance(Duration::from_secs(1));
        }
        panic!("it is never settled");
    }

    /// So much time that whoever is to come back is back.
    fn rest(&mut self) {
        for _ in 0..60 {
            self.pool.run_until_stalled();
            self.timer.advance(Duration::from_secs(1));
        }
        self.pool.run_until_stalled();
    }
}

fn count(events: &mut Subscription, seen: &mut BTreeMap<i64, u32>) {
    while let Some(Some(event)) = events.next().now_or_never() {
        assert_eq!(event.missed, 0);
        *seen.entry(event.args.get(0).unwrap()).or_default() += 1;
    }
}

#[test]
fn whatever_breaks_when_nothing_is_lost_that_was_promised_and_nothing_comes_twice() {
    for seed in 0..10 {
        let mut world = World::new(seed);
        let watcher = world.connect(false);
        let mut watched = world.finish(async move { watcher.subscribe("com.example.news").await }).unwrap();
        *world.calm.borrow_mut() = true;
        let callee = world.connect(true);
        let handle = callee.clone();
        let timer = world.timer.clone();
        let procedure = async move |call: Invocation| {
            let number: i64 = call.args.get(0)?;
            // Some answers come when their session is gone.
            timer.sleep_until(timer.now() + Duration::from_secs(number.unsigned_abs() % 3)).await;
            Ok((number,))
        };
        let work = world.finish(async move { handle.register("com.example.echo", procedure).await }).unwrap();
        let handle = callee.clone();
        let mut news = world.finish(async move { handle.subscribe("com.example.news").await }).unwrap();
        let caller = world.connect(true);
        // The first connections hold; from now on each next one breaks.
        *world.calm.borrow_mut() = false;
        assert!(callee.reconnect() && caller.reconnect());
        let (mut acknowledged, mut seen, mut answers) = (Vec::new(), BTreeMap::new(), 0);
        for number in 0..200_i64 {
            let handle = caller.clone();
            let both = async move {
                let call = handle.call("com.example.echo", (number,));
                let publication = handle.publish_acknowledged("com.example.news", (number,));
                futures::join!(call, publication)
            };
            let (call, publication) = world.finish(both);
            match call {
                Ok(result) => {
                    assert_eq!(result.args.get::<i64>(0).unwrap(), number, "the answer to another call");
                    answers += 1;
                }
                // The callee, or we, were away.
                Err(RequestError::Wamp(_) | RequestError::SessionLost(_)) => {}
                Err(other) => panic!("{other}"),
            }
            match publication {
                Ok(_) => acknowledged.push(number),
                Err(RequestError::SessionLost(_)) => {
                    world.timer.advance(Duration::from_secs(draw(&world.random) % 5));
                }
                Err(other) => panic!("{other}"),
            }
            count(&mut watched, &mut seen);
        }
        world.pool.run_until_stalled();
        count(&mut watched, &mut seen);
        assert!(acknowledged.len() > 50 && acknowledged.len() < 200, "{} of 200", acknowledged.len());
        assert!(answers > 20, "{answers} of 200");
        assert!(acknowledged.iter().all(|number| seen.contains_key(number)), "acknowledged and lost");
        assert!(seen.values().all(|times| *times == 1), "published twice");

        *world.calm.borrow_mut() = true;
        assert!(callee.reconnect() && caller.reconnect());
        world.rest();
        assert!(work.is_active() && news.is_active());
        let handle = caller.clone();
        let last = world.finish(async move { handle.call("com.example.echo", (1000,)).await }).unwrap();
        assert_eq!(last.args.get::<i64>(0).unwrap(), 1000, "the registration is in place");
        while news.next().now_or_never().is_some() {}
        world.finish(async move { caller.publish_acknowledged("com.example.news", (1000,)).await }).unwrap();
        world.pool.run_until_stalled();
        let event = news.next().now_or_never().unwrap().unwrap();
        assert_eq!(event.args.get::<i64>(0).unwrap(), 1000, "the subscription is in place");
    }
}

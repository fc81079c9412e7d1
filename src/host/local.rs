//! A router in one thread: each transport is served by one future, which the caller spawns wherever it
//! spawns futures (`spawn_local` in a page, a `LocalPool` in a test).
//!
//! The hub is never borrowed across an await, and an outlet only queues and wakes, so no future runs
//! inside another.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::{Hub, Outlet, Overflow, hub::read};
use crate::{
    codec::{Encoded, Frame, Limits, Serializer},
    router::{PeerId, PeerInfo, Router},
    transport::{CloseCode, Transport},
};

/// So many frames of one peer are handled before the others get their turn: a burst of one must not fill
/// the queue of another who would read.
const ROUNDS: usize = 64;

/// How much one peer may ask of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostLimits {
    /// Its messages.
    pub messages: Limits,
    /// How many frames may wait for it; one that is further behind is disconnected.
    pub queue: usize,
    /// How many octets may wait for it. One frame always may.
    pub queue_octets: usize,
}

impl Default for HostLimits {
    /// The limits of a decoder, and 65,536 frames of 64 MiB in all.
    fn default() -> Self {
        Self { messages: Limits::default(), queue: 65_536, queue_octets: 1 << 26 }
    }
}

/// A router and the clock by which it lives; clones share both.
///
/// ```
/// use std::time::Duration;
/// use futures::{executor::LocalPool, task::LocalSpawnExt};
/// use wamp_wasm::codec::{Frame, Serializer};
/// use wamp_wasm::host::RouterHost;
/// use wamp_wasm::router::{Router, RouterConfig};
/// use wamp_wasm::transport::{self, Transport};
///
/// let router = Router::new(RouterConfig::default(), || 4);     // a real host draws random numbers here
/// let host = RouterHost::new(router, || Duration::ZERO);       // … and reads a clock here
/// let (mut client, server) = transport::pair();
///
/// let mut pool = LocalPool::new();
/// pool.spawner().spawn_local(host.serve(server, Serializer::Json, Default::default()))?;
/// client.send(Frame::Text(r#"[1,"realm1",{"roles":{"caller":{}}}]"#.into()))?;
/// let answer = pool.run_until(std::future::poll_fn(|cx| client.poll_receive(cx)))?;
/// assert!(matches!(answer, Frame::Text(text) if text.starts_with("[2,5,{")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RouterHost(Rc<Shared>);

struct Shared {
    hub: RefCell<Hub<Queue>>,
    clock: Box<dyn Fn() -> Duration>,
    limits: HostLimits,
    /// Woken when the next deadline may have changed.
    timer: RefCell<Option<Waker>>,
}

impl RouterHost {
    /// A host for this router. `clock` tells the time since an arbitrary origin.
    pub fn new(router: Router<Encoded>, clock: impl Fn() -> Duration + 'static) -> Self {
        Self::with_limits(router, clock, HostLimits::default())
    }

    /// The same with other limits than the default ones.
    pub fn with_limits(
        router: Router<Encoded>,
        clock: impl Fn() -> Duration + 'static,
        limits: HostLimits,
    ) -> Self {
        Self(Rc::new(Shared {
            hub: RefCell::new(Hub::new(router)),
            clock: Box::new(clock),
            limits,
            timer: RefCell::new(None),
        }))
    }

    /// Serves a transport until either side closes it; dropping the future closes it too.
    pub fn serve(
        &self,
        transport: impl Transport + 'static,
        serializer: Serializer,
        info: PeerInfo,
    ) -> impl Future<Output = ()> + 'static {
        let host = self.clone();
        async move {
            let queue = Queue::new(host.0.limits);
            let peer = host.with(|hub, now| hub.attach(now, info, serializer, queue.clone()));
            let mut connection = Connection { host, peer, serializer, queue, transport };
            poll_fn(|cx| connection.poll(cx)).await;
        }
    }

    /// Keeps the router's deadlines, with whatever sleeps here. Never ends; to be spawned once.
    pub fn keep_time<S: Future<Output = ()> + 'static>(
        &self,
        sleep: impl Fn(Duration) -> S + 'static,
    ) -> impl Future<Output = ()> + 'static {
        let host = self.clone();
        async move {
            loop {
                let deadline = host.0.hub.borrow().next_deadline();
                let rest = deadline.map(|deadline| deadline.saturating_sub((host.0.clock)()));
                let mut slept = pin!(async {
                    match rest {
                        Some(rest) => sleep(rest).await,
                        None => std::future::pending().await,
                    }
                });
                let changed = poll_fn(|cx| {
                    *host.0.timer.borrow_mut() = Some(cx.waker().clone());
                    if host.0.hub.borrow().next_deadline() != deadline {
                        return Poll::Ready(true);
                    }
                    slept.as_mut().poll(cx).map(|()| false)
                });
                if !changed.await {
                    host.with(|hub, now| hub.expire(now));
                }
            }
        }
    }

    /// Says GOODBYE to every session and takes no new ones; the futures of [`serve`](Self::serve) end
    /// as the clients answer.
    pub fn shutdown(&self) {
        self.with(|hub, now| hub.shutdown(now));
    }

    /// One step of the hub.
    fn with<T>(&self, step: impl FnOnce(&mut Hub<Queue>, Duration) -> T) -> T {
        let now = (self.0.clock)();
        let result = step(&mut self.0.hub.borrow_mut(), now);
        let timer = self.0.timer.borrow_mut().take();
        timer.into_iter().for_each(Waker::wake);
        result
    }
}

/// One transport and the peer behind it.
struct Connection<T> {
    host: RouterHost,
    peer: PeerId,
    serializer: Serializer,
    queue: Queue,
    transport: T,
}

impl<T: Transport> Connection<T> {
    /// Ready when the transport is closed.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for _ in 0..ROUNDS {
            match self.transport.poll_receive(cx) {
                Poll::Pending => return self.transmit(cx),
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(frame)) => {
                    let incoming = read(self.serializer, &frame, &self.host.0.limits.messages);
                    self.host.with(|hub, now| hub.receive(now, self.peer, incoming));
                }
            }
            if self.transmit(cx).is_ready() {
                return Poll::Ready(());
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Gives the transport what it takes. Ready when it is closed.
    fn transmit(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match self.transport.poll_ready(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                // The transport wakes us; a cut does not wait for it.
                Poll::Pending if !self.queue.is_cut() => {
                    self.queue.wake_by(cx);
                    return Poll::Pending;
                }
                Poll::Pending => return Poll::Ready(()),
            }
            match self.queue.next(cx) {
                Poll::Ready(Some(frame)) => {
                    if self.transport.send(frame).is_err() {
                        return Poll::Ready(());
                    }
                }
                Poll::Ready(None) => {
                    self.transport.close(CloseCode::NORMAL, "");
                    return Poll::Ready(());
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

/// However the future ends, and also when it is dropped.
impl<T> Drop for Connection<T> {
    fn drop(&mut self) {
        self.host.with(|hub, now| hub.detach(now, self.peer));
    }
}

/// The frames that wait for a transport, shared between the hub and the transport's future.
#[derive(Clone)]
struct Queue {
    waiting: Rc<RefCell<Waiting>>,
    limits: HostLimits,
}

#[derive(Default)]
struct Waiting {
    frames: VecDeque<Frame>,
    /// The size of all frames.
    octets: usize,
    closed: bool,
    cut: bool,
    waker: Option<Waker>,
}

impl Queue {
    fn new(limits: HostLimits) -> Self {
        Self { waiting: Rc::default(), limits }
    }

    /// The next frame; `None` when there will be none.
    fn next(&self, cx: &Context<'_>) -> Poll<Option<Frame>> {
        let mut waiting = self.waiting.borrow_mut();
        if waiting.cut {
            return Poll::Ready(None);
        }
        if let Some(frame) = waiting.frames.pop_front() {
            waiting.octets = waiting.octets.saturating_sub(frame.size());
            return Poll::Ready(Some(frame));
        }
        if waiting.closed {
            return Poll::Ready(None);
        }
        waiting.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn is_cut(&self) -> bool {
        self.waiting.borrow().cut
    }

    fn wake_by(&self, cx: &Context<'_>) {
        self.waiting.borrow_mut().waker = Some(cx.waker().clone());
    }

    /// Changes what waits, and wakes the transport's future.
    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        let waker = {
            let mut waiting = self.waiting.borrow_mut();
            change(&mut waiting);
            waiting.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }
}

impl Outlet for Queue {
    type Packet = Frame;

    fn pack(frame: Frame) -> Frame {
        frame
    }

    fn send(&mut self, frame: Frame) -> Result<(), Overflow> {
        let full = {
            let Waiting { frames, octets, .. } = &*self.waiting.borrow();
            let too_large = *octets > 0 && octets.saturating_add(frame.size()) > self.limits.queue_octets;
            too_large || frames.len() >= self.limits.queue
        };
        self.change(|waiting| {
            if full {
                // What waited will not be sent: a stream with holes would look whole.
                *waiting = Waiting { cut: true, waker: waiting.waker.take(), ..Waiting::default() };
            } else {
                waiting.octets += frame.size();
                waiting.frames.push_back(frame);
            }
        });
        if full { Err(Overflow) } else { Ok(()) }
    }

    fn close(self) {
        self.change(|waiting| waiting.closed = true);
    }
}

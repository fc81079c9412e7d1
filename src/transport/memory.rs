//! A linked pair of transports in one thread: for tests, and for a router in the same page.
//! Delivery is asynchronous: sending only queues and wakes, so no end ever runs inside the other's call.

use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use super::{CloseCode, Closed, Transport};
use crate::codec::Frame;

/// So many frames may wait in one direction before [`Transport::poll_ready`] makes the sender wait.
const HIGH_WATER: usize = 64;

/// One end of a pair.
pub struct MemoryTransport {
    out: Rc<RefCell<Pipe>>,
    into: Rc<RefCell<Pipe>>,
}

/// One direction: what was sent and is not yet received.
#[derive(Default)]
struct Pipe {
    frames: VecDeque<Frame>,
    /// Set once nothing more is sent; the frames before it are still received.
    closed: Option<Closed>,
    receiver: Option<Waker>,
    sender: Option<Waker>,
}

/// Two linked ends: what one sends, the other receives.
///
/// ```
/// use std::{future::poll_fn, task::Poll};
/// use wamp_wasm::{codec::Frame, transport::{self, CloseCode, Transport}};
///
/// let (mut here, mut there) = transport::pair();
/// here.send(Frame::Text("hello".into()))?;
/// here.close(CloseCode::NORMAL, "done");
///
/// futures::executor::block_on(poll_fn(|cx| {
///     assert_eq!(there.poll_receive(cx), Poll::Ready(Ok(Frame::Text("hello".into()))));
///     assert!(matches!(there.poll_receive(cx), Poll::Ready(Err(closed)) if closed.was_clean));
///     Poll::Ready(())
/// }));
/// # Ok::<(), transport::Closed>(())
/// ```
#[must_use]
pub fn pair() -> (MemoryTransport, MemoryTransport) {
    let (a, b) = <(Rc<RefCell<Pipe>>, Rc<RefCell<Pipe>>)>::default();
    (MemoryTransport { out: a.clone(), into: b.clone() }, MemoryTransport { out: b, into: a })
}

impl MemoryTransport {
    /// Ends both directions at once; frames on their way are still received.
    fn shut(&self, how: &Closed) {
        for pipe in [&self.out, &self.into] {
            let wakers = {
                let mut pipe = pipe.borrow_mut();
                pipe.closed.get_or_insert_with(|| how.clone());
                [pipe.receiver.take(), pipe.sender.take()]
            };
            wakers.into_iter().flatten().for_each(Waker::wake);
        }
    }
}

impl Transport for MemoryTransport {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        let mut pipe = self.out.borrow_mut();
        match &pipe.closed {
            Some(closed) => Poll::Ready(Err(closed.clone())),
            None if pipe.frames.len() < HIGH_WATER => Poll::Ready(Ok(())),
            None => {
                pipe.sender = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    fn send(&mut self, frame: Frame) -> Result<(), Closed> {
        let receiver = {
            let mut pipe = self.out.borrow_mut();
            if let Some(closed) = &pipe.closed {
                return Err(closed.clone());
            }
            pipe.frames.push_back(frame);
            pipe.receiver.take()
        };
        receiver.into_iter().for_each(Waker::wake);
        Ok(())
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, Closed>> {
        let (frame, sender) = {
            let mut pipe = self.into.borrow_mut();
            let Some(frame) = pipe.frames.pop_front() else {
                if let Some(closed) = &pipe.closed {
                    return Poll::Ready(Err(closed.clone()));
                }
                pipe.receiver = Some(cx.waker().clone());
                return Poll::Pending;
            };
            (frame, pipe.sender.take())
        };
        sender.into_iter().for_each(Waker::wake);
        Poll::Ready(Ok(frame))
    }

    fn close(&mut self, code: CloseCode, reason: &str) {
        self.shut(&Closed { code: code.get(), reason: reason.to_owned(), was_clean: true });
    }
}

impl Drop for MemoryTransport {
    fn drop(&mut self) {
        self.shut(&Closed::lost("the other end is gone"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(n: usize) -> Frame {
        Frame::Text(n.to_string())
    }

    fn cx() -> Context<'static> {
        Context::from_waker(Waker::noop())
    }

    #[test]
    fn frames_arrive_in_order_and_before_the_end() {
        let (mut a, mut b) = pair();
        a.send(text(1)).unwrap();
        a.send(text(2)).unwrap();
        a.close(CloseCode::NORMAL, "bye");
        assert_eq!(b.poll_receive(&mut cx()), Poll::Ready(Ok(text(1))));
        assert_eq!(b.poll_receive(&mut cx()), Poll::Ready(Ok(text(2))));
        let end = Closed { code: 1000, reason: "bye".to_owned(), was_clean: true };
        assert_eq!(b.poll_receive(&mut cx()), Poll::Ready(Err(end.clone())));
        assert_eq!(b.send(text(3)), Err(end.clone()));
        assert_eq!(b.poll_ready(&mut cx()), Poll::Ready(Err(end)));
    }

    #[test]
    fn a_sender_waits_while_the_queue_is_full_and_loses_nothing() {
        let (mut a, mut b) = pair();
        for n in 0..HIGH_WATER {
            assert_eq!(a.poll_ready(&mut cx()), Poll::Ready(Ok(())));
            a.send(text(n)).unwrap();
        }
        assert_eq!(a.poll_ready(&mut cx()), Poll::Pending);
        a.send(text(HIGH_WATER)).unwrap();
        for n in 0..=HIGH_WATER {
            assert_eq!(b.poll_receive(&mut cx()), Poll::Ready(Ok(text(n))));
        }
        assert_eq!(a.poll_ready(&mut cx()), Poll::Ready(Ok(())));
        assert_eq!(b.poll_receive(&mut cx()), Poll::Pending);
    }

    #[test]
    fn an_end_that_is_dropped_is_lost_to_the_other() {
        let (mut a, b) = pair();
        drop(b);
        assert_eq!(a.poll_receive(&mut cx()), Poll::Ready(Err(Closed::lost("the other end is gone"))));
        assert!(a.send(text(1)).is_err());
    }

    #[test]
    fn closing_twice_keeps_the_first_reason() {
        let (mut a, mut b) = pair();
        a.close(CloseCode::NORMAL, "first");
        a.close(CloseCode::NORMAL, "second");
        drop(a);
        let Poll::Ready(Err(closed)) = b.poll_receive(&mut cx()) else { panic!("not closed") };
        assert_eq!((closed.reason.as_str(), closed.was_clean), ("first", true));
    }
}

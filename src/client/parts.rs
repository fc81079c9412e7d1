//! Parts of a call or of its result, between the session and whoever reads them: in order and all of
//! them, because one left out would falsify the rest. Too many that wait end the call.

use std::{
    cell::RefCell,
    collections::VecDeque,
    fmt,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll, Waker},
};

use futures::Stream;

use super::arguments::{Args, Kwargs};

/// So many parts wait for their reader.
const MOST: usize = 10_000;

/// A part of a call or of its result.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// Positional arguments.
    pub args: Args,
    /// Keyword arguments.
    pub kwargs: Kwargs,
}

/// The parts of a call, as they come: a `Stream` that ends after the last one.
#[derive(Clone)]
pub struct Parts(Rc<RefCell<Queue>>);

#[derive(Default)]
pub(super) struct Queue {
    parts: VecDeque<Part>,
    ended: bool,
    reader: Option<Waker>,
}

/// Where parts are put as long as somebody may read them.
pub(super) struct Sink(Weak<RefCell<Queue>>);

impl Sink {
    pub(super) fn parts(&self) -> Option<Parts> {
        self.0.upgrade().map(Parts)
    }
}

impl Parts {
    pub(super) fn new() -> Self {
        Self(Rc::default())
    }

    pub(super) fn sink(&self) -> Sink {
        Sink(Rc::downgrade(&self.0))
    }

    /// Puts a part behind the others. Whether there was room for it.
    pub(super) fn push(&self, part: Part) -> bool {
        let reader = {
            let mut queue = self.0.borrow_mut();
            if queue.parts.len() >= MOST {
                return false;
            }
            queue.parts.push_back(part);
            queue.reader.take()
        };
        reader.into_iter().for_each(Waker::wake);
        true
    }

    /// Nothing more comes; what is there can still be read.
    pub(super) fn end(&self) {
        let reader = {
            let mut queue = self.0.borrow_mut();
            queue.ended = true;
            queue.reader.take()
        };
        reader.into_iter().for_each(Waker::wake);
    }
}

impl Stream for Parts {
    type Item = Part;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Part>> {
        let mut queue = self.0.borrow_mut();
        if let Some(part) = queue.parts.pop_front() {
            return Poll::Ready(Some(part));
        }
        if queue.ended {
            return Poll::Ready(None);
        }
        queue.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("waiting", &self.0.borrow().parts.len()).finish_non_exhaustive()
    }
}

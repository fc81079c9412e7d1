//! What becomes of a connection, as a stream. One rule: a reader that is slow loses the oldest, never the last.

use std::{
    cell::RefCell,
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::Stream;

use super::error::WampError;
use crate::{
    message::{SessionId, Uri},
    reconnect::How,
    session::Ended,
};

/// So many changes wait for their reader.
const MOST: usize = 256;

/// What has become of a connection.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Status {
    /// It is being made, to this address.
    Connecting {
        /// The address.
        url: String,
    },
    /// There is a session.
    Open {
        /// Its id, another one after each loss.
        id: SessionId,
    },
    /// A subscription or a registration is in place again.
    Restored {
        /// Its topic or procedure.
        uri: Uri,
    },
    /// The router refused a subscription or a registration that it had granted before a loss. The stream of its
    /// events ends, its procedure is called no more.
    NotRestored {
        /// Its topic or procedure.
        uri: Uri,
        /// Why.
        error: WampError,
    },
    /// It was lost, or not to be had, and is made again after a while.
    Waiting {
        /// The while.
        delay: Duration,
        /// How many retries there are with this one.
        retries: u32,
        /// How it was lost, in a word.
        how: How,
        /// How it was lost.
        ended: Ended,
    },
    /// It is over for good.
    Closed(Ended),
}

/// The changes of a connection's [`Status`], beginning with what it is now: a `Stream` that ends after
/// [`Status::Closed`]. Dropping it changes nothing.
pub struct StatusStream(Rc<RefCell<Feed>>);

#[derive(Default)]
pub(super) struct Feed {
    changes: VecDeque<Status>,
    reader: Option<Waker>,
    ended: bool,
}

impl StatusStream {
    pub(super) fn new(now: Status) -> (Self, Rc<RefCell<Feed>>) {
        let feed = Rc::<RefCell<Feed>>::default();
        Feed::push(&feed, now);
        (Self(Rc::clone(&feed)), feed)
    }
}

impl Feed {
    pub(super) fn push(feed: &RefCell<Self>, status: Status) {
        let reader = {
            let mut feed = feed.borrow_mut();
            if feed.changes.len() >= MOST {
                feed.changes.pop_front();
            }
            feed.ended |= matches!(status, Status::Closed(_));
            feed.changes.push_back(status);
            feed.reader.take()
        };
        reader.into_iter().for_each(Waker::wake);
    }
}

impl Stream for StatusStream {
    type Item = Status;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Status>> {
        let mut feed = self.0.borrow_mut();
        if let Some(status) = feed.changes.pop_front() {
            return Poll::Ready(Some(status));
        }
        if feed.ended {
            return Poll::Ready(None);
        }
        feed.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl std::fmt::Debug for StatusStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StatusStream").finish_non_exhaustive()
    }
}

//! A subscription as a stream of events, with a bounded buffer between the session and its reader.

use std::{
    cell::RefCell,
    collections::VecDeque,
    fmt,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use futures::Stream;

use super::{
    arguments::{Args, Kwargs},
    error::RequestError,
    shared::Shared,
};
use crate::{
    message::{EventDetails, PublicationId, SubscriptionId, Uri},
    session::Ticket,
};

/// An event of a subscription.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The publication; the same for all subscribers.
    pub publication: PublicationId,
    /// Details: who published, and on which topic where the subscription is a pattern.
    pub details: EventDetails,
    /// Positional arguments.
    pub args: Args,
    /// Keyword arguments.
    pub kwargs: Kwargs,
    /// How many events before this one were lost, because the reader was slower than its buffer is long.
    pub missed: u64,
}

/// The events of a subscription, in the order in which they arrived: a `Stream` that ends when the
/// subscription or the session does. That of a [durable](super::ClientConfig::reconnect) session goes on over
/// losses of the connection; what is published meanwhile is lost.
///
/// A reader that falls behind loses the *oldest* events that its buffer holds
/// ([`ClientConfig::event_buffer`](super::ClientConfig::event_buffer)), and learns how many from
/// [`Event::missed`]; nothing else of the session is held up. Dropping the subscription sends nothing: the
/// router goes on sending, and the events are thrown away. [`unsubscribe`](Self::unsubscribe) ends it.
#[must_use = "the events of a subscription that is dropped are thrown away"]
pub struct Subscription {
    shared: Shared,
    ticket: Ticket,
    id: SubscriptionId,
    queue: Rc<RefCell<Queue>>,
}

/// The events that wait for their reader.
pub(super) struct Queue {
    pub(super) uri: Uri,
    /// Another one in each session of a durable client.
    id: Option<SubscriptionId>,
    events: VecDeque<Event>,
    capacity: usize,
    missed: u64,
    ended: bool,
    reader: Option<Waker>,
}

impl Queue {
    pub(super) fn new(uri: Uri, capacity: usize) -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self {
            uri,
            id: None,
            events: VecDeque::new(),
            capacity: capacity.max(1),
            missed: 0,
            ended: false,
            reader: None,
        }))
    }

    /// Events come again. Gives the topic.
    pub(super) fn restored(queue: &RefCell<Self>, id: SubscriptionId) -> Uri {
        let mut queue = queue.borrow_mut();
        queue.id = Some(id);
        queue.uri.clone()
    }

    /// Puts an event behind the others; the oldest makes place when there is none.
    pub(super) fn push(queue: &RefCell<Self>, event: Event) {
        let reader = {
            let mut queue = queue.borrow_mut();
            if queue.ended {
                return;
            }
            if queue.events.len() >= queue.capacity
                && let Some(lost) = queue.events.pop_front()
            {
                queue.missed += lost.missed + 1;
            }
            queue.events.push_back(event);
            queue.reader.take()
        };
        reader.into_iter().for_each(Waker::wake);
    }

    /// Nothing more comes; what is there can still be read.
    pub(super) fn end(queue: &RefCell<Self>) {
        let reader = {
            let mut queue = queue.borrow_mut();
            queue.ended = true;
            queue.reader.take()
        };
        reader.into_iter().for_each(Waker::wake);
    }
}

impl Subscription {
    pub(super) const fn new(
        shared: Shared,
        ticket: Ticket,
        id: SubscriptionId,
        queue: Rc<RefCell<Queue>>,
    ) -> Self {
        Self { shared, ticket, id, queue }
    }

    /// The router's number of the subscription; the same for everybody who subscribed to the same, and another
    /// one after each loss of a durable client.
    #[must_use]
    pub fn id(&self) -> SubscriptionId {
        self.queue.borrow().id.unwrap_or(self.id)
    }

    /// Whether more events can come.
    #[must_use]
    pub fn is_active(&self) -> bool {
        !self.queue.borrow().ended
    }

    /// Ends the subscription. When the session has others to the same topic, they go on and the router is
    /// not told.
    ///
    /// # Errors
    /// [`RequestError`], also when the router ended the subscription before.
    pub async fn unsubscribe(self) -> Result<(), RequestError> {
        let answer = self.shared.ask(|core| core.session.unsubscribe(self.ticket))?;
        answer.wait().await?;
        Ok(())
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.shared.with(|core| core.queues.remove(&self.ticket));
    }
}

impl Stream for Subscription {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let mut queue = self.queue.borrow_mut();
        if let Some(mut event) = queue.events.pop_front() {
            event.missed += std::mem::take(&mut queue.missed);
            return Poll::Ready(Some(event));
        }
        if queue.ended {
            return Poll::Ready(None);
        }
        queue.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("id", &self.id()).finish_non_exhaustive()
    }
}

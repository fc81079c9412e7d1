//! The subscriber: its commands, and the events that come for its handlers.
//! The router knows one subscription per topic and session; handlers are counted in the
//! [roster](super::roster), and UNSUBSCRIBE goes out for the last one only.

use crate::message::{Event, Id, Payload, Role, SubscribeOptions, SubscriptionId, Uri};

use super::{CommandError, Session, SessionEvent, Ticket};

impl<P: Payload> Session<P> {
    /// Subscribes a handler. The ticket is settled with [`Success::Subscribed`](super::Success::Subscribed)
    /// and names the handler from then on.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NoSuchRole`] without a broker, [`CommandError::Uri`],
    /// [`CommandError::FeatureNotSupported`], [`CommandError::TooManyPending`].
    pub fn subscribe(&mut self, topic: Uri, options: SubscribeOptions) -> Result<Ticket, CommandError> {
        self.begin(Role::Broker, topic, options.r#match(), options.into_dict())
    }

    /// Ends a handler at once; the new ticket is settled with
    /// [`Success::Unsubscribed`](super::Success::Unsubscribed).
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NotActive`] when the ticket names no active handler.
    /// A handler that waits to be restored counts as active, and needs no open session.
    pub fn unsubscribe(&mut self, handler: Ticket) -> Result<Ticket, CommandError> {
        self.finish(Role::Broker, handler, "subscription")
    }

    /// The active handlers of a subscription, in the order in which they were subscribed.
    #[must_use]
    pub fn handlers(&self, subscription: SubscriptionId) -> &[Ticket] {
        self.subscriptions.members(subscription.get())
    }

    /// The fast way for an EVENT without details: the handlers to be called with it. `None` decides
    /// nothing: give the message to [`handle`](Self::handle).
    #[must_use]
    pub fn on_event(&self, subscription: SubscriptionId) -> Option<&[Ticket]> {
        Some(self.handlers(subscription)).filter(|handlers| self.is_open() && !handlers.is_empty())
    }

    /// An event without handlers is ignored: an UNSUBSCRIBE or a revocation was on its way.
    pub(super) fn received_event(&mut self, message: Event<P>) {
        let Event { subscription, publication, details, payload } = message;
        if self.on_event(subscription).is_some() {
            self.tell(SessionEvent::Event { subscription, publication, details, payload });
        }
    }
}

//! The subscriber: which handlers a subscription has, and when the router is told.
//! The router knows one subscription per topic and session; handlers are counted here, and UNSUBSCRIBE
//! goes out for the last one only.

use crate::message::{
    EndDetails, Event, Id, MessageType, Pattern, Payload, Role, Subscribe, SubscribeOptions, Subscribed,
    SubscriptionId, Unsubscribe, Unsubscribed, Uri,
};

use super::{
    CommandError, Session, SessionEvent, Success, Ticket,
    kept::Stage,
    lines::{Lines, Step},
    pending::Asked,
    table::Table,
    violation::Violation,
};

/// The subscriptions of one session.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    active: Table<SubscriptionId, Subscription>,
    handlers: Table<Ticket, SubscriptionId>,
    pub(super) lines: Lines<SubscriptionId, SubscribeOptions>,
}

#[derive(Debug)]
struct Subscription {
    pattern: Pattern,
    /// None left: its UNSUBSCRIBE waits in line.
    handlers: Vec<Ticket>,
}

impl Subscriptions {
    pub(super) fn waiting(&self) -> impl Iterator<Item = Ticket> {
        self.lines.tickets()
    }

    fn handlers(&self, id: SubscriptionId) -> &[Ticket] {
        self.active.get(id).map_or(&[], |subscription| &subscription.handlers)
    }

    fn add(&mut self, id: SubscriptionId, pattern: &Pattern, handler: Ticket) {
        match self.active.get_mut(id) {
            Some(subscription) => subscription.handlers.push(handler),
            None => {
                self.active.insert(id, Subscription { pattern: pattern.clone(), handlers: vec![handler] });
            }
        }
        self.handlers.insert(handler, id);
    }
}

impl<P: Payload> Session<P> {
    /// Subscribes a handler. The ticket is settled with [`Success::Subscribed`] and names the handler
    /// from then on.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NoSuchRole`] without a broker, [`CommandError::Uri`],
    /// [`CommandError::FeatureNotSupported`], [`CommandError::TooManyPending`].
    pub fn subscribe(&mut self, topic: Uri, options: SubscribeOptions) -> Result<Ticket, CommandError> {
        self.require(Role::Broker)?;
        self.check_options(MessageType::Subscribe, options.as_dict())?;
        let pattern = Pattern::new(topic, options.r#match().unwrap_or_default())?;
        let ticket = self.request_ticket()?;
        self.keep(ticket, Role::Broker, &pattern, options.as_dict());
        self.subscriptions.lines.push(&pattern, Step::Begin { ticket, options });
        self.advance_topic(&pattern);
        Ok(ticket)
    }

    /// Ends a handler at once; the new ticket is settled with [`Success::Unsubscribed`].
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NotActive`] when the ticket names no active handler.
    /// A handler that waits to be restored counts as active, and needs no open session.
    pub fn unsubscribe(&mut self, handler: Ticket) -> Result<Ticket, CommandError> {
        if let Some(ticket) = self.end_kept(handler, Role::Broker) {
            return Ok(ticket);
        }
        self.require(Role::Broker)?;
        if !self.subscriptions.handlers.contains(handler) {
            return Err(CommandError::NotActive("subscription"));
        }
        let ticket = self.next_ticket();
        self.end_handler(handler, ticket);
        Ok(ticket)
    }

    /// Ends an active handler by the command of this ticket.
    fn end_handler(&mut self, handler: Ticket, ticket: Ticket) {
        self.kept.remove(handler);
        let subscriptions = &mut self.subscriptions;
        let Some(id) = subscriptions.handlers.remove(handler) else { return };
        let Some(subscription) = subscriptions.active.get_mut(id) else { return };
        subscription.handlers.retain(|ticket| *ticket != handler);
        if !subscription.handlers.is_empty() {
            self.settle(ticket, Ok(Success::Unsubscribed(false)));
            return;
        }
        let pattern = subscription.pattern.clone();
        subscriptions.lines.push(&pattern, Step::End { ticket, id });
        self.advance_topic(&pattern);
    }

    /// The active handlers of a subscription, in the order in which they were subscribed.
    #[must_use]
    pub fn handlers(&self, subscription: SubscriptionId) -> &[Ticket] {
        self.subscriptions.handlers(subscription)
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

    pub(super) fn received_subscribed(&mut self, message: &Subscribed) -> Result<(), Violation> {
        let Subscribed { request, subscription } = *message;
        if let Some(pending) = self.requests.take(MessageType::Subscribed, MessageType::Subscribe, request)?
            && let Asked::Subscribe(pattern) = pending.asked
        {
            let handler = pending.ticket;
            self.subscriptions.add(subscription, &pattern, handler);
            let before = self.kept.stage(handler);
            self.kept.set(handler, Stage::Active);
            match before {
                Stage::New => self.settle(handler, Ok(Success::Subscribed(subscription))),
                Stage::Ended(ticket) => self.end_handler(handler, ticket),
                _ => self.tell(SessionEvent::SubscriptionRestored { handler, subscription }),
            }
            self.topic_begun(&pattern);
        }
        Ok(())
    }

    pub(super) fn received_unsubscribed(&mut self, message: &Unsubscribed) -> Result<(), Violation> {
        let Some(request) = message.request else {
            self.subscription_revoked(&message.details);
            return Ok(());
        };
        let answer = MessageType::Unsubscribed;
        if let Some(pending) = self.requests.take(answer, MessageType::Unsubscribe, request)?
            && let Asked::Unsubscribe(pattern) = pending.asked
        {
            self.settle(pending.ticket, Ok(Success::Unsubscribed(true)));
            self.topic_ended(&pattern);
        }
        Ok(())
    }

    fn subscription_revoked(&mut self, details: &EndDetails) {
        let id = details.subscription().and_then(|id| SubscriptionId::new(id).ok());
        let Some(subscription) = id.and_then(|id| self.subscriptions.active.remove(id)) else { return };
        let handlers = subscription.handlers;
        for handler in &handlers {
            self.subscriptions.handlers.remove(*handler);
            self.kept.remove(*handler);
        }
        if !handlers.is_empty() {
            self.tell(SessionEvent::SubscriptionRevoked {
                handlers,
                reason: details.reason().map(Uri::from),
            });
        }
    }

    pub(super) fn topic_begun(&mut self, pattern: &Pattern) {
        self.subscriptions.lines.begun(pattern);
        self.advance_topic(pattern);
    }

    pub(super) fn topic_ended(&mut self, pattern: &Pattern) {
        self.subscriptions.lines.ended(pattern);
        self.advance_topic(pattern);
    }

    /// Lets everything out that may go now.
    pub(super) fn advance_topic(&mut self, pattern: &Pattern) {
        while let Some((pattern, step)) = self.subscriptions.lines.pop(pattern) {
            match step {
                Step::Begin { ticket, options } => {
                    let request = self.requests.ask(ticket, Asked::Subscribe(pattern.clone()));
                    self.send(Subscribe { request, options, topic: pattern.uri });
                }
                Step::End { ticket, id } => {
                    // While it waited, another handler may have come, or the router may have revoked it.
                    let shared = self.on_event(id).is_some();
                    if !shared && self.subscriptions.active.remove(id).is_some() {
                        let request = self.requests.ask(ticket, Asked::Unsubscribe(pattern));
                        self.send(Unsubscribe { request, subscription: id, options: EndDetails::default() });
                    } else {
                        self.settle(ticket, Ok(Success::Unsubscribed(!shared)));
                        self.subscriptions.lines.ended(&pattern);
                    }
                }
            }
        }
    }
}

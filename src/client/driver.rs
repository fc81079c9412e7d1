//! The one loop that runs a session: transport ⇄ codec ⇄ session machine ⇄ timer and application.
//! It holds no borrow while procedures and challenge handlers of the application run, so these may call
//! straight back into the session.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    rc::Weak,
    task::{Context, Poll},
    time::Duration,
};

use futures::future::LocalBoxFuture;

use super::{
    arguments::parts as parts_of,
    config::OnChallenge,
    error::WampError,
    parts::{Part, Sink},
    registration::{Invocation, Link},
    serving::Serving,
    shared::Shared,
    status::Status,
    subscription::{Event, Queue},
};
use crate::{
    codec::{Frame, Limits, decode, encode},
    message::{
        CancelMode, EndDetails, Error, ErrorDetails, Id, MAX_ID, Message, MessageType, Payload, Register,
        RegistrationId, RequestId, Subscribe, SubscriptionId, Unregister, Unsubscribe, Uri, Values, uris,
    },
    session::{Ended, Input, Output, SessionEvent, Ticket},
    transport::{CloseCode, Closed, Transport},
};

/// So many times round the loop before other tasks get their turn.
const ROUNDS: usize = 64;

/// Runs one session to its end: a future to be spawned beside the application.
///
/// Dropping it closes the transport without a GOODBYE; everything that waits is settled as lost.
#[must_use = "nothing happens until the driver is run"]
pub struct Driver<T: Transport> {
    transport: T,
    shared: Shared,
    limits: Limits,
    serving: Serving,
    /// Encoded, and not yet taken by the transport.
    outbox: VecDeque<Frame>,
    sleep: Option<(Duration, LocalBoxFuture<'static, ()>)>,
    over: bool,
    /// So many frames have come.
    heard: u64,
    /// How the session ended, and whether the transport was closed in good order.
    ended: Option<Ended>,
    clean: bool,
}

impl<T: Transport> Driver<T> {
    pub(super) fn new(
        transport: T,
        shared: Shared,
        limits: Limits,
        on_challenge: Option<OnChallenge>,
        over: bool,
    ) -> Self {
        let serving = Serving::new(shared.clone(), on_challenge);
        let outbox = VecDeque::new();
        let (sleep, heard, ended, clean) = (None, 0, None, false);
        Self { transport, shared, limits, serving, outbox, sleep, over, heard, ended, clean }
    }

    /// How the session ended, and whether it was in good order if the transport ended it.
    pub(super) fn outcome(&self) -> (Ended, bool) {
        (self.ended.clone().unwrap_or_else(|| self.shared.ended()), self.clean)
    }

    /// So many frames have come.
    pub(super) const fn heard(&self) -> u64 {
        self.heard
    }

    /// Gives the transport up as if it were lost.
    pub(super) fn give_up(&mut self, text: &str) {
        self.input(Input::Closed(text.to_owned()));
        self.drain();
    }

    /// Sends what every router answers at once, whatever its policy, and nobody else gets to see: an UNSUBSCRIBE
    /// of what is no subscription. To the machine it is a request without an answer. `false`: there is no session.
    pub(super) fn probe(&mut self) -> bool {
        // Request ids go out in their order.
        self.drain();
        let Ok((request, _)) = self.shared.with(|core| core.session.begin_publish(false)) else {
            return false;
        };
        self.send(&unsubscribe_nothing(request));
        true
    }

    fn input(&self, input: Input<Values>) {
        let now = self.shared.timer.now();
        self.shared.with(|core| core.session.handle(now, input));
    }

    /// Does what the machine wants done. Whether there was anything.
    fn drain(&mut self) -> bool {
        let mut any = false;
        while let Some(output) = self.shared.with(|core| core.session.poll()) {
            any = true;
            match output {
                Output::Send(message) => self.send(&message),
                Output::Event(event) => self.tell(event),
                Output::Close => self.over = true,
            }
        }
        any
    }

    fn send(&mut self, message: &Message<Values>) {
        let error = match encode(self.shared.serializer(), message) {
            Ok(frame) => return self.outbox.push_back(frame),
            Err(error) => error.to_string(),
        };
        // Everything the application gives is tried before the machine gets it, but what is restored was written
        // in the serializer of another connection. The id is used all the same: routers do not forgive a gap.
        let (request_type, request) = match message {
            Message::Subscribe(Subscribe { request, .. }) => {
                self.send(&unsubscribe_nothing(*request));
                (MessageType::Subscribe, *request)
            }
            Message::Register(Register { request, .. }) => {
                self.send(&unregister_nothing(*request));
                (MessageType::Register, *request)
            }
            _ => return self.input(Input::Closed(error)),
        };
        let (details, payload) = (ErrorDetails::default(), Values::from_text(&error));
        let error = Uri::from(uris::INVALID_ARGUMENT);
        self.input(Input::Message(Error { request_type, request, details, error, payload }.into()));
    }

    fn tell(&mut self, event: SessionEvent<Values>) {
        match event {
            SessionEvent::Joined(welcome) => {
                if !self.shared.joined(welcome) {
                    // The one who wanted to join has given up.
                    let now = self.shared.timer.now();
                    let _ = self.shared.with(|core| core.session.leave(now, uris::CLOSE_REALM.into(), None));
                }
            }
            SessionEvent::Challenged(challenge) => self.serving.challenged(challenge),
            SessionEvent::Settled { ticket, outcome } => self.shared.settled(ticket, outcome),
            SessionEvent::Event { subscription, publication, details, payload } => {
                let (args, kwargs) = parts_of(payload);
                let event =
                    Event { publication, details, args: args.into(), kwargs: kwargs.into(), missed: 0 };
                for queue in self.shared.queues_of(subscription) {
                    Queue::push(&queue, event.clone());
                }
            }
            SessionEvent::Invocation { endpoint, request, registration, details, payload } => {
                let (args, kwargs) = parts_of(payload);
                let (args, kwargs) = (args.into(), kwargs.into());
                let session = self.serving.session();
                let link = Link { shared: self.shared.clone(), session, request, parts: None };
                self.serving.invoke(endpoint, Invocation { args, kwargs, details, registration, link });
            }
            SessionEvent::SubscriptionRevoked { handlers, .. } => {
                let queues = self.shared.with(|core| {
                    handlers.iter().filter_map(|h| core.queues.remove(h)?.upgrade()).collect::<Vec<_>>()
                });
                queues.iter().for_each(|queue| Queue::end(queue));
            }
            SessionEvent::RegistrationRevoked { endpoint, .. } => {
                let endpoint = self.shared.with(|core| core.endpoints.remove(&endpoint));
                drop(endpoint);
            }
            SessionEvent::InvocationPart { request, details, payload, .. } => {
                self.serving.part(request, details.progress() == Some(true), payload);
            }
            SessionEvent::Interrupted { request, kill, .. } => self.serving.interrupted(request, kill),
            SessionEvent::Progress { ticket, payload, .. } => self.result_part(ticket, payload),
            SessionEvent::Ended(ended) => self.ended(ended),
            SessionEvent::SubscriptionRestored { handler, subscription } => {
                let queue = self.shared.with(|core| core.queues.get(&handler).and_then(Weak::upgrade));
                if let Some(uri) = queue.map(|queue| Queue::restored(&queue, subscription)) {
                    self.shared.tell(Status::Restored { uri });
                }
            }
            SessionEvent::RegistrationRestored { endpoint, registration } => {
                let uri = self.shared.with(|core| {
                    let endpoint = core.endpoints.get_mut(&endpoint)?;
                    endpoint.id = Some(registration);
                    Some(endpoint.uri.clone())
                });
                uri.into_iter().for_each(|uri| self.shared.tell(Status::Restored { uri }));
            }
            SessionEvent::NotRestored { ticket, error, payload } => {
                let (queue, endpoint) =
                    self.shared.with(|core| (core.queues.remove(&ticket), core.endpoints.remove(&ticket)));
                let queue = queue.and_then(|queue| queue.upgrade());
                let topic = queue.map(|queue| {
                    Queue::end(&queue);
                    queue.borrow().uri.clone()
                });
                if let Some(uri) = topic.or_else(|| endpoint.map(|endpoint| endpoint.uri.clone())) {
                    let error = WampError::from_parts(error, payload);
                    self.shared.tell(Status::NotRestored { uri, error });
                }
            }
        }
    }

    fn result_part(&self, ticket: Ticket, payload: Values) {
        let parts = self.shared.with(|core| core.results.get(&ticket).and_then(Sink::parts));
        let Some(parts) = parts else { return };
        let (args, kwargs) = parts_of(payload);
        if !parts.push(Part { args: args.into(), kwargs: kwargs.into() }) {
            let now = self.shared.timer.now();
            let mode = CancelMode::KillNoWait;
            let _ = self.shared.with(|core| core.session.cancel(now, ticket, mode.into()));
        }
    }

    /// The session is over, and what the application runs for it is dropped.
    fn ended(&mut self, ended: Ended) {
        self.over = true;
        self.serving.clear();
        self.ended = Some(ended.clone());
        self.shared.lost(ended);
    }

    /// Gives the transport what it takes.
    fn flush(&mut self, cx: &mut Context<'_>) -> Result<bool, Closed> {
        let mut any = false;
        while !self.outbox.is_empty() {
            // Last words do not wait: the transport closes behind them.
            if !self.over && self.transport.poll_ready(cx)?.is_pending() {
                break;
            }
            if let Some(frame) = self.outbox.pop_front() {
                self.transport.send(frame)?;
                any = true;
            }
        }
        self.shared.set_unsent(self.outbox.len());
        Ok(any)
    }

    fn receive(&mut self, cx: &mut Context<'_>) -> bool {
        let frame = match self.transport.poll_receive(cx) {
            Poll::Pending => return false,
            Poll::Ready(frame) => frame,
        };
        self.heard = self.heard.wrapping_add(1);
        if let Err(closed) = &frame {
            self.clean = closed.was_clean;
        }
        self.input(match frame {
            Err(closed) => Input::Closed(closed.to_string()),
            Ok(frame) => match decode(self.shared.serializer(), &frame, &self.limits) {
                Ok(message) => Input::Message(message),
                Err(error) => Input::Invalid(error.summary()),
            },
        });
        true
    }

    fn serve(&mut self, cx: &mut Context<'_>) -> bool {
        self.serving.finish(cx)
    }

    fn expire(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(deadline) = self.shared.with(|core| core.session.next_deadline()) else {
            self.sleep = None;
            return false;
        };
        if self.sleep.as_ref().is_none_or(|(set_for, _)| *set_for != deadline) {
            self.sleep = Some((deadline, self.shared.timer.sleep_until(deadline)));
        }
        let Some((_, sleep)) = &mut self.sleep else { return false };
        if sleep.as_mut().poll(cx).is_pending() {
            return false;
        }
        self.sleep = None;
        self.input(Input::Deadline);
        true
    }
}

fn unsubscribe_nothing(request: RequestId) -> Message<Values> {
    let subscription = SubscriptionId::from_random(MAX_ID - 2);
    Unsubscribe { request, subscription, options: EndDetails::default() }.into()
}

fn unregister_nothing(request: RequestId) -> Message<Values> {
    let registration = RegistrationId::from_random(MAX_ID - 2);
    Unregister { request, registration, options: EndDetails::default() }.into()
}

impl<T: Transport + Unpin> Future for Driver<T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.shared.drive_with(cx);
        for _ in 0..ROUNDS {
            let mut busy = this.drain();
            busy |= match this.flush(cx) {
                Ok(any) => any,
                // What was received before the end still counts: `receive` finds the end behind it.
                Err(_) => {
                    this.outbox.clear();
                    false
                }
            };
            if this.over {
                this.transport.close(CloseCode::NORMAL, "");
                return Poll::Ready(());
            }
            for step in [Self::receive, Self::serve, Self::expire] {
                if step(this, cx) {
                    busy = true;
                    this.drain();
                }
            }
            if !busy {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<T: Transport> Drop for Driver<T> {
    fn drop(&mut self) {
        self.input(Input::Closed("the driver of the session was dropped".to_owned()));
        self.drain();
    }
}

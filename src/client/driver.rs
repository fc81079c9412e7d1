//! The one loop that runs a session: transport ⇄ codec ⇄ session machine ⇄ timer and application.
//! It is the only code that calls procedures and challenge handlers, and it holds no borrow meanwhile,
//! so these may call straight back into the session.

use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    mem,
    pin::Pin,
    rc::Weak,
    task::{Context, Poll},
    time::Duration,
};

use futures::{
    StreamExt,
    channel::oneshot,
    future::{AbortHandle, LocalBoxFuture, abortable},
    stream::FuturesUnordered,
};

use super::{
    arguments::{Arguments, parts as parts_of},
    config::{OnChallenge, Proof},
    error::WampError,
    parts::{Part, Parts, Sink},
    registration::{Invocation, Link},
    shared::{Core, Shared},
    subscription::{Event, Queue},
};
use crate::{
    codec::{Frame, Limits, decode, encode},
    message::{
        Authenticate, CancelMode, Challenge, Error, ErrorDetails, Message, MessageType, Payload, RequestId,
        Uri, Values, Welcome, Yield, YieldOptions, uris,
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
    on_challenge: Option<OnChallenge>,
    joined: Option<oneshot::Sender<Result<(), Ended>>>,
    /// Encoded, and not yet taken by the transport.
    outbox: VecDeque<Frame>,
    /// What the application is busy with: calls of its procedures, and the answer to a challenge.
    running: FuturesUnordered<LocalBoxFuture<'static, Finished>>,
    /// The calls of its procedures among them.
    calls: HashMap<RequestId, Running>,
    sleep: Option<(Duration, LocalBoxFuture<'static, ()>)>,
    over: bool,
}

/// A call of a procedure.
struct Running {
    abort: AbortHandle,
    parts: Option<Parts>,
}

/// What the application has finished.
enum Finished {
    Call(RequestId, Result<Arguments, WampError>),
    Stopped,
    Challenge(Result<Proof, WampError>),
}

impl<T: Transport> Driver<T> {
    pub(super) fn new(
        transport: T,
        shared: Shared,
        limits: Limits,
        on_challenge: Option<OnChallenge>,
        joined: oneshot::Sender<Result<(), Ended>>,
        over: bool,
    ) -> Self {
        Self {
            transport,
            shared,
            limits,
            on_challenge,
            joined: Some(joined),
            outbox: VecDeque::new(),
            running: FuturesUnordered::new(),
            calls: HashMap::new(),
            sleep: None,
            over,
        }
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
        match encode(self.shared.serializer, message) {
            Ok(frame) => self.outbox.push_back(frame),
            // Everything the application gives is tried before the machine gets it.
            Err(error) => self.input(Input::Closed(error.to_string())),
        }
    }

    fn tell(&mut self, event: SessionEvent<Values>) {
        match event {
            SessionEvent::Joined(welcome) => self.joined(welcome),
            SessionEvent::Challenged(challenge) => self.challenged(challenge),
            SessionEvent::Settled { ticket, outcome } => {
                let (answer, sink) =
                    self.shared.with(|core| (core.answers.remove(&ticket), core.results.remove(&ticket)));
                sink.and_then(|sink| sink.parts()).into_iter().for_each(|parts| parts.end());
                // Nobody may wait for the answer any more.
                let _ = answer.map(|answer| answer.send(outcome));
            }
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
                let link = Link { shared: self.shared.clone(), request, parts: None };
                self.invoke(endpoint, Invocation { args, kwargs, details, registration, link });
            }
            SessionEvent::SubscriptionRevoked { handlers, .. } => {
                let queues = self.shared.with(|core| {
                    handlers.iter().filter_map(|h| core.queues.remove(h)?.upgrade()).collect::<Vec<_>>()
                });
                queues.iter().for_each(|queue| Queue::end(queue));
            }
            SessionEvent::RegistrationRevoked { endpoint, .. } => {
                let procedure = self.shared.with(|core| core.procedures.remove(&endpoint));
                drop(procedure);
            }
            SessionEvent::InvocationPart { request, details, payload, .. } => {
                self.invocation_part(request, details.progress() == Some(true), payload);
            }
            SessionEvent::Interrupted { request, kill, .. } => {
                self.stop(request);
                if kill {
                    self.reply(request, Err(WampError::new(uris::CANCELED, ())));
                }
            }
            SessionEvent::Progress { ticket, payload, .. } => self.result_part(ticket, payload),
            SessionEvent::Ended(ended) => self.ended(ended),
            // The sessions of this client are not durable.
            SessionEvent::SubscriptionRestored { .. }
            | SessionEvent::RegistrationRestored { .. }
            | SessionEvent::NotRestored { .. } => {}
        }
    }

    fn joined(&mut self, welcome: Welcome) {
        self.shared.with(|core| core.welcome = Some(welcome));
        let Some(joined) = self.joined.take() else { return };
        if joined.send(Ok(())).is_err() {
            // The one who wanted to join has given up.
            let now = self.shared.timer.now();
            let _ = self.shared.with(|core| core.session.leave(now, uris::CLOSE_REALM.into(), None));
        }
    }

    fn challenged(&mut self, challenge: Challenge) {
        let answer: LocalBoxFuture<'static, _> = match &self.on_challenge {
            Some(on_challenge) => on_challenge(challenge),
            None => Box::pin(std::future::ready(Err(WampError::new(
                uris::CANNOT_AUTHENTICATE,
                ("no handler for challenges",),
            )))),
        };
        self.running.push(Box::pin(async move { Finished::Challenge(answer.await) }));
    }

    fn invoke(&mut self, endpoint: Ticket, mut invocation: Invocation) {
        let request = invocation.link.request;
        let procedure = self.shared.with(|core| core.procedures.get(&endpoint).cloned());
        let Some(procedure) = procedure else {
            return self.reply(request, Err(WampError::new(uris::NO_SUCH_PROCEDURE, ())));
        };
        if invocation.details.progress() == Some(true) {
            let parts = Parts::new();
            parts.push(invocation.first());
            invocation.link.parts = Some(parts);
        }
        let parts = invocation.link.parts.clone();
        let (call, abort) = abortable(procedure(invocation));
        self.calls.insert(request, Running { abort, parts });
        self.running.push(Box::pin(async move {
            call.await.map_or(Finished::Stopped, |result| Finished::Call(request, result))
        }));
    }

    /// Drops what runs for an invocation.
    fn stop(&mut self, request: RequestId) {
        self.calls.remove(&request).into_iter().for_each(|running| running.abort.abort());
    }

    fn invocation_part(&mut self, request: RequestId, more: bool, payload: Values) {
        let Some(parts) = self.calls.get(&request).and_then(|running| running.parts.clone()) else { return };
        let (args, kwargs) = parts_of(payload);
        if !parts.push(Part { args: args.into(), kwargs: kwargs.into() }) {
            self.stop(request);
            let text = "the parts of the call come faster than they are read";
            return self.reply(request, Err(WampError::new(uris::CANCELED, (text,))));
        }
        if !more {
            parts.end();
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

    /// The session is over: whoever waits learns it, and what the application runs is dropped.
    fn ended(&mut self, ended: Ended) {
        self.over = true;
        let (queues, procedures, answers) = self.shared.with(|core| {
            core.ended = Some(ended.clone());
            let Core { queues, procedures, answers, .. } = core;
            (mem::take(queues), mem::take(procedures), mem::take(answers))
        });
        queues.values().filter_map(Weak::upgrade).for_each(|queue| Queue::end(&queue));
        // Procedures may hold handles of this very session. All answers are settled by now.
        drop((procedures, answers));
        self.running.clear();
        self.calls.clear();
        if let Some(joined) = self.joined.take() {
            let _ = joined.send(Err(ended));
        }
        self.shared.wake_waiting();
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
        self.input(match frame {
            Err(closed) => Input::Closed(closed.to_string()),
            Ok(frame) => match decode(self.shared.serializer, &frame, &self.limits) {
                Ok(message) => Input::Message(message),
                Err(error) => Input::Invalid(error.summary()),
            },
        });
        true
    }

    /// Passes on what the application has finished.
    fn finish(&mut self, cx: &mut Context<'_>) -> bool {
        let Poll::Ready(Some(finished)) = self.running.poll_next_unpin(cx) else { return false };
        match finished {
            Finished::Call(request, result) => {
                self.calls.remove(&request);
                self.reply(request, result);
            }
            Finished::Stopped => {}
            Finished::Challenge(answer) => self.answer(answer),
        }
        true
    }

    /// Answers an invocation. An answer that cannot be written becomes an error that can.
    fn reply(&self, request: RequestId, result: Result<Arguments, WampError>) {
        let tried = result.and_then(|arguments| {
            let payload = arguments.into_values().map_err(|e| WampError::runtime(&e.to_string()))?;
            let message = Yield { request, options: YieldOptions::default(), payload }.into();
            self.shared.check(&message).map_err(|e| WampError::runtime(&e.to_string()))?;
            Ok(message)
        });
        let message = tried.unwrap_or_else(|error| self.writable(request, error));
        // A session that is over, or left in the meantime, takes no answer any more.
        let _ = self.shared.with(|core| match message {
            Message::Yield(m) => core.session.yield_result(m.request, m.options, m.payload),
            Message::Error(m) => core.session.yield_error(m.request, m.error, m.payload),
            _ => Ok(()),
        });
    }

    fn writable(&self, request: RequestId, error: WampError) -> Message<Values> {
        let message = |error, payload| -> Message<Values> {
            let details = ErrorDetails::default();
            Error { request_type: MessageType::Invocation, request, details, error, payload }.into()
        };
        let uri = if error.uri.check(crate::message::UriRules::Complete).is_ok() {
            error.uri.clone()
        } else {
            Uri::from(uris::RUNTIME_ERROR)
        };
        let full = message(uri.clone(), error.into_payload());
        match self.shared.check(&full) {
            Ok(()) => full,
            Err(problem) => message(uri, Values::from_text(&problem.to_string())),
        }
    }

    fn answer(&self, answer: Result<Proof, WampError>) {
        let now = self.shared.timer.now();
        let answer = answer.and_then(|proof| {
            let message = Authenticate { signature: proof.signature.clone(), extra: proof.extra.clone() };
            let checked = self.shared.check(&message.into()).map(|()| proof);
            checked.map_err(|e| WampError::new(uris::CANNOT_AUTHENTICATE, (e.to_string(),)))
        });
        // The session may be over by now.
        let _ = self.shared.with(|core| match answer {
            Ok(proof) => {
                if let Some(rule) = proof.rule {
                    core.session.demand(rule)?;
                }
                core.session.authenticate(now, &proof.signature, proof.extra)
            }
            Err(error) => {
                let text = error.args.get::<String>(0).unwrap_or_default();
                let reason = error.uri.check(crate::message::UriRules::Complete).map(|()| error.uri);
                core.session.refuse(reason.unwrap_or_else(|_| uris::CANNOT_AUTHENTICATE.into()), &text)
            }
        });
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
            for step in [Self::receive, Self::finish, Self::expire] {
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

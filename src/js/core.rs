//! The session machine with an interface of numbers and short texts.
//! The one rule is the machine's: after every call that is not a getter, drain [`Core::poll`].

use std::time::Duration;

use wasm_bindgen::prelude::wasm_bindgen;

use super::{
    octets,
    op::{EndCause, Op},
    slot::Slot,
};
use crate::{
    auth::WelcomeRule,
    codec,
    message::{Dict, Id, Message, MessageType, RequestId, Show, Uri, Value, text},
    session::{
        CommandError, Ended, Failure, Input, Output, Session, SessionConfig, SessionEvent, Success, Ticket,
    },
};

/// One session over one transport at a time.
#[wasm_bindgen]
pub struct Core {
    pub(super) session: Session<Slot>,
    pub(super) a: f64,
    b: f64,
    uri: Option<String>,
    pub(super) text: String,
    octets: Vec<u8>,
    pub(super) handlers: Vec<Ticket>,
}

/// A text of the glue's, which encodes it by itself.
pub(super) fn text(utf8: Vec<u8>) -> String {
    String::from_utf8(utf8).unwrap_or_default()
}

/// Milliseconds of `performance.now()`; a float cast saturates, so no number can panic here.
pub(super) fn instant(now: f64) -> Duration {
    Duration::from_micros((now * 1000.0) as u64)
}

pub(super) fn id<T: Id>(number: f64) -> Option<T> {
    T::new(number as u64).ok().filter(|_| number.fract() == 0.0)
}

/// The ticket that stands in place of an id.
fn ticket(id: impl Id) -> Ticket {
    Ticket::from_number(id.get())
}

/// What the glue saw in the details of a hot message, and the machine has to know.
const PROGRESS: u32 = 1;
const RECEIVE_PROGRESS: u32 = 2;

#[wasm_bindgen]
impl Core {
    /// A session, over one transport after the other if it is durable; and how many requests may wait for
    /// an answer, unless it is the default.
    #[wasm_bindgen(constructor)]
    pub fn new(durable: bool, max_pending: Option<u32>) -> Self {
        let SessionConfig { max_pending: most, .. } = SessionConfig::default();
        let max_pending = max_pending.map_or(most, |most| most as usize);
        Self {
            session: Session::new(SessionConfig { durable, max_pending, ..SessionConfig::default() }),
            a: 0.0,
            b: 0.0,
            uri: None,
            text: String::new(),
            octets: Vec::new(),
            handlers: Vec::new(),
        }
    }

    // --- what happens to the session ---------------------------------------------------------

    /// The transport is open.
    pub fn on_open(&mut self, now: f64) {
        self.session.handle(instant(now), Input::Opened);
    }

    /// The transport is closed; the text, in UTF-8, says how.
    pub fn on_close(&mut self, now: f64, problem: Vec<u8>) {
        self.session.handle(instant(now), Input::Closed(text(problem)));
    }

    /// The time of `deadline` has come.
    pub fn on_deadline(&mut self, now: f64) {
        self.session.handle(instant(now), Input::Deadline);
    }

    /// A message of a hot kind whose shape the glue has checked: `code` is its type, `a` and `b` the
    /// numbers at its positions 1 and 2 (`b` is 0 where there is none).
    pub fn on_message(&mut self, now: f64, code: u32, a: f64, b: f64, flags: u32) {
        let input = match hot(code, a, b, flags) {
            Some(message) => Input::Message(message),
            None => Input::Invalid(text!["message ", u64::from(code), " with numbers that are no ids"]),
        };
        self.session.handle(instant(now), input);
    }

    /// Any message, in octets.
    pub fn on_octets(&mut self, now: f64, message: &[u8]) {
        let input = match octets::message(message) {
            Ok(message) => Input::Message(message),
            Err(error) => Input::Invalid(error.summary()),
        };
        self.session.handle(instant(now), input);
    }

    /// A frame that the glue could not parse; the text, in UTF-8, says why.
    pub fn on_invalid(&mut self, now: f64, problem: Vec<u8>) {
        self.session.handle(instant(now), Input::Invalid(text(problem)));
    }

    /// When `on_deadline` wants to be called, on the clock of `now`; negative for never.
    pub fn deadline(&self) -> f64 {
        self.session.next_deadline().map_or(-1.0, |at| at.as_secs_f64() * 1000.0)
    }

    // --- commands ----------------------------------------------------------------------------

    /// Carries out a command: the message that is to be sent, in octets, whose request id does not count.
    /// Its ticket; 0 if it has none, negative if nothing was done, and `take_text` says why.
    ///
    /// HELLO joins, AUTHENTICATE answers a challenge and ABORT refuses it, GOODBYE leaves. SUBSCRIBE and
    /// REGISTER are what they are; UNSUBSCRIBE and UNREGISTER have the ticket of the handler or endpoint
    /// in place of an id. CANCEL does nothing when the call has its answer already.
    pub fn command(&mut self, now: f64, message: &[u8]) -> f64 {
        let done = octets::message(message).map_err(|error| error.text());
        match done.and_then(|message| self.carry_out(instant(now), message).map_err(|error| error.text())) {
            Ok(ticket) => ticket.map_or(0.0, number),
            Err(text) => {
                self.text = text;
                -1.0
            }
        }
    }

    /// Demands that the router proves itself in WELCOME: by this SCRAM ServerSignature, or, without one,
    /// by the challenge before it. `false`: it is too late, and `take_text` says so.
    pub fn demand(&mut self, signature: Option<Vec<u8>>) -> bool {
        let rule = signature
            .map_or(WelcomeRule::AfterChallenge, |octets| WelcomeRule::ServerSignature(text(octets)));
        match self.session.demand(rule) {
            Ok(()) => true,
            Err(error) => {
                self.text = error.text();
                false
            }
        }
    }

    /// What the core has to know about few calls, right after `begin_call`: their timeout in milliseconds,
    /// 0 for none, and whether more of the call follows.
    pub fn plan_call(&mut self, now: f64, request: f64, timeout: f64, more: bool) {
        let Some(request) = id::<RequestId>(request) else { return };
        self.session.plan_call(instant(now), request, timeout as u64, more);
    }

    /// Whether another part of a call may be sent; the glue sends it next.
    pub fn continue_call(&mut self, request: f64, more: bool) -> bool {
        id::<RequestId>(request).is_some_and(|request| self.session.continue_call(request, more).is_ok())
    }

    /// What a request in octets, which is right, needs and the router does not announce: its role, a space
    /// and the feature.
    pub fn missing_feature(&self, request: &[u8]) -> Option<String> {
        let Ok(Value::List(elements)) = octets::value(request) else { return None };
        let [code, _, Value::Dict(options), ..] = elements.as_slice() else { return None };
        match self.session.check_options(MessageType::from_code(code.as_integer()?)?, options) {
            Err(CommandError::FeatureNotSupported { role, feature }) => Some(text![role, " ", feature]),
            _ => None,
        }
    }

    /// Whether the invocation may be answered now; the glue sends its YIELD or ERROR next.
    pub fn end_invocation(&mut self, request: f64) -> bool {
        id::<RequestId>(request).is_some_and(|request| self.session.end_invocation(request).is_ok())
    }

    /// Whether a running invocation may be answered in parts.
    pub fn takes_progress(&self, request: f64) -> bool {
        id::<RequestId>(request).is_some_and(|request| self.session.takes_progress(request) == Ok(true))
    }

    // --- what comes out ----------------------------------------------------------------------

    /// The number of the next operation; its data is in the registers until the next call.
    pub fn poll(&mut self) -> u32 {
        let op = match self.session.poll() {
            None => Op::Nothing,
            Some(Output::Send(message)) => self.send(&message),
            Some(Output::Close) => Op::Close,
            Some(Output::Event(event)) => self.event(event),
        };
        op as u32
    }

    /// Register a.
    #[wasm_bindgen(getter)]
    pub fn a(&self) -> f64 {
        self.a
    }

    /// Register b.
    #[wasm_bindgen(getter)]
    pub fn b(&self) -> f64 {
        self.b
    }

    /// The ticket of a handler; 0 behind the last.
    pub fn handler(&self, index: usize) -> f64 {
        self.handlers.get(index).copied().map_or(0.0, number)
    }

    /// Takes the URI register.
    pub fn take_uri(&mut self) -> Option<String> {
        self.uri.take()
    }

    /// Takes the text register.
    pub fn take_text(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Takes the octets register.
    pub fn take_octets(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.octets)
    }
}

pub(super) fn number(ticket: Ticket) -> f64 {
    ticket.get() as f64
}

fn hot(code: u32, a: f64, b: f64, flags: u32) -> Option<Message<Slot>> {
    use MessageType::{
        Event, Invocation, Published, Registered, Result, Subscribed, Unregistered, Unsubscribed,
    };

    let kind = MessageType::from_code(code.into())?;
    let first: RequestId = id(a)?;
    let second: Option<RequestId> = match kind {
        Published | Subscribed | Event | Registered | Invocation => Some(id(b)?),
        Unsubscribed | Result | Unregistered => None,
        _ => return None,
    };
    let mut details = Dict::new();
    for (flag, key) in [(PROGRESS, "progress"), (RECEIVE_PROGRESS, "receive_progress")] {
        if flags & flag != 0 {
            details.insert(key, true);
        }
    }
    Some(codec::of_numbers(kind, first.get(), second.map(Id::get), details, Slot::Received))
}

impl Core {
    fn carry_out(&mut self, now: Duration, message: Message<Slot>) -> Result<Option<Ticket>, CommandError> {
        let session = &mut self.session;
        match message {
            Message::Hello(hello) => session.join(now, hello.realm, hello.details)?,
            Message::Authenticate(answer) => session.authenticate(now, &answer.signature, answer.extra)?,
            Message::Abort(abort) => {
                session.refuse(abort.reason, abort.details.message().unwrap_or_default())?
            }
            Message::Goodbye(goodbye) => session.leave(now, goodbye.reason, goodbye.details.message())?,
            Message::Subscribe(request) => {
                return session.subscribe(request.topic, request.options).map(Some);
            }
            Message::Unsubscribe(request) => {
                return session.unsubscribe(ticket(request.subscription)).map(Some);
            }
            Message::Register(request) => {
                return session.register(request.procedure, request.options).map(Some);
            }
            Message::Unregister(request) => {
                return session.unregister(ticket(request.registration)).map(Some);
            }
            Message::Cancel(cancel) => {
                let _ = session.cancel_call(now, cancel.request, cancel.options);
            }
            _ => {}
        }
        Ok(None)
    }

    fn send(&mut self, message: &Message<Slot>) -> Op {
        self.octets = octets::of_message(message);
        Op::Send
    }

    fn event(&mut self, event: SessionEvent<Slot>) -> Op {
        match event {
            SessionEvent::Joined(welcome) => {
                self.a = welcome.session.get() as f64;
                Op::Joined
            }
            SessionEvent::Challenged(_) => Op::Challenged,
            SessionEvent::Settled { ticket, outcome } => {
                self.a = number(ticket);
                match outcome {
                    Ok(success) => self.success(&success),
                    Err(failure) => self.failure(failure),
                }
            }
            SessionEvent::Progress { ticket, .. } => {
                self.a = number(ticket);
                Op::Progress
            }
            SessionEvent::Event { subscription, publication, .. } => {
                self.a = subscription.get() as f64;
                self.b = publication.get() as f64;
                self.handlers.clear();
                self.handlers.extend_from_slice(self.session.handlers(subscription));
                Op::Event
            }
            SessionEvent::Invocation { endpoint, request, .. } => {
                self.a = number(endpoint);
                self.b = request.get() as f64;
                Op::Invocation
            }
            SessionEvent::InvocationPart { request, .. } => {
                self.a = request.get() as f64;
                Op::InvocationPart
            }
            SessionEvent::Interrupted { request, kill, reason, .. } => {
                self.a = request.get() as f64;
                self.b = f64::from(u8::from(kill));
                self.uri = reason.map(text_of);
                Op::Interrupted
            }
            SessionEvent::SubscriptionRevoked { handlers, reason } => {
                self.handlers = handlers;
                self.uri = reason.map(text_of);
                Op::SubscriptionRevoked
            }
            SessionEvent::RegistrationRevoked { endpoint, reason } => {
                self.a = number(endpoint);
                self.uri = reason.map(text_of);
                Op::RegistrationRevoked
            }
            SessionEvent::SubscriptionRestored { handler, subscription } => {
                self.a = number(handler);
                self.b = subscription.get() as f64;
                Op::SubscriptionRestored
            }
            SessionEvent::RegistrationRestored { endpoint, registration } => {
                self.a = number(endpoint);
                self.b = registration.get() as f64;
                Op::RegistrationRestored
            }
            SessionEvent::NotRestored { ticket, error, payload } => {
                self.a = number(ticket);
                self.error(error, payload);
                Op::NotRestored
            }
            SessionEvent::Ended(ended) => {
                self.ended(ended);
                Op::Ended
            }
        }
    }

    fn success(&mut self, success: &Success<Slot>) -> Op {
        let (op, b) = match success {
            Success::Subscribed(id) => (Op::Subscribed, id.get()),
            Success::Unsubscribed(last) => (Op::Unsubscribed, u64::from(*last)),
            Success::Published(id) => (Op::Published, id.get()),
            Success::Registered(id) => (Op::Registered, id.get()),
            Success::Unregistered => (Op::Unregistered, 0),
            Success::Result { .. } => (Op::Result, 0),
        };
        self.b = b as f64;
        op
    }

    fn failure(&mut self, failure: Failure<Slot>) -> Op {
        match failure {
            Failure::Error { error, payload } => {
                self.error(error, payload);
                Op::Failed
            }
            Failure::SessionLost(ended) => {
                let ticket = self.a;
                self.ended(ended);
                self.a = ticket;
                Op::Lost
            }
        }
    }

    fn error(&mut self, error: Uri, payload: Slot) {
        self.uri = Some(text_of(error));
        self.b = f64::from(u8::from(payload == Slot::Received));
        self.text = if let Slot::Text(text) = payload { text } else { String::new() };
    }

    fn ended(&mut self, ended: Ended) {
        self.a = f64::from(EndCause::from(ended.cause) as u32);
        self.b = f64::from(u8::from(ended.was_open));
        self.uri = ended.reason.map(text_of);
        self.text = ended.message;
    }
}

fn text_of(uri: Uri) -> String {
    uri.as_str().to_owned()
}

//! The session machine with an interface of numbers and short texts.
//! The one rule is the machine's: after every call that is not a getter, drain [`Core::poll`].

use std::time::Duration;

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::{Op, octets, octets::dict, op::EndCause, slot::Slot};
use crate::{
    auth::WelcomeRule,
    message::{
        AuthExtra, CancelMode, Event, EventDetails, HelloDetails, Id, Invocation, InvocationDetails, Message,
        MessageType, Published, RegisterOptions, Registered, RequestId, Result as ResultMessage,
        ResultDetails, SubscribeOptions, Subscribed, Unregistered, Unsubscribed, Uri,
    },
    session::{
        CommandError, Ended, Failure, Input, Output, Session, SessionConfig, SessionEvent, Success, Ticket,
    },
};

/// One session over one transport.
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

pub(super) type Thrown = JsValue;

pub(super) fn thrown(error: impl std::fmt::Display) -> Thrown {
    // Not generic: the code for it is there once.
    fn text(error: &dyn std::fmt::Display) -> Thrown {
        JsValue::from_str(&error.to_string())
    }
    text(&error)
}

/// Milliseconds of `performance.now()`; a float cast saturates, so no number can panic here.
fn instant(now: f64) -> Duration {
    Duration::from_micros((now * 1000.0) as u64)
}

pub(super) fn id<T: Id>(number: f64) -> Option<T> {
    T::new(number as u64).ok().filter(|_| number.fract() == 0.0)
}

fn ticket(number: f64) -> Ticket {
    Ticket::from_number(number as u64)
}

/// What the glue saw in the details of a hot message, and the machine has to know.
const PROGRESS: u32 = 1;
const RECEIVE_PROGRESS: u32 = 2;

#[wasm_bindgen]
impl Core {
    /// A session over a transport.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "a constructor of JavaScript's")]
    pub fn new() -> Self {
        Self {
            session: Session::new(SessionConfig::default()),
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

    /// The transport is closed; the text says how.
    pub fn on_close(&mut self, now: f64, text: String) {
        self.session.handle(instant(now), Input::Closed(text));
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
            None => Input::Invalid(format!("message {code} with numbers that are no ids")),
        };
        self.session.handle(instant(now), input);
    }

    /// Any message, as a tape.
    pub fn on_tape(&mut self, now: f64, tape: &[u8]) {
        let input = match octets::message(tape) {
            Ok(message) => Input::Message(message),
            Err(error) => Input::Invalid(error.summary()),
        };
        self.session.handle(instant(now), input);
    }

    /// A frame that the glue could not parse; `problem` says why.
    pub fn on_invalid(&mut self, now: f64, problem: String) {
        self.session.handle(instant(now), Input::Invalid(problem));
    }

    /// When `on_deadline` wants to be called, on the clock of `now`; negative for never.
    pub fn deadline(&self) -> f64 {
        self.session.next_deadline().map_or(-1.0, |at| at.as_secs_f64() * 1000.0)
    }

    // --- commands ----------------------------------------------------------------------------

    /// Joins a realm. The details are a dict on a tape; the roles are added here.
    ///
    /// # Errors
    /// Throws a text; nothing was sent.
    pub fn join(&mut self, now: f64, realm: &str, details: &[u8]) -> Result<(), Thrown> {
        let details = HelloDetails::try_from(dict(details)?).map_err(thrown)?;
        self.session.join(instant(now), realm.into(), details).map_err(thrown)
    }

    /// Answers a challenge. The extra is a dict on a tape.
    ///
    /// # Errors
    /// Throws a text; nothing was sent.
    pub fn authenticate(&mut self, now: f64, signature: &str, extra: &[u8]) -> Result<(), Thrown> {
        let extra = AuthExtra::try_from(dict(extra)?).map_err(thrown)?;
        self.session.authenticate(instant(now), signature, extra).map_err(thrown)
    }

    /// Demands that the router proves itself in WELCOME: by this SCRAM ServerSignature, or, without one,
    /// by the challenge before it.
    ///
    /// # Errors
    /// Throws a text.
    pub fn demand(&mut self, signature: Option<String>) -> Result<(), Thrown> {
        let rule = signature.map_or(WelcomeRule::AfterChallenge, WelcomeRule::ServerSignature);
        self.session.demand(rule).map_err(thrown)
    }

    /// Refuses a challenge.
    ///
    /// # Errors
    /// Throws a text; nothing was sent.
    pub fn refuse(&mut self, reason: &str, message: &str) -> Result<(), Thrown> {
        self.session.refuse(reason.into(), message).map_err(thrown)
    }

    /// Leaves.
    ///
    /// # Errors
    /// Throws a text; nothing was sent.
    pub fn leave(&mut self, now: f64, reason: &str, message: Option<String>) -> Result<(), Thrown> {
        self.session.leave(instant(now), reason.into(), message.as_deref()).map_err(thrown)
    }

    /// Subscribes and gives the ticket. The options are a dict on a tape.
    ///
    /// # Errors
    /// Throws a text; nothing was sent.
    pub fn subscribe(&mut self, topic: &str, options: &[u8]) -> Result<f64, Thrown> {
        let options = SubscribeOptions::try_from(dict(options)?).map_err(thrown)?;
        self.session.subscribe(topic.into(), options).map(number).map_err(thrown)
    }

    /// Ends a handler of a subscription and gives the ticket of that command.
    ///
    /// # Errors
    /// Throws a text; nothing was sent.
    pub fn unsubscribe(&mut self, handler: f64) -> Result<f64, Thrown> {
        self.session.unsubscribe(ticket(handler)).map(number).map_err(thrown)
    }

    /// Registers and gives the ticket. The options are a dict on a tape.
    ///
    /// # Errors
    /// Throws a text; nothing was sent.
    pub fn register(&mut self, procedure: &str, options: &[u8]) -> Result<f64, Thrown> {
        let options = RegisterOptions::try_from(dict(options)?).map_err(thrown)?;
        self.session.register(procedure.into(), options).map(number).map_err(thrown)
    }

    /// Ends a registration and gives the ticket of that command.
    ///
    /// # Errors
    /// Throws a text; nothing was sent.
    pub fn unregister(&mut self, endpoint: f64) -> Result<f64, Thrown> {
        self.session.unregister(ticket(endpoint)).map(number).map_err(thrown)
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

    /// Cancels a call. Nothing happens when it has its answer already.
    pub fn cancel(&mut self, now: f64, request: f64, mode: &str) {
        let Some(request) = id::<RequestId>(request) else { return };
        let mode = CancelMode::from_word(mode).unwrap_or_default();
        let _ = self.session.cancel_call(instant(now), request, mode.into());
    }

    /// What a request with these options, a dict on a tape that is right, needs and the router does not
    /// announce: its role, a space and the feature. `code` is the type of the request.
    ///
    /// # Errors
    /// Throws a text for what is no dict.
    pub fn missing_feature(&self, code: u32, options: &[u8]) -> Result<Option<String>, Thrown> {
        let options = dict(options)?;
        let Some(request) = MessageType::from_code(code.into()) else { return Ok(None) };
        Ok(match self.session.check_options(request, &options) {
            Err(CommandError::FeatureNotSupported { role, feature }) => {
                Some([role.as_str(), feature].join(" "))
            }
            _ => None,
        })
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

    /// The next operation; its data is in the registers until the next call.
    pub fn poll(&mut self) -> Op {
        match self.session.poll() {
            None => Op::Nothing,
            Some(Output::Send(message)) => self.send(&message),
            Some(Output::Close) => Op::Close,
            Some(Output::Event(event)) => self.event(event),
        }
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
    let payload = Slot::Received;
    Some(match MessageType::from_code(code.into())? {
        MessageType::Published => Published { request: id(a)?, publication: id(b)? }.into(),
        MessageType::Subscribed => Subscribed { request: id(a)?, subscription: id(b)? }.into(),
        MessageType::Unsubscribed => {
            Unsubscribed { request: Some(id(a)?), details: Default::default() }.into()
        }
        MessageType::Event => {
            let details = EventDetails::default();
            Event { subscription: id(a)?, publication: id(b)?, details, payload }.into()
        }
        MessageType::Result => {
            let mut details = ResultDetails::default();
            if flags & PROGRESS != 0 {
                details = details.with("progress", true);
            }
            ResultMessage { request: id(a)?, details, payload }.into()
        }
        MessageType::Registered => Registered { request: id(a)?, registration: id(b)? }.into(),
        MessageType::Unregistered => {
            Unregistered { request: Some(id(a)?), details: Default::default() }.into()
        }
        MessageType::Invocation => {
            let mut details = InvocationDetails::default();
            if flags & PROGRESS != 0 {
                details = details.with("progress", true);
            }
            if flags & RECEIVE_PROGRESS != 0 {
                details = details.with("receive_progress", true);
            }
            Invocation { request: id(a)?, registration: id(b)?, details, payload }.into()
        }
        _ => return None,
    })
}

impl Core {
    fn send(&mut self, message: &Message<Slot>) -> Op {
        match octets::of_message(message) {
            Ok(octets) => {
                self.octets = octets;
                Op::Send
            }
            Err(error) => {
                self.text = format!("{}: {error}", message.message_type());
                Op::Fault
            }
        }
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
                self.uri = Some(text_of(error));
                self.b = f64::from(u8::from(payload == Slot::Received));
                self.text = if let Slot::Text(text) = payload { text } else { String::new() };
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

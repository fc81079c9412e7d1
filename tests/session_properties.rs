//! Whatever the router and the application do, in whatever order: nothing panics, every ticket is
//! settled exactly once, every join ends exactly once, and nothing is sent after the last word.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![cfg(not(target_family = "wasm"))]

mod common;

use std::{collections::BTreeMap, time::Duration};

use common::{WELCOME, message, options, options as options_of};
use proptest::prelude::*;
use wamp_wasm::{
    message::{AuthExtra, Id, Message, MessageType, RegistrationId, RequestId, SubscriptionId, Values},
    session::{CommandError, Input, Output, Session, SessionConfig, SessionEvent, State, Ticket},
};

/// One thing that happens to a session. Numbers choose among what there is, where there is something.
#[derive(Clone, Debug)]
enum Step {
    /// A message, where `I` stands for the first number and `J` for the second.
    Router(&'static str, u64, u64),
    /// A fitting answer to a request that has none: what it grants has the second number as its id.
    Answer(usize, u64),
    /// A fitting error for a request that has no answer.
    Error(usize),
    Opened,
    Closed,
    Invalid,
    Seconds(u64),
    Join,
    Authenticate,
    Refuse,
    Leave,
    Subscribe(&'static str),
    Unsubscribe(usize),
    Register(&'static str),
    Unregister(usize),
    Publish(bool),
    /// Parts of the result, parts of the call, and a timeout in milliseconds.
    Call(bool, bool, u64),
    CallPart(usize, bool),
    Cancel(usize, &'static str),
    YieldResult(u64),
    YieldProgress(u64),
    YieldError(u64),
    FastResult(u64),
    FastInvocation(u64, u64),
}

/// `I` stands for a request that was issued, or now and then not; `J` for an id of the router.
fn from_router() -> impl Strategy<Value = Step> {
    let template = prop::sample::select(vec![
        "[17,I,J]",
        "[33,I,J]",
        "[35,I]",
        r#"[35,0,{"subscription":J}]"#,
        "[36,J,I,{}]",
        "[50,I,{}]",
        r#"[50,I,{"progress":true}]"#,
        "[65,I,J]",
        "[67,I]",
        r#"[67,0,{"registration":J}]"#,
        "[68,I,J,{}]",
        r#"[68,I,J,{"receive_progress":true}]"#,
        r#"[68,I,J,{"progress":true}]"#,
        r#"[69,I,{"mode":"killnowait"}]"#,
        r#"[8,49,I,{},"com.x"]"#,
        r#"[69,I,{"mode":"kill"}]"#,
        "[69,I,{}]",
        r#"[8,16,I,{},"com.x"]"#,
        r#"[8,32,I,{},"com.x"]"#,
        r#"[8,34,I,{},"wamp.error.no_such_subscription"]"#,
        r#"[8,34,I,{},"com.x"]"#,
        r#"[8,48,I,{},"com.x"]"#,
        r#"[8,64,I,{},"com.x"]"#,
        r#"[8,66,I,{},"wamp.error.no_such_registration"]"#,
        r#"[8,66,I,{},"com.x"]"#,
    ]);
    (template, 0..200u64, 1..4u64).prop_map(|(template, i, j)| Step::Router(template, i, j))
}

fn last_words() -> impl Strategy<Value = Step> {
    prop::sample::select(vec![
        WELCOME,
        r#"[4,"ticket",{}]"#,
        r#"[4,"other",{}]"#,
        r#"[3,{},"com.x"]"#,
        r#"[6,{},"com.x"]"#,
        r#"[48,1,{},"com.x"]"#,
    ])
    .prop_map(|json| Step::Router(json, 1, 1))
}

fn step() -> impl Strategy<Value = Step> {
    let uri = || prop::sample::select(vec!["com.a", "com.a", "com.a", "com.b", "bad uri"]);
    prop_oneof![
        80 => from_router(),
        80 => (0..9usize, 1..4u64).prop_map(|(at, id)| Step::Answer(at, id)),
        20 => (0..9usize).prop_map(Step::Error),
        2 => last_words(),
        1 => Just(Step::Opened),
        1 => Just(Step::Closed),
        1 => Just(Step::Invalid),
        1 => (0..20u64).prop_map(Step::Seconds),
        1 => Just(Step::Join),
        1 => Just(Step::Authenticate),
        1 => Just(Step::Refuse),
        1 => Just(Step::Leave),
        30 => uri().prop_map(Step::Subscribe),
        30 => (0..6usize).prop_map(Step::Unsubscribe),
        30 => uri().prop_map(Step::Register),
        30 => (0..6usize).prop_map(Step::Unregister),
        8 => any::<bool>().prop_map(Step::Publish),
        8 => (any::<bool>(), any::<bool>(), 0..9000u64).prop_map(|(take, give, ms)| Step::Call(take, give, ms)),
        6 => (0..6usize, any::<bool>()).prop_map(|(at, more)| Step::CallPart(at, more)),
        6 => (0..6usize, prop::sample::select(vec!["kill", "killnowait", "skip"]))
            .prop_map(|(at, mode)| Step::Cancel(at, mode)),
        3 => (1..9u64).prop_map(Step::YieldResult),
        3 => (1..9u64).prop_map(Step::YieldProgress),
        3 => (1..9u64).prop_map(Step::YieldError),
        3 => (1..9u64).prop_map(Step::FastResult),
        3 => (1..9u64, 1..4u64).prop_map(|(i, j)| Step::FastInvocation(i, j)),
    ]
}

/// Watches a session and knows what it may do.
struct Watch {
    session: Session<Values>,
    durable: bool,
    now: Duration,
    /// Every ticket, and whether it is settled.
    tickets: BTreeMap<Ticket, bool>,
    /// Whether a join waits for its end.
    joined: bool,
    /// Whether GOODBYE or ABORT was the last word on this transport.
    silent: bool,
    last_request: u64,
    /// The requests without an answer.
    unanswered: Vec<(MessageType, u64)>,
    /// The invocations that wait for an answer.
    running: Vec<RequestId>,
    /// The calls whose last part is not sent, and their ids.
    open_calls: BTreeMap<Ticket, u64>,
}

impl Watch {
    fn new(durable: bool) -> Self {
        let session = Session::new(SessionConfig { durable, ..SessionConfig::default() });
        let now = Duration::ZERO;
        Self {
            session,
            durable,
            now,
            tickets: BTreeMap::new(),
            joined: false,
            silent: false,
            last_request: 0,
            unanswered: Vec::new(),
            running: Vec::new(),
            open_calls: BTreeMap::new(),
        }
    }

    fn input(&mut self, input: Input<Values>) {
        self.session.handle(self.now, input);
    }

    fn ticket(&mut self, outcome: Result<Ticket, CommandError>) {
        if let Ok(ticket) = outcome {
            let state = self.session.state();
            // What is kept can be ended at any time.
            assert!(state == State::Established || self.durable, "a command in {state:?}");
            assert!(self.tickets.insert(ticket, false).is_none(), "{ticket:?} came twice");
        }
    }

    fn settled(&mut self, ticket: Ticket) {
        self.open_calls.remove(&ticket);
        assert_eq!(self.tickets.insert(ticket, true), Some(false), "{ticket:?} is not pending");
    }

    fn take(&mut self, step: Step) {
        let now = self.now;
        let number = |number| RequestId::new(number).unwrap();
        match step {
            Step::Router(template, i, j) => {
                // An answer to what was never asked would end most sessions before they have begun.
                if template.contains('I') && self.last_request == 0 {
                    return;
                }
                let id = if i == 199 { 99 } else { 1 + i % self.last_request.max(1) };
                let json = template.replace('I', &id.to_string()).replace('J', &j.to_string());
                let message = message(&json);
                self.input(Input::Message(message));
            }
            Step::Answer(at, id) => {
                let Some((request_type, request)) = self.take_unanswered(at) else { return };
                let json = match request_type {
                    MessageType::Publish => format!("[17,{request},{id}]"),
                    MessageType::Subscribe => format!("[33,{request},{id}]"),
                    MessageType::Unsubscribe => format!("[35,{request}]"),
                    MessageType::Call => format!("[50,{request},{{}}]"),
                    MessageType::Register => format!("[65,{request},{id}]"),
                    _ => format!("[67,{request}]"),
                };
                self.input(Input::Message(message(&json)));
            }
            Step::Error(at) => {
                let Some((request_type, request)) = self.take_unanswered(at) else { return };
                let json = format!(r#"[8,{},{request},{{}},"com.x"]"#, request_type.code());
                self.input(Input::Message(message(&json)));
            }
            Step::Opened => {
                self.input(Input::Opened);
                self.drain();
                self.silent = false;
            }
            Step::Closed => self.input(Input::Closed("gone".into())),
            Step::Invalid => self.input(Input::Invalid("rubbish".into())),
            Step::Seconds(seconds) => {
                self.now += Duration::from_secs(seconds);
                self.input(Input::Deadline);
            }
            Step::Join => {
                let details = options(r#"{"authmethods":["ticket"]}"#);
                if self.session.join(now, "realm1".into(), details).is_ok() {
                    assert!(!self.joined);
                    self.joined = true;
                }
            }
            Step::Authenticate => {
                let _ = self.session.authenticate(now, "x", AuthExtra::default());
            }
            Step::Refuse => {
                let _ = self.session.refuse("com.x".into(), "no");
            }
            Step::Leave => {
                let _ = self.session.leave(now, "com.x".into(), None);
            }
            Step::Subscribe(uri) => {
                let outcome = self.session.subscribe(uri.into(), Default::default());
                self.ticket(outcome);
            }
            Step::Unsubscribe(at) => {
                let outcome = self.session.unsubscribe(self.recent(at));
                self.ticket(outcome);
            }
            Step::Register(uri) => {
                let outcome = self.session.register(uri.into(), Default::default());
                self.ticket(outcome);
            }
            Step::Unregister(at) => {
                let outcome = self.session.unregister(self.recent(at));
                self.ticket(outcome);
            }
            Step::Publish(acknowledge) => {
                let options = options(&format!(r#"{{"acknowledge":{acknowledge}}}"#));
                if let Ok(ticket) = self.session.publish("com.a".into(), options, Values::default()) {
                    assert_eq!(ticket.is_some(), acknowledge);
                    if let Some(ticket) = ticket {
                        self.ticket(Ok(ticket));
                    }
                }
            }
            Step::Call(take, give, timeout) => {
                let options =
                    format!(r#"{{"receive_progress":{take},"progress":{give},"timeout":{timeout}}}"#);
                let outcome = self.session.call(now, "com.a".into(), options_of(&options), Values::default());
                self.ticket(outcome.clone());
                if let (true, Ok(ticket)) = (give, outcome) {
                    self.open_calls.insert(ticket, self.last_request + 1);
                }
            }
            Step::CallPart(at, more) => {
                let ticket = self.recent(at);
                let open = self.open_calls.contains_key(&ticket);
                let outcome = self.session.call_part(ticket, more, Values::default());
                assert_eq!(outcome.is_ok(), open, "{ticket:?} {outcome:?}");
                self.drain();
                if !more {
                    self.open_calls.remove(&ticket);
                }
            }
            Step::Cancel(at, mode) => {
                let ticket = self.recent(at);
                let options = options_of(&format!(r#"{{"mode":"{mode}"}}"#));
                if self.session.cancel(now, ticket, options).is_ok() {
                    self.open_calls.remove(&ticket);
                    assert_eq!(self.tickets.get(&ticket), Some(&false), "a cancel of what is over");
                }
            }
            Step::YieldResult(id) => {
                let outcome = self.session.yield_result(number(id), Default::default(), Values::default());
                self.answered(number(id), outcome);
            }
            Step::YieldProgress(id) => {
                let options = options(r#"{"progress":true}"#);
                let outcome = self.session.yield_result(number(id), options, Values::default());
                assert_eq!(outcome.is_ok(), self.running.contains(&number(id)));
            }
            Step::YieldError(id) => {
                let outcome = self.session.yield_error(number(id), "com.x".into(), Values::default());
                self.answered(number(id), outcome);
            }
            Step::FastResult(id) => {
                if let Some(ticket) = self.session.on_result(number(id)) {
                    self.settled(ticket);
                }
            }
            Step::FastInvocation(id, registration) => {
                let registration = RegistrationId::new(registration).unwrap();
                if self.session.on_invocation(number(id), registration).is_some() {
                    self.running.push(number(id));
                }
            }
        }
        self.drain();
    }

    fn take_unanswered(&mut self, at: usize) -> Option<(MessageType, u64)> {
        let count = self.unanswered.len();
        (count > 0).then(|| self.unanswered.remove(at % count))
    }

    /// One of the latest tickets, or a made-up one.
    fn recent(&self, at: usize) -> Ticket {
        self.tickets.keys().rev().cycle().nth(at).copied().unwrap_or(Ticket::from_number(99_999))
    }

    /// An answer is taken if and only if the invocation waits for it.
    fn answered(&mut self, request: RequestId, outcome: Result<(), CommandError>) {
        assert_eq!(outcome.is_ok(), self.running.contains(&request), "{request} {outcome:?}");
        self.running.retain(|running| *running != request);
    }

    fn drain(&mut self) {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send(message) => self.sent(&message),
                Output::Close => {}
                Output::Event(SessionEvent::Settled { ticket, .. }) => self.settled(ticket),
                Output::Event(SessionEvent::Joined(_)) => {
                    self.last_request = 0;
                    self.unanswered.clear();
                }
                Output::Event(SessionEvent::Invocation { request, .. }) => self.running.push(request),
                Output::Event(SessionEvent::InvocationPart { request, .. }) => {
                    assert!(self.running.contains(&request), "a part of what does not run: {request}");
                }
                Output::Event(SessionEvent::Interrupted { request, kill, .. }) => {
                    assert!(self.running.contains(&request), "an interrupt of what does not run: {request}");
                    if !kill {
                        self.running.retain(|running| *running != request);
                    }
                }
                Output::Event(SessionEvent::Ended(_)) => {
                    assert!(self.joined, "ended without a join, or twice");
                    self.joined = false;
                    self.running.clear();
                    assert!(self.tickets.values().all(|settled| *settled), "unsettled: {:?}", self.tickets);
                    assert_eq!(self.session.next_deadline(), None);
                    assert_eq!(self.session.id(), None);
                }
                Output::Event(_) => assert!(self.joined),
            }
        }
        if self.session.state() != State::Established {
            self.running.clear();
            let some = (1..4).filter_map(|id| SubscriptionId::new(id).ok());
            assert!(some.into_iter().all(|id| self.session.handlers(id).is_empty()), "handlers outlive");
        }
    }

    fn sent(&mut self, message: &Message<Values>) {
        assert!(!self.silent, "{message:?} after the last word");
        let request = match message {
            Message::Abort(_) | Message::Goodbye(_) => {
                self.silent = true;
                return;
            }
            Message::Publish(m) => m.request,
            Message::Subscribe(m) => m.request,
            Message::Unsubscribe(m) => m.request,
            // A part of a call that goes on.
            Message::Call(m) if m.request.get() <= self.last_request => {
                assert!(
                    self.open_calls.values().any(|id| *id == m.request.get()),
                    "{m:?} after its last part"
                );
                return;
            }
            Message::Call(m) => m.request,
            Message::Register(m) => m.request,
            Message::Unregister(m) => m.request,
            _ => return,
        };
        self.last_request += 1;
        self.unanswered.push((message.message_type(), self.last_request));
        assert_eq!(request.get(), self.last_request, "ids are sequential in the order of sending");
    }
}

fn run(durable: bool, steps: Vec<Step>) {
    let mut watch = Watch::new(durable);
    for step in [Step::Opened, Step::Join, Step::Router(WELCOME, 1, 1)].into_iter().chain(steps) {
        watch.take(step);
    }
    watch.take(Step::Closed);
    assert!(!watch.joined, "the end was not told");
    assert!(watch.tickets.values().all(|settled| *settled), "unsettled: {:?}", watch.tickets);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_ticket_is_settled_once_and_nothing_follows_the_last_word(
        durable: bool,
        steps in prop::collection::vec(step(), 0..80)
    ) {
        run(durable, steps);
    }
}

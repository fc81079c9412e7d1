//! The promises of a session, watched from outside: a broken one panics.
//! What the application wants is modelled here from nothing but its commands and what it was told.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use wamp_wasm::{
    message::{Id, Message, MessageType, RequestId, Values},
    session::{
        Cause, CommandError, Failure, Input, Output, Session, SessionConfig, SessionEvent, State, Success,
        Ticket,
    },
};

/// What a ticket was given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Subscribe,
    Unsubscribe,
    Register,
    Unregister(Ticket),
    Publish,
    Call,
}

pub(super) struct Watch {
    pub(super) session: Session<Values>,
    pub(super) now: Duration,
    pub(super) last_request: u64,
    /// The requests that the router has not answered rightly.
    pub(super) unanswered: Vec<(MessageType, u64)>,
    /// So many messages have come.
    pub(super) messages: u64,
    durable: bool,
    last_ticket: u64,
    /// The commands that are not settled.
    pending: BTreeMap<Ticket, Command>,
    /// What the application has and wants: handlers are `true`, endpoints `false`.
    wanted: BTreeMap<Ticket, bool>,
    /// Endpoints whose end was refused: whether they serve on depends on what the router revoked before.
    doubtful: BTreeSet<Ticket>,
    /// What was told to be there in this session.
    active: BTreeSet<Ticket>,
    running: Vec<RequestId>,
    /// Whether a join waits for its end.
    joined: bool,
    /// Whether the last word was said on this transport, or there is none.
    silent: bool,
    /// What was asked for since the last recovery began.
    asked_for: usize,
}

impl Watch {
    pub(super) fn new(durable: bool, max_pending: usize) -> Self {
        Self {
            session: Session::new(SessionConfig { durable, max_pending, ..SessionConfig::default() }),
            now: Duration::ZERO,
            last_request: 0,
            unanswered: Vec::new(),
            messages: 0,
            durable,
            last_ticket: 0,
            pending: BTreeMap::new(),
            wanted: BTreeMap::new(),
            doubtful: BTreeSet::new(),
            active: BTreeSet::new(),
            running: Vec::new(),
            joined: false,
            silent: true,
            asked_for: 0,
        }
    }

    // --- what happens ------------------------------------------------------------------------

    pub(super) fn receive(&mut self, message: Message<Values>) {
        self.input(Input::Message(message));
    }

    pub(super) fn input(&mut self, input: Input<Values>) {
        let opened = matches!(input, Input::Opened);
        self.messages += u64::from(matches!(input, Input::Message(_) | Input::Invalid(_)));
        self.silent |= matches!(input, Input::Closed(_));
        self.session.handle(self.now, input);
        self.drain();
        self.silent &= !opened;
    }

    pub(super) fn joins(&mut self) {
        assert!(!self.joined, "joined twice");
        self.joined = true;
    }

    /// The application has left, and wants nothing more.
    pub(super) fn left(&mut self) {
        self.wanted.clear();
        self.doubtful.clear();
    }

    pub(super) fn began(&mut self, outcome: Result<Ticket, CommandError>, command: Command) {
        let Ok(ticket) = outcome else { return };
        assert_eq!(self.session.state(), State::Established);
        self.issued(ticket, command);
    }

    fn issued(&mut self, ticket: Ticket, command: Command) {
        assert!(ticket.get() > self.last_ticket, "{ticket:?} came twice");
        self.last_ticket = ticket.get();
        self.pending.insert(ticket, command);
    }

    /// A handler or endpoint can be ended if and only if it is there; connected or not.
    pub(super) fn ended(&mut self, outcome: Result<Ticket, CommandError>, target: Ticket, handler: bool) {
        let doubtful = !handler && self.doubtful.remove(&target);
        let there = self.wanted.get(&target) == Some(&handler);
        assert!(doubtful || outcome.is_ok() == there, "{target:?} {outcome:?}");
        if let Ok(ticket) = outcome {
            self.wanted.remove(&target);
            let command = if handler { Command::Unsubscribe } else { Command::Unregister(target) };
            self.issued(ticket, command);
        }
    }

    /// An invocation is answered if and only if it runs.
    pub(super) fn answered(&mut self, request: RequestId, outcome: &Result<(), CommandError>, last: bool) {
        assert_eq!(outcome.is_ok(), self.running.contains(&request), "{request} {outcome:?}");
        if last {
            self.running.retain(|running| *running != request);
        }
    }

    pub(super) fn has_result(&mut self, ticket: Ticket) {
        assert_eq!(self.pending.remove(&ticket), Some(Command::Call));
    }

    pub(super) fn delivered(&self, handlers: &[Ticket]) {
        assert!(!handlers.is_empty());
        for handler in handlers {
            assert!(self.active.contains(handler) && self.wanted.contains_key(handler), "{handler:?}");
        }
    }

    pub(super) fn invoked(&mut self, request: RequestId, endpoint: Ticket) {
        let ending = |command: &Command| *command == Command::Unregister(endpoint);
        let serves = self.active.contains(&endpoint) || self.pending.values().any(ending);
        assert!(serves || self.doubtful.contains(&endpoint), "{endpoint:?} does not serve");
        self.running.push(request);
    }

    /// One of the latest tickets, or one that was never given.
    pub(super) fn some_ticket(&self, choice: u8) -> Ticket {
        let old = self.wanted.keys().chain(&self.doubtful).nth(usize::from(choice % 8)).copied();
        old.unwrap_or_else(|| {
            Ticket::from_number(self.last_ticket.saturating_sub(u64::from(choice % 16)) + 1)
        })
    }

    // --- what comes of it --------------------------------------------------------------------

    pub(super) fn drain(&mut self) {
        let mut most = 16 + 2 * (self.pending.len() + self.wanted.len() + self.doubtful.len());
        while let Some(output) = self.session.poll() {
            assert!(most > 0, "more outputs than there is reason for");
            most -= 1;
            match output {
                Output::Send(message) => self.sent(&message),
                Output::Close => self.silent = true,
                Output::Event(event) => self.told(event),
            }
        }
        if self.session.state() != State::Established {
            self.running.clear();
        }
    }

    fn sent(&mut self, message: &Message<Values>) {
        assert!(!self.silent, "{message:?} after the last word");
        let request = match message {
            Message::Abort(_) | Message::Goodbye(_) => {
                self.silent = true;
                return;
            }
            Message::Call(m) if m.request.get() <= self.last_request => return,
            Message::Call(m) => m.request,
            Message::Publish(m) => m.request,
            Message::Subscribe(m) => m.request,
            Message::Unsubscribe(m) => m.request,
            Message::Register(m) => m.request,
            Message::Unregister(m) => m.request,
            _ => return,
        };
        self.last_request += 1;
        assert_eq!(request.get(), self.last_request, "ids are sequential in the order of sending");
        self.unanswered.push((message.message_type(), self.last_request));
        self.asked_for += 1;
    }

    fn told(&mut self, event: SessionEvent<Values>) {
        if let SessionEvent::Settled { ticket, outcome } = event {
            let command = self.pending.remove(&ticket);
            let command = command.unwrap_or_else(|| panic!("{ticket:?} is settled and was not pending"));
            return match (command, outcome) {
                (Command::Subscribe, Ok(Success::Subscribed(_))) => self.begins(ticket, true),
                (Command::Register, Ok(Success::Registered(_))) => self.begins(ticket, false),
                (Command::Unsubscribe, Ok(Success::Unsubscribed(_)))
                | (Command::Unregister(_), Ok(Success::Unregistered))
                | (Command::Publish, Ok(Success::Published(_)))
                | (Command::Call, Ok(Success::Result { .. })) => {}
                (Command::Unregister(endpoint), Err(Failure::Error { .. })) => {
                    self.doubtful.insert(endpoint);
                }
                (_, Err(_)) => {}
                (command, outcome) => panic!("{command:?} ended as {outcome:?}"),
            };
        }
        assert!(self.joined, "{event:?} outside of a session");
        match event {
            SessionEvent::Joined(_) => {
                self.last_request = 0;
                self.unanswered.clear();
            }
            SessionEvent::SubscriptionRestored { handler: ticket, .. }
            | SessionEvent::RegistrationRestored { endpoint: ticket, .. } => {
                assert!(self.is_wanted(ticket), "{ticket:?} is restored and was ended");
                assert!(self.durable && self.active.insert(ticket), "{ticket:?} is restored twice");
            }
            SessionEvent::NotRestored { ticket, .. } => {
                assert!(!self.active.contains(&ticket), "{ticket:?} was restored before");
                self.gone(ticket);
            }
            SessionEvent::SubscriptionRevoked { handlers, .. } => {
                handlers.into_iter().for_each(|handler| self.revoked(handler));
            }
            SessionEvent::RegistrationRevoked { endpoint, .. } => self.revoked(endpoint),
            SessionEvent::Event { subscription, .. } => self.delivered(self.session.handlers(subscription)),
            SessionEvent::Invocation { request, endpoint, .. } => self.invoked(request, endpoint),
            SessionEvent::InvocationPart { request, .. } => assert!(self.running.contains(&request)),
            SessionEvent::Interrupted { request, kill, .. } => {
                assert!(self.running.contains(&request));
                if !kill {
                    self.running.retain(|running| *running != request);
                }
            }
            SessionEvent::Progress { ticket, .. } => {
                assert_eq!(self.pending.get(&ticket), Some(&Command::Call))
            }
            SessionEvent::Ended(ended) => self.over(ended.cause),
            SessionEvent::Challenged(_) | SessionEvent::Settled { .. } => {}
        }
    }

    fn begins(&mut self, ticket: Ticket, handler: bool) {
        self.wanted.insert(ticket, handler);
        self.active.insert(ticket);
    }

    fn is_wanted(&self, ticket: Ticket) -> bool {
        self.wanted.contains_key(&ticket) || self.doubtful.contains(&ticket)
    }

    fn gone(&mut self, ticket: Ticket) {
        assert!(self.is_wanted(ticket), "{ticket:?} was gone before");
        self.wanted.remove(&ticket);
        self.doubtful.remove(&ticket);
    }

    fn revoked(&mut self, ticket: Ticket) {
        let known = self.active.remove(&ticket);
        assert!(known || self.doubtful.contains(&ticket), "{ticket:?} was not there");
        self.gone(ticket);
    }

    fn over(&mut self, cause: Cause) {
        self.joined = false;
        self.silent = true;
        self.active.clear();
        self.running.clear();
        assert!(self.pending.is_empty(), "not settled at the end: {:?}", self.pending);
        assert_eq!(self.session.next_deadline(), None);
        if !self.durable || cause == Cause::Left {
            self.left();
        }
    }

    // --- how it ends -------------------------------------------------------------------------

    pub(super) fn begin_recovery(&mut self) {
        assert!(self.active.is_empty() && self.pending.is_empty());
        self.asked_for = 0;
    }

    /// Everything that is wanted, and nothing else, was asked for.
    pub(super) fn check_asked_for(&self) {
        let least = self.wanted.len();
        assert!((least..=least + self.doubtful.len()).contains(&self.asked_for), "{}", self.asked_for);
    }

    /// Everything that is wanted, and nothing else, is there.
    pub(super) fn check_recovered(&self) {
        assert!(self.wanted.keys().all(|ticket| self.active.contains(ticket)), "not restored");
        assert!(self.active.iter().all(|ticket| self.is_wanted(*ticket)), "restored and not wanted");
        assert_eq!(self.session.next_deadline(), None);
    }

    pub(super) fn check_over(&self) {
        assert!(!self.joined && self.pending.is_empty() && self.wanted.is_empty());
    }
}

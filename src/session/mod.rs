//! The client's end of one session: a state machine without sockets, clock or randomness.
//! The one rule: after every `handle` or command, drain [`Session::poll`] until it gives `None`.
//!
//! Outputs come in the order in which things happened. A command either fails at once, with nothing
//! sent, or gives a [`Ticket`] that is settled exactly once; [`SessionEvent::Ended`] is the last output
//! of a session. After it the same value can join again: [`Input::Opened`], then [`Session::join`].
//! A durable session then brings back its handlers and endpoints: see [`SessionConfig::durable`].

mod announce;
mod calls;
mod event;
mod features;
mod index;
mod invocations;
mod kept;
mod lent;
mod lifecycle;
mod lines;
mod pending;
mod publications;
mod receive;
mod registrations;
mod roster;
mod state;
mod subscriptions;
mod table;
mod violation;

pub use announce::announced;
pub use event::{
    Cause, CommandError, Ended, Failure, Input, Outcome, Output, SessionConfig, SessionEvent, Success, Ticket,
};
pub use state::State;

use std::time::Duration;

use crate::{
    auth::WelcomeRule,
    message::{Dict, Message, MessageType, Payload, Role, Roles, SessionId, Welcome},
};

use self::{
    features::Features, invocations::Invocations, kept::Kept, pending::Requests, roster::Roster,
    state::Phase, violation::Violation,
};

/// The client's end of a session. `P` is how the host represents the arguments of messages.
///
/// Time is a [`Duration`] since an origin of the host's choice, the same in every call.
///
/// ```
/// use std::time::Duration;
/// use wamp_wasm::{message::Values, session::{Input, Output, Session, SessionConfig}};
///
/// let mut session = Session::<Values>::new(SessionConfig::default());
/// session.handle(Duration::ZERO, Input::Opened);
/// session.join(Duration::ZERO, "realm1".into(), Default::default()).unwrap();
/// assert!(matches!(session.poll(), Some(Output::Send(_)))); // HELLO
/// assert!(session.poll().is_none());
/// ```
#[derive(Debug)]
pub struct Session<P> {
    config: SessionConfig,
    phase: Phase,
    deadline: Option<Duration>,
    /// Those from `told` on are still to be told: one list, which is empty again once all are.
    outputs: Vec<Option<Output<P>>>,
    told: usize,
    last_ticket: u64,
    rule: WelcomeRule,
    /// So many tickets are not settled yet.
    unsettled: usize,
    welcome: Option<Welcome>,
    router: Roles,
    features: Features,
    requests: Requests,
    subscriptions: Roster,
    registrations: Roster,
    invocations: Invocations,
    kept: Kept,
}

impl<P: Payload> Session<P> {
    /// A session without a transport.
    #[must_use]
    pub fn new(config: SessionConfig) -> Self {
        Self {
            config,
            phase: Phase::default(),
            deadline: None,
            outputs: Vec::new(),
            told: 0,
            last_ticket: 0,
            rule: WelcomeRule::default(),
            unsettled: 0,
            welcome: None,
            router: Roles::default(),
            features: Features::default(),
            requests: Requests::default(),
            subscriptions: Roster::default(),
            registrations: Roster::default(),
            invocations: Invocations::default(),
            kept: Kept::default(),
        }
    }

    /// Takes in what happened outside.
    pub fn handle(&mut self, now: Duration, input: Input<P>) {
        match input {
            Input::Opened => self.opened(),
            Input::Message(message) => {
                if let Err(violation) = self.receive(now, message) {
                    self.violated(violation);
                }
            }
            Input::Invalid(text) => self.violated(Violation(text)),
            Input::Closed(text) => self.closed(text),
            Input::Deadline => self.deadline_passed(now),
        }
    }

    /// The next thing that the session wants done.
    pub fn poll(&mut self) -> Option<Output<P>> {
        let output = self.outputs.get_mut(self.told).and_then(Option::take);
        self.told += 1;
        if output.is_none() {
            self.outputs.clear();
            self.told = 0;
        }
        output
    }

    /// When [`Input::Deadline`] is due, if it is. Ask again after every `handle` or command.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        [self.deadline, self.requests.deadline(), self.kept.deadline()].into_iter().flatten().min()
    }

    /// Where the session is in its life.
    #[must_use]
    pub const fn state(&self) -> State {
        self.phase.state()
    }

    /// The id of the open session.
    #[must_use]
    pub fn id(&self) -> Option<SessionId> {
        self.welcome.as_ref().map(|welcome| welcome.session)
    }

    /// How the router welcomed the open session.
    #[must_use]
    pub const fn welcome(&self) -> Option<&Welcome> {
        self.welcome.as_ref()
    }

    /// The roles and features that the router announced; none when the session is not open.
    #[must_use]
    pub const fn roles(&self) -> &Roles {
        &self.router
    }

    fn send(&mut self, message: impl Into<Message<P>>) {
        self.put(Output::Send(message.into()));
    }

    fn put(&mut self, output: Output<P>) {
        self.outputs.push(Some(output));
    }

    #[inline(never)]
    fn tell(&mut self, event: SessionEvent<P>) {
        self.put(Output::Event(event));
    }

    #[inline(never)]
    fn settle(&mut self, ticket: Ticket, outcome: Outcome<P>) {
        self.unsettled -= 1;
        self.tell(SessionEvent::Settled { ticket, outcome });
    }

    /// A ticket for a request that may be one too many.
    const fn request_ticket(&mut self) -> Result<Ticket, CommandError> {
        if self.unsettled >= self.config.max_pending {
            return Err(CommandError::TooManyPending);
        }
        Ok(self.next_ticket())
    }

    /// A ticket, which has to be settled once.
    const fn next_ticket(&mut self) -> Ticket {
        self.unsettled += 1;
        self.last_ticket += 1;
        Ticket(self.last_ticket)
    }

    const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Established)
    }

    /// Whether the router grants every option of a request that it may be sent: CALL, PUBLISH, SUBSCRIBE
    /// or REGISTER. The commands check it themselves.
    ///
    /// # Errors
    /// [`CommandError::FeatureNotSupported`].
    pub fn check_options(&self, request: MessageType, options: &Dict) -> Result<(), CommandError> {
        self.features.check(request, options)
    }

    /// Every command of an open session starts with this: nothing is sent before WELCOME, after
    /// GOODBYE or ABORT, or to a router that does not play the role.
    fn require(&self, role: Role) -> Result<(), CommandError> {
        if !self.is_open() {
            return Err(CommandError::NotOpen);
        }
        if self.features.router_is(role) { Ok(()) } else { Err(CommandError::NoSuchRole(role)) }
    }
}

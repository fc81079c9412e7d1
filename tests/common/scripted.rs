//! A session whose router is the test: what the router says is written down in the test, message by
//! message. After every step the session is drained, as its one rule demands.

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use wamp_wasm::{
    message::{CallOptions, Uri, Values},
    session::{CommandError, Input, Output, Session, SessionConfig, SessionEvent, Ticket},
};

use super::words::{options, read, told, wire};

/// A WELCOME of a router with both roles and every feature that a session asks for, but `call_timeout`.
pub const WELCOME: &str = r#"[2,42,{"roles":{
    "broker":{"features":{"pattern_based_subscription":true,"subscriber_blackwhite_listing":true,
        "payload_passthru_mode":true}},
    "dealer":{"features":{"call_canceling":true,"progressive_call_invocations":true,
        "pattern_based_registration":true,"shared_registration":true,"payload_passthru_mode":true}}}}]"#;

/// A WELCOME of a router with both roles and no features.
pub const BASIC_WELCOME: &str = r#"[2,42,{"roles":{"broker":{},"dealer":{}}}]"#;

/// A session and the script of its router. It derefs to the session, whose commands a test gives
/// directly; [`expect`](Self::expect) then sees what came of them.
pub struct Scripted {
    session: Session<Values>,
    now: Duration,
    log: Vec<String>,
}

impl Scripted {
    /// A session without transport.
    pub fn disconnected() -> Self {
        Self::with(SessionConfig::default())
    }

    fn with(config: SessionConfig) -> Self {
        Self { session: Session::new(config), now: Duration::from_secs(1000), log: Vec::new() }
    }

    /// A session whose transport is open.
    pub fn connected() -> Self {
        let mut bench = Self::disconnected();
        bench.input(Input::Opened);
        bench
    }

    /// A session that has sent HELLO, offering ticket authentication.
    pub fn joining() -> Self {
        let mut bench = Self::connected();
        bench.joins();
        bench.drain();
        bench.log.clear();
        bench
    }

    /// A session with a challenge to answer.
    pub fn challenged() -> Self {
        let mut bench = Self::joining();
        bench.router_sends(r#"[4,"ticket",{}]"#);
        bench.log.clear();
        bench
    }

    /// An open session.
    pub fn joined() -> Self {
        let mut bench = Self::joining();
        bench.router_sends(WELCOME);
        bench.log.clear();
        bench
    }

    /// An open session with a router that has announced no features.
    pub fn basic() -> Self {
        let mut bench = Self::joining();
        bench.router_sends(BASIC_WELCOME);
        bench.log.clear();
        bench
    }

    /// An open session that has said GOODBYE.
    pub fn leaving() -> Self {
        let mut bench = Self::joined();
        bench.leaves();
        bench.drain();
        bench.log.clear();
        bench
    }

    /// An open session with a subscription 7 of handler #1 to com.topic.
    pub fn subscribed() -> Self {
        let mut bench = Self::joined();
        bench.subscribe("com.topic".into(), Default::default()).unwrap();
        bench.router_sends("[33,1,7]");
        bench.log.clear();
        bench
    }

    /// An open session with a registration 7 of endpoint #1 for com.procedure.
    pub fn registered() -> Self {
        Self::joined().with_registration()
    }

    /// The same, durable.
    pub fn durable_registered() -> Self {
        Self::durable().with_registration()
    }

    fn with_registration(mut self) -> Self {
        self.register("com.procedure".into(), Default::default()).unwrap();
        self.router_sends("[65,1,7]");
        self.log.clear();
        self
    }

    /// An open durable session.
    pub fn durable() -> Self {
        let mut bench = Self::with(SessionConfig { durable: true, ..SessionConfig::default() });
        bench.rejoins(WELCOME);
        bench.log.clear();
        bench
    }

    /// The transport is lost.
    pub fn loses(&mut self) {
        self.input(Input::Closed("lost".into()));
    }

    /// There is a new transport, and the router welcomes a new session over it.
    #[track_caller]
    pub fn rejoins(&mut self, welcome: &str) {
        self.input(Input::Opened);
        self.joins();
        self.router_sends(welcome);
    }

    /// Loses the session and joins again; the log begins with what follows the news that it has joined.
    #[track_caller]
    pub fn recovers(&mut self) {
        self.loses();
        self.rejoins(WELCOME);
        let joined = self.log.iter().rposition(|line| line.starts_with("joined")).unwrap();
        self.log.drain(..=joined);
    }

    /// Calls a procedure, now.
    pub fn call(
        &mut self,
        procedure: Uri,
        options: CallOptions,
        payload: Values,
    ) -> Result<Ticket, CommandError> {
        self.session.call(self.now, procedure, options, payload)
    }

    /// Cancels a call, now.
    pub fn cancel(&mut self, call: Ticket, options: &str) -> Result<(), CommandError> {
        self.session.cancel(self.now, call, super::options(options))
    }

    /// Joins realm1, offering ticket authentication.
    #[track_caller]
    pub fn joins(&mut self) {
        let now = self.now;
        self.join(now, "realm1".into(), options(r#"{"authmethods":["ticket"]}"#)).unwrap();
    }

    /// Leaves for the usual reason.
    #[track_caller]
    pub fn leaves(&mut self) {
        let now = self.now;
        self.leave(now, "wamp.close.close_realm".into(), None).unwrap();
    }

    /// The router sends this JSON text, which is a message or not.
    pub fn router_sends(&mut self, json: &str) {
        self.drain();
        match read(json) {
            Ok(message) => {
                self.log.push(format!("R→C {}", wire(&message)));
                self.input(Input::Message(message));
            }
            Err(error) => {
                self.log.push(format!("R→C {json}"));
                self.input(Input::Invalid(error.to_string()));
            }
        }
    }

    /// Something else happens.
    pub fn input(&mut self, input: Input<Values>) {
        self.drain();
        self.session.handle(self.now, input);
        self.drain();
    }

    /// Time passes; the session is told when its deadline has come.
    pub fn passes(&mut self, time: Duration) {
        self.drain();
        self.now += time;
        while self.session.next_deadline().is_some_and(|deadline| deadline <= self.now) {
            self.input(Input::Deadline);
        }
    }

    /// The time.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// Everything since the last look has to be these lines.
    #[track_caller]
    pub fn expect(&mut self, lines: &[&str]) {
        self.drain();
        let log = std::mem::take(&mut self.log);
        assert_eq!(log, lines, "\nthe log was:\n{}\n", log.join("\n"));
    }

    /// The lines since the last look.
    pub fn take_log(&mut self) -> Vec<String> {
        self.drain();
        std::mem::take(&mut self.log)
    }

    fn drain(&mut self) {
        while let Some(output) = self.session.poll() {
            let line = match &output {
                Output::Send(message) => format!("C→R {}", wire(message)),
                Output::Close => "C→R closes".into(),
                Output::Event(event) => {
                    let handlers = match event {
                        SessionEvent::Event { subscription, .. } => self.session.handlers(*subscription),
                        _ => &[],
                    };
                    told(event, handlers)
                }
            };
            self.log.push(line);
        }
    }
}

impl Deref for Scripted {
    type Target = Session<Values>;

    fn deref(&self) -> &Self::Target {
        &self.session
    }
}

impl DerefMut for Scripted {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.session
    }
}

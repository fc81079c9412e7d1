//! Joining, leaving, and every way in which a session ends.
//! However it ends, `end` is the only way out: it settles all that is pending and says `Ended` once.

use std::{mem, time::Duration};

use crate::auth::WelcomeRule;
use crate::message::{
    Abort, AuthExtra, Authenticate, Challenge, CloseDetails, Goodbye, Hello, HelloDetails, MessageType,
    Party, Payload, Role, Roles, Show, Uri, UriRules, Welcome, shortened, text, uris,
};

use super::{
    Cause, CommandError, Ended, Failure, Output, Session, SessionEvent, announced, pending::Requests,
    state::Phase, table::Table, violation::Violation,
};

impl<P: Payload> Session<P> {
    /// Sends HELLO. The roles are added to the details unless the application gives its own.
    ///
    /// # Errors
    /// [`CommandError::NoTransport`] before [`Input::Opened`](super::Input::Opened) and after the end,
    /// [`CommandError::AlreadyOpen`], [`CommandError::Uri`] for the realm.
    pub fn join(&mut self, now: Duration, realm: Uri, details: HelloDetails) -> Result<(), CommandError> {
        match self.phase {
            Phase::Connected => {}
            Phase::Disconnected | Phase::Ended => return Err(CommandError::NoTransport),
            _ => return Err(CommandError::AlreadyOpen),
        }
        realm.check(UriRules::Complete)?;
        let offered = details.authmethods().unwrap_or_default().into_iter().map(str::to_owned).collect();
        let details = if details.roles().is_some() {
            details
        } else {
            details.with("roles", announced().as_dict().clone())
        };
        let own = Roles::read(details.as_dict().get("roles"), &Role::CLIENT).unwrap_or_default();
        self.features.set(Party::Client, &own);
        self.phase = Phase::Joining(offered);
        self.start_timer(now, self.config.join_timeout);
        self.send(Hello { realm, details });
        Ok(())
    }

    /// Answers the challenge of [`SessionEvent::Challenged`].
    ///
    /// # Errors
    /// [`CommandError::NotActive`] when no challenge waits for an answer.
    pub fn authenticate(
        &mut self,
        now: Duration,
        signature: &str,
        extra: AuthExtra,
    ) -> Result<(), CommandError> {
        match &mut self.phase {
            Phase::Authenticating { challenged, .. } if *challenged => *challenged = false,
            _ => return Err(CommandError::NotActive("challenge")),
        }
        self.start_timer(now, self.config.join_timeout);
        self.send(Authenticate { signature: signature.to_owned(), extra });
        Ok(())
    }

    /// Gives up joining because the challenge cannot be answered: ABORT with this reason, usually
    /// `wamp.error.cannot_authenticate`.
    ///
    /// # Errors
    /// [`CommandError::NotActive`] when no challenge waits for an answer, [`CommandError::Uri`].
    pub fn refuse(&mut self, reason: Uri, message: &str) -> Result<(), CommandError> {
        if !matches!(self.phase, Phase::Authenticating { challenged: true, .. }) {
            return Err(CommandError::NotActive("challenge"));
        }
        reason.check(UriRules::Complete)?;
        self.abort(Cause::JoinFailed, reason, message);
        Ok(())
    }

    /// Demands of the next WELCOME that it proves who the router is; otherwise the join fails with ABORT
    /// `wamp.error.authentication_failed`. For this join only, from before it until WELCOME.
    ///
    /// # Errors
    /// [`CommandError::NoTransport`] before [`Input::Opened`](super::Input::Opened) and after the end,
    /// [`CommandError::AlreadyOpen`] after WELCOME.
    pub fn demand(&mut self, rule: WelcomeRule) -> Result<(), CommandError> {
        match self.phase {
            Phase::Connected | Phase::Joining(_) | Phase::Authenticating { .. } => {
                self.rule = rule;
                Ok(())
            }
            Phase::Disconnected | Phase::Ended => Err(CommandError::NoTransport),
            Phase::Established | Phase::Leaving(_) => Err(CommandError::AlreadyOpen),
        }
    }

    /// Leaves: GOODBYE in an open session, ABORT while joining, just closing before. What is pending is
    /// settled at once, because no answer counts after GOODBYE. Once leaving, a second call does nothing.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`] when there is nothing to leave, [`CommandError::Uri`] for the reason.
    pub fn leave(&mut self, now: Duration, reason: Uri, message: Option<&str>) -> Result<(), CommandError> {
        reason.check(UriRules::Complete)?;
        match self.phase {
            Phase::Disconnected | Phase::Ended => return Err(CommandError::NotOpen),
            Phase::Leaving(_) => {}
            Phase::Connected => {
                self.kept.lose(true);
                self.close();
            }
            Phase::Joining(_) | Phase::Authenticating { .. } => {
                self.abort(Cause::Left, reason, message.unwrap_or_default());
            }
            Phase::Established => {
                let ended = self.ended(Cause::Left, Some(reason.clone()), message.unwrap_or_default());
                let details = message.map_or_else(CloseDetails::default, close_details);
                self.send(Goodbye { details, reason });
                self.settle_all(&ended);
                self.phase = Phase::Leaving(ended);
                self.start_timer(now, self.config.goodbye_timeout);
            }
        }
        Ok(())
    }

    pub(super) fn opened(&mut self) {
        if self.has_joined() {
            // The host has a new transport without having reported the loss of the old one.
            self.closed(String::new());
        }
        self.phase = Phase::Connected;
        self.rule = WelcomeRule::default();
        self.deadline = None;
    }

    pub(super) fn closed(&mut self, text: String) {
        match mem::take(&mut self.phase) {
            Phase::Disconnected | Phase::Connected | Phase::Ended => {}
            Phase::Leaving(ended) => self.end(ended),
            phase @ (Phase::Joining(_) | Phase::Authenticating { .. } | Phase::Established) => {
                let was_open = matches!(phase, Phase::Established);
                self.end(Ended { cause: Cause::TransportLost, reason: None, message: text, was_open });
            }
        }
    }

    pub(super) fn deadline_passed(&mut self, now: Duration) {
        self.expire_calls(now);
        if self.kept.deadline().is_some_and(|deadline| deadline <= now) {
            self.restore(now);
        }
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        self.deadline = None;
        match &self.phase {
            Phase::Joining(_) | Phase::Authenticating { challenged: false, .. } => {
                self.abort(Cause::JoinFailed, uris::TIMEOUT.into(), "the router did not answer in time");
            }
            Phase::Authenticating { challenged: true, .. } => {
                let text = "the challenge was not answered in time";
                self.abort(Cause::JoinFailed, uris::CANNOT_AUTHENTICATE.into(), text);
            }
            Phase::Leaving(ended) => {
                let ended = ended.clone();
                self.end_and_close(ended);
            }
            Phase::Disconnected | Phase::Connected | Phase::Established | Phase::Ended => {}
        }
    }

    pub(super) fn welcomed(&mut self, welcome: Welcome) -> Result<(), Violation> {
        let roles = Roles::read(welcome.details.as_dict().get("roles"), &Role::ROUTER)
            .map_err(|problem| Violation(text!["WELCOME.Details.", problem]))?;
        let answered = matches!(self.phase, Phase::Authenticating { challenged: false, .. });
        if let Err(problem) = self.rule.check(&welcome.details, answered) {
            self.abort(Cause::JoinFailed, uris::AUTHENTICATION_FAILED.into(), &problem.text());
            return Ok(());
        }
        self.requests = Requests::default();
        self.features.set(Party::Router, &roles);
        self.router = roles;
        self.phase = Phase::Established;
        self.deadline = None;
        self.welcome = Some(welcome.clone());
        self.tell(SessionEvent::Joined(welcome));
        // Nothing is due yet.
        self.restore(Duration::ZERO);
        Ok(())
    }

    /// A second challenge before WELCOME is legal once the first is answered: another round, or a second
    /// factor.
    pub(super) fn challenged(&mut self, now: Duration, challenge: Challenge) -> Result<(), Violation> {
        let offered = match &mut self.phase {
            // Its answer could be taken for one to the other.
            Phase::Authenticating { challenged: true, .. } => {
                return Err(Violation("CHALLENGE before the one before it was answered".to_owned()));
            }
            Phase::Joining(offered) | Phase::Authenticating { offered, .. } => mem::take(offered),
            phase => return Err(Violation::moment(MessageType::Challenge, phase.state())),
        };
        if !offered.contains(&challenge.method) {
            return Err(Violation(text!["CHALLENGE.AuthMethod '", challenge.method, "' was not offered"]));
        }
        self.phase = Phase::Authenticating { offered, challenged: true };
        self.start_timer(now, self.config.challenge_timeout);
        self.tell(SessionEvent::Challenged(challenge));
        Ok(())
    }

    /// ABORT ends the session in every state and is never answered.
    pub(super) fn aborted(&mut self, abort: Abort<P>) {
        let message = abort.details.message().or_else(|| abort.details.scram()).unwrap_or_default();
        match &self.phase {
            Phase::Connected => self.close(),
            Phase::Leaving(ended) => {
                let ended =
                    Ended { reason: Some(abort.reason), message: message.to_owned(), ..ended.clone() };
                self.end_and_close(ended);
            }
            _ => {
                let ended = self.ended(Cause::Aborted, Some(abort.reason), message);
                self.end_and_close(ended);
            }
        }
    }

    /// GOODBYE is answered unless we sent ours; then it is the answer, or crossed it.
    pub(super) fn said_goodbye(&mut self, goodbye: Goodbye) {
        let message = goodbye.details.message().unwrap_or_default();
        let cause = if self.is_open() { Cause::Goodbye } else { Cause::Left };
        if cause == Cause::Goodbye {
            self.send(Goodbye { details: CloseDetails::default(), reason: uris::GOODBYE_AND_OUT.into() });
        }
        let ended = self.ended(cause, Some(goodbye.reason), message);
        self.end_and_close(ended);
    }

    /// The router broke the protocol: ABORT, unless our last word is said already.
    pub(super) fn violated(&mut self, violation: Violation) {
        let message = shortened(violation.0);
        match &self.phase {
            Phase::Disconnected | Phase::Ended => {}
            Phase::Leaving(ended) => {
                let ended = Ended { message, ..ended.clone() };
                self.end_and_close(ended);
            }
            _ => self.abort(Cause::Violation, uris::PROTOCOL_VIOLATION.into(), &message),
        }
    }

    fn abort(&mut self, cause: Cause, reason: Uri, message: &str) {
        let details = if message.is_empty() { CloseDetails::default() } else { close_details(message) };
        self.send(Abort { details, reason: reason.clone(), payload: P::default() });
        if self.has_joined() {
            let ended = self.ended(cause, Some(reason), message);
            self.end_and_close(ended);
        } else {
            self.close();
        }
    }

    fn end_and_close(&mut self, ended: Ended) {
        self.close();
        self.end(ended);
    }

    fn close(&mut self) {
        self.phase = Phase::Ended;
        self.put(Output::Close);
    }

    fn end(&mut self, ended: Ended) {
        self.deadline = None;
        self.welcome = None;
        self.router = Roles::default();
        self.settle_all(&ended);
        self.tell(SessionEvent::Ended(ended));
    }

    /// Settles every command without an answer, in the order in which they were given.
    fn settle_all(&mut self, ended: &Ended) {
        let requests = mem::take(&mut self.requests);
        let subscriptions = mem::take(&mut self.subscriptions);
        let registrations = mem::take(&mut self.registrations);
        self.invocations.clear();
        // A table is a sort too, and its code is there already.
        let mut tickets = Table::default();
        let mut add = |ticket| {
            if let Some(ticket) = self.kept.waits_for(ticket) {
                tickets.insert(ticket, ticket);
            }
        };
        requests.tickets().for_each(&mut add);
        subscriptions.lines.tickets().for_each(&mut add);
        registrations.lines.tickets().for_each(&mut add);
        self.kept.lose(ended.cause == Cause::Left);
        for ticket in tickets.values() {
            self.settle(*ticket, Err(Failure::SessionLost(ended.clone())));
        }
    }

    fn ended(&self, cause: Cause, reason: Option<Uri>, message: &str) -> Ended {
        let was_open = matches!(self.phase, Phase::Established | Phase::Leaving(_));
        Ended { cause, reason, message: message.to_owned(), was_open }
    }

    /// Whether a `join` waits for its `Ended`.
    const fn has_joined(&self) -> bool {
        !matches!(self.phase, Phase::Disconnected | Phase::Connected | Phase::Ended)
    }

    const fn start_timer(&mut self, now: Duration, timeout: Duration) {
        self.deadline = Some(now.saturating_add(timeout));
    }
}

fn close_details(message: &str) -> CloseDetails {
    CloseDetails::default().with("message", message)
}

//! What a durable session keeps from one connection to the next: its handlers and endpoints.
//! The one rule: a ticket is here as long as the application wants what it names and was not told that
//! it is gone. A session that is not durable keeps nothing here, and all that asks finds nothing.

use std::time::Duration;

use crate::message::{Dict, Pattern, Payload, Role, Show, Uri, uris};

use super::{
    Failure, Session, SessionEvent, Success, Ticket,
    lines::Step,
    roster::{ended, request_to},
};

/// For so many seconds a ghost may hold a procedure: the router has not noticed yet that our last session
/// is gone.
const GHOST: u64 = 60;
/// The procedure is asked for after a second, and then after twice the time, up to so many seconds.
const LONGEST_WAIT: u64 = 8;

/// Where a handler or endpoint stands with the router.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// The application's own request has no answer yet; or it is not kept.
    New,
    Active,
    /// There is no session, or it is about to be restored.
    Away,
    /// The request is sent again; `since` the procedure was found taken by a ghost.
    Restoring {
        since: Option<Duration>,
    },
    /// The request is sent again when it is `due`.
    Waiting {
        since: Duration,
        due: Duration,
    },
    /// The command of this ticket ended it, and what the router says is still to come.
    Ended(Ticket),
}

#[derive(Debug)]
pub(super) struct Entry {
    ticket: Ticket,
    /// Of the router, which makes this a handler or an endpoint.
    role: Role,
    pattern: Pattern,
    options: Dict,
    stage: Stage,
}

/// The handlers and endpoints of a durable session.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// In the order of their tickets, which are counted.
    #[allow(clippy::vec_box, reason = "one that is taken out moves all that are behind it")]
    entries: Vec<Box<Entry>>,
    /// Nothing is due before this.
    deadline: Option<Duration>,
}

impl Kept {
    pub(super) const fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    #[inline(never)]
    fn find(&self, ticket: Ticket) -> Option<usize> {
        self.entries.binary_search_by_key(&ticket, |entry| entry.ticket).ok()
    }

    pub(super) fn stage(&self, ticket: Ticket) -> Stage {
        let entry = self.find(ticket).and_then(|at| self.entries.get(at));
        entry.map_or(Stage::New, |entry| entry.stage)
    }

    pub(super) fn set(&mut self, ticket: Ticket, stage: Stage) {
        if let Some(entry) = self.find(ticket).and_then(|at| self.entries.get_mut(at)) {
            entry.stage = stage;
        }
    }

    #[inline(never)]
    pub(super) fn remove(&mut self, ticket: Ticket) -> Option<Box<Entry>> {
        let at = self.find(ticket).filter(|at| *at < self.entries.len())?;
        Some(self.entries.remove(at))
    }

    /// The command that waits for the answer to a request of this ticket; none, if it is a restore.
    pub(super) fn waits_for(&self, ticket: Ticket) -> Option<Ticket> {
        match self.stage(ticket) {
            Stage::New => Some(ticket),
            Stage::Ended(ending) => Some(ending),
            _ => None,
        }
    }

    /// The session is over. What was there is kept unless the application has `left`; what was only asked
    /// for, or ended, is not.
    pub(super) fn lose(&mut self, left: bool) {
        self.deadline = None;
        self.entries.retain_mut(|entry| {
            let keep = !left && !matches!(entry.stage, Stage::New | Stage::Ended(_));
            entry.stage = Stage::Away;
            keep
        });
    }

    fn watch(&mut self, due: Duration) {
        self.deadline = Some(self.deadline.map_or(due, |before| before.min(due)));
    }
}

impl<P: Payload> Session<P> {
    /// Remembers how a handler or endpoint is made.
    pub(super) fn keep(&mut self, ticket: Ticket, role: Role, pattern: &Pattern, options: &Dict) {
        if self.config.durable {
            let (pattern, options) = (pattern.clone(), options.clone());
            self.kept.entries.push(Box::new(Entry { ticket, role, pattern, options, stage: Stage::New }));
        }
    }

    /// Asks the router for all that is to be restored now, in the order in which it was made.
    #[inline(never)]
    pub(super) fn restore(&mut self, now: Duration) {
        self.kept.deadline = None;
        let tickets: Vec<_> = self.kept.entries.iter().map(|entry| entry.ticket).collect();
        for ticket in tickets {
            match self.kept.stage(ticket) {
                Stage::Away => self.begin_again(ticket, None),
                Stage::Waiting { since, due } if due <= now => self.begin_again(ticket, Some(since)),
                Stage::Waiting { due, .. } => self.kept.watch(due),
                _ => {}
            }
        }
    }

    #[inline(never)]
    fn begin_again(&mut self, ticket: Ticket, since: Option<Duration>) {
        let Some(entry) = self.kept.find(ticket).and_then(|at| self.kept.entries.get_mut(at)) else { return };
        entry.stage = Stage::Restoring { since };
        let (role, pattern, mut options) = (entry.role, entry.pattern.clone(), entry.options.clone());
        let request = request_to(role);
        if let Err(missing) = self.require(role).and_then(|()| self.check_options(request, &options)) {
            let payload = P::from_text(&missing.text());
            return self.not_restored(ticket, uris::FEATURE_NOT_SUPPORTED.into(), payload);
        }
        if since.is_some() && self.router_forces() {
            options = options.with("force_reregister", true);
        }
        self.line_up(role, &pattern, Step::Begin { ticket, options });
    }

    /// The router refused a SUBSCRIBE or REGISTER.
    #[inline(never)]
    pub(super) fn begin_refused(
        &mut self,
        now: Duration,
        ticket: Ticket,
        role: Role,
        error: Uri,
        payload: P,
    ) {
        match self.kept.stage(ticket) {
            Stage::New => {
                self.kept.remove(ticket);
                self.settle(ticket, Err(Failure::Error { error, payload }));
            }
            Stage::Ended(ending) => {
                self.kept.remove(ticket);
                self.settle(ending, Ok(ended(role)));
            }
            Stage::Restoring { since } if error == uris::PROCEDURE_ALREADY_EXISTS => {
                let first = since.unwrap_or(now);
                let passed = now.saturating_sub(first).as_secs();
                if since.is_none() && self.router_forces() {
                    self.begin_again(ticket, Some(now));
                } else if passed < GHOST {
                    let wait = (passed + 1).min(LONGEST_WAIT).min(GHOST - passed);
                    let due = now.saturating_add(Duration::from_secs(wait));
                    self.kept.set(ticket, Stage::Waiting { since: first, due });
                    self.kept.watch(due);
                } else {
                    self.not_restored(ticket, error, payload);
                }
            }
            _ => self.not_restored(ticket, error, payload),
        }
    }

    /// Ends what the router of this session does not have yet, or not any more. Nothing, if it is not kept
    /// or the router has it.
    #[inline(never)]
    pub(super) fn end_kept(&mut self, ticket: Ticket, role: Role) -> Option<Ticket> {
        let at = self.kept.find(ticket)?;
        let entry = self.kept.entries.get(at).filter(|entry| entry.role == role)?;
        match entry.stage {
            Stage::New | Stage::Active | Stage::Ended(_) => return None,
            Stage::Restoring { .. } => {
                let ending = self.next_ticket();
                self.kept.set(ticket, Stage::Ended(ending));
                return Some(ending);
            }
            Stage::Away | Stage::Waiting { .. } => {}
        }
        let gone = self.kept.remove(ticket)?;
        let success = if role == Role::Broker {
            let mut others = self.kept.entries.iter();
            Success::Unsubscribed(!others.any(|other| other.role == role && other.pattern == gone.pattern))
        } else {
            ended(role)
        };
        let ending = self.next_ticket();
        self.settle(ending, Ok(success));
        Some(ending)
    }

    #[inline(never)]
    fn not_restored(&mut self, ticket: Ticket, error: Uri, payload: P) {
        self.kept.remove(ticket);
        self.tell(SessionEvent::NotRestored { ticket, error, payload });
    }

    /// Whether a REGISTER can take a procedure from a session that holds it. No feature says so by name: whoever it is taken from
    /// is told by a revocation.
    fn router_forces(&self) -> bool {
        self.router.supports(Role::Dealer, "registration_revocation")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        message::{
            Id, Message, Registered, RequestId, Subscribed, Unregistered, Unsubscribed, Values, Welcome,
            WelcomeDetails,
        },
        session::{Input, SessionConfig},
    };

    #[test]
    fn what_was_ended_is_not_kept_until_the_session_is_lost() {
        let now = Duration::ZERO;
        let mut session = Session::<Values>::new(SessionConfig { durable: true, ..SessionConfig::default() });
        let receives = |session: &mut Session<Values>, message: Message<Values>| {
            session.handle(now, Input::Message(message));
        };
        session.handle(now, Input::Opened);
        session.join(now, "realm1".into(), Default::default()).unwrap();
        let both = Dict::new().with("broker", Dict::new()).with("dealer", Dict::new());
        let details = WelcomeDetails::default().with("roles", both);
        receives(&mut session, Welcome { session: Id::new(1).unwrap(), details }.into());
        let mut requests = (1..).map(|number| RequestId::new(number).unwrap());
        let mut request = || requests.next().unwrap();
        for id in 1..100 {
            let handler = session.subscribe("com.topic".into(), Default::default()).unwrap();
            let subscription = Id::new(id).unwrap();
            receives(&mut session, Subscribed { request: request(), subscription }.into());
            let endpoint = session.register("com.procedure".into(), Default::default()).unwrap();
            let registration = Id::new(id).unwrap();
            receives(&mut session, Registered { request: request(), registration }.into());
            assert_eq!(session.kept.entries.len(), 2);
            session.unsubscribe(handler).unwrap();
            let request_id = Some(request());
            receives(&mut session, Unsubscribed { request: request_id, details: Default::default() }.into());
            session.unregister(endpoint).unwrap();
            let request_id = Some(request());
            receives(&mut session, Unregistered { request: request_id, details: Default::default() }.into());
            assert!(session.kept.entries.is_empty(), "{:?}", session.kept);
        }
    }
}

//! What a durable session keeps from one connection to the next: its handlers and endpoints.
//! The one rule: a ticket is here as long as the application wants what it names and was not told that
//! it is gone. A session that is not durable keeps nothing here, and all that asks finds nothing.

use std::{mem, time::Duration};

use crate::message::{MessageType, Pattern, Payload, RegisterOptions, Role, SubscribeOptions, Uri, uris};

use super::{Failure, Session, SessionEvent, Success, Ticket, lines::Step, table::Table};

/// How long a ghost may hold a procedure: the router has not noticed yet that our last session is gone.
const GHOST: Duration = Duration::from_secs(60);
/// The procedure is asked for after a second, and then after twice the time, up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// What makes a handler or an endpoint.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    Subscribe(SubscribeOptions),
    Register(RegisterOptions),
}

impl Wish {
    const fn role(&self) -> Role {
        if matches!(self, Self::Subscribe(_)) { Role::Broker } else { Role::Dealer }
    }
}

/// Where it stands with the router.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// The application's own request has no answer yet.
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
struct Entry {
    ticket: Ticket,
    pattern: Pattern,
    wish: Wish,
    stage: Stage,
}

/// The handlers and endpoints of a durable session.
#[derive(Debug, Default)]
pub(super) struct Kept {
    entries: Table<Ticket, Entry>,
    /// Nothing is due before this.
    deadline: Option<Duration>,
}

impl Kept {
    pub(super) fn remove(&mut self, ticket: Ticket) {
        self.entries.discard(ticket);
    }

    /// Forgets all: the application has left.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) const fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// The router has granted a request: where what it makes stood before.
    pub(super) fn begun(&mut self, ticket: Ticket) -> Stage {
        match self.entries.get_mut(ticket).map(|entry| &mut entry.stage) {
            None => Stage::New,
            Some(Stage::Ended(ending)) => Stage::Ended(*ending),
            Some(stage) => mem::replace(stage, Stage::Active),
        }
    }

    /// The command `ending` is to end what is there.
    pub(super) fn end(&mut self, ticket: Ticket, ending: Ticket) {
        self.set(ticket, Stage::Ended(ending));
    }

    /// It was not ended.
    pub(super) fn stays(&mut self, ticket: Ticket) {
        self.set(ticket, Stage::Active);
    }

    /// The command that waits for the answer to a request of this ticket; none, if it is a restore.
    pub(super) fn waits_for(&self, ticket: Ticket) -> Option<Ticket> {
        match self.entries.get(ticket).map(|entry| entry.stage) {
            None | Some(Stage::New) => Some(ticket),
            Some(Stage::Ended(ending)) => Some(ending),
            Some(_) => None,
        }
    }

    /// The session is over: what was there is kept, and what was only asked for or ended is not.
    pub(super) fn lose(&mut self) {
        self.deadline = None;
        for ticket in self.tickets() {
            match self.entries.get(ticket).map(|entry| entry.stage) {
                Some(Stage::New | Stage::Ended(_)) => self.remove(ticket),
                _ => self.set(ticket, Stage::Away),
            }
        }
    }

    fn set(&mut self, ticket: Ticket, stage: Stage) {
        if let Some(entry) = self.entries.get_mut(ticket) {
            entry.stage = stage;
        }
    }

    fn tickets(&self) -> Vec<Ticket> {
        self.entries.values().map(|entry| entry.ticket).collect()
    }

    fn watch(&mut self, due: Duration) {
        self.deadline = Some(self.deadline.map_or(due, |before| before.min(due)));
    }
}

impl<P: Payload> Session<P> {
    /// Remembers how a handler or endpoint is made.
    pub(super) fn keep(&mut self, ticket: Ticket, pattern: &Pattern, wish: impl FnOnce() -> Wish) {
        if self.config.durable {
            let entry = Entry { ticket, pattern: pattern.clone(), wish: wish(), stage: Stage::New };
            self.kept.entries.insert(ticket, entry);
        }
    }

    /// Asks the router of a new session for all that was kept, in the order in which it was made.
    pub(super) fn restore(&mut self) {
        for ticket in self.kept.tickets() {
            self.begin_again(ticket, None);
        }
    }

    /// Asks again for the procedures whose ghosts may be gone.
    pub(super) fn restore_due(&mut self, now: Duration) {
        if self.kept.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        self.kept.deadline = None;
        for ticket in self.kept.tickets() {
            let Some(entry) = self.kept.entries.get(ticket) else { continue };
            let Stage::Waiting { since, due } = entry.stage else { continue };
            if due <= now {
                self.begin_again(ticket, Some(since));
            } else {
                self.kept.watch(due);
            }
        }
    }

    fn begin_again(&mut self, ticket: Ticket, since: Option<Duration>) {
        let Some(entry) = self.kept.entries.get_mut(ticket) else { return };
        entry.stage = Stage::Restoring { since };
        let (pattern, wish) = (entry.pattern.clone(), entry.wish.clone());
        let (request, options) = match &wish {
            Wish::Subscribe(options) => (MessageType::Subscribe, options.as_dict()),
            Wish::Register(options) => (MessageType::Register, options.as_dict()),
        };
        let able = self.require(wish.role()).and_then(|()| self.check_options(request, options));
        if let Err(missing) = able {
            let payload = P::from_text(&missing.to_string());
            return self.not_restored(ticket, uris::FEATURE_NOT_SUPPORTED.into(), payload);
        }
        match wish {
            Wish::Subscribe(options) => {
                self.subscriptions.lines.push(&pattern, Step::Begin { ticket, options });
                self.advance_topic(&pattern);
            }
            Wish::Register(mut options) => {
                if since.is_some() && self.router_forces() {
                    options = options.with("force_reregister", true);
                }
                self.registrations.lines.push(&pattern, Step::Begin { ticket, options });
                self.advance_procedure(&pattern);
            }
        }
    }

    /// The router refused a SUBSCRIBE or REGISTER. `ended` is the success of a command that ended what was
    /// to be restored.
    pub(super) fn begin_refused(
        &mut self,
        now: Duration,
        ticket: Ticket,
        error: Uri,
        payload: P,
        ended: Success<P>,
    ) {
        let stage = self.kept.entries.get(ticket).map_or(Stage::New, |entry| entry.stage);
        match stage {
            Stage::New => {
                self.kept.remove(ticket);
                self.settle(ticket, Err(Failure::Error { error, payload }));
            }
            Stage::Ended(ending) => {
                self.kept.remove(ticket);
                self.settle(ending, Ok(ended));
            }
            Stage::Restoring { since } if error == uris::PROCEDURE_ALREADY_EXISTS => {
                let first = since.unwrap_or(now);
                let passed = now.saturating_sub(first);
                if since.is_none() && self.router_forces() {
                    self.begin_again(ticket, Some(now));
                } else if passed < GHOST {
                    let wait = (passed + Duration::from_secs(1)).min(LONGEST_WAIT).min(GHOST - passed);
                    let due = now.saturating_add(wait);
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
    pub(super) fn end_kept(&mut self, ticket: Ticket, role: Role) -> Option<Ticket> {
        let entry = self.kept.entries.get(ticket).filter(|entry| entry.wish.role() == role)?;
        match entry.stage {
            Stage::New | Stage::Active | Stage::Ended(_) => return None,
            Stage::Restoring { .. } => {
                let ending = self.next_ticket();
                self.kept.end(ticket, ending);
                return Some(ending);
            }
            Stage::Away | Stage::Waiting { .. } => {}
        }
        let ended = self.kept.entries.remove(ticket)?;
        let same = |other: &Entry| other.pattern == ended.pattern && other.wish.role() == role;
        let success = match role {
            Role::Broker => Success::Unsubscribed(!self.kept.entries.values().any(same)),
            _ => Success::Unregistered,
        };
        let ending = self.next_ticket();
        self.settle(ending, Ok(success));
        Some(ending)
    }

    fn not_restored(&mut self, ticket: Ticket, error: Uri, payload: P) {
        self.kept.remove(ticket);
        self.tell(SessionEvent::NotRestored { ticket, error, payload });
    }

    /// Whether the router says that a REGISTER can take a procedure from a session that holds it.
    fn router_forces(&self) -> bool {
        self.router.supports(Role::Dealer, "force_reregister")
    }
}

//! What subscriptions and registrations have in common: several handlers, or endpoints, of one session
//! share an id of the router's. The router is asked for each, and is told when the last one ends.
//!
//! The one difference: a handler ends at once, and the others go on; an endpoint serves until the router
//! has let go of it. `role` is the router's and says which it is: a broker has handlers, a dealer endpoints.

use crate::message::{
    Dict, EndDetails, MatchPolicy, MessageType, Pattern, Payload, Register, RegisterOptions, RegistrationId,
    RequestId, Role, Subscribe, SubscribeOptions, SubscriptionId, Unregister, Unsubscribe, Uri,
};

use super::{
    CommandError, Session, SessionEvent, Success, Ticket,
    kept::Stage,
    lines::{Lines, Step},
    pending::Asked,
    table::Table,
    violation::Violation,
};

/// The subscriptions, or the registrations, of one session.
#[derive(Debug, Default)]
pub(super) struct Roster {
    active: Table<u64, Entry>,
    /// The id of each member that is not ending.
    ids: Table<Ticket, u64>,
    pub(super) lines: Lines,
}

#[derive(Debug)]
struct Entry {
    pattern: Pattern,
    /// Of a subscription there may be none left: its UNSUBSCRIBE waits in line.
    members: Vec<Ticket>,
}

impl Roster {
    /// The members of a subscription or registration, in the order in which they came.
    pub(super) fn members(&self, id: u64) -> &[Ticket] {
        self.active.get(id).map_or(&[], |entry| &entry.members)
    }

    fn add(&mut self, id: u64, pattern: &Pattern, member: Ticket) {
        match self.active.get_mut(id) {
            Some(entry) => entry.members.push(member),
            None => self.active.insert(id, Entry { pattern: pattern.clone(), members: vec![member] }),
        }
        self.ids.insert(member, id);
    }

    /// The member is no more; nor is what it was the last one of.
    fn remove(&mut self, id: u64, member: Ticket) {
        if let Some(entry) = self.active.get_mut(id) {
            entry.members.retain(|other| *other != member);
            if entry.members.is_empty() {
                self.active.discard(id);
            }
        }
    }

    /// The router refused to end the member, so it can be ended again.
    pub(super) fn restore(&mut self, id: u64, member: Ticket) -> bool {
        let serves = self.members(id).contains(&member);
        if serves {
            self.ids.insert(member, id);
        }
        serves
    }
}

/// The type of the request that begins.
pub(super) fn request_to(role: Role) -> MessageType {
    if role == Role::Broker { MessageType::Subscribe } else { MessageType::Register }
}

/// What a command that ended the last member achieved.
pub(super) fn ended<P>(role: Role) -> Success<P> {
    if role == Role::Broker { Success::Unsubscribed(true) } else { Success::Unregistered }
}

impl<P: Payload> Session<P> {
    pub(super) fn roster(&mut self, role: Role) -> &mut Roster {
        if role == Role::Broker { &mut self.subscriptions } else { &mut self.registrations }
    }

    /// SUBSCRIBE or REGISTER. The ticket names the member from then on.
    pub(super) fn begin(
        &mut self,
        role: Role,
        uri: Uri,
        policy: Option<MatchPolicy>,
        options: Dict,
    ) -> Result<Ticket, CommandError> {
        self.require(role)?;
        self.check_options(request_to(role), &options)?;
        let pattern = Pattern::new(uri, policy.unwrap_or_default())?;
        let ticket = self.request_ticket()?;
        self.keep(ticket, role, &pattern, &options);
        self.line_up(role, &pattern, Step::Begin { ticket, options });
        Ok(ticket)
    }

    /// Ends a member that is active or waits to be restored; gives the ticket of this command.
    pub(super) fn finish(
        &mut self,
        role: Role,
        member: Ticket,
        what: &'static str,
    ) -> Result<Ticket, CommandError> {
        if let Some(ticket) = self.end_kept(member, role) {
            return Ok(ticket);
        }
        self.require(role)?;
        if !self.roster(role).ids.contains(member) {
            return Err(CommandError::NotActive(what));
        }
        let ticket = self.next_ticket();
        self.end_member(role, member, ticket);
        Ok(ticket)
    }

    /// Ends an active member by the command of this ticket.
    fn end_member(&mut self, role: Role, member: Ticket, ticket: Ticket) {
        let at_once = role == Role::Broker;
        if at_once {
            self.kept.remove(member);
        } else {
            self.kept.set(member, Stage::Ended(ticket));
        }
        let roster = self.roster(role);
        let Some(id) = roster.ids.remove(member) else { return };
        let Some(entry) = roster.active.get_mut(id) else { return };
        if at_once {
            entry.members.retain(|other| *other != member);
            if !entry.members.is_empty() {
                self.settle(ticket, Ok(Success::Unsubscribed(false)));
                return;
            }
        }
        let pattern = entry.pattern.clone();
        self.line_up(role, &pattern, Step::End { ticket, id, member });
    }

    /// SUBSCRIBED or REGISTERED.
    pub(super) fn begun(
        &mut self,
        answer: MessageType,
        role: Role,
        request: RequestId,
        id: u64,
    ) -> Result<(), Violation> {
        let Some(pending) = self.requests.take(answer, request_to(role), request)? else { return Ok(()) };
        let Asked::Begin(_, pattern) = pending.asked else { return Ok(()) };
        let member = pending.ticket;
        self.roster(role).add(id, &pattern, member);
        let before = self.kept.stage(member);
        self.kept.set(member, Stage::Active);
        let (subscription, registration) = (SubscriptionId::of_checked(id), RegistrationId::of_checked(id));
        let broker = role == Role::Broker;
        match before {
            Stage::New if broker => self.settle(member, Ok(Success::Subscribed(subscription))),
            Stage::New => self.settle(member, Ok(Success::Registered(registration))),
            Stage::Ended(ticket) => self.end_member(role, member, ticket),
            _ if broker => self.tell(SessionEvent::SubscriptionRestored { handler: member, subscription }),
            _ => self.tell(SessionEvent::RegistrationRestored { endpoint: member, registration }),
        }
        self.line_begun(role, &pattern);
        Ok(())
    }

    /// UNSUBSCRIBED or UNREGISTERED: the answer to a request, or the end of what the details name.
    pub(super) fn over(
        &mut self,
        answer: MessageType,
        role: Role,
        request: Option<RequestId>,
        details: &EndDetails,
    ) -> Result<(), Violation> {
        let Some(request) = request else {
            self.revoked(role, details);
            return Ok(());
        };
        let broker = role == Role::Broker;
        let asked = if broker { MessageType::Unsubscribe } else { MessageType::Unregister };
        if let Some(pending) = self.requests.take(answer, asked, request)?
            && let Asked::End { pattern, id, member, .. } = pending.asked
        {
            self.member_ended(role, id, member, pending.ticket);
            self.line_ended(role, &pattern);
        }
        Ok(())
    }

    /// The last member is no more, as the command of this ticket wants it.
    pub(super) fn member_ended(&mut self, role: Role, id: u64, member: Ticket, ticket: Ticket) {
        if role == Role::Dealer {
            self.registrations.remove(id, member);
            self.kept.remove(member);
        }
        self.settle(ticket, Ok(ended(role)));
    }

    fn revoked(&mut self, role: Role, details: &EndDetails) {
        let broker = role == Role::Broker;
        let id = if broker { details.subscription() } else { details.registration() };
        let Some(entry) = id.and_then(|id| self.roster(role).active.remove(id)) else { return };
        let mut members = entry.members;
        members.retain(|member| {
            self.kept.remove(*member);
            // One that is ending learns it as the answer to that.
            self.roster(role).ids.remove(*member).is_some()
        });
        let reason = details.reason().map(Uri::from);
        if !broker {
            for endpoint in members {
                self.tell(SessionEvent::RegistrationRevoked { endpoint, reason: reason.clone() });
            }
        } else if !members.is_empty() {
            self.tell(SessionEvent::SubscriptionRevoked { handlers: members, reason });
        }
    }

    /// A SUBSCRIBE or REGISTER is answered.
    pub(super) fn line_begun(&mut self, role: Role, pattern: &Pattern) {
        self.roster(role).lines.begun(pattern);
        self.advance(role, pattern);
    }

    /// An UNSUBSCRIBE or UNREGISTER is answered.
    pub(super) fn line_ended(&mut self, role: Role, pattern: &Pattern) {
        self.roster(role).lines.ended(pattern);
        self.advance(role, pattern);
    }

    /// Sends a request as soon as it may go.
    pub(super) fn line_up(&mut self, role: Role, pattern: &Pattern, step: Step) {
        self.roster(role).lines.push(pattern, step);
        self.advance(role, pattern);
    }

    /// Lets everything out that may go now.
    fn advance(&mut self, role: Role, pattern: &Pattern) {
        let broker = role == Role::Broker;
        while let Some((pattern, step)) = self.roster(role).lines.pop(pattern) {
            match step {
                Step::Begin { ticket, options } => {
                    let request = self.requests.ask(ticket, Asked::Begin(role, pattern.clone()));
                    if broker {
                        let options = SubscribeOptions::of_checked(options);
                        self.send(Subscribe { request, options, topic: pattern.uri });
                    } else {
                        let options = RegisterOptions::of_checked(options);
                        self.send(Register { request, options, procedure: pattern.uri });
                    }
                }
                Step::End { ticket, id, member } => {
                    // While it waited, another may have come, or the router may have revoked it.
                    let roster = self.roster(role);
                    let shared = roster.members(id).iter().any(|other| *other != member);
                    if shared || !roster.active.contains(id) {
                        if broker {
                            self.settle(ticket, Ok(Success::Unsubscribed(!shared)));
                        } else {
                            self.member_ended(role, id, member, ticket);
                        }
                        self.roster(role).lines.ended(&pattern);
                        continue;
                    }
                    if broker {
                        roster.active.discard(id);
                    }
                    let request = self.requests.ask(ticket, Asked::End { role, pattern, id, member });
                    let options = EndDetails::default();
                    if broker {
                        let subscription = SubscriptionId::of_checked(id);
                        self.send(Unsubscribe { request, subscription, options });
                    } else {
                        let registration = RegistrationId::of_checked(id);
                        self.send(Unregister { request, registration, options });
                    }
                }
            }
        }
    }
}

//! The callee's registrations: which endpoint serves a registration, and when the router is told.
//! An endpoint serves until UNREGISTERED has come. A registration can be shared, even within one
//! session: then the newest endpoint serves, and UNREGISTER goes out for the last one only.

use crate::message::{
    EndDetails, Id, MessageType, Pattern, Payload, Register, RegisterOptions, Registered, RegistrationId,
    Role, Unregister, Unregistered, Uri,
};

use super::{
    CommandError, Session, SessionEvent, Success, Ticket,
    kept::Stage,
    lines::{Lines, Step},
    pending::Asked,
    table::Table,
    violation::Violation,
};

/// The registrations of one session.
#[derive(Debug, Default)]
pub(super) struct Registrations {
    active: Table<RegistrationId, Registration>,
    /// The endpoints that are not being unregistered.
    endpoints: Table<Ticket, RegistrationId>,
    pub(super) lines: Lines<(RegistrationId, Ticket), RegisterOptions>,
}

#[derive(Debug)]
struct Registration {
    pattern: Pattern,
    /// Never empty. The last one serves.
    endpoints: Vec<Ticket>,
}

impl Registrations {
    pub(super) fn waiting(&self) -> impl Iterator<Item = Ticket> {
        self.lines.tickets()
    }

    /// The endpoint that serves a registration.
    pub(super) fn endpoint(&self, id: RegistrationId) -> Option<Ticket> {
        self.active.get(id)?.endpoints.last().copied()
    }

    fn add(&mut self, id: RegistrationId, pattern: &Pattern, endpoint: Ticket) {
        match self.active.get_mut(id) {
            Some(registration) => registration.endpoints.push(endpoint),
            None => {
                self.active.insert(id, Registration { pattern: pattern.clone(), endpoints: vec![endpoint] });
            }
        }
        self.endpoints.insert(endpoint, id);
    }

    /// The endpoint serves no more.
    fn remove(&mut self, id: RegistrationId, endpoint: Ticket) {
        if let Some(registration) = self.active.get_mut(id) {
            registration.endpoints.retain(|ticket| *ticket != endpoint);
            if registration.endpoints.is_empty() {
                self.active.remove(id);
            }
        }
    }

    /// The router refused to end the endpoint, so it can be unregistered again.
    pub(super) fn restore(&mut self, id: RegistrationId, endpoint: Ticket) -> bool {
        let serves =
            self.active.get(id).is_some_and(|registration| registration.endpoints.contains(&endpoint));
        if serves {
            self.endpoints.insert(endpoint, id);
        }
        serves
    }

    /// Whether the endpoint is the only one of the registration.
    fn is_last(&self, id: RegistrationId, endpoint: Ticket) -> bool {
        self.active.get(id).is_some_and(|registration| registration.endpoints == [endpoint])
    }
}

impl<P: Payload> Session<P> {
    /// Registers an endpoint. The ticket is settled with [`Success::Registered`] and names the endpoint
    /// from then on.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NoSuchRole`] without a dealer, [`CommandError::Uri`],
    /// [`CommandError::FeatureNotSupported`], [`CommandError::TooManyPending`].
    pub fn register(&mut self, procedure: Uri, options: RegisterOptions) -> Result<Ticket, CommandError> {
        self.require(Role::Dealer)?;
        self.check_options(MessageType::Register, options.as_dict())?;
        let pattern = Pattern::new(procedure, options.r#match().unwrap_or_default())?;
        let ticket = self.request_ticket()?;
        self.keep(ticket, Role::Dealer, &pattern, options.as_dict());
        self.registrations.lines.push(&pattern, Step::Begin { ticket, options });
        self.advance_procedure(&pattern);
        Ok(ticket)
    }

    /// Ends an endpoint; the new ticket is settled with [`Success::Unregistered`]. Calls that arrive
    /// before that are still served, and running ones are to be answered in any case.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NotActive`] when the ticket names no active endpoint.
    /// An endpoint that waits to be restored counts as active, and needs no open session.
    pub fn unregister(&mut self, endpoint: Ticket) -> Result<Ticket, CommandError> {
        if let Some(ticket) = self.end_kept(endpoint, Role::Dealer) {
            return Ok(ticket);
        }
        self.require(Role::Dealer)?;
        if !self.registrations.endpoints.contains(endpoint) {
            return Err(CommandError::NotActive("registration"));
        }
        let ticket = self.next_ticket();
        self.end_endpoint(endpoint, ticket);
        Ok(ticket)
    }

    /// Ends an active endpoint by the command of this ticket.
    fn end_endpoint(&mut self, endpoint: Ticket, ticket: Ticket) {
        self.kept.set(endpoint, Stage::Ended(ticket));
        let registrations = &mut self.registrations;
        let Some(id) = registrations.endpoints.remove(endpoint) else { return };
        let Some(registration) = registrations.active.get(id) else { return };
        let pattern = registration.pattern.clone();
        registrations.lines.push(&pattern, Step::End { ticket, id: (id, endpoint) });
        self.advance_procedure(&pattern);
    }

    /// An endpoint serves no more, as the command of this ticket wants it.
    pub(super) fn endpoint_ended(&mut self, id: RegistrationId, endpoint: Ticket, ticket: Ticket) {
        self.registrations.remove(id, endpoint);
        self.kept.remove(endpoint);
        self.settle(ticket, Ok(Success::Unregistered));
    }

    pub(super) fn received_registered(&mut self, message: &Registered) -> Result<(), Violation> {
        let Registered { request, registration } = *message;
        if let Some(pending) = self.requests.take(MessageType::Registered, MessageType::Register, request)?
            && let Asked::Register(pattern) = pending.asked
        {
            let endpoint = pending.ticket;
            self.registrations.add(registration, &pattern, endpoint);
            let before = self.kept.stage(endpoint);
            self.kept.set(endpoint, Stage::Active);
            match before {
                Stage::New => self.settle(endpoint, Ok(Success::Registered(registration))),
                Stage::Ended(ticket) => self.end_endpoint(endpoint, ticket),
                _ => self.tell(SessionEvent::RegistrationRestored { endpoint, registration }),
            }
            self.procedure_begun(&pattern);
        }
        Ok(())
    }

    pub(super) fn received_unregistered(&mut self, message: &Unregistered) -> Result<(), Violation> {
        let Some(request) = message.request else {
            self.registration_revoked(&message.details);
            return Ok(());
        };
        let answer = MessageType::Unregistered;
        if let Some(pending) = self.requests.take(answer, MessageType::Unregister, request)?
            && let Asked::Unregister { pattern, id, endpoint } = pending.asked
        {
            self.endpoint_ended(id, endpoint, pending.ticket);
            self.procedure_ended(&pattern);
        }
        Ok(())
    }

    fn registration_revoked(&mut self, details: &EndDetails) {
        let id = details.registration().and_then(|id| RegistrationId::new(id).ok());
        let Some(registration) = id.and_then(|id| self.registrations.active.remove(id)) else { return };
        let reason = details.reason().map(Uri::from);
        for endpoint in registration.endpoints {
            self.kept.remove(endpoint);
            // One that is being unregistered learns it as the answer to that.
            if self.registrations.endpoints.remove(endpoint).is_some() {
                self.tell(SessionEvent::RegistrationRevoked { endpoint, reason: reason.clone() });
            }
        }
    }

    pub(super) fn procedure_begun(&mut self, pattern: &Pattern) {
        self.registrations.lines.begun(pattern);
        self.advance_procedure(pattern);
    }

    pub(super) fn procedure_ended(&mut self, pattern: &Pattern) {
        self.registrations.lines.ended(pattern);
        self.advance_procedure(pattern);
    }

    /// Lets everything out that may go now.
    pub(super) fn advance_procedure(&mut self, pattern: &Pattern) {
        while let Some((pattern, step)) = self.registrations.lines.pop(pattern) {
            match step {
                Step::Begin { ticket, options } => {
                    let request = self.requests.ask(ticket, Asked::Register(pattern.clone()));
                    self.send(Register { request, options, procedure: pattern.uri });
                }
                Step::End { ticket, id: (id, endpoint) } if self.registrations.is_last(id, endpoint) => {
                    let asked = Asked::Unregister { pattern, id, endpoint };
                    let request = self.requests.ask(ticket, asked);
                    self.send(Unregister { request, registration: id, options: EndDetails::default() });
                }
                // Others share it, or the router revoked it while this waited.
                Step::End { ticket, id: (id, endpoint) } => {
                    self.endpoint_ended(id, endpoint, ticket);
                    self.registrations.lines.ended(&pattern);
                }
            }
        }
    }
}

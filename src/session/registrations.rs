//! The callee's registrations: its commands, and which endpoint serves a call.
//! An endpoint serves until UNREGISTERED has come. A registration can be shared, even within one
//! session: then the newest endpoint serves, and UNREGISTER goes out for the last one only.

use crate::message::{Id, Payload, RegisterOptions, RegistrationId, Role, Uri};

use super::{CommandError, Session, Ticket};

impl<P: Payload> Session<P> {
    /// Registers an endpoint. The ticket is settled with [`Success::Registered`](super::Success::Registered)
    /// and names the endpoint from then on.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NoSuchRole`] without a dealer, [`CommandError::Uri`],
    /// [`CommandError::FeatureNotSupported`], [`CommandError::TooManyPending`].
    pub fn register(&mut self, procedure: Uri, options: RegisterOptions) -> Result<Ticket, CommandError> {
        self.begin(Role::Dealer, procedure, options.r#match(), options.into_dict())
    }

    /// Ends an endpoint; the new ticket is settled with
    /// [`Success::Unregistered`](super::Success::Unregistered). Calls that arrive before that are still
    /// served, and running ones are to be answered in any case.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NotActive`] when the ticket names no active endpoint.
    /// An endpoint that waits to be restored counts as active, and needs no open session.
    pub fn unregister(&mut self, endpoint: Ticket) -> Result<Ticket, CommandError> {
        self.finish(Role::Dealer, endpoint, "registration")
    }

    /// The endpoint that serves a registration.
    pub(super) fn endpoint(&self, registration: RegistrationId) -> Option<Ticket> {
        self.registrations.members(registration.get()).last().copied()
    }
}

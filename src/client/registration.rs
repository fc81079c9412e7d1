//! A procedure that this session offers, and the calls that reach it.

use std::{fmt, rc::Rc};

use futures::future::LocalBoxFuture;

use super::{
    arguments::{Args, Arguments, Kwargs},
    error::{RequestError, WampError},
    shared::Shared,
};
use crate::{
    message::{InvocationDetails, RegistrationId},
    session::Ticket,
};

/// A call that reached a procedure of ours.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Invocation {
    /// Positional arguments.
    pub args: Args,
    /// Keyword arguments.
    pub kwargs: Kwargs,
    /// Details: who calls, and which procedure where the registration is a pattern.
    pub details: InvocationDetails,
    /// The registration.
    pub registration: RegistrationId,
}

/// A procedure without its types: starts a call, which then runs until it has its answer.
pub(super) type Procedure = Rc<dyn Fn(Invocation) -> LocalBoxFuture<'static, Result<Arguments, WampError>>>;

pub(super) fn untyped<A: Into<Arguments>>(
    f: impl AsyncFn(Invocation) -> Result<A, WampError> + 'static,
) -> Procedure {
    let f = Rc::new(f);
    Rc::new(move |invocation| {
        let f = Rc::clone(&f);
        Box::pin(async move { f(invocation).await.map(Into::into) })
    })
}

/// A procedure of ours that the router knows.
///
/// Dropping it sends nothing: the procedure goes on serving calls.
/// [`unregister`](Self::unregister) ends it.
pub struct Registration {
    shared: Shared,
    ticket: Ticket,
    id: RegistrationId,
}

impl Registration {
    pub(super) const fn new(shared: Shared, ticket: Ticket, id: RegistrationId) -> Self {
        Self { shared, ticket, id }
    }

    /// The router's number of the registration.
    #[must_use]
    pub const fn id(&self) -> RegistrationId {
        self.id
    }

    /// Whether calls can come.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.shared.with(|core| core.procedures.contains_key(&self.ticket))
    }

    /// Ends the registration. Calls that run already are still answered, and calls that the router sends
    /// before it has confirmed are still served.
    ///
    /// # Errors
    /// [`RequestError`], also when the router ended the registration before.
    pub async fn unregister(self) -> Result<(), RequestError> {
        let answer = self.shared.ask(|core| core.session.unregister(self.ticket))?;
        let outcome = answer.wait().await;
        let procedure = self.shared.with(|core| core.procedures.remove(&self.ticket));
        drop(procedure);
        outcome.map(drop)
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("id", &self.id).finish_non_exhaustive()
    }
}

//! What a host may do by itself for a while, so that the messages that come and go by the thousand cost it no word
//! with the machine: number requests, and run and answer invocations. The one rule is the host's: before it tells or asks
//! the machine anything that depends on it, it makes up for everything that it did, in order.

use crate::message::{Payload, RegistrationId, RequestId, Role};

use super::{Session, Ticket};

impl<P: Payload> Session<P> {
    /// The id of the next request, for a host that numbers its own from there: PUBLISHes that get no
    /// answer, and plain CALLs, of which no more may wait at a time than this says. `None`: it may not.
    ///
    /// To make up for them: [`took`](Self::took) before each CALL that still waits, then
    /// [`begin_call`](Self::begin_call), which gives it the id that it has; and `took` with the id that
    /// would have been the next. A call that is over meanwhile is none of the machine's.
    #[must_use]
    pub fn lend(&self) -> Option<(RequestId, usize)> {
        self.require(Role::Dealer).and_then(|()| self.require(Role::Broker)).ok()?;
        Some((self.requests.lent()?, self.config.max_pending.saturating_sub(self.unsettled)))
    }

    /// All ids before this one are in use.
    pub fn took(&mut self, next: RequestId) {
        self.requests.took(next);
    }

    /// The endpoint for INVOCATIONs without details, for a host that runs and answers them by itself: no
    /// two with one id at a time. `None`: it may not, because what runs already has to be compared.
    ///
    /// To make up for those that run on: [`on_invocation`](Self::on_invocation).
    #[must_use]
    pub fn lent_endpoint(&self, registration: RegistrationId) -> Option<Ticket> {
        if self.is_open() && self.invocations.is_empty() { self.endpoint(registration) } else { None }
    }
}

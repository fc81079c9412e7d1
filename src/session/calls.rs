//! The caller: CALL and its results.
//! A progressive result never completes a call, whether it was asked for or not.

use crate::message::{
    Call, CallOptions, MessageType, Payload, RequestId, Result as CallResult, Role, Uri, UriRules,
};

use super::{CommandError, Session, SessionEvent, Success, Ticket, pending::Asked, violation::Violation};

impl<P: Payload> Session<P> {
    /// Calls a procedure. The ticket is settled with [`Success::Result`]; before that come
    /// [`SessionEvent::Progress`] events, if the options have `receive_progress` and the callee sends any.
    ///
    /// The payload has to be one that can be encoded: the request has its id once this returns.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NoSuchRole`] without a dealer, [`CommandError::Uri`].
    pub fn call(&mut self, procedure: Uri, options: CallOptions, payload: P) -> Result<Ticket, CommandError> {
        procedure.check(UriRules::Complete)?;
        let (request, ticket) = self.begin_call(options.receive_progress() == Some(true))?;
        self.send(Call { request, options, procedure, payload });
        Ok(ticket)
    }

    /// [`call`](Self::call) for a host that writes and sends the message itself: at once, with this id,
    /// and with a procedure that it has checked.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NoSuchRole`] without a dealer.
    pub fn begin_call(&mut self, receive_progress: bool) -> Result<(RequestId, Ticket), CommandError> {
        self.require(Role::Dealer)?;
        let ticket = self.next_ticket();
        Ok((self.requests.ask(ticket, Asked::Call { receive_progress }), ticket))
    }

    /// The fast way for a final RESULT: the call that it completes, which is settled with this. `None`
    /// decides nothing: give the message to [`handle`](Self::handle).
    pub fn on_result(&mut self, request: RequestId) -> Option<Ticket> {
        if !self.is_open() {
            return None;
        }
        let pending = self.requests.take(MessageType::Result, MessageType::Call, request).ok()?;
        pending.map(|pending| pending.ticket)
    }

    pub(super) fn received_result(&mut self, message: CallResult<P>) -> Result<(), Violation> {
        let CallResult { request, details, payload } = message;
        if !self.requests.is_issued(request) {
            return Err(Violation::never_issued(MessageType::Result, request));
        }
        if details.progress() == Some(true) {
            if let Some(pending) = self.requests.get(MessageType::Call, request)
                && matches!(pending.asked, Asked::Call { receive_progress: true })
            {
                let ticket = pending.ticket;
                self.tell(SessionEvent::Progress { ticket, details, payload });
            }
        } else if let Some(ticket) = self.on_result(request) {
            self.settle(ticket, Ok(Success::Result { details, payload }));
        }
        Ok(())
    }
}

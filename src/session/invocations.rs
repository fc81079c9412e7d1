//! The callee at work: INVOCATION, its answer, and INTERRUPT.
//! Every running invocation is answered exactly once. Ids are not checked for gaps, because some
//! routers count them for all sessions together.

use crate::message::{
    CancelMode, Error, ErrorDetails, Interrupt, Invocation, MessageType, Payload, RegistrationId, RequestId,
    Uri, UriRules, Yield, YieldOptions, uris,
};

use super::{CommandError, Session, SessionEvent, Ticket, table::Table, violation::Violation};

/// The invocations that wait for an answer, and whether their caller takes progressive results.
pub(super) type Invocations = Table<RequestId, bool>;

impl<P: Payload> Session<P> {
    /// Answers an invocation with a result. With `progress` in the options it is only a part and the
    /// invocation runs on; to a caller who takes no parts, nothing is sent then.
    ///
    /// The payload has to be one that can be encoded: with it, the invocation is answered.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NotActive`] when the invocation is not running (any more).
    pub fn yield_result(
        &mut self,
        request: RequestId,
        options: YieldOptions,
        payload: P,
    ) -> Result<(), CommandError> {
        if options.progress() == Some(true) {
            if !self.takes_progress(request)? {
                return Ok(());
            }
        } else {
            self.end_invocation(request)?;
        }
        self.send(Yield { request, options, payload });
        Ok(())
    }

    /// Answers an invocation with an error.
    ///
    /// # Errors
    /// As [`yield_result`](Self::yield_result), and [`CommandError::Uri`]: the invocation runs on then.
    pub fn yield_error(&mut self, request: RequestId, error: Uri, payload: P) -> Result<(), CommandError> {
        error.check(UriRules::Complete)?;
        self.end_invocation(request)?;
        self.send_error(request, error, payload);
        Ok(())
    }

    /// Ends an invocation for a host that writes and sends the final YIELD or ERROR itself, at once.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NotActive`] when the invocation is not running (any
    /// more): then nothing may be sent.
    pub fn end_invocation(&mut self, request: RequestId) -> Result<(), CommandError> {
        self.takes_progress(request)?;
        self.invocations.remove(request);
        Ok(())
    }

    /// Whether a running invocation may be answered in parts.
    ///
    /// # Errors
    /// As [`end_invocation`](Self::end_invocation).
    pub fn takes_progress(&self, request: RequestId) -> Result<bool, CommandError> {
        if !self.is_open() {
            return Err(CommandError::NotOpen);
        }
        self.invocations.get(request).copied().ok_or(CommandError::NotActive("invocation"))
    }

    /// The fast way for an INVOCATION without details: the endpoint that has to answer it. `None`
    /// decides nothing: give the message to [`handle`](Self::handle).
    pub fn on_invocation(&mut self, request: RequestId, registration: RegistrationId) -> Option<Ticket> {
        if !self.is_open() {
            return None;
        }
        self.start_invocation(request, registration, false)
    }

    fn start_invocation(
        &mut self,
        request: RequestId,
        registration: RegistrationId,
        receive_progress: bool,
    ) -> Option<Ticket> {
        let endpoint = self.registrations.endpoint(registration)?;
        if self.invocations.contains(request) {
            return None;
        }
        self.invocations.insert(request, receive_progress);
        Some(endpoint)
    }

    pub(super) fn received_invocation(&mut self, message: Invocation<P>) -> Result<(), Violation> {
        let Invocation { request, registration, details, payload } = message;
        if self.invocations.contains(request) {
            return Err(Violation(format!("INVOCATION.Request {request} is running already")));
        }
        let receive_progress = details.receive_progress() == Some(true);
        if let Some(endpoint) = self.start_invocation(request, registration, receive_progress) {
            self.tell(SessionEvent::Invocation { endpoint, request, registration, details, payload });
        } else {
            let text = format!("registration {registration} is not this session's");
            self.send_error(request, uris::NO_SUCH_PROCEDURE.into(), P::from_text(&text));
        }
        Ok(())
    }

    /// This client does not announce `call_canceling`, so no INTERRUPT should come. One that does is
    /// answered in the endpoint's place, and the answer that the endpoint gives later is not sent.
    pub(super) fn received_interrupt(&mut self, message: &Interrupt) {
        let running = self.invocations.remove(message.request).is_some();
        if running && message.options.mode() == Some(CancelMode::Kill) {
            self.send_error(message.request, uris::CANCELED.into(), P::default());
        }
    }

    fn send_error(&mut self, request: RequestId, error: Uri, payload: P) {
        let request_type = MessageType::Invocation;
        self.send(Error { request_type, request, details: ErrorDetails::default(), error, payload });
    }
}

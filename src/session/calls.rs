//! The caller: CALL and its results, both in one piece or in parts, canceling, and timeouts.
//! A progressive result never completes a call. What does comes once: a call that ended on this side is
//! forgotten, and the router's late answer to it is ignored like any to a request that is not pending.

use std::time::Duration;

use crate::message::{
    Call, CallOptions, Cancel, CancelMode, CancelOptions, MessageType, Payload, RequestId,
    Result as CallResult, Role, Uri, UriRules, text, uris,
};

use super::{
    CommandError, Failure, Session, SessionEvent, Success, Ticket, features::Feature, pending::Asked,
    violation::Violation,
};

/// What a call without its result needs to go on.
#[derive(Debug, Default)]
pub(super) struct Calling {
    receive_progress: bool,
    /// Whether more of the call itself may follow.
    more: bool,
    /// Where the rest of the call goes, if this machine writes it.
    procedure: Option<Uri>,
    /// Whether CANCEL with mode `kill` is sent, so that the router has yet to answer.
    killed: bool,
    /// How long each part of the result may take.
    timeout: Duration,
    pub(super) deadline: Option<Duration>,
}

impl<P: Payload> Session<P> {
    /// Calls a procedure. The ticket is settled with [`Success::Result`]; before that come
    /// [`SessionEvent::Progress`] events, if the options have `receive_progress` and the callee sends any.
    ///
    /// With `progress` in the options this is the first part of a call: [`call_part`](Self::call_part)
    /// sends the others. With a `timeout`, the call fails with `wamp.error.timeout` when the router has
    /// not answered by then, or not since the last part of the result.
    ///
    /// The payload has to be one that can be encoded: the request has its id once this returns.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NoSuchRole`] without a dealer, [`CommandError::Uri`],
    /// [`CommandError::FeatureNotSupported`], [`CommandError::TooManyPending`].
    pub fn call(
        &mut self,
        now: Duration,
        procedure: Uri,
        options: CallOptions,
        payload: P,
    ) -> Result<Ticket, CommandError> {
        procedure.check(UriRules::Complete)?;
        self.require(Role::Dealer)?;
        self.check_options(MessageType::Call, options.as_dict())?;
        let (request, ticket) = self.begin_call(options.receive_progress() == Some(true))?;
        let more = options.progress() == Some(true);
        self.plan_call(now, request, options.timeout().unwrap_or_default(), more);
        if more && let Some(calling) = self.requests.calling(request) {
            calling.procedure = Some(procedure.clone());
        }
        self.send(Call { request, options, procedure, payload });
        Ok(ticket)
    }

    /// [`call`](Self::call) for a host that writes and sends the message itself: at once, with this id,
    /// and with a procedure and options that it has checked.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NoSuchRole`] without a dealer,
    /// [`CommandError::TooManyPending`].
    pub fn begin_call(&mut self, receive_progress: bool) -> Result<(RequestId, Ticket), CommandError> {
        self.require(Role::Dealer)?;
        let ticket = self.request_ticket()?;
        let calling = Calling { receive_progress, ..Calling::default() };
        Ok((self.requests.ask(ticket, Asked::Call(calling)), ticket))
    }

    /// What [`begin_call`](Self::begin_call) has to know about few calls: the `timeout` of their options
    /// in milliseconds, where 0 is none, and whether more of the call follows.
    pub fn plan_call(&mut self, now: Duration, request: RequestId, timeout: u64, more: bool) {
        // The router's own timer should be the first to ring.
        let grace = if self.features.router_has(Feature::CallTimeout) {
            self.config.timeout_grace
        } else {
            Duration::ZERO
        };
        let Some(calling) = self.requests.calling(request) else { return };
        calling.more = more;
        if timeout > 0 {
            calling.timeout = Duration::from_millis(timeout).saturating_add(grace);
            let deadline = now.saturating_add(calling.timeout);
            calling.deadline = Some(deadline);
            self.requests.watch(deadline);
        }
    }

    /// Sends another part of a call that was begun with `progress` in its options. With `more` it is not
    /// the last one.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NotActive`] when the call has its answer, or had its last
    /// part: then nobody waits for more.
    pub fn call_part(&mut self, call: Ticket, more: bool, payload: P) -> Result<(), CommandError> {
        let none = CommandError::NotActive("call");
        let request = self.requests.call_of(call).ok_or_else(|| none.clone())?;
        let procedure = self.requests.calling(request).and_then(|calling| calling.procedure.clone());
        let procedure = procedure.ok_or(none)?;
        self.continue_call(request, more)?;
        // What else the options of the first part said goes for all.
        let options =
            if more { CallOptions::default().with("progress", true) } else { CallOptions::default() };
        self.send(Call { request, options, procedure, payload });
        Ok(())
    }

    /// [`call_part`](Self::call_part) for a host that writes and sends the message itself, at once.
    ///
    /// # Errors
    /// As [`call_part`](Self::call_part): then nothing may be sent.
    pub fn continue_call(&mut self, request: RequestId, more: bool) -> Result<(), CommandError> {
        if !self.is_open() {
            return Err(CommandError::NotOpen);
        }
        let calling = self.requests.calling(request).filter(|calling| calling.more);
        calling.ok_or(CommandError::NotActive("call"))?.more = more;
        Ok(())
    }

    /// Cancels a call. With the modes `skip` and `killnowait`, and without a mode, its ticket is settled at
    /// once with `wamp.error.canceled`; with `kill`, with what the router answers. To a router that does not
    /// cancel calls nothing is sent, and the call is over on this side in any mode.
    ///
    /// # Errors
    /// [`CommandError::NotOpen`], [`CommandError::NotActive`] when the call has its answer already.
    pub fn cancel(
        &mut self,
        now: Duration,
        call: Ticket,
        options: CancelOptions,
    ) -> Result<(), CommandError> {
        if !self.is_open() {
            return Err(CommandError::NotOpen);
        }
        let request = self.requests.call_of(call).ok_or(CommandError::NotActive("call"))?;
        self.cancel_call(now, request, options)
    }

    /// [`cancel`](Self::cancel) for a host that knows the id of the call.
    ///
    /// # Errors
    /// As [`cancel`](Self::cancel).
    pub fn cancel_call(
        &mut self,
        now: Duration,
        request: RequestId,
        options: CancelOptions,
    ) -> Result<(), CommandError> {
        if !self.is_open() {
            return Err(CommandError::NotOpen);
        }
        if self.requests.calling(request).is_none() {
            return Err(CommandError::NotActive("call"));
        }
        if !self.features.has(Feature::CallCanceling) {
            self.end_call(request, uris::CANCELED, P::default());
            return Ok(());
        }
        let mode = options.mode().unwrap_or_default();
        if mode == CancelMode::Kill {
            // Some routers never answer it.
            let patience = now.saturating_add(self.config.cancel_timeout);
            let Some(calling) = self.requests.calling(request) else { return Ok(()) };
            if calling.killed {
                return Ok(());
            }
            let deadline = calling.deadline.map_or(patience, |deadline| deadline.min(patience));
            (calling.killed, calling.more, calling.timeout) = (true, false, Duration::ZERO);
            calling.deadline = Some(deadline);
            self.requests.watch(deadline);
        }
        self.send_cancel(request, options, mode);
        if mode != CancelMode::Kill {
            self.end_call(request, uris::CANCELED, P::default());
        }
        Ok(())
    }

    /// The fast way for a final RESULT: the call that it completes, which is settled with this. `None`
    /// decides nothing: give the message to [`handle`](Self::handle).
    pub fn on_result(&mut self, request: RequestId) -> Option<Ticket> {
        if !self.is_open() {
            return None;
        }
        let ticket = self.requests.take_call(request)?;
        self.unsettled -= 1;
        Some(ticket)
    }

    pub(super) fn received_result(&mut self, now: Duration, message: CallResult<P>) -> Result<(), Violation> {
        let CallResult { request, details, payload } = message;
        if details.progress() != Some(true) {
            let answered = self.requests.take(MessageType::Result, MessageType::Call, request)?;
            if let Some(pending) = answered {
                self.settle(pending.ticket, Ok(Success::Result { details, payload }));
            }
            return Ok(());
        }
        if !self.requests.is_issued(request) {
            return Err(Violation::never_issued(MessageType::Result, request));
        }
        if let Some(calling) = self.requests.calling(request)
            && calling.receive_progress
        {
            if !calling.timeout.is_zero() {
                calling.deadline = Some(now.saturating_add(calling.timeout));
            }
            if let Some(pending) = self.requests.get(MessageType::Call, request) {
                let ticket = pending.ticket;
                self.tell(SessionEvent::Progress { ticket, details, payload });
            }
        }
        Ok(())
    }

    /// Ends the calls whose time is over. The router is told, because it may have another timer, or none.
    pub(super) fn expire_calls(&mut self, now: Duration) {
        for request in self.requests.calls_due(now) {
            let Some(calling) = self.requests.calling(request) else { continue };
            if calling.killed {
                self.end_call(request, uris::CANCELED, P::default());
                continue;
            }
            let text = text!["no answer within ", calling.timeout.as_millis() as u64, " ms"];
            if self.features.has(Feature::CallCanceling) {
                self.send_cancel(request, CancelOptions::default(), CancelMode::KillNoWait);
            }
            self.end_call(request, uris::TIMEOUT, P::from_text(&text));
        }
    }

    /// The mode is always said: routers differ in what they take for the default.
    fn send_cancel(&mut self, request: RequestId, options: CancelOptions, mode: CancelMode) {
        let options = if options.mode().is_some() { options } else { options.with("mode", mode.as_str()) };
        self.send(Cancel { request, options });
    }

    fn end_call(&mut self, request: RequestId, error: &str, payload: P) {
        if let Ok(Some(pending)) = self.requests.take(MessageType::Error, MessageType::Call, request) {
            self.settle(pending.ticket, Err(Failure::Error { error: error.into(), payload }));
        }
    }
}

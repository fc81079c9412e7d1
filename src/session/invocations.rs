//! The callee at work: INVOCATION, its answer, and INTERRUPT.
//! Every running invocation is answered once at the most. Ids are not checked for gaps, because some
//! routers count them for all sessions together.

use crate::message::{
    CancelMode, Error, ErrorDetails, Id, Interrupt, Invocation, MessageType, Payload, RegistrationId,
    RequestId, Uri, UriRules, Yield, YieldOptions, text, uris,
};

use super::{CommandError, Session, SessionEvent, Ticket, table::Table, violation::Violation};

/// So many invocations are remembered that ended before the last part of their call had come.
const LATE: usize = 256;

/// The invocations of one session.
#[derive(Debug, Default)]
pub(super) struct Invocations {
    running: Table<RequestId, Running>,
    /// What still comes of these is no new invocation, and nobody's any more.
    late: Vec<RequestId>,
}

/// An invocation that waits for an answer.
#[derive(Debug)]
struct Running {
    endpoint: Ticket,
    /// Whether its caller takes progressive results.
    takes_progress: bool,
    /// Whether more of the call follows.
    more: bool,
    /// Whether the caller waits for it to stop.
    killed: bool,
}

impl Invocations {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether no message can mean one of them.
    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty() && self.late.is_empty()
    }

    fn end(&mut self, request: RequestId) {
        if self.running.remove(request).is_some_and(|running| running.more) {
            self.remember(request);
        }
    }

    fn remember(&mut self, request: RequestId) {
        if self.late.len() == LATE {
            self.late.remove(0);
        }
        self.late.push(request);
    }
}

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

    /// Answers an invocation with an error. `wamp.error.unavailable` asks the router to try another callee
    /// of a shared registration, and `wamp.error.canceled` answers [`SessionEvent::Interrupted`].
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
        self.invocations.end(request);
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
        let running = self.invocations.running.get(request);
        running.map(|running| running.takes_progress).ok_or(CommandError::NotActive("invocation"))
    }

    /// The fast way for an INVOCATION without details: the endpoint that has to answer it. `None`
    /// decides nothing: give the message to [`handle`](Self::handle).
    pub fn on_invocation(&mut self, request: RequestId, registration: RegistrationId) -> Option<Ticket> {
        if !self.is_open() || self.invocations.late.contains(&request) {
            return None;
        }
        self.start_invocation(request, registration, false, false)
    }

    fn start_invocation(
        &mut self,
        request: RequestId,
        registration: RegistrationId,
        takes_progress: bool,
        more: bool,
    ) -> Option<Ticket> {
        let endpoint = self.endpoint(registration)?;
        let running = &mut self.invocations.running;
        if running.contains(request) {
            return None;
        }
        running.insert(request, Running { endpoint, takes_progress, more, killed: false });
        Some(endpoint)
    }

    pub(super) fn received_invocation(&mut self, message: Invocation<P>) -> Result<(), Violation> {
        let Invocation { request, registration, details, payload } = message;
        let more = details.progress() == Some(true);
        if let Some(running) = self.invocations.running.get_mut(request) {
            if !running.more {
                return Err(Violation(text!["INVOCATION.Request ", request.get(), " is running already"]));
            }
            running.more = more;
            if !running.killed {
                let endpoint = running.endpoint;
                self.tell(SessionEvent::InvocationPart { endpoint, request, details, payload });
            }
            return Ok(());
        }
        if self.invocations.late.contains(&request) {
            if !more {
                self.invocations.late.retain(|late| *late != request);
            }
            return Ok(());
        }
        let takes_progress = details.receive_progress() == Some(true);
        if let Some(endpoint) = self.start_invocation(request, registration, takes_progress, more) {
            self.tell(SessionEvent::Invocation { endpoint, request, registration, details, payload });
        } else {
            let text = text!["registration ", registration.get(), " is not this session's"];
            self.send_error(request, uris::NO_SUCH_PROCEDURE.into(), P::from_text(&text));
            if more {
                self.invocations.remember(request);
            }
        }
        Ok(())
    }

    /// An INTERRUPT may come at any time: for what is answered already, or was never heard of, it means
    /// nothing. Only with the mode `kill` the router waits for an answer.
    pub(super) fn received_interrupt(&mut self, message: &Interrupt) {
        let Interrupt { request, ref options } = *message;
        let Some(running) = self.invocations.running.get_mut(request) else { return };
        let endpoint = running.endpoint;
        let kill = options.mode() == Some(CancelMode::Kill);
        if !kill {
            self.invocations.end(request);
        } else if std::mem::replace(&mut running.killed, true) {
            return;
        }
        let reason = options.reason().map(Uri::from);
        self.tell(SessionEvent::Interrupted { endpoint, request, kill, reason });
    }

    fn send_error(&mut self, request: RequestId, error: Uri, payload: P) {
        let request_type = MessageType::Invocation;
        self.send(Error { request_type, request, details: ErrorDetails::default(), error, payload });
    }
}

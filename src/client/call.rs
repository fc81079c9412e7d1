//! A call that is running: its result and the parts of it, more parts of the call itself, and its end.
//! Dropping it before its result is there cancels it.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures::Stream;

use super::{
    arguments::{Args, Arguments, Kwargs, parts},
    error::RequestError,
    parts::{Part, Parts},
    shared::{Answer, Shared, odd},
};
use crate::{
    message::{CallOptions, CancelMode, Id, Message, RequestId, ResultDetails, Uri, Values},
    session::{Success, Ticket},
};

/// The result of a call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CallResult {
    /// Positional results.
    pub args: Args,
    /// Keyword results.
    pub kwargs: Kwargs,
    /// Details.
    pub details: ResultDetails,
}

/// A call that was sent: see [`SessionHandle::start_call`](super::SessionHandle::start_call).
///
/// As a `Stream` it gives the parts of the result that come before the result itself, if the options have
/// `receive_progress` and the callee sends any; [`result`](Self::result) gives the result. Up to 10,000
/// parts wait to be read; more of them cancel the call.
///
/// Dropping it before the result is there cancels the call with mode `killnowait`.
#[must_use = "a call that is dropped is canceled"]
pub struct Call {
    guard: Guard,
    answer: Answer,
    results: Parts,
    procedure: Uri,
}

/// Cancels the call when it is dropped, unless its result was waited for.
struct Guard {
    shared: Shared,
    ticket: Ticket,
    over: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.over {
            let _ = cancel(&self.shared, self.ticket, CancelMode::KillNoWait);
        }
    }
}

fn cancel(shared: &Shared, ticket: Ticket, mode: CancelMode) -> Result<(), RequestError> {
    let now = shared.timer.now();
    shared.command(|core| core.session.cancel(now, ticket, mode.into()))
}

impl Call {
    pub(super) fn new(shared: Shared, answer: Answer, results: Parts, procedure: Uri) -> Self {
        Self { guard: Guard { shared, ticket: answer.ticket, over: false }, answer, results, procedure }
    }

    /// Waits for the result.
    ///
    /// # Errors
    /// [`RequestError`]; what the procedure raised is its variant `Wamp`, and so are `wamp.error.canceled`
    /// and `wamp.error.timeout`.
    pub async fn result(self) -> Result<CallResult, RequestError> {
        let Self { mut guard, answer, results, .. } = self;
        // Parts that still come are nobody's.
        drop(results);
        let outcome = answer.wait().await;
        guard.over = true;
        let Success::Result { details, payload } = outcome? else { return Err(odd()) };
        let (args, kwargs) = parts(payload);
        Ok(CallResult { args: args.into(), kwargs: kwargs.into(), details })
    }

    /// Sends another part of a call that was started with `progress` in its options.
    ///
    /// # Errors
    /// [`RequestError`]: `Command` when the call has its result already, or had its last part.
    pub async fn send(&mut self, arguments: impl Into<Arguments>) -> Result<(), RequestError> {
        self.part(arguments.into(), true).await
    }

    /// Sends the last part of a call that was started with `progress` in its options.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn finish(&mut self, arguments: impl Into<Arguments>) -> Result<(), RequestError> {
        self.part(arguments.into(), false).await
    }

    async fn part(&self, arguments: Arguments, more: bool) -> Result<(), RequestError> {
        let Guard { shared, ticket, .. } = &self.guard;
        let payload = arguments.into_values()?;
        let request = RequestId::from_random(u64::MAX);
        let options = CallOptions::default().with("progress", true);
        let procedure = self.procedure.clone();
        let call = crate::message::Call { request, options, procedure, payload };
        let message: Message<Values> = call.into();
        shared.check(&message)?;
        shared.room().await;
        let Message::Call(crate::message::Call { payload, .. }) = message else { return Err(odd()) };
        shared.command(|core| core.session.call_part(*ticket, more, payload))
    }

    /// Cancels the call (`CANCEL`). With `KillNoWait` and `Skip` its result is `wamp.error.canceled` at once;
    /// with `Kill` it is what the callee makes of it.
    ///
    /// # Errors
    /// [`RequestError`]: `Command` when the call has its result already.
    pub fn cancel(&self, mode: CancelMode) -> Result<(), RequestError> {
        cancel(&self.guard.shared, self.guard.ticket, mode)
    }
}

impl Stream for Call {
    type Item = Part;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Part>> {
        Pin::new(&mut self.results).poll_next(cx)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("procedure", &self.procedure).finish_non_exhaustive()
    }
}

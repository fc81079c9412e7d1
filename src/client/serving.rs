//! What the application is busy with for a session: calls of its procedures, and the answer to a challenge.
//! One rule: all of it is dropped with the session, so that no answer of it reaches the next one.

use std::{
    collections::HashMap,
    rc::{Rc, Weak},
    task::{Context, Poll},
};

use futures::{
    StreamExt,
    future::{AbortHandle, LocalBoxFuture, abortable},
    stream::FuturesUnordered,
};

use super::{
    arguments::{Arguments, parts as parts_of},
    config::{OnChallenge, Proof},
    error::WampError,
    parts::{Part, Parts},
    registration::Invocation,
    shared::Shared,
};
use crate::{
    message::{
        Authenticate, Challenge, Error, ErrorDetails, Message, MessageType, Payload, RequestId, Uri,
        UriRules, Values, Yield, YieldOptions, uris,
    },
    session::Ticket,
};

pub(super) struct Serving {
    shared: Shared,
    /// There as long as the session: what outlives it finds it gone.
    session: Rc<()>,
    on_challenge: Option<OnChallenge>,
    running: FuturesUnordered<LocalBoxFuture<'static, Finished>>,
    /// The calls of procedures among them.
    calls: HashMap<RequestId, Running>,
}

/// A call of a procedure.
struct Running {
    abort: AbortHandle,
    parts: Option<Parts>,
}

/// No more parts come: whoever reads them may outlive the procedure.
impl Drop for Running {
    fn drop(&mut self) {
        self.parts.iter().for_each(Parts::end);
    }
}

/// What the application has finished.
enum Finished {
    Call(RequestId, Result<Arguments, WampError>),
    Stopped,
    Challenge(Result<Proof, WampError>),
}

impl Serving {
    pub(super) fn new(shared: Shared, on_challenge: Option<OnChallenge>) -> Self {
        let session = Rc::default();
        Self { shared, session, on_challenge, running: FuturesUnordered::new(), calls: HashMap::new() }
    }

    pub(super) fn session(&self) -> Weak<()> {
        Rc::downgrade(&self.session)
    }

    /// Drops everything.
    pub(super) fn clear(&mut self) {
        self.session = Rc::default();
        self.running.clear();
        self.calls.clear();
    }

    /// Has a challenge answered.
    pub(super) fn challenged(&self, challenge: Challenge) {
        let answer: LocalBoxFuture<'static, _> = match &self.on_challenge {
            Some(on_challenge) => on_challenge(challenge),
            None => Box::pin(std::future::ready(Err(WampError::new(
                uris::CANNOT_AUTHENTICATE,
                ("no handler for challenges",),
            )))),
        };
        self.running.push(Box::pin(async move { Finished::Challenge(answer.await) }));
    }

    /// Calls a procedure.
    pub(super) fn invoke(&mut self, endpoint: Ticket, mut invocation: Invocation) {
        let request = invocation.link.request;
        let procedure = self.shared.with(|core| Some(Rc::clone(&core.endpoints.get(&endpoint)?.procedure)));
        let Some(procedure) = procedure else {
            return self.reply(request, Err(WampError::new(uris::NO_SUCH_PROCEDURE, ())));
        };
        if invocation.details.progress() == Some(true) {
            let parts = Parts::new();
            parts.push(invocation.first());
            invocation.link.parts = Some(parts);
        }
        let parts = invocation.link.parts.clone();
        let (call, abort) = abortable(procedure(invocation));
        self.calls.insert(request, Running { abort, parts });
        self.running.push(Box::pin(async move {
            call.await.map_or(Finished::Stopped, |result| Finished::Call(request, result))
        }));
    }

    /// A part of a call that comes in parts.
    pub(super) fn part(&mut self, request: RequestId, more: bool, payload: Values) {
        let Some(parts) = self.calls.get(&request).and_then(|running| running.parts.clone()) else { return };
        let (args, kwargs) = parts_of(payload);
        if !parts.push(Part { args: args.into(), kwargs: kwargs.into() }) {
            self.stop(request);
            let text = "the parts of the call come faster than they are read";
            return self.reply(request, Err(WampError::new(uris::CANCELED, (text,))));
        }
        if !more {
            parts.end();
        }
    }

    /// The caller wants no result any more; `kill` when it waits for an answer all the same.
    pub(super) fn interrupted(&mut self, request: RequestId, kill: bool) {
        self.stop(request);
        if kill {
            self.reply(request, Err(WampError::new(uris::CANCELED, ())));
        }
    }

    /// Drops what runs for an invocation.
    fn stop(&mut self, request: RequestId) {
        self.calls.remove(&request).into_iter().for_each(|running| running.abort.abort());
    }

    /// Passes on what the application has finished. Whether there was anything.
    pub(super) fn finish(&mut self, cx: &mut Context<'_>) -> bool {
        let Poll::Ready(Some(finished)) = self.running.poll_next_unpin(cx) else { return false };
        match finished {
            Finished::Call(request, result) => {
                self.calls.remove(&request);
                self.reply(request, result);
            }
            Finished::Stopped => {}
            Finished::Challenge(answer) => self.answer(answer),
        }
        true
    }

    /// Answers an invocation. An answer that cannot be written becomes an error that can.
    fn reply(&self, request: RequestId, result: Result<Arguments, WampError>) {
        let tried = result.and_then(|arguments| {
            let payload = arguments.into_values().map_err(|e| WampError::runtime(&e.to_string()))?;
            let message = Yield { request, options: YieldOptions::default(), payload }.into();
            self.shared.check(&message).map_err(|e| WampError::runtime(&e.to_string()))?;
            Ok(message)
        });
        let message = tried.unwrap_or_else(|error| self.writable(request, error));
        // A session that is over, or left in the meantime, takes no answer any more.
        let _ = self.shared.with(|core| match message {
            Message::Yield(m) => core.session.yield_result(m.request, m.options, m.payload),
            Message::Error(m) => core.session.yield_error(m.request, m.error, m.payload),
            _ => Ok(()),
        });
    }

    fn writable(&self, request: RequestId, error: WampError) -> Message<Values> {
        let message = |error, payload| -> Message<Values> {
            let details = ErrorDetails::default();
            Error { request_type: MessageType::Invocation, request, details, error, payload }.into()
        };
        let uri = if error.uri.check(UriRules::Complete).is_ok() {
            error.uri.clone()
        } else {
            Uri::from(uris::RUNTIME_ERROR)
        };
        let full = message(uri.clone(), error.into_payload());
        match self.shared.check(&full) {
            Ok(()) => full,
            Err(problem) => message(uri, Values::from_text(&problem.to_string())),
        }
    }

    /// Answers a challenge.
    fn answer(&self, answer: Result<Proof, WampError>) {
        let now = self.shared.timer.now();
        let answer = answer.and_then(|proof| {
            let message = Authenticate { signature: proof.signature.clone(), extra: proof.extra.clone() };
            let checked = self.shared.check(&message.into()).map(|()| proof);
            checked.map_err(|e| WampError::new(uris::CANNOT_AUTHENTICATE, (e.to_string(),)))
        });
        // The session may be over by now.
        let _ = self.shared.with(|core| match answer {
            Ok(proof) => {
                if let Some(rule) = proof.rule {
                    core.session.demand(rule)?;
                }
                core.session.authenticate(now, &proof.signature, proof.extra)
            }
            Err(error) => {
                let text = error.args.get::<String>(0).unwrap_or_default();
                let reason = error.uri.check(UriRules::Complete).map(|()| error.uri);
                core.session.refuse(reason.unwrap_or_else(|_| uris::CANNOT_AUTHENTICATE.into()), &text)
            }
        });
    }
}

//! A procedure that this session offers, and the calls that reach it.

use std::{
    fmt,
    rc::{Rc, Weak},
};

use futures::future::LocalBoxFuture;

use super::{
    arguments::{Args, Arguments, Kwargs},
    error::{RequestError, SessionLost, WampError},
    parts::{Part, Parts},
    shared::Shared,
};
use crate::{
    message::{InvocationDetails, RegistrationId, RequestId, Uri, Yield, YieldOptions},
    session::Ticket,
};

/// A call that reached a procedure of ours.
///
/// When its caller cancels it, or its time is up, the future of the procedure is dropped, and a caller who
/// waits for that is told `wamp.error.canceled`.
#[derive(Clone, Debug)]
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
    pub(super) link: Link,
}

/// What connects an invocation with its session.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) shared: Shared,
    /// The session that the request is of: in the next one the same id is another request.
    pub(super) session: Weak<()>,
    pub(super) request: RequestId,
    /// The parts of a call that comes in parts.
    pub(super) parts: Option<Parts>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("request", &self.request).finish_non_exhaustive()
    }
}

impl Invocation {
    /// Sends a part of the result (`YIELD` with `progress`). To a caller who takes no parts nothing is sent.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// session.register("com.example.count", async |call| {
    ///     for n in 1..call.args.get::<u32>(0)? {
    ///         call.progress((n,)).await.ok();
    ///     }
    ///     Ok(("done",))
    /// }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`] when it cannot be written, or the session is over.
    pub async fn progress(&self, arguments: impl Into<Arguments>) -> Result<(), RequestError> {
        let Link { shared, session, request, .. } = &self.link;
        let payload = arguments.into().into_values()?;
        let options = YieldOptions::default().with("progress", true);
        let part = Yield { request: *request, options: options.clone(), payload: payload.clone() };
        shared.check(&part.into())?;
        shared.room().await;
        if session.strong_count() == 0 {
            return Err(SessionLost(shared.ended()).into());
        }
        shared.command(|core| core.session.yield_result(*request, options, payload))
    }

    /// All parts of the call, the first included, as they come. A call in one piece has one part; the caller
    /// may also end with a part that holds nothing.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// use futures::StreamExt;
    ///
    /// session.register("com.example.sum", async |call| {
    ///     let (mut sum, mut parts) = (0, call.parts());
    ///     while let Some(part) = parts.next().await {
    ///         sum += part.args.get::<Option<i64>>(0)?.unwrap_or(0);
    ///     }
    ///     Ok((sum,))
    /// }).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn parts(&self) -> Parts {
        self.link.parts.clone().unwrap_or_else(|| {
            let parts = Parts::new();
            parts.push(self.first());
            parts.end();
            parts
        })
    }

    pub(super) fn first(&self) -> Part {
        Part { args: self.args.clone(), kwargs: self.kwargs.clone() }
    }
}

/// A procedure without its types: starts a call, which then runs until it has its answer.
pub(super) type Procedure = Rc<dyn Fn(Invocation) -> LocalBoxFuture<'static, Result<Arguments, WampError>>>;

/// A procedure in its place.
pub(super) struct Endpoint {
    pub(super) procedure: Procedure,
    pub(super) uri: Uri,
    /// Another one in each session of a durable client.
    pub(super) id: Option<RegistrationId>,
}

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

    /// The router's number of the registration; another one after each loss of a durable client.
    #[must_use]
    pub fn id(&self) -> RegistrationId {
        self.shared
            .with(|core| core.endpoints.get(&self.ticket).and_then(|endpoint| endpoint.id))
            .unwrap_or(self.id)
    }

    /// Whether calls can come.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.shared.with(|core| core.endpoints.contains_key(&self.ticket))
    }

    /// Ends the registration. Calls that run already are still answered, and calls that the router sends
    /// before it has confirmed are still served.
    ///
    /// # Errors
    /// [`RequestError`], also when the router ended the registration before.
    pub async fn unregister(self) -> Result<(), RequestError> {
        let answer = self.shared.ask(|core| core.session.unregister(self.ticket))?;
        let outcome = answer.wait().await;
        let endpoint = self.shared.with(|core| core.endpoints.remove(&self.ticket));
        drop(endpoint);
        outcome.map(drop)
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("id", &self.id()).finish_non_exhaustive()
    }
}

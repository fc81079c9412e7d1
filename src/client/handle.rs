//! What applications hold: an open session, to call, publish, subscribe and register with.

use std::{fmt, rc::Rc};

use super::{
    arguments::Arguments,
    call::{Call, CallResult},
    error::{RequestError, WampError},
    parts::Parts,
    registration::{Endpoint, Invocation, Registration, untyped},
    shared::{Answer, Core, Shared, odd},
    subscription::{Queue, Subscription},
};
use crate::{
    message::{
        self, CallOptions, Id, Message, PublicationId, Publish, PublishOptions, Register, RegisterOptions,
        RequestId, Subscribe, SubscribeOptions, Uri, Values,
    },
    session::{Success, Ticket},
};

/// An open session. Clones are handles of the same session.
///
/// Requests are sent when their future is first polled, in that order. While the connection is behind they
/// wait, and then go out as they are polled again; who needs an order there awaits one before the next.
/// Dropping the future of a call cancels the call; dropping any other drops its answer and sends nothing, and
/// dropping all handles sends nothing either: the session stays open, and its procedures go on serving, until [`leave`](Self::leave), the
/// router, or the loss of the connection ends it. Then everything that waits settles with
/// [`RequestError::SessionLost`], and streams of events end. A [durable](super::ClientConfig::reconnect) session
/// outlives its connections: streams and procedures go on with the next one.
#[derive(Clone)]
pub struct SessionHandle {
    pub(super) shared: Shared,
}

impl SessionHandle {
    pub(super) const fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// Calls a procedure (`CALL`).
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let sum: i64 = session.call("com.example.add", (2, 3)).await?.args.get(0)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`]; what the procedure raised is its variant `Wamp`.
    pub async fn call(
        &self,
        procedure: impl Into<Uri>,
        arguments: impl Into<Arguments>,
    ) -> Result<CallResult, RequestError> {
        self.call_with(procedure, CallOptions::default(), arguments).await
    }

    /// Calls a procedure with options, which go to the wire as they are.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// use wamp_wasm::{client::Arguments, message::Dict};
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let options = Dict::new().with("disclose_me", true).try_into()?;
    /// let order = Arguments::new().arg("tea").kwarg("count", 2);
    /// let price: f64 = session.call_with("com.example.order", options, order).await?.kwargs.get("price")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`]; what the procedure raised is its variant `Wamp`.
    pub async fn call_with(
        &self,
        procedure: impl Into<Uri>,
        options: CallOptions,
        arguments: impl Into<Arguments>,
    ) -> Result<CallResult, RequestError> {
        self.start_call(procedure, options, arguments).await?.result().await
    }

    /// Sends a call and gives a handle of it before its result is there: to read the parts of the result, to
    /// send the call itself in parts, or to cancel it. The options go to the wire as they are.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # use wamp_wasm::message::Dict;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// use futures::StreamExt;
    ///
    /// // The result in parts, each within a second of the one before it:
    /// let options = Dict::new().with("receive_progress", true).with("timeout", 1000).try_into()?;
    /// let mut report = session.start_call("com.example.report", options, ()).await?;
    /// while let Some(part) = report.next().await {
    ///     println!("{}", part.args.get::<String>(0)?);
    /// }
    /// let pages: u32 = report.result().await?.args.get(0)?;
    ///
    /// // The call in parts:
    /// let options = Dict::new().with("progress", true).try_into()?;
    /// let mut upload = session.start_call("com.example.upload", options, ("first",)).await?;
    /// upload.send(("second",)).await?;
    /// upload.finish(("last",)).await?;
    /// upload.result().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`] when it cannot be sent.
    pub async fn start_call(
        &self,
        procedure: impl Into<Uri>,
        options: CallOptions,
        arguments: impl Into<Arguments>,
    ) -> Result<Call, RequestError> {
        let (procedure, payload) = (procedure.into(), arguments.into().into_values()?);
        let (parts, in_parts) = (Parts::new(), options.receive_progress() == Some(true));
        let sink = parts.sink();
        let call = message::Call { request: any(), options, procedure: procedure.clone(), payload };
        let prepare = |core: &mut Core, ticket| {
            if in_parts {
                core.results.insert(ticket, sink);
            }
        };
        let answer = self.ask(call, prepare).await?;
        if !in_parts {
            parts.end();
        }
        Ok(Call::new(self.shared.clone(), answer, parts, procedure))
    }

    /// Publishes an event (`PUBLISH`) without an answer: what becomes of it is not known.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// session.publish("com.example.chat", ("Ann", "hello")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`] when it cannot be sent.
    pub async fn publish(
        &self,
        topic: impl Into<Uri>,
        arguments: impl Into<Arguments>,
    ) -> Result<(), RequestError> {
        self.publish_with(topic, PublishOptions::default(), arguments).await.map(drop)
    }

    /// Publishes an event and waits until the broker has accepted it (`PUBLISHED`).
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// session.publish_acknowledged("com.example.chat", ("Ann", "are you there?")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`], also when the broker refuses.
    pub async fn publish_acknowledged(
        &self,
        topic: impl Into<Uri>,
        arguments: impl Into<Arguments>,
    ) -> Result<PublicationId, RequestError> {
        let options = PublishOptions::default().with("acknowledge", true);
        self.publish_with(topic, options, arguments).await?.ok_or_else(odd)
    }

    /// Publishes an event with options, which go to the wire as they are. Waits for the broker, and gives
    /// the id of the publication, when they say `acknowledge`.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # use wamp_wasm::message::Dict;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let options = Dict::new().with("exclude_me", false).try_into()?;
    /// session.publish_with("com.example.chat", options, ("Ann", "note to self")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`], also when the broker refuses an acknowledged publication.
    pub async fn publish_with(
        &self,
        topic: impl Into<Uri>,
        options: PublishOptions,
        arguments: impl Into<Arguments>,
    ) -> Result<Option<PublicationId>, RequestError> {
        let (topic, payload) = (topic.into(), arguments.into().into_values()?);
        let publish = Publish { request: any(), options, topic, payload };
        let Some(answer) = self.submit(publish, |_, _| {}).await? else { return Ok(None) };
        let Success::Published(publication) = answer.wait().await? else { return Err(odd()) };
        Ok(Some(publication))
    }

    /// Subscribes to a topic (`SUBSCRIBE`). The events are a stream.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// use futures::StreamExt;
    ///
    /// let mut chat = session.subscribe("com.example.chat").await?;
    /// while let Some(event) = chat.next().await {
    ///     let (name, text): (String, String) = (event.args.get(0)?, event.args.get(1)?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`], also when the broker refuses.
    pub async fn subscribe(&self, topic: impl Into<Uri>) -> Result<Subscription, RequestError> {
        self.subscribe_with(topic, SubscribeOptions::default()).await
    }

    /// Subscribes to a topic or a pattern with options, which go to the wire as they are.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # use wamp_wasm::message::Dict;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let options = Dict::new().with("match", "prefix").try_into()?;
    /// let everything = session.subscribe_with("com.example.", options).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`], also when the broker refuses.
    pub async fn subscribe_with(
        &self,
        topic: impl Into<Uri>,
        options: SubscribeOptions,
    ) -> Result<Subscription, RequestError> {
        let topic = topic.into();
        let queue = Queue::new(topic.clone(), self.shared.event_buffer);
        let weak = Rc::downgrade(&queue);
        let subscribe = Subscribe { request: any(), options, topic };
        // In its place before the answer: the first event may arrive together with it.
        let answer = self.ask(subscribe, |core, ticket| drop(core.queues.insert(ticket, weak))).await?;
        let ticket = answer.ticket;
        match answer.wait().await {
            Ok(Success::Subscribed(id)) => Ok(Subscription::new(self.shared.clone(), ticket, id, queue)),
            other => {
                self.shared.with(|core| core.queues.remove(&ticket));
                Err(other.err().unwrap_or_else(odd))
            }
        }
    }

    /// Registers a procedure (`REGISTER`): an `async` function or closure, called for each invocation in
    /// the order of their arrival; invocations run beside each other. What it returns is the result, and a
    /// [`WampError`](super::WampError) is raised at the caller.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// use wamp_wasm::client::WampError;
    ///
    /// let add = session.register("com.example.add", async |call| {
    ///     Ok((call.args.get::<i64>(0)? + call.args.get::<i64>(1)?,))
    /// }).await?;
    /// session.register("com.example.fail", async |_| {
    ///     Err::<(), _>(WampError::new("com.example.error.no_luck", ("try again",)))
    /// }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`], also when the dealer refuses.
    pub async fn register<A: Into<Arguments>>(
        &self,
        procedure: impl Into<Uri>,
        f: impl AsyncFn(Invocation) -> Result<A, WampError> + 'static,
    ) -> Result<Registration, RequestError> {
        self.register_with(procedure, RegisterOptions::default(), f).await
    }

    /// Registers a procedure with options, which go to the wire as they are.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # use wamp_wasm::message::Dict;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let options = Dict::new().with("invoke", "roundrobin").try_into()?;
    /// session.register_with("com.example.work", options, async |_| Ok(())).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`], also when the dealer refuses.
    pub async fn register_with<A: Into<Arguments>>(
        &self,
        procedure: impl Into<Uri>,
        options: RegisterOptions,
        f: impl AsyncFn(Invocation) -> Result<A, WampError> + 'static,
    ) -> Result<Registration, RequestError> {
        let uri = procedure.into();
        let endpoint = Endpoint { procedure: untyped(f), uri: uri.clone(), id: None };
        let register = Register { request: any(), options, procedure: uri };
        // In its place before the answer: the first call may arrive together with it.
        let answer = self.ask(register, |core, ticket| drop(core.endpoints.insert(ticket, endpoint))).await?;
        let ticket = answer.ticket;
        match answer.wait().await {
            Ok(Success::Registered(id)) => Ok(Registration::new(self.shared.clone(), ticket, id)),
            other => {
                let endpoint = self.shared.with(|core| core.endpoints.remove(&ticket));
                drop(endpoint);
                Err(other.err().unwrap_or_else(odd))
            }
        }
    }

    /// Sends a request that is answered.
    async fn ask(
        &self,
        message: impl Into<Message<Values>>,
        prepare: impl FnOnce(&mut Core, Ticket),
    ) -> Result<Answer, RequestError> {
        self.submit(message, prepare).await?.ok_or_else(odd)
    }

    /// Gives a request to the machine, once it is known that it can be written and the connection keeps
    /// up. `prepare` puts what belongs to the request in its place. No answer comes to a publication
    /// that asks for none.
    async fn submit(
        &self,
        message: impl Into<Message<Values>>,
        prepare: impl FnOnce(&mut Core, Ticket),
    ) -> Result<Option<Answer>, RequestError> {
        let message = message.into();
        self.shared.room().await;
        // Not before: another connection may have another serializer.
        self.shared.check(&message)?;
        let now = self.shared.timer.now();
        // What it holds may call back when it is dropped: not while the core is borrowed.
        let mut prepare = Some(prepare);
        self.shared.request(|core| {
            let session = &mut core.session;
            let ticket = match message {
                Message::Call(m) => session.call(now, m.procedure, m.options, m.payload).map(Some),
                Message::Publish(m) => session.publish(m.topic, m.options, m.payload),
                Message::Subscribe(m) => session.subscribe(m.topic, m.options).map(Some),
                Message::Register(m) => session.register(m.procedure, m.options).map(Some),
                _ => Ok(None),
            }?;
            if let (Some(ticket), Some(prepare)) = (ticket, prepare.take()) {
                prepare(core, ticket);
            }
            Ok(ticket)
        })
    }
}

/// The id that a request has until the machine gives it its own: the longest there is.
fn any() -> RequestId {
    RequestId::from_random(u64::MAX)
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionHandle").field("id", &self.id()).finish_non_exhaustive()
    }
}

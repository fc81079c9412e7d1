//! One realm: its sessions, its broker and its dealer. Every request passes here and in this order:
//! the rules of the session, the URI, the authorizer, the broker or dealer.

use std::collections::BTreeMap;

use crate::message::{
    Call, Cancel, Error, InvocationPolicy, MatchPolicy, Message, MessageType, Pattern, Payload, Publish,
    Published, Register, Subscribe, Unregister, Unsubscribe, Uri, uris,
};

use super::{
    Action, LIMIT_EXCEEDED, PeerId, Permission, Principal, Violation,
    broker::Broker,
    context::{Context, Refusal},
    dealer::Dealer,
    session::Session,
};

/// One realm.
#[derive(Debug)]
pub(super) struct Realm {
    name: Uri,
    sessions: BTreeMap<PeerId, Session>,
    broker: Broker,
    dealer: Dealer,
}

impl Realm {
    pub(super) fn new(name: Uri) -> Self {
        Self { name, sessions: BTreeMap::new(), broker: Broker::default(), dealer: Dealer::default() }
    }

    pub(super) fn join(&mut self, peer: PeerId, session: Session) {
        self.sessions.insert(peer, session);
    }

    /// Takes the session of a peer out of every table at once.
    pub(super) fn leave<P: Payload>(&mut self, peer: PeerId, cx: &mut Context<'_, P>) {
        self.sessions.remove(&peer);
        self.broker.leave(peer);
        self.dealer.leave(peer, cx);
    }

    /// Whether nobody has left anything here.
    pub(super) fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.broker.is_empty() && self.dealer.is_empty()
    }

    /// A message on an open session.
    pub(super) fn handle<P: Payload>(
        &mut self,
        peer: PeerId,
        message: Message<P>,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Violation> {
        let Some(session) = self.sessions.get_mut(&peer) else { return Ok(()) };
        session.admit(&message)?;
        let kind = message.message_type();
        let (request, outcome) = match message {
            Message::Publish(m) => {
                let (request, acknowledge) = (m.request, m.options.acknowledge() == Some(true));
                let outcome = self.publish(peer, m, cx);
                if !acknowledge {
                    return Ok(());
                }
                (request, outcome)
            }
            Message::Subscribe(m) => (m.request, self.subscribe(peer, m, cx)),
            Message::Unsubscribe(Unsubscribe { request, subscription, .. }) => {
                (request, self.broker.unsubscribe(peer, request, subscription, cx))
            }
            Message::Register(m) => (m.request, self.register(peer, m, cx)),
            Message::Unregister(Unregister { request, registration, .. }) => {
                (request, self.dealer.unregister(peer, request, registration, cx))
            }
            Message::Call(m) => (m.request, self.call(peer, m, cx)),
            Message::Cancel(Cancel { request, .. }) => {
                session.check_called(request)?;
                self.dealer.cancel(peer, request, cx);
                return Ok(());
            }
            Message::Yield(m) => return self.dealer.yield_result(peer, m, cx),
            Message::Error(m) => return self.yield_error(peer, m, cx),
            // EVENT_RECEIVED: an extension that this router does not announce and need not mind.
            _ => return Ok(()),
        };
        if let Err(refusal) = outcome {
            cx.refuse(peer, kind, request, refusal);
        }
        Ok(())
    }

    /// A message could not be written for a peer.
    pub(super) fn undeliverable<P: Payload>(
        &mut self,
        peer: PeerId,
        message: &Message<P>,
        why: Refusal,
        cx: &mut Context<'_, P>,
    ) {
        match message {
            Message::Invocation(m) => self.dealer.undeliverable(peer, m.request, why, cx),
            Message::Result(m) => cx.refuse(peer, MessageType::Call, m.request, why),
            Message::Error(m) => cx.refuse(peer, m.request_type, m.request, why),
            // An event that one subscriber cannot take is nobody else's business.
            _ => {}
        }
    }

    fn publish<P: Payload>(
        &mut self,
        peer: PeerId,
        message: Publish<P>,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Refusal> {
        let topic = pattern(&message.topic, MatchPolicy::Exact, cx)?;
        refuse_reserved(&topic)?;
        self.authorize(peer, Action::Publish, &topic, cx)?;
        let (request, acknowledge) = (message.request, message.options.acknowledge() == Some(true));
        let publication = self.broker.publish(peer, message, &self.sessions, cx);
        if acknowledge {
            cx.out.send(peer, Published { request, publication });
        }
        Ok(())
    }

    fn subscribe<P: Payload>(
        &mut self,
        peer: PeerId,
        message: Subscribe,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Refusal> {
        let Subscribe { request, options, topic } = message;
        let pattern = pattern(&topic, options.r#match().unwrap_or_default(), cx)?;
        self.authorize(peer, Action::Subscribe, &pattern, cx)?;
        self.broker.subscribe(peer, request, pattern, cx)
    }

    fn register<P: Payload>(
        &mut self,
        peer: PeerId,
        message: Register,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Refusal> {
        let Register { request, options, procedure } = message;
        // Neither may be taken for what it is not: calls would go elsewhere than the callee thinks.
        if options.r#match().unwrap_or_default() != MatchPolicy::Exact {
            return Err(Refusal::new(
                uris::FEATURE_NOT_SUPPORTED,
                "this dealer has no pattern based registration",
            ));
        }
        if options.invoke().unwrap_or_default() != InvocationPolicy::Single {
            return Err(Refusal::new(uris::FEATURE_NOT_SUPPORTED, "this dealer has no shared registration"));
        }
        let pattern = pattern(&procedure, MatchPolicy::Exact, cx)?;
        refuse_reserved(&pattern)?;
        self.authorize(peer, Action::Register, &pattern, cx)?;
        self.dealer.register(peer, request, pattern, cx)
    }

    fn call<P: Payload>(
        &mut self,
        peer: PeerId,
        message: Call<P>,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Refusal> {
        let procedure = pattern(&message.procedure, MatchPolicy::Exact, cx)?;
        self.authorize(peer, Action::Call, &procedure, cx)?;
        self.dealer.call(peer, message, cx)
    }

    fn yield_error<P: Payload>(
        &mut self,
        peer: PeerId,
        message: Error<P>,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Violation> {
        if message.request_type != MessageType::Invocation {
            let text = format!("ERROR.REQUEST.Type must be INVOCATION, not {}", message.request_type);
            return Err(Violation(text));
        }
        self.dealer.yield_error(peer, message, cx)
    }

    fn authorize<P: Payload>(
        &self,
        peer: PeerId,
        action: Action,
        pattern: &Pattern,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Refusal> {
        let Some(session) = self.sessions.get(&peer) else { return Ok(()) };
        let principal = Principal { realm: &self.name, session: session.id, identity: &session.identity };
        match cx.authorizer.authorize(&principal, action, pattern) {
            Permission::Allow => Ok(()),
            Permission::Deny(text) => Err(Refusal::new(uris::NOT_AUTHORIZED, text)),
            Permission::Failed(text) => Err(Refusal::new(uris::AUTHORIZATION_FAILED, text)),
        }
    }
}

/// The pattern of a URI that is good for its place, and not longer than a router puts up with.
fn pattern<P>(uri: &Uri, policy: MatchPolicy, cx: &Context<'_, P>) -> Result<Pattern, Refusal> {
    if uri.as_str().len() > cx.limits.uri {
        let text = format!("a URI may have {} octets, this has {}", cx.limits.uri, uri.as_str().len());
        return Err(Refusal::new(LIMIT_EXCEEDED, text));
    }
    Pattern::new(uri.clone(), policy).map_err(|error| Refusal::new(uris::INVALID_URI, error.to_string()))
}

/// Only the router itself publishes and registers below `wamp.`.
fn refuse_reserved(pattern: &Pattern) -> Result<(), Refusal> {
    if pattern.uri.is_reserved() {
        let text = format!("URI '{}' is reserved for the protocol", pattern.uri);
        return Err(Refusal::new(uris::INVALID_URI, text));
    }
    Ok(())
}

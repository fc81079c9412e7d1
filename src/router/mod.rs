//! The router: a broker and a dealer for each of its realms, as one state machine without sockets,
//! clock or randomness. The one rule: after every `attach`, `handle`, `detach`, `expire` or `shutdown`,
//! drain [`Router::poll`] until it gives `None`, and send to each peer in that order.
//!
//! All deliveries leave through one queue in the order in which they were decided, which is what makes
//! WAMP's ordering guarantees hold: a host only has to keep one FIFO for each peer.

mod broker;
mod config;
mod connection;
mod context;
mod dealer;
mod delivery;
mod filter;
mod handshake;
mod matcher;
mod policy;
mod realm;
mod session;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::message::{Abort, CloseDetails, Goodbye, Id, Message, Party, Payload, SessionId, Uri, uris};

pub use config::{LIMIT_EXCEEDED, RouterConfig, SessionLimits};
pub use delivery::{Delivery, Incoming, PeerId, PeerInfo, Recipients};
pub use matcher::PatternMap;
pub use policy::{
    Action, AllowAll, Anonymous, Authenticator, Authorizer, Candidate, DenyPrefixes, Identity, Permission,
    Principal, Verdict,
};

use connection::{Connection, State};
use context::{Context, Refusal};
use delivery::Outbox;
use realm::Realm;

/// What a broken rule of the protocol costs: the session. The text names the element.
#[derive(Debug)]
struct Violation(String);

/// The router. See the [module](self) for its one rule.
///
/// ```
/// use std::time::Duration;
/// use wamp_wasm::message::{Dict, Hello, HelloDetails, Values};
/// use wamp_wasm::router::{Delivery, Incoming, PeerInfo, Router, RouterConfig};
///
/// let mut draws = 0;
/// let entropy = move || { draws += 1; draws };      // a real host draws random numbers here
/// let mut router = Router::<Values>::new(RouterConfig::default(), entropy);
/// let now = Duration::ZERO;
/// let peer = router.attach(now, PeerInfo::default());
///
/// let roles = Dict::new().with("roles", Dict::new().with("subscriber", Dict::new()));
/// let details = HelloDetails::try_from(roles)?;
/// let hello = Hello { realm: "realm1".into(), details };
/// router.handle(now, peer, Incoming::Message(hello.into()));
///
/// let Some(Delivery::Send { message, .. }) = router.poll() else { panic!("no answer") };
/// assert_eq!(message.message_type().name(), "WELCOME");
/// # Ok::<(), wamp_wasm::message::OptionError>(())
/// ```
pub struct Router<P> {
    config: RouterConfig,
    entropy: Box<dyn FnMut() -> u64>,
    authenticator: Box<dyn Authenticator>,
    authorizer: Box<dyn Authorizer>,
    realms: BTreeMap<Uri, Realm>,
    connections: BTreeMap<PeerId, Connection>,
    deadlines: BTreeSet<(Duration, PeerId)>,
    session_ids: BTreeSet<SessionId>,
    last_peer: u64,
    closing: bool,
    out: Outbox<P>,
}

impl<P: Payload> Router<P> {
    /// A router with the realms of the configuration, open to everybody. `entropy` draws 64 random bits
    /// for the ids of the global scope.
    pub fn new(config: RouterConfig, entropy: impl FnMut() -> u64 + 'static) -> Self {
        let realms = config.realms.iter().map(|name| (name.clone(), Realm::new(name.clone()))).collect();
        Self {
            config,
            entropy: Box::new(entropy),
            authenticator: Box::new(Anonymous),
            authorizer: Box::new(AllowAll),
            realms,
            connections: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            session_ids: BTreeSet::new(),
            last_peer: 0,
            closing: false,
            out: Outbox::default(),
        }
    }

    /// The same router, where `authenticator` decides who may join.
    #[must_use]
    pub fn with_authenticator(mut self, authenticator: impl Authenticator + 'static) -> Self {
        self.authenticator = Box::new(authenticator);
        self
    }

    /// The same router, where `authorizer` decides what a session may do.
    #[must_use]
    pub fn with_authorizer(mut self, authorizer: impl Authorizer + 'static) -> Self {
        self.authorizer = Box::new(authorizer);
        self
    }

    /// A transport is open and its serializer agreed; its peer has until the handshake timeout to join.
    pub fn attach(&mut self, now: Duration, info: PeerInfo) -> PeerId {
        self.last_peer += 1;
        let peer = PeerId(self.last_peer);
        self.connections.insert(peer, Connection::new(info));
        self.enter(peer, State::Waiting, Some(now.saturating_add(self.config.handshake_timeout)));
        peer
    }

    /// A message or an undecodable frame arrived from a peer. Nothing from a peer that was closed counts.
    pub fn handle(&mut self, now: Duration, peer: PeerId, incoming: Incoming<P>) {
        let Some(connection) = self.connections.get(&peer) else { return };
        let broken = match (&connection.state, incoming) {
            // We have said GOODBYE: only its answer counts, and nothing more may be sent.
            (State::Leaving, Incoming::Message(Message::Goodbye(_) | Message::Abort(_))) => {
                return self.close(peer);
            }
            (State::Leaving, Incoming::Message(_)) => return,
            (State::Leaving, Incoming::Invalid(_)) => return self.close(peer),
            // An ABORT is never answered.
            (_, Incoming::Message(Message::Abort(_))) => {
                self.end_session(peer);
                return self.close(peer);
            }
            (_, Incoming::Invalid(text)) => Violation(text),
            (state, Incoming::Message(message)) => {
                let kind = message.message_type();
                let handled = match state {
                    _ if !kind.sent_by(Party::Client) => {
                        Err(Violation(format!("{kind} is not sent by clients")))
                    }
                    State::Established(realm) => {
                        let realm = realm.clone();
                        self.route(now, peer, &realm, message)
                    }
                    _ => self.handshake(now, peer, message),
                };
                let Err(broken) = handled else { return };
                broken
            }
        };
        self.end_session(peer);
        self.abort(peer, uris::PROTOCOL_VIOLATION, &broken.0);
    }

    /// The next thing to do, in order.
    pub fn poll(&mut self) -> Option<Delivery<P>> {
        self.out.next()
    }

    /// The transport of a peer is lost. One atomic step: afterwards nothing is delivered to it, and no
    /// publication, call or result reaches what it had set up.
    pub fn detach(&mut self, _now: Duration, peer: PeerId) {
        self.end_session(peer);
        self.forget(peer);
    }

    /// A message from [`poll`](Self::poll) cannot be written for this peer: its payload has no form in
    /// the peer's serializer, or is larger than the peer takes. An event is skipped for this subscriber;
    /// a call or result ends with the error, so that nobody waits for ever.
    pub fn undeliverable(&mut self, peer: PeerId, message: &Message<P>, error: &'static str, text: &str) {
        let Some(Connection { state: State::Established(realm), .. }) = self.connections.get(&peer) else {
            return;
        };
        let (realm, why) = (realm.clone(), Refusal::new(error, text));
        self.in_realm(&realm, |realm, cx| realm.undeliverable(peer, message, why, cx));
    }

    /// Ends every session with GOODBYE `wamp.close.system_shutdown` and refuses new ones. A peer is
    /// closed when it has answered or its time is up; the host is done when all peers are closed.
    pub fn shutdown(&mut self, now: Duration) {
        self.closing = true;
        let peers: Vec<_> = self.connections.keys().copied().collect();
        for peer in peers {
            match self.connections.get(&peer).map(|c| &c.state) {
                Some(State::Established(_)) => {
                    // The routing tables first: whoever still is in them gets no more of this peer.
                    self.end_session(peer);
                    let goodbye =
                        Goodbye { details: CloseDetails::default(), reason: uris::SYSTEM_SHUTDOWN.into() };
                    self.out.send(peer, goodbye);
                    let deadline = now.saturating_add(self.config.goodbye_timeout);
                    self.enter(peer, State::Leaving, Some(deadline));
                }
                Some(State::Waiting | State::Challenged(..)) => {
                    self.abort(peer, uris::SYSTEM_SHUTDOWN, "the router is shutting down");
                }
                Some(State::Leaving) | None => {}
            }
        }
    }

    /// Whether it holds nothing for anybody: no peer, session, subscription, registration or call. So it
    /// is before the first peer comes, and again when the last has gone.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.connections.is_empty()
            && self.deadlines.is_empty()
            && self.session_ids.is_empty()
            && self.realms.values().all(Realm::is_empty)
    }

    /// When [`expire`](Self::expire) has to be called next, if nothing else happens before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Ends the waiting that is over by `now`: for HELLO, AUTHENTICATE, and the answer to GOODBYE.
    pub fn expire(&mut self, now: Duration) {
        while let Some(&(deadline, peer)) = self.deadlines.first()
            && deadline <= now
        {
            self.deadlines.pop_first();
            match self.connections.get(&peer).map(|c| &c.state) {
                Some(State::Waiting) => self.abort(peer, uris::TIMEOUT, "HELLO did not come in time"),
                Some(State::Challenged(..)) => {
                    self.abort(peer, uris::TIMEOUT, "AUTHENTICATE did not come in time");
                }
                _ => self.close(peer),
            }
        }
    }

    /// A message on an open session.
    fn route(
        &mut self,
        now: Duration,
        peer: PeerId,
        realm: &Uri,
        message: Message<P>,
    ) -> Result<(), Violation> {
        match message {
            Message::Hello(_) | Message::Authenticate(_) => {
                Err(Violation(format!("{} on an open session", message.message_type())))
            }
            Message::Goodbye(_) => {
                self.end_session(peer);
                let reply =
                    Goodbye { details: CloseDetails::default(), reason: uris::GOODBYE_AND_OUT.into() };
                self.out.send(peer, reply);
                // The session is over; the transport may carry another one.
                self.enter(peer, State::Waiting, Some(now.saturating_add(self.config.handshake_timeout)));
                Ok(())
            }
            message => self.in_realm(realm, |realm, cx| realm.handle(peer, message, cx)).unwrap_or(Ok(())),
        }
    }

    /// Runs a step of one realm with everything that it may use of the router.
    fn in_realm<T>(
        &mut self,
        realm: &Uri,
        step: impl FnOnce(&mut Realm, &mut Context<'_, P>) -> T,
    ) -> Option<T> {
        let realm = self.realms.get_mut(realm)?;
        let mut context = Context {
            limits: &self.config.limits,
            entropy: self.entropy.as_mut(),
            authorizer: self.authorizer.as_mut(),
            out: &mut self.out,
        };
        Some(step(realm, &mut context))
    }

    /// Takes the session of a peer, if it has one, out of its realm.
    fn end_session(&mut self, peer: PeerId) {
        let Some(connection) = self.connections.get_mut(&peer) else { return };
        if let Some(session) = connection.session.take() {
            self.session_ids.remove(&session);
        }
        if let State::Established(realm) = std::mem::replace(&mut connection.state, State::Waiting) {
            self.in_realm(&realm, |realm, cx| realm.leave(peer, cx));
        }
    }

    /// ABORT, and the end of the transport.
    fn abort(&mut self, peer: PeerId, reason: &str, text: &str) {
        // Three elements, the text in the details: some peers take no ABORT with a payload.
        let details = CloseDetails::default().with("message", text);
        self.out.send(peer, Abort { details, reason: reason.into(), payload: P::default() });
        self.close(peer);
    }

    fn close(&mut self, peer: PeerId) {
        self.out.close(peer);
        self.forget(peer);
    }

    /// Forgets a peer that has no session in a realm any more.
    fn forget(&mut self, peer: PeerId) {
        let Some(Connection { deadline, session, .. }) = self.connections.remove(&peer) else { return };
        if let Some(deadline) = deadline {
            self.deadlines.remove(&(deadline, peer));
        }
        if let Some(session) = session {
            self.session_ids.remove(&session);
        }
    }

    /// Puts a peer into a state, with the time by which it has to leave it.
    fn enter(&mut self, peer: PeerId, state: State, deadline: Option<Duration>) {
        let Some(connection) = self.connections.get_mut(&peer) else { return };
        connection.state = state;
        if let Some(old) = std::mem::replace(&mut connection.deadline, deadline) {
            self.deadlines.remove(&(old, peer));
        }
        self.deadlines.extend(deadline.map(|deadline| (deadline, peer)));
    }

    /// A session id that no open session has.
    fn draw_session_id(&mut self) -> SessionId {
        let mut bits = (self.entropy)();
        while !self.session_ids.insert(SessionId::from_random(bits)) {
            // Counting on from the draw ends even where the entropy is poor.
            bits = bits.wrapping_add(1);
        }
        SessionId::from_random(bits)
    }
}

//! A router among peers that send whatever they like: octets say what happens, step by step.
//! Shared by the fuzz target and by the test that runs its seeds; the one rule: every octet sequence is a
//! history, and it panics when the router breaks a promise to one of the peers in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use wamp_wasm::{
    codec::{Frame, Limits, Serializer, decode},
    message::{
        AuthExtra, Authenticate, Call, CallOptions, Cancel, CancelOptions, Challenge, Dict, EndDetails,
        Error, ErrorDetails, Hello, HelloDetails, Id, InvocationPolicy, Message, MessageType, Publish,
        Register, RegistrationId, RequestId, Subscribe, SubscriptionId, Unregister, Unsubscribe, Uri, Value,
        Values, Yield,
    },
    router::{
        Anonymous, Authenticator, Candidate, Delivery, DenyPrefixes, Incoming, PeerId, PeerInfo, Router,
        RouterConfig, SessionLimits, Verdict,
    },
};

use self::choices::Choices;

#[path = "choices.rs"]
#[allow(clippy::duplicate_mod, reason = "each target is a crate, and tests have several of them")]
mod choices;

const URIS: [&str; 8] = ["com.a", "com.a", "com.b", "com.b.c", "com.denied", "com..d", "wamp.x", "bad uri"];

/// Lives through what the octets say; gives how many messages and frames the router was sent.
pub(crate) fn check(octets: &[u8]) -> u64 {
    let mut choices = Choices::new(octets);
    let settings = choices.octet();
    let mut world = World::new(settings & 1 == 0);
    while !choices.is_empty() {
        world.step(&mut choices);
    }
    let messages = world.messages;
    world.finish();
    messages
}

/// Whoever offers a ticket has to show it; all others are let in.
struct Doorman;

impl Authenticator for Doorman {
    fn hello(&mut self, candidate: &Candidate<'_>) -> Verdict {
        if candidate.details.authmethods().is_some_and(|methods| methods.contains(&"ticket")) {
            return Verdict::Challenge { method: "ticket".to_owned(), extra: AuthExtra::default() };
        }
        Anonymous.hello(candidate)
    }

    fn authenticate(&mut self, candidate: &Candidate<'_>, _: &Challenge, answer: &Authenticate) -> Verdict {
        if answer.signature == "ticket" {
            return Anonymous.hello(&Candidate { details: &HelloDetails::default(), ..*candidate });
        }
        Verdict::Refuse { reason: "com.refused".into(), message: String::new() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Challenged,
    Open,
    /// The router has said GOODBYE.
    Leaving,
    /// The router has said ABORT.
    Aborted,
}

/// A peer as it sees itself: all it knows is what it has sent and what was delivered to it.
#[derive(Debug)]
struct Peer {
    id: PeerId,
    state: State,
    last_request: u64,
    /// The requests without an answer, with the subscription or registration that one is to end.
    pending: BTreeMap<u64, (MessageType, u64)>,
    subscriptions: BTreeSet<u64>,
    registrations: BTreeSet<u64>,
    /// The invocations that it was sent and has not answered.
    invocations: BTreeSet<u64>,
    last_invocation: u64,
}

impl Peer {
    const fn new(id: PeerId, state: State) -> Self {
        Self {
            id,
            state,
            last_request: 0,
            pending: BTreeMap::new(),
            subscriptions: BTreeSet::new(),
            registrations: BTreeSet::new(),
            invocations: BTreeSet::new(),
            last_invocation: 0,
        }
    }

    fn answered(&mut self, kind: MessageType, request: RequestId) -> u64 {
        let answered = self.pending.remove(&request.get());
        let (asked, id) = answered.unwrap_or_else(|| panic!("{kind} {request} was answered before"));
        assert_eq!(asked, kind);
        id
    }

    /// A message that the router delivers.
    fn gets(&mut self, message: &Message<Values>) {
        let open = self.state == State::Open;
        let joining = matches!(self.state, State::Waiting | State::Challenged);
        match message {
            Message::Welcome(_) if joining => *self = Self::new(self.id, State::Open),
            Message::Challenge(_) if joining => self.state = State::Challenged,
            Message::Abort(_) if open || joining => self.state = State::Aborted,
            Message::Goodbye(_) if open => self.state = State::Leaving,
            // The answer to its own, after which it may join again.
            Message::Goodbye(_) if self.state == State::Leaving => self.state = State::Waiting,
            Message::Error(m) if open => _ = self.answered(m.request_type, m.request),
            Message::Published(m) if open => _ = self.answered(MessageType::Publish, m.request),
            Message::Subscribed(m) if open => {
                self.answered(MessageType::Subscribe, m.request);
                self.subscriptions.insert(m.subscription.get());
            }
            Message::Registered(m) if open => {
                self.answered(MessageType::Register, m.request);
                assert!(self.registrations.insert(m.registration.get()), "{m:?} is there already");
            }
            Message::Unsubscribed(m) if open => {
                let id = self.answered(MessageType::Unsubscribe, m.request.expect("nothing is revoked"));
                assert!(self.subscriptions.remove(&id));
            }
            Message::Unregistered(m) if open => {
                let id = self.answered(MessageType::Unregister, m.request.expect("nothing is revoked"));
                assert!(self.registrations.remove(&id));
            }
            Message::Event(m) if open => assert!(self.subscriptions.contains(&m.subscription.get()), "{m:?}"),
            Message::Result(m) if open => {
                self.answered(MessageType::Call, m.request);
                assert_ne!(m.details.progress(), Some(true));
            }
            Message::Invocation(m) if open => {
                assert!(self.registrations.contains(&m.registration.get()), "{m:?}");
                self.last_invocation += 1;
                assert_eq!(m.request.get(), self.last_invocation);
                self.invocations.insert(m.request.get());
            }
            other => panic!("{other:?} to a peer that is {:?}", self.state),
        }
    }
}

struct World {
    now: Duration,
    router: Router<Values>,
    slots: [Option<Peer>; 4],
    /// Whether the next message with a payload cannot be written.
    undeliverable: bool,
    /// So many messages and frames were sent.
    messages: u64,
}

impl World {
    fn new(lenient: bool) -> Self {
        let mut draws = 0;
        let entropy = move || {
            draws += 1;
            // Poor on purpose: some are drawn twice.
            draws / 2
        };
        let limits = SessionLimits { subscriptions: 2, registrations: 2, pending_calls: 2, uri: 6 };
        let limits = if lenient { SessionLimits::default() } else { limits };
        let router = Router::new(RouterConfig { limits, ..RouterConfig::default() }, entropy)
            .with_authenticator(Doorman)
            .with_authorizer(DenyPrefixes::new(["com.denied"]));
        Self { now: Duration::ZERO, router, slots: [const { None }; 4], undeliverable: false, messages: 0 }
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(4);
        let Some(peer) = &self.slots[at] else {
            let id = self.router.attach(self.now, PeerInfo::default());
            self.slots[at] = Some(Peer::new(id, State::Waiting));
            return self.drain();
        };
        let (id, state, kind) = (peer.id, peer.state, choices.octet());
        match kind {
            0..=99 if state == State::Waiting => self.send(at, hello(kind)),
            0..=99 if state == State::Challenged => {
                let signature = if kind < 90 { "ticket" } else { "forged" }.to_owned();
                self.send(at, Authenticate { signature, extra: AuthExtra::default() });
            }
            0..=99 if state == State::Open => self.request(at, kind, choices),
            100..=139 => self.answer(at, kind),
            140..=149 => self.request(at, choices.octet() % 100, choices),
            150 => {
                let details = typed(Dict::new().with("message", "bye"));
                let reason = "wamp.close.close_realm".into();
                if state == State::Open {
                    // From here on only the answer counts, which makes it ready to join again.
                    let fresh = Peer::new(id, State::Leaving);
                    self.slots[at] = Some(fresh);
                }
                self.send(at, wamp_wasm::message::Goodbye { details, reason });
            }
            151 => {
                let abort = r#"[3,{},"com.reason"]"#;
                self.input(at, decoded(abort.as_bytes()));
            }
            152..=159 => {
                let length = choices.below(64);
                let octets = choices.octets(length);
                // A message that is right would have to be modelled as well.
                if let incoming @ Incoming::Invalid(_) = decoded(octets) {
                    self.input(at, incoming);
                }
            }
            160..=163 => {
                self.slots[at] = None;
                self.router.detach(self.now, id);
                self.drain();
                // Nobody is there any more.
                self.router.handle(self.now, id, decoded(br#"[32,1,{},"com.a"]"#));
                self.drain();
            }
            164..=169 => {
                self.now += Duration::from_millis(u64::from(choices.octet()).pow(2));
                self.router.expire(self.now);
                self.drain();
            }
            170 if choices.octet() < 16 => {
                self.router.shutdown(self.now);
                self.drain();
            }
            171..=180 => self.undeliverable = true,
            181 => self.input(at, decoded(br#"[36,1,1,{}]"#)),
            _ => {}
        }
    }

    /// One of the six requests, usually with the id that is its turn.
    fn request(&mut self, at: usize, kind: u8, choices: &mut Choices<'_>) {
        let Some(peer) = &mut self.slots[at] else { return };
        let uri: Uri = choices.pick(&URIS).into();
        let flags = choices.octet();
        let right = flags != 255;
        let number = if right { peer.last_request + 1 } else { 7777 };
        let (request, payload) = (id::<RequestId>(number), Values::default());
        let some = |ids: &BTreeSet<u64>| ids.iter().nth(usize::from(flags % 4)).copied().unwrap_or(99);
        let (message, ends): (Message<Values>, u64) = match kind {
            0..=19 => {
                let policy = ["exact", "prefix", "wildcard"][usize::from(flags % 3)];
                let options = typed(Dict::new().with("match", policy));
                (Subscribe { request, options, topic: uri }.into(), 0)
            }
            20..=29 => {
                let ends = some(&peer.subscriptions);
                let (subscription, options) = (id::<SubscriptionId>(ends), EndDetails::default());
                (Unsubscribe { request, subscription, options }.into(), ends)
            }
            30..=49 => {
                let options =
                    Dict::new().with("acknowledge", flags & 1 == 0).with("exclude_me", flags & 2 == 0);
                (Publish { request, options: typed(options), topic: uri, payload }.into(), 0)
            }
            50..=69 => {
                let policy = if flags & 7 == 0 { InvocationPolicy::Random } else { InvocationPolicy::Single };
                let options = typed(Dict::new().with("invoke", policy.as_str()));
                (Register { request, options, procedure: uri }.into(), 0)
            }
            70..=79 => {
                let ends = some(&peer.registrations);
                let (registration, options) = (id::<RegistrationId>(ends), EndDetails::default());
                (Unregister { request, registration, options }.into(), ends)
            }
            _ => {
                let options = Dict::new().with("receive_progress", flags & 1 == 0);
                let options: CallOptions = typed(options.with("disclose_me", flags & 2 == 0));
                (Call { request, options, procedure: uri, payload }.into(), 0)
            }
        };
        let wants_answer = !matches!(&message, Message::Publish(m) if m.options.acknowledge() != Some(true));
        if right && peer.state == State::Open {
            peer.last_request = number;
            if wants_answer {
                peer.pending.insert(number, (message.message_type(), ends));
            }
        }
        self.send(at, message);
        let Some(peer) = &self.slots[at] else { return };
        let waits = |(kind, _): &(MessageType, u64)| *kind == MessageType::Call;
        assert!(peer.state != State::Open || peer.pending.values().all(waits), "{:?}", peer.pending);
    }

    /// What a callee says to an invocation of its, running or not, or a caller to a call.
    fn answer(&mut self, at: usize, kind: u8) {
        let Some(peer) = &mut self.slots[at] else { return };
        let running = peer.invocations.first().copied();
        let number = match kind {
            100..=135 => running,
            136 => Some(peer.last_invocation).filter(|last| *last > 0),
            _ => Some(7777),
        };
        let Some(number) = number else { return };
        let (request, payload) = (id::<RequestId>(number), Values::default());
        match kind {
            100..=104 => {
                let options = typed(Dict::new().with("progress", true));
                self.send(at, Yield { request, options, payload });
            }
            105..=114 => {
                peer.invocations.remove(&number);
                let (request_type, details) = (MessageType::Invocation, ErrorDetails::default());
                self.send(at, Error { request_type, request, details, error: "com.error".into(), payload });
            }
            130..=135 => {
                let called = peer.pending.keys().next().copied();
                let Some(called) = called else { return };
                let options: CancelOptions = typed(Dict::new().with("mode", "kill"));
                self.send(at, Cancel { request: id(called), options });
            }
            _ => {
                peer.invocations.remove(&number);
                self.send(at, Yield { request, options: typed(Dict::new()), payload });
            }
        }
    }

    fn send(&mut self, at: usize, message: impl Into<Message<Values>>) {
        self.input(at, Incoming::Message(message.into()));
    }

    fn input(&mut self, at: usize, incoming: Incoming<Values>) {
        let Some(peer) = &self.slots[at] else { return };
        self.messages += 1;
        self.router.handle(self.now, peer.id, incoming);
        self.drain();
    }

    fn drain(&mut self) {
        let calls: usize = self.slots.iter().flatten().map(|peer| peer.pending.len()).sum();
        let mut most = 16 + 2 * calls;
        while let Some(delivery) = self.router.poll() {
            assert!(most > 0, "more deliveries than there is reason for");
            most -= 1;
            match delivery {
                Delivery::Send { to, message } => {
                    let peers: BTreeSet<_> = to.as_slice().iter().collect();
                    assert_eq!(peers.len(), to.as_slice().len(), "{to:?}");
                    peers.into_iter().for_each(|peer| self.deliver(*peer, &message));
                }
                Delivery::Close { peer } => *self.slot(peer) = None,
            }
        }
    }

    fn deliver(&mut self, peer: PeerId, message: &Message<Values>) {
        let carries = matches!(
            message,
            Message::Event(_) | Message::Invocation(_) | Message::Result(_) | Message::Error(_)
        );
        if carries && std::mem::take(&mut self.undeliverable) {
            if let Message::Invocation(_) = message {
                // Its id is used up, and the peer never hears of it.
                self.slot(peer).as_mut().expect("a slot holds its peer").last_invocation += 1;
            }
            let error = "wamp.error.payload_size_exceeded";
            return self.router.undeliverable(peer, message, error, "too large");
        }
        self.slot(peer).as_mut().expect("a slot holds its peer").gets(message);
    }

    /// The slot of a peer that is attached: nothing may be delivered to another.
    fn slot(&mut self, peer: PeerId) -> &mut Option<Peer> {
        let slot = self.slots.iter_mut().find(|slot| slot.as_ref().is_some_and(|one| one.id == peer));
        slot.unwrap_or_else(|| panic!("a delivery to {peer}, which is gone"))
    }

    /// Every callee answers, and then nobody waits; everybody goes, and then nothing is left.
    fn finish(mut self) {
        for at in 0..self.slots.len() {
            while self.slots[at].as_ref().is_some_and(|peer| !peer.invocations.is_empty()) {
                let before = self.slots[at].as_ref().map(|peer| peer.invocations.len());
                self.answer(at, 120);
                assert_ne!(before, self.slots[at].as_ref().map(|peer| peer.invocations.len()));
            }
        }
        for peer in self.slots.iter().flatten().filter(|peer| peer.state == State::Open) {
            assert!(peer.pending.is_empty(), "nobody answers {:?}", peer.pending);
        }
        for at in 0..self.slots.len() {
            if let Some(peer) = self.slots[at].take() {
                self.router.detach(self.now, peer.id);
                self.drain();
            }
        }
        assert!(self.router.is_idle() && self.router.next_deadline().is_none());
    }
}

/// Usually a HELLO that is let in, at once or with a ticket.
fn hello(kind: u8) -> Hello {
    let roles = ["publisher", "subscriber", "caller", "callee"].into_iter();
    let roles = roles.fold(Dict::new(), |roles, role| roles.with(role, Dict::new()));
    let details = Dict::new().with("roles", roles);
    let details =
        if kind < 20 { details.with("authmethods", Value::List(vec!["ticket".into()])) } else { details };
    Hello { realm: if kind == 99 { "realm2" } else { "realm1" }.into(), details: typed(details) }
}

fn decoded(octets: &[u8]) -> Incoming<Values> {
    let (serializer, frame) = match std::str::from_utf8(octets) {
        Ok(text) => (Serializer::Json, Frame::Text(text.to_owned())),
        Err(_) => (Serializer::MsgPack, Frame::Binary(octets.to_vec())),
    };
    match decode(serializer, &frame, &Limits::default()) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Invalid(error.to_string()),
    }
}

fn typed<T: TryFrom<Dict, Error: std::fmt::Debug>>(dict: Dict) -> T {
    T::try_from(dict).expect("the values have the types of their keys")
}

fn id<T: Id>(number: u64) -> T {
    T::new(number).expect("a small number is an id")
}

//! Whatever clients say and whenever their transports come and go: the router never panics, every call
//! has exactly one answer unless its caller is gone, nothing reaches a peer that has left or has no
//! session, and when all have left nothing remains of them.
#![cfg(feature = "router")]
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use common::{counting_from, message};
use proptest::prelude::*;
use wamp_wasm::{
    message::{Id, Message, MessageType, RegistrationId, RequestId, SubscriptionId, Values},
    router::{Delivery, Incoming, PeerId, PeerInfo, Router, RouterConfig, SessionLimits},
};

const HELLO: &str = r#"[1,"realm1",{"roles":{"publisher":{},"subscriber":{},"caller":{},"callee":{}}}]"#;

/// One thing that happens to the router. The first number chooses among the peers that are attached.
#[derive(Clone, Debug)]
enum Step {
    Attach,
    Detach(usize),
    /// In the message `R` stands for the next request id and `I` for the number. If it is true, the host
    /// cannot write the invocations and results that follow from it.
    Say(usize, &'static str, u64, bool),
    Invalid(usize),
    Seconds(u64),
    Shutdown,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let right = prop::sample::select(vec![
        r#"[48,R,{},"com.p"]"#,
        r#"[48,R,{},"com.q"]"#,
        r#"[48,R,{},"com..q"]"#,
        "[49,I,{}]",
        r#"[64,R,{},"com.p"]"#,
        r#"[64,R,{},"com.q"]"#,
        "[66,R,I]",
        r#"[32,R,{},"com.t"]"#,
        r#"[32,R,{"match":"prefix"},"com."]"#,
        r#"[32,R,{"match":"wildcard"},".t"]"#,
        "[34,R,I]",
        r#"[16,R,{},"com.t"]"#,
        r#"[16,R,{"acknowledge":true,"exclude_me":false},"com.t"]"#,
        "[70,I,{}]",
        r#"[70,I,{"progress":true}]"#,
        r#"[8,68,I,{},"com.error"]"#,
    ]);
    let rare = prop::sample::select(vec![
        r#"[1,"elsewhere",{"roles":{"caller":{}}}]"#,
        r#"[1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket"]}]"#,
        r#"[5,"",{}]"#,
        r#"[6,{},"wamp.close.close_realm"]"#,
        r#"[3,{},"wamp.error.x"]"#,
        r#"[48,I,{},"com.p"]"#,
        r#"[8,48,I,{},"com.error"]"#,
        "[36,1,1,{}]",
    ]);
    let step = prop_oneof![
        3 => Just(Step::Attach),
        6 => (0..8_usize).prop_map(|peer| Step::Say(peer, HELLO, 0, false)),
        40 => (0..8_usize, right, 1..6_u64, prop::bool::weighted(0.1))
            .prop_map(|(peer, text, number, odd)| Step::Say(peer, text, number, odd)),
        2 => (0..8_usize, rare, 1..9_u64)
            .prop_map(|(peer, text, number)| Step::Say(peer, text, number, false)),
        2 => (0..8_usize).prop_map(Step::Detach),
        1 => (0..8_usize).prop_map(Step::Invalid),
        1 => (0..12_u64).prop_map(Step::Seconds),
    ];
    let last = prop_oneof![3 => Just(None), 1 => Just(Some(Step::Shutdown))];
    (prop::collection::vec(step, 1..200), last, 0..3_u64).prop_map(|(mut steps, last, wait)| {
        steps.extend(last);
        steps.push(Step::Seconds(wait));
        steps
    })
}

/// What one peer can expect.
#[derive(Debug, Default)]
struct Peer {
    open: bool,
    /// The last request of its session.
    requests: u64,
    subscriptions: BTreeSet<SubscriptionId>,
    registrations: BTreeSet<RegistrationId>,
    /// Its calls without an answer, each with the callee that has it.
    calls: BTreeMap<RequestId, Option<PeerId>>,
}

/// A router and what is known of it from outside.
struct World {
    router: Router<Values>,
    now: Duration,
    peers: BTreeMap<PeerId, Peer>,
}

impl World {
    fn new() -> Self {
        let limits = SessionLimits { pending_calls: 5, ..SessionLimits::default() };
        let router = Router::new(RouterConfig { limits, ..RouterConfig::default() }, counting_from(0));
        Self { router, now: Duration::ZERO, peers: BTreeMap::new() }
    }

    fn chosen(&self, number: usize) -> Option<PeerId> {
        self.peers.keys().copied().nth(number % self.peers.len().max(1))
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Attach => {
                let peer = self.router.attach(self.now, PeerInfo::default());
                assert!(self.peers.insert(peer, Peer::default()).is_none(), "{peer} was used before");
                self.drain(None, false);
            }
            Step::Detach(number) => {
                if let Some(peer) = self.chosen(number) {
                    self.peers.remove(&peer);
                    self.router.detach(self.now, peer);
                    self.drain(None, false);
                }
            }
            Step::Say(number, text, id, odd) => {
                if let Some(peer) = self.chosen(number) {
                    self.say(peer, text, id, odd);
                }
            }
            Step::Invalid(number) => {
                if let Some(peer) = self.chosen(number) {
                    self.router.handle(self.now, peer, Incoming::Invalid("no message".to_owned()));
                    self.drain(None, false);
                }
            }
            Step::Seconds(seconds) => {
                self.now += Duration::from_secs(seconds);
                self.router.expire(self.now);
                self.drain(None, false);
                assert!(self.router.next_deadline().is_none_or(|deadline| deadline > self.now));
            }
            Step::Shutdown => {
                self.router.shutdown(self.now);
                self.drain(None, false);
                assert!(self.peers.values().all(|peer| !peer.open));
            }
        }
        self.check();
    }

    fn say(&mut self, peer: PeerId, text: &str, id: u64, odd: bool) {
        let known = self.peers.get_mut(&peer).unwrap();
        let next = known.requests + 1;
        let message = message(&text.replace('R', &next.to_string()).replace('I', &id.to_string()));
        if known.open && text.contains('R') {
            known.requests = next;
        }
        let mut called = None;
        if let Message::Call(call) = &message
            && known.open
            && call.request.get() == next
        {
            known.requests = next;
            known.calls.insert(call.request, None);
            called = Some((peer, call.request));
        }
        let ended = match &message {
            Message::Unsubscribe(m) => Some((MessageType::Unsubscribed, m.subscription.get())),
            Message::Unregister(m) => Some((MessageType::Unregistered, m.registration.get())),
            _ => None,
        };
        self.router.handle(self.now, peer, Incoming::Message(message));
        let answers = self.drain(called, odd);
        if let Some((answer, id)) = ended
            && answers.contains(&answer)
        {
            let known = self.peers.get_mut(&peer).unwrap();
            match answer {
                MessageType::Unsubscribed => known.subscriptions.remove(&SubscriptionId::new(id).unwrap()),
                _ => known.registrations.remove(&RegistrationId::new(id).unwrap()),
            };
        }
        if let Some((caller, request)) = called
            && let Some(known) = self.peers.get(&caller)
        {
            assert_ne!(
                known.calls.get(&request),
                Some(&None),
                "{request} was neither passed on nor answered"
            );
        }
    }

    /// Looks at everything that the router sends, and gives the types of the messages.
    fn drain(&mut self, called: Option<(PeerId, RequestId)>, odd: bool) -> Vec<MessageType> {
        let mut sent = Vec::new();
        let mut called = VecDeque::from_iter(called);
        while let Some(delivery) = self.router.poll() {
            match delivery {
                Delivery::Close { peer } => drop(self.peers.remove(&peer).expect("closed once")),
                Delivery::Send { to, message } => {
                    let unique: BTreeSet<_> = to.as_slice().iter().collect();
                    assert_eq!(unique.len(), to.as_slice().len(), "each peer once");
                    for peer in to.as_slice() {
                        self.arrives(*peer, &message, called.pop_front(), odd);
                    }
                    sent.push(message.message_type());
                }
            }
        }
        sent
    }

    fn arrives(
        &mut self,
        to: PeerId,
        message: &Message<Values>,
        called: Option<(PeerId, RequestId)>,
        odd: bool,
    ) {
        let peer = self.peers.get_mut(&to).unwrap_or_else(|| panic!("{to} has left: {message:?}"));
        match message {
            Message::Welcome(_) => {
                assert!(!peer.open);
                *peer = Peer { open: true, ..Peer::default() };
                return;
            }
            Message::Abort(_) => *peer = Peer::default(),
            Message::Goodbye(_) => {
                assert!(peer.open);
                *peer = Peer::default();
            }
            _ => assert!(peer.open, "without a session: {message:?}"),
        }
        match message {
            Message::Subscribed(m) => drop(peer.subscriptions.insert(m.subscription)),
            Message::Registered(m) => drop(peer.registrations.insert(m.registration)),
            Message::Event(m) => assert!(peer.subscriptions.contains(&m.subscription), "{m:?}"),
            Message::Invocation(m) => {
                assert!(peer.registrations.contains(&m.registration), "{m:?}");
                let (caller, request) = called.expect("an invocation follows from a call");
                let calls = &mut self.peers.get_mut(&caller).expect("the caller").calls;
                assert_eq!(calls.insert(request, Some(to)), Some(None));
                if odd {
                    self.router.undeliverable(to, message, "wamp.error.invalid_argument", "NaN");
                }
            }
            Message::Result(_) if odd => {
                self.router.undeliverable(to, message, "wamp.error.invalid_argument", "NaN");
            }
            Message::Result(m) => assert!(peer.calls.remove(&m.request).is_some(), "{m:?}"),
            Message::Error(m) if m.request_type == MessageType::Call => {
                assert!(peer.calls.remove(&m.request).is_some(), "{m:?}");
            }
            _ => {}
        }
    }

    /// A call runs only where both ends have their sessions.
    fn check(&self) {
        for (request, callee) in self.peers.values().flat_map(|peer| &peer.calls) {
            let callee = callee.expect("a callee");
            assert!(self.peers.get(&callee).is_some_and(|peer| peer.open), "nobody will answer {request}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_call_is_answered_once_and_nothing_reaches_or_outlives_who_has_left(steps in steps()) {
        let mut world = World::new();
        for peer in 0..3 {
            world.run(&Step::Attach);
            world.run(&Step::Say(peer, HELLO, 0, false));
        }
        for step in &steps {
            world.run(step);
        }
        while !world.peers.is_empty() {
            world.run(&Step::Detach(0));
        }
        prop_assert!(world.router.is_idle());
        prop_assert_eq!(world.router.next_deadline(), None);
    }
}

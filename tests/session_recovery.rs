//! A durable session and a real router, over a network that loses connections whenever it likes: once it
//! stops, the router has the handlers and endpoints that the application wants, and no others.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![cfg(all(feature = "router", not(target_family = "wasm")))]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use common::{counting_from, wire};
use proptest::prelude::*;
use wamp_wasm::{
    message::{Id, Message, Values, uris},
    router::{Delivery, Incoming, PeerId, PeerInfo, Router, RouterConfig},
    session::{Cause, Input, Output, Session, SessionConfig, SessionEvent, Success, Ticket},
};

const URIS: [&str; 3] = ["com.a", "com.b", "com.c"];

#[derive(Clone, Debug)]
enum Step {
    Subscribe(usize),
    Unsubscribe(usize),
    Register(usize),
    Unregister(usize),
    Call,
    /// So many messages arrive at the router, and so many at the session.
    Arrive(usize, usize),
    /// The connection is lost. The router notices it at once, or is left with a ghost.
    Lose(bool),
    /// The router notices that its ghosts are gone.
    Notice,
    Connect,
    Seconds(u64),
    /// The router ends the session.
    Abort,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3usize).prop_map(Step::Subscribe),
        4 => (0..4usize).prop_map(Step::Unsubscribe),
        6 => (0..3usize).prop_map(Step::Register),
        4 => (0..4usize).prop_map(Step::Unregister),
        2 => Just(Step::Call),
        20 => (0..5usize, 0..5usize).prop_map(|(up, down)| Step::Arrive(up, down)),
        3 => any::<bool>().prop_map(Step::Lose),
        1 => Just(Step::Notice),
        6 => Just(Step::Connect),
        2 => (0..5u64).prop_map(Step::Seconds),
        1 => Just(Step::Abort),
    ]
}

/// What the application has: a handler of a topic or an endpoint of a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Thing {
    handler: bool,
    uri: &'static str,
}

struct World {
    now: Duration,
    router: Router<Values>,
    session: Session<Values>,
    /// The connection's end at the router, while there is one.
    peer: Option<PeerId>,
    ghosts: Vec<PeerId>,
    up: VecDeque<Message<Values>>,
    down: VecDeque<Input<Values>>,
    last_request: u64,
    asked: BTreeMap<Ticket, Thing>,
    pending: BTreeSet<Ticket>,
    wanted: BTreeMap<Ticket, Thing>,
    /// What has reached the session since it was looked at.
    events: Vec<Ticket>,
    invocations: Vec<Ticket>,
}

impl World {
    fn new() -> Self {
        Self {
            now: Duration::ZERO,
            router: Router::new(RouterConfig::with_realms(["realm1"]), counting_from(0)),
            session: Session::new(SessionConfig { durable: true, ..SessionConfig::default() }),
            peer: None,
            ghosts: Vec::new(),
            up: VecDeque::new(),
            down: VecDeque::new(),
            last_request: 0,
            asked: BTreeMap::new(),
            pending: BTreeSet::new(),
            wanted: BTreeMap::new(),
            events: Vec::new(),
            invocations: Vec::new(),
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Subscribe(at) => {
                if let Ok(ticket) = self.session.subscribe(URIS[at].into(), Default::default()) {
                    self.asks(ticket, true, URIS[at]);
                }
            }
            Step::Register(at) => {
                if let Ok(ticket) = self.session.register(URIS[at].into(), Default::default()) {
                    self.asks(ticket, false, URIS[at]);
                }
            }
            Step::Unsubscribe(at) => self.ends(at, true),
            Step::Unregister(at) => self.ends(at, false),
            Step::Call => {
                let call =
                    self.session.call(self.now, "com.none".into(), Default::default(), Values::default());
                self.pending.extend(call);
            }
            Step::Arrive(up, down) => self.arrive(up, down),
            Step::Lose(ghost) => self.lose(ghost),
            Step::Notice => self.notice(),
            Step::Connect => self.connect(),
            Step::Seconds(seconds) => self.passes(Duration::from_secs(seconds)),
            Step::Abort => {
                if self.peer.is_some() && self.session.id().is_some() {
                    self.down.push_back(Input::Message(common::message(r#"[3,{},"com.reason"]"#)));
                }
            }
        }
        self.drain();
    }

    fn asks(&mut self, ticket: Ticket, handler: bool, uri: &'static str) {
        self.asked.insert(ticket, Thing { handler, uri });
        self.pending.insert(ticket);
    }

    /// What is there can be ended, connected or not.
    fn ends(&mut self, at: usize, handler: bool) {
        let mut things = self.wanted.iter().filter(|(_, thing)| thing.handler == handler);
        let Some(ticket) = things.nth(at).map(|(ticket, _)| *ticket) else { return };
        let outcome =
            if handler { self.session.unsubscribe(ticket) } else { self.session.unregister(ticket) };
        self.pending.insert(outcome.unwrap());
        self.wanted.remove(&ticket);
    }

    fn connect(&mut self) {
        if self.peer.is_some() {
            return;
        }
        self.peer = Some(self.router.attach(self.now, PeerInfo::default()));
        self.session.handle(self.now, Input::Opened);
        self.session.join(self.now, "realm1".into(), Default::default()).unwrap();
    }

    fn lose(&mut self, ghost: bool) {
        let Some(peer) = self.peer.take() else { return };
        self.ghosts.push(peer);
        self.up.clear();
        self.down.clear();
        if !ghost {
            self.notice();
        }
        self.session.handle(self.now, Input::Closed("lost".into()));
        self.drain();
        assert_eq!(self.pending, BTreeSet::new(), "not settled at the loss");
    }

    fn notice(&mut self) {
        for ghost in self.ghosts.drain(..) {
            self.router.detach(self.now, ghost);
        }
    }

    fn passes(&mut self, time: Duration) {
        self.now += time;
        self.router.expire(self.now);
        self.session.handle(self.now, Input::Deadline);
        self.drain();
    }

    fn arrive(&mut self, up: usize, down: usize) {
        for _ in 0..up.min(self.up.len()) {
            let (Some(peer), Some(message)) = (self.peer, self.up.pop_front()) else { break };
            self.router.handle(self.now, peer, Incoming::Message(message));
        }
        self.drain();
        for _ in 0..down {
            let Some(input) = self.down.pop_front() else { break };
            self.session.handle(self.now, input);
            self.drain();
        }
    }

    fn drain(&mut self) {
        while let Some(delivery) = self.router.poll() {
            match delivery {
                Delivery::Send { to, message } => {
                    if to.as_slice().iter().any(|peer| Some(*peer) == self.peer) {
                        // A HELLO that is late is aborted, and nothing else is wrong.
                        if let Message::Abort(abort) = &message {
                            assert_eq!(abort.reason, uris::TIMEOUT, "{}", wire(&message));
                        }
                        self.down.push_back(Input::Message(message));
                    }
                }
                Delivery::Close { peer } => {
                    if Some(peer) == self.peer {
                        self.down.push_back(Input::Closed("closed".into()));
                    }
                }
            }
        }
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send(message) => self.sends(message),
                Output::Close => {
                    let peer = self.peer.take().unwrap();
                    self.router.detach(self.now, peer);
                    self.up.clear();
                    self.down.clear();
                }
                Output::Event(event) => self.told(event),
            }
        }
    }

    fn sends(&mut self, message: Message<Values>) {
        let request = match &message {
            Message::Subscribe(m) => m.request.get(),
            Message::Unsubscribe(m) => m.request.get(),
            Message::Register(m) => m.request.get(),
            Message::Unregister(m) => m.request.get(),
            Message::Call(m) => m.request.get(),
            _ => 0,
        };
        if request > 0 {
            self.last_request += 1;
            assert_eq!(request, self.last_request);
        }
        self.up.push_back(message);
    }

    fn told(&mut self, event: SessionEvent<Values>) {
        match event {
            SessionEvent::Joined(_) => self.last_request = 0,
            SessionEvent::Settled { ticket, outcome } => {
                assert!(self.pending.remove(&ticket), "{ticket:?} was not pending");
                if let Ok(Success::Subscribed(_) | Success::Registered(_)) = outcome {
                    self.wanted.insert(ticket, self.asked[&ticket]);
                }
            }
            SessionEvent::SubscriptionRestored { handler: ticket, .. }
            | SessionEvent::RegistrationRestored { endpoint: ticket, .. } => {
                assert!(self.wanted.contains_key(&ticket), "{ticket:?} was ended, and is restored");
            }
            SessionEvent::NotRestored { ticket, error, .. } => {
                // Another endpoint of ours was quicker when the ghost had gone.
                assert_eq!(error, uris::PROCEDURE_ALREADY_EXISTS);
                assert!(self.wanted.remove(&ticket).is_some_and(|thing| !thing.handler));
            }
            SessionEvent::Event { subscription, .. } => {
                self.events.extend_from_slice(self.session.handlers(subscription));
            }
            SessionEvent::Invocation { endpoint, .. } => self.invocations.push(endpoint),
            SessionEvent::Ended(ended) => {
                assert!(!matches!(ended.cause, Cause::Violation | Cause::Left), "{ended:?}");
            }
            other => panic!("{other:?}"),
        }
    }

    /// The network is good again, and everything arrives.
    fn recovers(&mut self) {
        for _ in 0..2 {
            self.notice();
            self.arrive(1000, 1000);
            self.connect();
            self.drain();
            for _ in 0..10 {
                self.arrive(1000, 1000);
            }
            while let Some(deadline) = self.session.next_deadline() {
                self.passes(deadline.saturating_sub(self.now));
                self.arrive(1000, 1000);
            }
        }
        assert_eq!(self.pending, BTreeSet::new(), "not settled after recovery");
    }

    /// Asks the router what it has, as another client sees it.
    fn check(&mut self) {
        let other = self.router.attach(self.now, PeerInfo::default());
        let hello = r#"[1,"realm1",{"roles":{"publisher":{},"caller":{}}}]"#;
        self.router.handle(self.now, other, Incoming::Message(common::message(hello)));
        for (at, uri) in URIS.into_iter().enumerate() {
            let messages = [
                format!(r#"[16,{},{{}},"{uri}"]"#, 2 * at + 1),
                format!(r#"[48,{},{{}},"{uri}"]"#, 2 * at + 2),
            ];
            for json in messages {
                self.router.handle(self.now, other, Incoming::Message(common::message(&json)));
            }
            self.arrive(0, 1000);
            let wanted = |handler| {
                let things = self.wanted.iter().filter(move |(_, thing)| **thing == Thing { handler, uri });
                things.map(|(ticket, _)| *ticket).collect::<Vec<_>>()
            };
            self.events.sort();
            assert_eq!(self.events, wanted(true), "the handlers of {uri}");
            assert_eq!(self.invocations, wanted(false), "the endpoints of {uri}");
            self.events.clear();
            self.invocations.clear();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

    #[test]
    fn after_any_losses_the_router_has_what_the_application_wants(
        steps in prop::collection::vec(step(), 0..120)
    ) {
        let mut world = World::new();
        world.take(Step::Connect);
        world.arrive(1, 1);
        steps.into_iter().for_each(|step| world.take(step));
        world.recovers();
        world.check();
    }
}

//! A router whose clients are the test: what they say is written down message by message, and what the
//! router does is a line each. `R→A SUBSCRIBED 1 1` went to peer A, `R→A,B EVENT …` is one delivery to
//! both, and `A closed` ends a transport. Time passes only when a test says so.

use std::{collections::BTreeMap, time::Duration};

use wamp_wasm::{
    codec::{Frame, Limits, Serializer, decode},
    message::Values,
    router::{Delivery, Incoming, PeerId, PeerInfo, Router, RouterConfig},
};

use super::{counting_from, message, wire};

/// All four roles of a client.
pub const ALL_ROLES: &str = r#"{"roles":{"publisher":{},"subscriber":{},"caller":{},"callee":{}}}"#;

/// A router and the script of its clients.
pub struct Bench {
    router: Router<Values>,
    now: Duration,
    names: BTreeMap<PeerId, String>,
    log: Vec<String>,
}

impl Default for Bench {
    fn default() -> Self {
        Self::with_config(RouterConfig::default())
    }
}

impl Bench {
    /// A router that draws 100, 101, 102 … where it needs random numbers: the first id is 101.
    pub fn with_config(config: RouterConfig) -> Self {
        Self::with_router(|entropy| Router::new(config, entropy))
    }

    /// A router that is made of the bench's source of random numbers.
    pub fn with_router(make: impl FnOnce(Box<dyn FnMut() -> u64>) -> Router<Values>) -> Self {
        let router = make(Box::new(counting_from(99)));
        Self { router, now: Duration::from_secs(1000), names: BTreeMap::new(), log: Vec::new() }
    }

    /// A peer that has said nothing yet.
    pub fn attach(&mut self, name: &str) -> PeerId {
        let peer = self.router.attach(self.now, PeerInfo::default());
        self.names.insert(peer, name.to_owned());
        self.drain();
        peer
    }

    /// A peer with an open session in realm1 and all four roles; the log stays as it was.
    pub fn join(&mut self, name: &str) -> PeerId {
        self.join_with(name, ALL_ROLES)
    }

    /// The same with these HELLO.Details.
    pub fn join_with(&mut self, name: &str, details: &str) -> PeerId {
        let log = std::mem::take(&mut self.log);
        let peer = self.attach(name);
        self.send(peer, &format!(r#"[1,"realm1",{details}]"#));
        let welcome = self.take_log();
        assert!(matches!(&*welcome, [line] if line.contains("WELCOME")), "{welcome:?}");
        self.log = log;
        peer
    }

    /// The peer sends this frame, which may be no message at all.
    pub fn send(&mut self, peer: PeerId, json: &str) {
        let frame = Frame::Text(json.to_owned());
        self.input(
            peer,
            match decode(Serializer::Json, &frame, &Limits::default()) {
                Ok(message) => Incoming::Message(message),
                Err(error) => Incoming::Invalid(error.to_string()),
            },
        );
    }

    /// The peer sends this message, or a frame that is none.
    pub fn input(&mut self, peer: PeerId, incoming: Incoming<Values>) {
        self.router.handle(self.now, peer, incoming);
        self.drain();
    }

    /// The peer's transport is lost.
    pub fn lose(&mut self, peer: PeerId) {
        self.router.detach(self.now, peer);
        self.drain();
    }

    pub fn shutdown(&mut self) {
        self.router.shutdown(self.now);
        self.drain();
    }

    /// Time passes, and the router is called when it wants to be.
    pub fn pass(&mut self, time: Duration) {
        self.now += time;
        while self.router.next_deadline().is_some_and(|deadline| deadline <= self.now) {
            self.router.expire(self.now);
            self.drain();
        }
    }

    pub fn next_deadline(&self) -> Option<Duration> {
        self.router.next_deadline()
    }

    /// What cannot be written for a peer comes back like this.
    pub fn undeliverable(&mut self, peer: PeerId, json: &str, error: &'static str, text: &str) {
        self.router.undeliverable(peer, &message(json), error, text);
        self.drain();
    }

    /// The lines since the last look.
    pub fn take_log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }

    /// Compares the lines since the last look.
    #[track_caller]
    pub fn expect(&mut self, lines: &[&str]) {
        assert_eq!(self.take_log(), lines);
    }

    /// The peer gets ABORT `wamp.error.protocol_violation` with this text, and is closed.
    #[track_caller]
    pub fn expect_violation(&mut self, peer: PeerId, text: &str) {
        let name = self.names[&peer].clone();
        let abort = format!(r#"R→{name} ABORT {{"message":"{text}"}} wamp.error.protocol_violation"#);
        assert_eq!(self.take_log(), [abort, format!("{name} closed")]);
    }

    fn drain(&mut self) {
        while let Some(delivery) = self.router.poll() {
            let line = match delivery {
                Delivery::Send { to, message } => {
                    let names: Vec<_> = to.as_slice().iter().map(|peer| self.names[peer].as_str()).collect();
                    format!("R→{} {}", names.join(","), wire(&message))
                }
                Delivery::Close { peer } => format!("{} closed", self.names[&peer]),
            };
            self.log.push(line);
        }
    }
}

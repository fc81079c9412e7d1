//! Sessions and a router, connected in pairs: what one sends, the other gets, in order. Frames are left
//! out, so that this is the two machines and nothing else. Every session has a name: `A→R` and `R→A`.

use std::{collections::VecDeque, time::Duration};

use wamp_wasm::{
    message::{CallOptions, Uri, Values},
    router::{Delivery, Incoming, PeerId, PeerInfo, Router, RouterConfig},
    session::{Input, Output, Session, SessionConfig, SessionEvent, Ticket},
};

use super::words::{counting_from, told, wire};

/// A router and its sessions under one virtual clock.
pub struct Pair {
    pub router: Router<Values>,
    clients: Vec<Client>,
    now: Duration,
    log: Vec<String>,
}

struct Client {
    name: &'static str,
    session: Session<Values>,
    peer: PeerId,
    /// What the router has sent and has not arrived.
    incoming: VecDeque<Input<Values>>,
}

impl Pair {
    /// An open router with the realm `realm1`, and sessions of these names that have joined it.
    pub fn joined(names: &[&'static str]) -> Self {
        let router = Router::new(RouterConfig::with_realms(["realm1"]), counting_from(0));
        let mut pair = Self::with(router, names);
        for name in names {
            let now = pair.now;
            pair.session(name).join(now, "realm1".into(), Default::default()).unwrap();
            pair.settle();
        }
        pair.log.clear();
        pair
    }

    /// Sessions of these names, connected to a router and not joined.
    pub fn with(mut router: Router<Values>, names: &[&'static str]) -> Self {
        let now = Duration::from_secs(1000);
        let mut client = |name: &&'static str| {
            let mut session = Session::new(SessionConfig::default());
            session.handle(now, Input::Opened);
            Client { name, session, peer: router.attach(now, PeerInfo::default()), incoming: VecDeque::new() }
        };
        let clients = names.iter().map(&mut client).collect();
        Self { router, clients, now, log: Vec::new() }
    }

    /// The session of this name, for commands.
    #[track_caller]
    pub fn session(&mut self, name: &str) -> &mut Session<Values> {
        &mut self.clients.iter_mut().find(|client| client.name == name).unwrap().session
    }

    /// Calls a procedure.
    #[track_caller]
    pub fn call(&mut self, name: &str, procedure: Uri, options: CallOptions, payload: Values) -> Ticket {
        let now = self.now;
        self.session(name).call(now, procedure, options, payload).unwrap()
    }

    /// Leaves for the usual reason.
    #[track_caller]
    pub fn leaves(&mut self, name: &str) {
        let now = self.now;
        self.session(name).leave(now, "wamp.close.close_realm".into(), None).unwrap();
    }

    /// Time passes; nobody's deadline is missed.
    pub fn passes(&mut self, time: Duration) {
        self.settle();
        self.now += time;
        self.router.expire(self.now);
        for client in &mut self.clients {
            client.incoming.push_back(Input::Deadline);
        }
        self.settle();
    }

    /// The transport of a session is lost, on both ends.
    #[track_caller]
    pub fn loses(&mut self, name: &str) {
        self.settle();
        let client = self.clients.iter_mut().find(|client| client.name == name).unwrap();
        client.incoming.push_back(Input::Closed("lost".into()));
        self.router.detach(self.now, client.peer);
        self.settle();
    }

    /// Everything since the last look has to be these lines.
    #[track_caller]
    pub fn expect(&mut self, lines: &[&str]) {
        self.settle();
        let log = std::mem::take(&mut self.log);
        assert_eq!(log, lines, "\nthe log was:\n{}\n", log.join("\n"));
    }

    /// What the sessions were told since the last look.
    pub fn take_told(&mut self) -> Vec<String> {
        self.settle();
        std::mem::take(&mut self.log).into_iter().filter(|line| !line.contains('→')).collect()
    }

    /// The time.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// Lets everything arrive that is on its way, until nobody has anything to say: the router first,
    /// then the sessions in their order, one message each.
    pub fn settle(&mut self) {
        loop {
            let mut idle = true;
            while let Some(delivery) = self.router.poll() {
                idle = false;
                self.deliver(delivery);
            }
            for at in 0..self.clients.len() {
                idle &= !self.step(at);
            }
            if idle {
                return;
            }
        }
    }

    fn deliver(&mut self, delivery: Delivery<Values>) {
        match delivery {
            Delivery::Send { to, message } => {
                for peer in to.as_slice() {
                    if let Some(client) = self.clients.iter_mut().find(|client| client.peer == *peer) {
                        self.log.push(format!("R→{} {}", client.name, wire(&message)));
                        client.incoming.push_back(Input::Message(message.clone()));
                    }
                }
            }
            Delivery::Close { peer } => {
                if let Some(client) = self.clients.iter_mut().find(|client| client.peer == peer) {
                    self.log.push(format!("R→{} closes", client.name));
                    client.incoming.push_back(Input::Closed("the router has closed".into()));
                }
            }
        }
    }

    /// One step of a session: all that it has to say, or else the next thing that arrives, and all that
    /// it has to say to that.
    fn step(&mut self, at: usize) -> bool {
        let Self { router, clients, now, log } = self;
        let Client { name, session, peer, incoming } = &mut clients[at];
        let mut output = session.poll();
        if output.is_none() {
            let Some(input) = incoming.pop_front() else { return false };
            session.handle(*now, input);
            output = session.poll();
        }
        while let Some(said) = output {
            log.push(match &said {
                Output::Send(message) => format!("{name}→R {}", wire(message)),
                Output::Close => format!("{name}→R closes"),
                Output::Event(event @ SessionEvent::Event { subscription, .. }) => {
                    format!("{name}: {}", told(event, session.handlers(*subscription)))
                }
                Output::Event(event) => format!("{name}: {}", told(event, &[])),
            });
            match said {
                Output::Send(message) => router.handle(*now, *peer, Incoming::Message(message)),
                Output::Close => {
                    router.detach(*now, *peer);
                    incoming.clear();
                    incoming.push_back(Input::Closed(String::new()));
                }
                Output::Event(_) => {}
            }
            output = session.poll();
        }
        true
    }
}

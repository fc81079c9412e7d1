//! What goes in and out of the router: peers, incoming messages, and deliveries in one queue.
//! One publication is one delivery, however many subscribers it has, so that it is encoded once for
//! each serializer and not once for each subscriber.

use std::collections::VecDeque;

use crate::message::Message;

/// A transport that is attached to a router. Never used twice by the same router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub(super) u64);

impl std::fmt::Display for PeerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What is known of a peer from its transport, for the policy to judge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerInfo {
    /// Where it comes from, as people write it: `127.0.0.1:50312`, `memory`.
    pub address: String,
}

/// What a peer sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming<P> {
    /// A message.
    Message(Message<P>),
    /// A frame that is no message; the text says why.
    Invalid(String),
}

/// What a router wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery<P> {
    /// Send this message to each of these peers.
    Send {
        /// The peers, each once.
        to: Recipients,
        /// The message, the same for all.
        message: Message<P>,
    },
    /// Close the transport of this peer once everything before this is sent. The peer is forgotten.
    Close {
        /// The peer.
        peer: PeerId,
    },
}

/// The peers that get a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipients {
    /// One peer.
    One(PeerId),
    /// Several peers.
    Many(Vec<PeerId>),
}

impl Recipients {
    /// The peers as a slice.
    #[must_use]
    pub fn as_slice(&self) -> &[PeerId] {
        match self {
            Self::One(peer) => std::slice::from_ref(peer),
            Self::Many(peers) => peers,
        }
    }
}

/// The one queue of deliveries.
#[derive(Debug)]
pub(super) struct Outbox<P>(VecDeque<Delivery<P>>);

impl<P> Outbox<P> {
    pub(super) fn send(&mut self, peer: PeerId, message: impl Into<Message<P>>) {
        self.0.push_back(Delivery::Send { to: Recipients::One(peer), message: message.into() });
    }

    /// One message for many; nothing when there is nobody.
    pub(super) fn send_to_all(&mut self, peers: Vec<PeerId>, message: impl Into<Message<P>>) {
        if !peers.is_empty() {
            self.0.push_back(Delivery::Send { to: Recipients::Many(peers), message: message.into() });
        }
    }

    pub(super) fn close(&mut self, peer: PeerId) {
        self.0.push_back(Delivery::Close { peer });
    }

    pub(super) fn next(&mut self) -> Option<Delivery<P>> {
        self.0.pop_front()
    }
}

impl<P> Default for Outbox<P> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

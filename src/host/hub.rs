//! A router machine with the serializer and the way out of each of its peers. It encodes each delivery
//! once for each serializer, whatever the number of its recipients.
//!
//! A peer whose queue is full is disconnected, and never skipped: a stream with holes would look whole.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    codec::{Encoded, Frame, Limits, Serializer, decode, encode},
    message::{Message, uris},
    router::{Delivery, Incoming, PeerId, PeerInfo, Router},
};

/// The way out to one peer: a queue in front of its transport.
pub trait Outlet {
    /// A frame as the transport takes it, cheap to clone, because all recipients of an event share it.
    type Packet: Clone;

    /// Prepares a frame for sending.
    fn pack(frame: Frame) -> Self::Packet;

    /// Queues a frame behind those before it. Must not block, and not call back into the hub.
    ///
    /// # Errors
    /// [`Overflow`] when the peer does not take its frames fast enough; the outlet is dropped then, and
    /// the transport has to be cut.
    fn send(&mut self, packet: Self::Packet) -> Result<(), Overflow>;

    /// Closes the transport behind everything that is queued.
    fn close(self);
}

/// The queue of a peer is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the peer does not take its messages fast enough")]
pub struct Overflow;

/// A router with the ways out to its peers.
pub struct Hub<O: Outlet> {
    router: Router<Encoded>,
    lines: BTreeMap<PeerId, Line<O>>,
}

struct Line<O> {
    serializer: Serializer,
    outlet: O,
}

impl<O: Outlet> Hub<O> {
    /// A hub around a router.
    #[must_use]
    pub const fn new(router: Router<Encoded>) -> Self {
        Self { router, lines: BTreeMap::new() }
    }

    /// A transport is open.
    pub fn attach(&mut self, now: Duration, info: PeerInfo, serializer: Serializer, outlet: O) -> PeerId {
        let peer = self.router.attach(now, info);
        self.lines.insert(peer, Line { serializer, outlet });
        self.deliver(now);
        peer
    }

    /// A message, or a frame that is none, arrived from a peer.
    pub fn receive(&mut self, now: Duration, peer: PeerId, incoming: Incoming<Encoded>) {
        self.router.handle(now, peer, incoming);
        self.deliver(now);
    }

    /// The transport of a peer is lost or closed.
    pub fn detach(&mut self, now: Duration, peer: PeerId) {
        self.lines.remove(&peer);
        self.router.detach(now, peer);
        self.deliver(now);
    }

    /// Ends what is overdue: see [`next_deadline`](Self::next_deadline).
    pub fn expire(&mut self, now: Duration) {
        self.router.expire(now);
        self.deliver(now);
    }

    /// Says GOODBYE to every session and takes no new ones.
    pub fn shutdown(&mut self, now: Duration) {
        self.router.shutdown(now);
        self.deliver(now);
    }

    /// When [`expire`](Self::expire) has to be called next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.router.next_deadline()
    }

    fn deliver(&mut self, now: Duration) {
        while let Some(delivery) = self.router.poll() {
            match delivery {
                Delivery::Send { to, message } => self.send(now, to.as_slice(), &message),
                Delivery::Close { peer } => {
                    if let Some(line) = self.lines.remove(&peer) {
                        line.outlet.close();
                    }
                }
            }
        }
    }

    fn send(&mut self, now: Duration, to: &[PeerId], message: &Message<Encoded>) {
        let mut packets = Packets::<O>::new(message);
        for &peer in to {
            let Some(line) = self.lines.get_mut(&peer) else { continue };
            match packets.of(line.serializer) {
                Ok(packet) => {
                    if line.outlet.send(packet).is_err() {
                        self.lines.remove(&peer);
                        self.router.detach(now, peer);
                    }
                }
                Err(text) => self.router.undeliverable(peer, message, uris::INVALID_ARGUMENT, &text),
            }
        }
    }
}

/// The forms of one message, made when they are first needed.
struct Packets<'a, O: Outlet> {
    message: &'a Message<Encoded>,
    made: Vec<(Serializer, Result<O::Packet, String>)>,
}

impl<'a, O: Outlet> Packets<'a, O> {
    const fn new(message: &'a Message<Encoded>) -> Self {
        Self { message, made: Vec::new() }
    }

    fn of(&mut self, serializer: Serializer) -> Result<O::Packet, String> {
        if let Some((_, packet)) = self.made.iter().find(|(s, _)| *s == serializer) {
            return packet.clone();
        }
        let packet = encode(serializer, self.message).map(O::pack).map_err(|error| error.summary());
        self.made.push((serializer, packet.clone()));
        packet
    }
}

/// What a frame says.
#[must_use]
pub fn read(serializer: Serializer, frame: &Frame, limits: &Limits) -> Incoming<Encoded> {
    match decode(serializer, frame, limits) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Invalid(error.summary()),
    }
}

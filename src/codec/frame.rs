//! The serializers by their names on the wire, and the frames that a transport moves.

/// A way to write messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Serializer {
    /// `wamp.2.json`: text frames.
    Json,
    /// `wamp.2.msgpack`: binary frames.
    MsgPack,
    /// `wamp.2.cbor`: binary frames.
    Cbor,
}

impl Serializer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::MsgPack, Self::Cbor];

    /// The WebSocket subprotocol.
    #[must_use]
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Self::Json => "wamp.2.json",
            Self::MsgPack => "wamp.2.msgpack",
            Self::Cbor => "wamp.2.cbor",
        }
    }

    /// The serializer of a WebSocket subprotocol.
    #[must_use]
    pub fn from_subprotocol(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.subprotocol() == name)
    }

    /// The name as people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::MsgPack => "MessagePack",
            Self::Cbor => "CBOR",
        }
    }

    /// How it writes a list without items.
    pub(super) const fn empty_list(self) -> &'static [u8] {
        match self {
            Self::Json => b"[]",
            Self::MsgPack => &[0x90],
            Self::Cbor => &[0x80],
        }
    }

    /// Whether its frames are binary.
    #[must_use]
    pub const fn is_binary(self) -> bool {
        !matches!(self, Self::Json)
    }
}

/// The serializer to use with a peer: the first of the subprotocols it offers, in its order of
/// preference, that is one of ours.
///
/// ```
/// use wamp_wasm::codec::{Serializer, negotiate};
///
/// assert_eq!(negotiate(["wamp.2.flatbuffers", "wamp.2.cbor", "wamp.2.json"]), Some(Serializer::Cbor));
/// assert_eq!(negotiate(["mqtt"]), None);
/// ```
pub fn negotiate<'a>(offered: impl IntoIterator<Item = &'a str>) -> Option<Serializer> {
    offered.into_iter().find_map(Serializer::from_subprotocol)
}

/// One frame of a transport: one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Text, as JSON uses it.
    Text(String),
    /// Octets, as the other serializers use them.
    Binary(Vec<u8>),
}

impl Frame {
    /// The size in octets.
    #[must_use]
    pub const fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(octets) => octets.len(),
        }
    }
}

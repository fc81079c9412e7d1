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

    /// Whether its frames are binary.
    #[must_use]
    pub const fn is_binary(self) -> bool {
        !matches!(self, Self::Json)
    }
}

/// One frame of a transport: one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Text, as JSON uses it.
    Text(String),
    /// Octets, as the other serializers use them.
    Binary(Vec<u8>),
}

//! CBOR (RFC 8949) as tokens. Every well-formed item that WAMP has a value for is read; the preferred
//! serialization is written, but for floats, which always take 64 bits.

mod reader;
mod writer;

pub use reader::Reader;
pub use writer::Writer;

const NAME: &str = "CBOR";

/// The major types, in the high three bits of an item's first octet.
mod major {
    pub(super) const UNSIGNED: u8 = 0;
    pub(super) const NEGATIVE: u8 = 1;
    pub(super) const BYTES: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const LIST: u8 = 4;
    pub(super) const DICT: u8 = 5;
    pub(super) const TAG: u8 = 6;
    pub(super) const SIMPLE: u8 = 7;
}

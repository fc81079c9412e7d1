//! MessagePack as tokens. Every width of a number or length is read; the smallest one is written.

#[cfg(any(test, all(feature = "js", target_family = "wasm")))]
mod plain;
mod reader;
mod writer;

#[cfg(all(feature = "js", target_family = "wasm"))]
pub(crate) use plain::{Plain, value};
pub use reader::Reader;
pub use writer::Writer;

const NAME: &str = "MessagePack";

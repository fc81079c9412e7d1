//! MessagePack as tokens. Every width of a number or length is read; the smallest one is written.

mod reader;
mod writer;

pub use reader::Reader;
pub use writer::Writer;

const NAME: &str = "MessagePack";

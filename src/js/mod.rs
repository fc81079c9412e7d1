//! The wasm half of the npm package.

mod tape;

pub use tape::Tape;

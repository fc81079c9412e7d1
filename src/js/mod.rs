//! The wasm half of the npm package: what the JavaScript beside it (`api/`, `glue/`) calls.
//! All decisions are taken here; values and callbacks of the application never leave JavaScript.
//!
//! How a frame goes through: the glue parses it, JSON with the browser's own means. A well-shaped message
//! of the hot kinds crosses as numbers ([`Core::on_message`]), anything else as MessagePack
//! ([`Core::on_octets`]) through the ordinary codec. Then the glue drains
//! [`Core::poll`] until it gives [`Op::Nothing`], and reads what belongs to an operation from the
//! core's registers.

#![allow(unreachable_pub, reason = "exported to JavaScript, not to Rust")]

mod check;
mod core;
mod hot;
mod octets;
mod op;
mod slot;
mod tape;

pub use self::{
    core::Core,
    op::{EndCause, Op},
    tape::Tape,
};

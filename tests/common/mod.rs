//! The test bench: sessions under a virtual clock, and a log of all that happened in readable lines.
//! `C→R SUBSCRIBE 1 com.x` went over the wire; `#1 subscribed 7` and the like were told to the
//! application. Nothing here waits: time passes only when a test says so.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "every test file uses its own part of the bench"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[cfg(feature = "router")]
mod pair;
#[cfg(feature = "router")]
pub mod router_peer;
mod scripted;
mod words;

#[cfg(feature = "router")]
pub use pair::Pair;
pub use scripted::{BASIC_WELCOME, Scripted, WELCOME};
pub use words::{
    counting_from, dict, message, of_an_open_session, options, payload, sent_by_clients_only, wire,
};

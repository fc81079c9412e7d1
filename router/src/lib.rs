//! The native router: the machine of `wamp-wasm` behind a WebSocket server that also serves files.
//! For development, tests and a single host. It listens on the loopback interface unless told
//! otherwise, and lets any page that can reach it connect, unless it is told which origins may.

pub mod config;
mod connection;
mod door;
mod files;
pub mod server;

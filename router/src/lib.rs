//! The native router: the machine of `wamp-wasm` behind a WebSocket server that also serves files.
//! For development, tests and a single host. It listens on the loopback interface unless told
//! otherwise, and lets any page that can reach it connect: it does not look at `Origin`.

pub mod config;
mod connection;
mod files;
pub mod server;

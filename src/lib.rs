//! A WAMP client for the browser and an embedded router.

#[cfg(feature = "client")]
pub mod client;
pub mod codec;
#[cfg(feature = "router")]
pub mod host;
#[cfg(all(target_family = "wasm", feature = "js"))]
pub mod js;
pub mod message;
#[cfg(feature = "router")]
pub mod router;
pub mod session;
pub mod transport;

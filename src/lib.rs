//! A WAMP client for the browser and an embedded router.

pub mod codec;
pub mod message;
#[cfg(feature = "router")]
pub mod router;
pub mod session;
pub mod transport;

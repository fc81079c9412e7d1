//! Running a router where frames come and go: the part that every host shares ([`Hub`]), and the host
//! for a page, a worker or a test, where everything lives in one thread ([`RouterHost`]).
//! The native router has its own loop around the same hub.

mod hub;
mod local;

pub use hub::{Hub, Outlet, Overflow, read};
pub use local::{HostLimits, RouterHost};

//! The wasm half of the npm package: what the JavaScript beside it (`api/`, `glue/`) calls.
//! All decisions are taken here; values and callbacks of the application never leave JavaScript.
//!
//! How a frame goes through: the glue parses it, JSON with the browser's own means. A well-shaped message
//! of the hot kinds crosses as numbers ([`Core::on_message`]), anything else as MessagePack
//! ([`Core::on_octets`]), which the ordinary codec reads. Then the glue drains
//! [`Core::poll`] until it gives `Op::Nothing`, and reads what belongs to an operation from the
//! core's registers.
//!
//! The package has more than one WebAssembly module: what many a page never needs is built from the same
//! crate with another feature, and loaded when it is needed. `js` is the module that every page loads;
//! `js-auth` is nothing but the proofs of authentication, `js-e2ee` nothing but the key ring, `js-large`
//! nothing but the tape of large frames.

#![allow(unreachable_pub, reason = "exported to JavaScript, not to Rust")]

/// Half the code of the standard library's, and as quick.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(feature = "js-auth")]
mod auth;
#[cfg(feature = "js")]
mod check;
#[cfg(feature = "js")]
mod core;
#[cfg(feature = "js-e2ee")]
mod e2ee;
#[cfg(feature = "js")]
mod hot;
#[cfg(feature = "js-large")]
mod large;
#[cfg(feature = "js")]
mod octets;
#[cfg(feature = "js")]
mod op;
#[cfg(feature = "js")]
mod policy;
#[cfg(feature = "js")]
mod slot;

#[cfg(feature = "js-auth")]
pub use self::auth::Authenticator;
#[cfg(feature = "js")]
pub use self::core::Core;
#[cfg(feature = "js-e2ee")]
pub use self::e2ee::Ring;
#[cfg(feature = "js-large")]
pub use self::large::Large;
#[cfg(feature = "js")]
pub use self::policy::Policy;

//! Authentication: what the proofs of WAMP's methods are made of, and the [`Authenticator`] that gives
//! them for a client. (Advanced Profile, "Authentication Methods".)
//! One rule: nothing in here does I/O, reads a clock or draws a random number; nonces are arguments.
//!
//! | method | how | the router proves itself |
//! |---|---|---|
//! | `anonymous`, `cookie` | no challenge | no |
//! | `ticket` | the ticket itself | no |
//! | `wampcra` | HMAC of the router's challenge, plain or salted | no |
//! | `scram`, `wamp-scram` | [`Scram`], with PBKDF2 or Argon2id | yes, in WELCOME |
//! | `cryptosign` | [`Cryptosign`]: an Ed25519 signature | yes, with [`Cryptosign::router_key`] |
//!
//! Secrets are wiped from memory when they are dropped and never shown; a ticket that was sent is in the
//! memory of what sent it. What a router asks for is checked first; how much work it may cost is bounded
//! by [`CostLimits`].

#[cfg(feature = "auth")]
mod authenticator;
#[cfg(feature = "auth")]
pub mod cra;
#[cfg(feature = "auth")]
mod credentials;
#[cfg(feature = "auth")]
mod cryptosign;
#[cfg(feature = "auth")]
mod error;
#[cfg(feature = "auth")]
mod limits;
#[cfg(feature = "auth")]
mod scram;
#[cfg(feature = "auth")]
mod secret;
#[cfg(feature = "auth")]
mod text;
mod welcome;

pub use self::welcome::{NotAuthentic, WelcomeRule};
#[cfg(feature = "auth")]
pub use self::{
    authenticator::{Answer, Authenticator, RANDOM_OCTETS, Step, ToSign},
    credentials::Credentials,
    cryptosign::{Cryptosign, public_key},
    error::{AuthError, KeyError},
    limits::CostLimits,
    scram::{Argon2Key, ChannelBinding, Dialect, Scram},
    secret::Secret,
};

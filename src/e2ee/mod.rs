//! End-to-end encryption of payloads as autobahn has it ("cryptobox"): a [`KeyRing`] holds key pairs by
//! URI, and what it seals is X25519, XSalsa20 and Poly1305, the `crypto_box` of NaCl.
//! One rule: nothing in here draws a random number; nonces and the octets of new keys are arguments.
//!
//! ```text
//! sealed = nonce (24 octets) | tag (16) | cipher text
//! ```
//!
//! What is sealed is up to the caller; between WAMP clients it is the JSON text of
//! `{"uri": …, "args": …, "kwargs": …}`, and who opens it compares that `uri` with the one of the message.

mod key;
mod ring;

pub use self::{
    key::{KeyError, KeySet, NONCE_OCTETS, generate, public_key},
    ring::{KeyRing, OpenError, Party, SealError},
};

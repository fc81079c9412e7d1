//! Authentication, for both ends: what a proof is made of, and how it is checked.
//! One rule: nothing in here does I/O, reads a clock or draws a random number; nonces are arguments.

mod welcome;

pub use welcome::{NotAuthentic, WelcomeRule};

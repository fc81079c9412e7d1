//! Arbitrary octets as the history of a session.
#![no_main]

#[path = "../session/mod.rs"]
mod session;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    session::check(octets);
});

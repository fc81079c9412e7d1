//! Arbitrary octets as what happens to a connection.
#![no_main]

#[path = "../reconnect.rs"]
mod run;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    run::check(octets);
});

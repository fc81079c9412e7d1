//! Arbitrary octets through the tape, beside the ordinary codec.
#![no_main]

#[path = "../tape.rs"]
mod same;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    same::check(octets);
});

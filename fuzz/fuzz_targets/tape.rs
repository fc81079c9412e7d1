//! Arbitrary octets through the tape, beside the ordinary codec, and as a tape on its way out.
#![no_main]

#[path = "../tape.rs"]
mod same;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    same::check(octets);
});

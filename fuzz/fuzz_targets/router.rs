//! Arbitrary octets as the history of a router.
#![no_main]

#[path = "../router.rs"]
mod router;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    router::check(octets);
});

//! The seeds of the fuzz targets, and what fuzzing once found, on every run of the tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]
#![cfg(not(target_family = "wasm"))]

use std::path::Path;

use wamp_wasm::codec::Serializer;

#[path = "../fuzz/properties.rs"]
mod properties;

#[path = "../fuzz/reconnect.rs"]
mod reconnect;
#[cfg(feature = "router")]
#[path = "../fuzz/router.rs"]
mod router;
#[path = "../fuzz/session/mod.rs"]
mod session;
#[allow(dead_code, reason = "the tests of the tape use the other half")]
#[path = "../fuzz/tape.rs"]
mod tape;

fn run(target: &str, at_least: usize, check: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let seeds: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(seeds.len() >= at_least, "{} of {at_least} seeds in {}", seeds.len(), folder.display());
    for seed in seeds {
        println!("{}", seed.display());
        check(&std::fs::read(&seed).unwrap());
    }
}

/// One seed for each message at least, and so many that are read as messages.
fn run_decoder(target: &str, serializer: Serializer) {
    properties::assert_reads(serializer);
    let messages = std::cell::Cell::new(0);
    run(target, 25, |octets| {
        messages.set(messages.get() + usize::from(properties::check(serializer, octets)));
    });
    assert!(messages.get() >= 25, "{messages:?}");
}

#[test]
fn the_seeds_of_decode_json_hold() {
    run_decoder("decode_json", Serializer::Json);
}

#[test]
fn the_seeds_of_decode_msgpack_hold() {
    run_decoder("decode_msgpack", Serializer::MsgPack);
}

#[test]
fn the_seeds_of_decode_cbor_hold() {
    run_decoder("decode_cbor", Serializer::Cbor);
}

#[test]
fn the_seeds_of_reconnect_hold() {
    run("reconnect", 6, reconnect::check);
}

#[test]
fn the_seeds_of_session_hold() {
    run("session", 20, |octets| _ = session::check(octets));
}

#[test]
fn the_seeds_of_tape_hold() {
    run("tape", 25, tape::check);
}

#[cfg(feature = "router")]
#[test]
fn the_seeds_of_router_hold() {
    run("router", 20, |octets| _ = router::check(octets));
}

//! The seeds of the fuzz targets, and what fuzzing once found, on every run of the tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]
#![cfg(not(target_family = "wasm"))]

use std::path::Path;

use wamp_wasm::codec::Serializer;

#[path = "../fuzz/properties.rs"]
mod properties;

fn run(target: &str, serializer: Serializer) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let seeds: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(seeds.len() >= 25, "one for each message at least, in {}", folder.display());
    for seed in seeds {
        println!("{}", seed.display());
        properties::check(serializer, &std::fs::read(&seed).unwrap());
    }
}

#[test]
fn the_seeds_of_decode_json_hold() {
    run("decode_json", Serializer::Json);
}

#[test]
fn the_seeds_of_decode_msgpack_hold() {
    run("decode_msgpack", Serializer::MsgPack);
}

#[test]
fn the_seeds_of_decode_cbor_hold() {
    run("decode_cbor", Serializer::Cbor);
}

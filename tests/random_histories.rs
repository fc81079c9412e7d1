//! Histories of a session and of a router made of random octets: the properties of their fuzz targets, on a
//! stable toolchain. A few in every run, and as many messages as one likes with
//!
//!     MESSAGES=10000000 cargo test --release --test random_histories -- --ignored --nocapture
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]
#![cfg(not(target_family = "wasm"))]

use std::{panic::RefUnwindSafe, time::Instant};

#[cfg(feature = "router")]
#[path = "../fuzz/router.rs"]
mod router;
#[path = "../fuzz/session/mod.rs"]
mod session;

/// Lives through random histories until so many messages have come; gives how many histories that were.
fn run(seed: u64, messages: u64, check: impl Fn(&[u8]) -> u64 + RefUnwindSafe) -> (u64, u64) {
    let (mut state, mut histories, mut received) = (seed, 0, 0);
    let mut octets = Vec::new();
    while received < messages {
        let length = 64 << (random(&mut state) % 7);
        octets.clear();
        octets.extend((0..length).map(|_| random(&mut state) as u8));
        let begun = state;
        received += std::panic::catch_unwind(|| check(&octets))
            .unwrap_or_else(|_| panic!("history {histories} of seed {seed}, state {begun:#x}: {octets:?}"));
        histories += 1;
    }
    (histories, received)
}

/// SplitMix64: the same numbers in every run of a seed.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[test]
fn a_session_keeps_its_promises_in_random_histories() {
    run(1, 20_000, session::check);
}

#[cfg(feature = "router")]
#[test]
fn a_router_keeps_its_promises_in_random_histories() {
    run(1, 20_000, router::check);
}

#[test]
#[ignore = "takes minutes without --release"]
fn a_session_keeps_its_promises_in_millions_of_random_messages() {
    let number = |name, otherwise| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let (seed, messages) = (number("SEED", 1), number("MESSAGES", 10_000_000));
    let start = Instant::now();
    let (histories, received) = run(seed, messages, session::check);
    let seconds = start.elapsed().as_secs_f64();
    let rate = received as f64 / seconds;
    println!(
        "seed {seed}: {received} messages in {histories} histories, {seconds:.1} s, {rate:.0} messages/s"
    );
}

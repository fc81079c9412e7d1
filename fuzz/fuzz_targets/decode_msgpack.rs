//! Arbitrary octets as a frame of `Serializer::MsgPack`.
#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(
    init: properties::assert_reads(wamp_wasm::codec::Serializer::MsgPack),
    |octets: &[u8]| {
        properties::check(wamp_wasm::codec::Serializer::MsgPack, octets);
    }
);

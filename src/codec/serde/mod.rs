//! Application types in and out of [`Value`]: what the Rust API's arguments go through.
//! Octets are octets here (serde's bytes), in whatever serializer they travel.

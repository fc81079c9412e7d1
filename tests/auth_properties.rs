//! Whatever a router puts into a challenge: nothing panics, no secret comes back, and what is answered was
//! offered. The limits are small here, so that a lucky number does not take seconds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(not(target_family = "wasm"))]

use std::sync::LazyLock;

use proptest::prelude::*;
use wamp_wasm::{
    auth::{Authenticator, CostLimits, Credentials, Cryptosign, RANDOM_OCTETS, Scram, Step},
    message::{Challenge, Dict, Value},
};

const SECRET: &str = "correct horse battery staple";

/// The nonce of an authenticator whose random octets are all 7.
const OURS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (0_u32..2_000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9a-f]{64}".prop_map(Value::from),
        "[0-9a-f]{192}".prop_map(Value::from),
        "([A-Za-z0-9+/]{4}){0,8}".prop_map(Value::from),
        "[!-~]{0,20}".prop_map(|text| Value::from(format!("{OURS}{text}"))),
        prop_oneof![Just("pbkdf2"), Just("argon2id13"), Just("argon2id-13"), Just("tls-unique")]
            .prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::from),
        Just(Value::from(vec![Value::Null])),
    ]
}

const KEYS: [&str; 11] = [
    "challenge",
    "salt",
    "iterations",
    "keylen",
    "nonce",
    "kdf",
    "memory",
    "channel_binding",
    "pubkey",
    "signature",
    "other",
];

fn extra() -> impl Strategy<Value = Dict> {
    prop::collection::vec((prop::sample::select(KEYS.as_slice()), value()), 0..11)
        .prop_map(|entries| entries.into_iter().fold(Dict::new(), |dict, (key, value)| dict.with(key, value)))
}

/// With every method but cryptosign, whose arithmetic takes long in a build for tests.
fn credentials() -> Credentials {
    let mut limits = CostLimits::default();
    limits.cra_iterations = 1..=100;
    limits.pbkdf2_iterations = 1..=100;
    limits.argon2_memory = 8..=64;
    limits.argon2_iterations = 1..=2;
    Credentials::new("joe").ticket("a ticket").wampcra(SECRET).scram(Scram::new(SECRET)).limits(limits)
}

static KEY: LazyLock<Cryptosign> = LazyLock::new(|| {
    let router = Cryptosign::from_seed(&[8; 32]).public_key();
    Cryptosign::from_seed(&[9; 32]).router_key(&router).unwrap()
});

fn ready(credentials: Credentials) -> Authenticator {
    Authenticator::new(credentials, [7; RANDOM_OCTETS])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_challenge_panics_or_gets_a_secret(
        challenges in prop::collection::vec(
            (prop_oneof![
                Just("ticket".to_owned()), Just("wampcra".to_owned()), Just("scram".to_owned()),
                Just("wamp-scram".to_owned()), Just("cryptosign".to_owned()), any::<String>(),
            ], extra()),
            1..6,
        )
    ) {
        let mut authenticator = ready(credentials().cryptosign(KEY.clone()));
        for (method, extra) in challenges {
            let challenge = Challenge { method: method.clone(), extra: extra.try_into().unwrap() };
            match authenticator.challenged(&challenge) {
                Ok(Step::Answer(answer)) => {
                    prop_assert!(authenticator.methods().contains(&method.as_str()));
                    prop_assert_eq!(answer.signature == "a ticket", method == "ticket");
                    prop_assert!(!answer.signature.contains(SECRET));
                    // The router of these tests never signs our challenge.
                    prop_assert_ne!(method, "cryptosign");
                }
                Ok(Step::Sign(_)) => prop_assert!(false, "no key is kept elsewhere"),
                Err(error) => {
                    prop_assert!(error.reason().starts_with("wamp.error."));
                    prop_assert!(!error.to_string().contains(SECRET));
                }
            }
        }
    }

    #[test]
    fn every_right_challenge_is_answered(
        server in "[!-+.-~]{1,40}",
        salt in prop::collection::vec(any::<u8>(), 8..40),
        iterations in 1_u32..100,
    ) {
        use base64::Engine;
        let salt = base64::engine::general_purpose::STANDARD.encode(salt);
        let extra = Dict::new()
            .with("nonce", format!("{OURS}{server}"))
            .with("salt", salt)
            .with("kdf", "pbkdf2")
            .with("iterations", iterations);
        for method in ["scram", "wamp-scram"] {
            let challenge = Challenge { method: method.into(), extra: extra.clone().try_into().unwrap() };
            prop_assert!(matches!(ready(credentials()).challenged(&challenge), Ok(Step::Answer(_))));
        }
    }
}

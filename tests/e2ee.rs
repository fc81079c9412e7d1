//! The key ring against known answers of NaCl and libsodium, and against whoever has another key.
//! One rule: nothing that arrives can do more than be refused.

#![cfg(feature = "e2ee")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use wamp_wasm::e2ee::{KeyError, KeyRing, KeySet, OpenError, Party, SealError, generate, public_key};

const ALICE: &str = "WRhsGfk++2oXIz2d5NyUaJlUWnw365KHuiILZ18XCBQ=";
const ALICE_PUBLIC: &str = "0IL+THPYCBkHarZQKzwLa7qtpxVVHNloMA/JnonsJ3M=";
const BOB: &str = "X2Cdy0N/4fa71mifPLR9mucFSRshfKBC0MSHDEpXmdg=";
const BOB_PUBLIC: &str = "b2cSJXoJeA6kO9yQXqKTZ2N/W0rMim40CqYn5QLrGxk=";

const URI: &str = "com.example.secret";
const PLAIN: &str = r#"{"uri": "com.example.secret", "args": ["café", 23], "kwargs": {"n": null}}"#;

/// What libsodium makes of `PLAIN` from Alice to Bob, with `nonce()` in front.
const SEALED: &str = "000102030405060708090a0b0c0d0e0f101112131415161745dcdad73726ce5c2e9f0e6edd61b1f112b020d0b22\
    ef489febfe47da02021c33460b6f9990ed28caa0a1f8ab590acf9bb519021f4be063c9745871ac3c691f1b907294b7736cdde44a03d5177\
    53960de833d84365263ed8445822";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn nonce() -> [u8; 24] {
    std::array::from_fn(|at| u8::try_from(at).unwrap())
}

fn ring(prefix: &str, keys: KeySet) -> KeyRing {
    let mut ring = KeyRing::default();
    ring.set(prefix, keys);
    ring
}

/// The ring of a caller who knows Bob, and that of Bob.
fn both(prefix: &str) -> [KeyRing; 2] {
    [
        ring(prefix, KeySet::new(Some(ALICE), None, None, Some(BOB_PUBLIC)).unwrap()),
        ring(prefix, KeySet::new(None, Some(ALICE_PUBLIC), Some(BOB), None).unwrap()),
    ]
}

#[test]
fn seals_and_opens_as_libsodium_does() {
    let [alice, bob] = both("com.example.");
    let sealed = alice.seal(Party::Originator, URI, nonce(), PLAIN.as_bytes()).unwrap().unwrap();
    assert_eq!(sealed, hex(SEALED));
    assert_eq!(bob.open(Party::Responder, URI, &hex(SEALED)).unwrap().as_slice(), PLAIN.as_bytes());
}

#[test]
fn seals_as_the_vector_of_nacl() {
    let alice = "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=";
    let bob = "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=";
    let ring = ring("", KeySet::new(Some(alice), None, None, Some(bob)).unwrap());
    let nonce = hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37").try_into().unwrap();
    let plain = hex(
        "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561\
         f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902\
         e52f0a089bc76897040e082f937763848645e0705",
    );
    let sealed = ring.seal(Party::Originator, URI, nonce, &plain).unwrap().unwrap();
    let expected = hex(
        "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce8\
         7b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e\
         9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5",
    );
    assert_eq!(sealed[24..], expected);
}

#[test]
fn the_answer_goes_the_other_way_with_the_same_keys() {
    let [alice, bob] = both("com.example.");
    let sealed = bob.seal(Party::Responder, URI, [3; 24], b"an answer").unwrap().unwrap();
    assert_eq!(alice.open(Party::Originator, URI, &sealed).unwrap().as_slice(), b"an answer");
}

#[test]
fn one_private_key_is_for_both_sides() {
    let ring = ring("", KeySet::shared(ALICE).unwrap());
    for (one, other) in [(Party::Originator, Party::Responder), (Party::Responder, Party::Originator)] {
        let sealed = ring.seal(one, URI, [5; 24], b"ours").unwrap().unwrap();
        assert_eq!(ring.open(other, URI, &sealed).unwrap().as_slice(), b"ours");
    }
}

#[test]
fn the_longest_prefix_counts_and_the_empty_one_is_for_the_rest() {
    let mut mine = KeyRing::default();
    for (prefix, number) in [("", 1), ("com.", 2), ("com.example.", 3), ("com.example.a", 4), ("com.zzz", 5)]
    {
        mine.set(prefix, KeySet::shared(&generate([number; 32]).0).unwrap());
    }
    for (uri, number) in [
        ("org.example", 1),
        ("com.other", 2),
        ("com.example", 2),
        ("com.example.b", 3),
        ("com.example.a", 4),
        ("com.example.abc", 4),
    ] {
        let sealed = mine.seal(Party::Originator, uri, [0; 24], b"x").unwrap().unwrap();
        let theirs = ring("", KeySet::shared(&generate([number; 32]).0).unwrap());
        assert!(theirs.open(Party::Responder, uri, &sealed).is_ok(), "{uri} takes key {number}");
    }
}

#[test]
fn a_uri_without_keys_is_not_sealed_and_not_opened() {
    let [mut alice, _] = both("com.example.");
    assert_eq!(alice.seal(Party::Originator, "org.example", [0; 24], b"x"), Ok(None));
    assert_eq!(alice.open(Party::Originator, "org.example", &[0; 64]).err(), Some(OpenError::NoKey));
    assert!(alice.remove("com.example."));
    assert!(!alice.remove("com.example."));
    assert_eq!(alice.seal(Party::Originator, URI, [0; 24], b"x"), Ok(None));
}

#[test]
fn with_the_keys_of_the_other_side_nothing_is_sealed_rather_than_sent_in_clear() {
    let [alice, bob] = both("com.example.");
    let refused = alice.seal(Party::Responder, URI, [0; 24], b"x");
    assert_eq!(refused, Err(SealError::WrongSide("responder_priv")));
    assert_eq!(alice.open(Party::Responder, URI, &hex(SEALED)).err(), Some(OpenError::NoKey));
    assert_eq!(
        bob.seal(Party::Originator, URI, [0; 24], b"x").err(),
        Some(SealError::WrongSide("originator_priv"))
    );
}

#[test]
fn whatever_was_changed_or_cut_is_refused() {
    let [_, bob] = both("");
    let sealed = hex(SEALED);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_eq!(bob.open(Party::Responder, URI, &changed).err(), Some(OpenError::Forged), "octet {at}");
        let expected = if at < 24 { OpenError::TooShort } else { OpenError::Forged };
        assert_eq!(bob.open(Party::Responder, URI, &sealed[..at]).err(), Some(expected), "{at} octets");
    }
    let stranger = ring("", KeySet::new(None, Some(ALICE_PUBLIC), Some(ALICE), None).unwrap());
    assert_eq!(stranger.open(Party::Responder, URI, &sealed).err(), Some(OpenError::Forged));
}

#[test]
fn keys_that_are_none_or_too_few_are_refused_by_name() {
    let refused = |a, b, c, d| KeySet::new(a, b, c, d).unwrap_err();
    assert_eq!(refused(Some("no key"), None, None, None), KeyError::Malformed("originator_priv"));
    assert_eq!(refused(None, Some("AAAA"), None, None), KeyError::Malformed("originator_pub"));
    assert_eq!(refused(Some(ALICE), None, None, None), KeyError::Missing("responder"));
    assert_eq!(refused(None, None, Some(BOB), None), KeyError::Missing("originator"));
    assert_eq!(refused(None, Some(ALICE_PUBLIC), None, Some(BOB_PUBLIC)), KeyError::NoPrivateKey);
    let wrong = refused(Some(ALICE), Some(BOB_PUBLIC), Some(BOB), None);
    assert_eq!(wrong, KeyError::Mismatch("originator_pub"));
    assert!(KeySet::new(Some(ALICE), Some(ALICE_PUBLIC), Some(BOB), Some(BOB_PUBLIC)).is_ok());
}

#[test]
fn public_keys_that_make_every_secret_the_same_are_refused() {
    for weak in [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let key = STANDARD.encode(hex(weak));
        let refused = KeySet::new(Some(ALICE), None, None, Some(&key)).unwrap_err();
        assert_eq!(refused, KeyError::Weak("responder_pub"), "{weak}");
    }
}

#[test]
fn a_key_pair_comes_from_random_octets_and_is_never_shown() {
    assert_eq!(public_key(ALICE).unwrap(), ALICE_PUBLIC);
    let (private, public) = generate([1; 32]);
    assert_eq!(public_key(&private).unwrap(), public);
    let shown = format!("{:?}", ring("com.example.", KeySet::shared(&private).unwrap()));
    assert_eq!(shown, r#"KeyRing { keys: {"com.example.": KeySet} }"#);
}

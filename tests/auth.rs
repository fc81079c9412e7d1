//! A client's authenticator against routers that challenge it, rightly and wrongly. The vectors of SCRAM
//! are beside its code, in src/auth/scram.rs.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use wamp_wasm::{
    auth::{
        Answer, AuthError, Authenticator, ChannelBinding, CostLimits, Credentials, Cryptosign, Dialect,
        RANDOM_OCTETS, Scram, Step, WelcomeRule, cra,
    },
    client::Proof,
    message::{Authenticate, Challenge, Dict, Message, Values},
};

const RANDOM: [u8; RANDOM_OCTETS] = [7; RANDOM_OCTETS];
const NONCE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
const SEED: &str = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
const CRA: &str = r#"{"authid":"peter","authmethod":"wampcra","authprovider":"userdb","authrole":"user","nonce":"LHRTC9zeOIrt_9U3","session":3251278072152162,"timestamp":"2014-06-22T16:36:25.448Z"}"#;

fn challenge(method: &str, extra: Dict) -> Challenge {
    Challenge { method: method.to_owned(), extra: extra.try_into().unwrap() }
}

/// What HELLO holds, and the authenticator behind it.
fn hello(credentials: Credentials) -> (Dict, Authenticator) {
    let mut authenticator = Authenticator::new(credentials, RANDOM);
    (authenticator.hello(Dict::new()).unwrap(), authenticator)
}

fn answer(credentials: Credentials, method: &str, extra: Dict) -> Result<Answer, AuthError> {
    match hello(credentials).1.challenged(&challenge(method, extra))? {
        Step::Answer(answer) => Ok(answer),
        Step::Sign(_) => panic!("the key is here"),
    }
}

fn methods(details: &Dict) -> Vec<&str> {
    details.get("authmethods").unwrap().as_list().unwrap().iter().map(|m| m.as_str().unwrap()).collect()
}

fn joe() -> Credentials {
    Credentials::new("joe")
}

fn decoded<const N: usize>(hex: &str) -> [u8; N] {
    std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
}

// HELLO -------------------------------------------------------------------------------------------

#[test]
fn hello_names_who_joins_and_the_methods_in_their_order() {
    let (details, _) = hello(joe().cookie().wampcra("a").ticket("b").anonymous());
    assert_eq!(details.get("authid").unwrap().as_str(), Some("joe"));
    assert_eq!(methods(&details), ["cookie", "wampcra", "ticket", "anonymous"]);
    assert!(details.get("authextra").is_none());
    assert!(hello(Credentials::nameless()).0.is_empty());
}

#[test]
fn a_name_that_crossbar_does_not_know_stands_behind_those_that_it_knows() {
    let (details, _) = hello(joe().scram(Scram::new("a")).wampcra("a"));
    assert_eq!(methods(&details), ["scram", "wampcra", "wamp-scram"]);
    let (details, _) = hello(joe().scram(Scram::new("a").only(Dialect::Specification)));
    assert_eq!(methods(&details), ["wamp-scram"]);
}

#[test]
fn what_authextra_holds_already_stays_beside_the_nonce_and_the_key() {
    let key = Cryptosign::from_hex(SEED).unwrap().router_key(&"11".repeat(32)).unwrap();
    let credentials = joe().scram(Scram::new("a")).cryptosign(key);
    let mut authenticator = Authenticator::new(credentials, RANDOM);
    let given = Dict::new().with("authextra", Dict::new().with("tenant", 7).with("nonce", "forged"));
    let details = authenticator.hello(given).unwrap();
    let expected = Dict::new()
        .with("tenant", 7)
        .with("nonce", NONCE)
        .with("pubkey", "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d")
        .with("challenge", "07".repeat(32));
    assert_eq!(details.get("authextra").unwrap().as_dict(), Some(&expected));
}

#[test]
fn a_method_that_needs_an_authid_takes_the_one_of_the_details_or_fails() {
    let mut nameless = Authenticator::new(Credentials::nameless().ticket("a"), RANDOM);
    assert_eq!(nameless.hello(Dict::new()), Err(AuthError::NoAuthid("ticket")));
    assert!(nameless.hello(Dict::new().with("authid", "ann")).is_ok());
    assert!(
        Authenticator::new(Credentials::nameless().anonymous().cookie(), RANDOM).hello(Dict::new()).is_ok()
    );
}

// Answers -----------------------------------------------------------------------------------------

#[test]
fn a_ticket_is_its_own_answer() {
    let answer = answer(joe().ticket("secret"), "ticket", Dict::new()).unwrap();
    assert_eq!(answer.signature, "secret");
    assert_eq!(answer.rule, WelcomeRule::Anything);
}

#[test]
fn wampcra_signs_the_challenge_as_it_came() {
    let plain = answer(joe().wampcra("secret1"), "wampcra", Dict::new().with("challenge", CRA)).unwrap();
    assert_eq!(plain.signature, "BYVh7M6NHlGArq64yJRK3dTB8MLMXMTMJX4+4QxoSzY=");
    assert!(plain.extra.as_dict().is_empty());
}

#[test]
fn wampcra_derives_its_key_when_there_is_a_salt() {
    let salted = Dict::new().with("challenge", CRA).with("salt", "salt123");
    let full = salted.clone().with("iterations", 1000).with("keylen", 32);
    for extra in [salted, full] {
        let answer = answer(joe().wampcra("secret1"), "wampcra", extra).unwrap();
        assert_eq!(answer.signature, "Gak8qN1w4Awhh87h9VseEF/GoI/YnebuA68Q2cmiSHo=");
    }
    assert_eq!(
        cra::derive_key("secret1", "salt123", 1000, 32).expose(),
        "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc="
    );
    assert_eq!(cra::sign("L3L1YUE8Txlw", "[1, 2, 3]"), "1njQtmmeYO41N5EWEzD2kAjjEKRZ5kPZt/TzpYXOzR0=");
}

#[test]
fn scram_demands_the_server_s_signature_from_then_on() {
    let extra = Dict::new()
        .with("nonce", format!("{NONCE}server"))
        .with("salt", "W22ZaJ0SNY7soEsUEjb6gQ==")
        .with("kdf", "pbkdf2")
        .with("iterations", 4096);
    let credentials = joe().scram(Scram::new("pencil")).ticket("second factor");
    let (_, mut authenticator) = hello(credentials);
    assert_eq!(authenticator.rule(), &WelcomeRule::Anything);
    let Step::Answer(first) = authenticator.challenged(&challenge("scram", extra)).unwrap() else { panic!() };
    assert!(matches!(first.rule, WelcomeRule::ServerSignature(_)));
    // A second round takes nothing away.
    let second = challenge("ticket", Dict::new());
    let Step::Answer(second) = authenticator.challenged(&second).unwrap() else { panic!() };
    assert_eq!(second.rule, first.rule);
}

#[test]
fn a_second_factor_that_is_signed_elsewhere_drops_nothing_of_what_scram_demands() {
    let key = Cryptosign::signed_elsewhere([1; 32]);
    let (_, mut authenticator) = hello(joe().scram(Scram::new("pencil")).cryptosign(key));
    let extra = Dict::new()
        .with("nonce", format!("{NONCE}more"))
        .with("salt", "c2FsdA==")
        .with("kdf", "pbkdf2")
        .with("iterations", 4096);
    let Ok(Step::Answer(first)) = authenticator.challenged(&challenge("wamp-scram", extra)) else { panic!() };
    let extra = Dict::new().with("challenge", "ab".repeat(32));
    let Ok(Step::Sign(second)) = authenticator.challenged(&challenge("cryptosign", extra)) else { panic!() };
    assert!(matches!(first.rule, WelcomeRule::ServerSignature(_)));
    assert_eq!(second.signed(&[2; 64]).rule, first.rule);
}

#[test]
fn where_every_method_has_the_router_prove_itself_a_challenge_is_demanded() {
    let key = || Cryptosign::from_hex(SEED).unwrap();
    let known = key().router_key(&"11".repeat(32)).unwrap();
    for (credentials, rule) in [
        (joe().scram(Scram::new("a")), WelcomeRule::AfterChallenge),
        (joe().scram(Scram::new("a")).cryptosign(known), WelcomeRule::AfterChallenge),
        (joe().scram(Scram::new("a")).cryptosign(key()), WelcomeRule::Anything),
        (joe().scram(Scram::new("a")).anonymous(), WelcomeRule::Anything),
        (joe(), WelcomeRule::Anything),
    ] {
        assert_eq!(Authenticator::new(credentials, RANDOM).rule(), &rule);
    }
}

/// The vectors of the specification: key, challenge, channel id, signature without its message.
const CRYPTOSIGN: [(&str, &str, &str, &str); 6] = [
    (
        SEED,
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "",
        "b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e75013517c2cf067ad566a6b7b728e5d03ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ),
    (
        "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd",
        "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
        "",
        "d4209ad10d5aff6bfbc009d7e924795de138a63515efc7afc6b01b7fe5201372190374886a70207b042294af5bd64ce725cd8dceb344e6d11c09d1aaaf4d660fb26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
    ),
    (
        "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b",
        "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
        "",
        "7beb282184baadd08f166f16dd683b39cab53816ed81e6955def951cb2ddad1ec184e206746fd82bda075af03711d3d5658fc84a76196b0fa8d1ebc92ef9f30bb05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
    ),
    (
        SEED,
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff",
        "9b6f41540c9b95b4b7b281c3042fa9c54cef43c842d62ea3fd6030fcb66e70b3e80d49d44c29d1635da9348d02ec93f3ed1ef227dfb59a07b580095c2b82f80f9d16ca518aa0c2b707f2b2a609edeca73bca8dd59817a633f35574ac6fd80d00",
    ),
    (
        "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd",
        "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
        "62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff",
        "305aaa3ac25e98f651427688b3fc43fe7d8a68a7ec1d7d61c61517c519bd4a427c3015599d83ca28b4c652333920223844ef0725eb5dc2febfd6af7677b73f01d0852a29b460fc92ec943242ac638a053bbacc200512b18b30d15083cbdc9282",
    ),
    (
        "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b",
        "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
        "62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff",
        "ee3c7644fd8070532bc1fde3d70d742267da545d8c8f03e63bda63f1ad4214f4d2c4bfdb4eb9526def42deeb7e31602a6ff99eba893e0a4ad4d45892ca75e608d2b75e24a189a7f78ca776ba36fc53f6c3e31c32f251f2c524f0a44202f2902d",
    ),
];

#[test]
fn cryptosign_signs_the_vectors_of_the_specification() {
    for (seed, to_sign, channel, signature) in CRYPTOSIGN {
        let mut key = Cryptosign::from_hex(seed).unwrap();
        let mut extra =
            Dict::new().with("challenge", to_sign).with("channel_binding", wamp_wasm::message::Value::Null);
        if !channel.is_empty() {
            let data = decoded::<32>(channel).to_vec();
            key = key.channel_binding(ChannelBinding { kind: "tls-unique".into(), data }).unwrap();
            extra.insert("channel_binding", "tls-unique");
        }
        let answer = answer(Credentials::nameless().cryptosign(key), "cryptosign", extra).unwrap();
        assert_eq!(answer.signature, signature);
    }
    for (seed, public) in [
        (CRYPTOSIGN[1].0, "6ed32739ff04a6074044ff0b0e3bfc7c856bc9d5f1d25efc57363bda0af3a8b0"),
        (CRYPTOSIGN[2].0, "28e11f427b82b9a625ee7ac89a7d29326b505f2dc11dd88c1245f83b6da79a85"),
    ] {
        assert_eq!(Cryptosign::from_hex(seed).unwrap().public_key(), public);
    }
}

#[test]
fn a_key_that_is_kept_elsewhere_signs_there() {
    let (_, to_sign, _, signature) = CRYPTOSIGN[0];
    let elsewhere = Cryptosign::signed_elsewhere(decoded(&Cryptosign::from_hex(SEED).unwrap().public_key()));
    let (_, mut authenticator) = hello(Credentials::nameless().cryptosign(elsewhere));
    let asked = challenge("cryptosign", Dict::new().with("challenge", to_sign));
    let Step::Sign(message) = authenticator.challenged(&asked).unwrap() else { panic!() };
    assert_eq!(message.message(), &[0xff; 32]);
    assert_eq!(message.signed(&decoded(&signature[..128])).signature, signature);
}

#[test]
fn a_router_proves_its_key_by_signing_our_challenge() {
    // Our own code plays the router: it signs what HELLO asked it to.
    let router = Cryptosign::from_hex(CRYPTOSIGN[1].0).unwrap();
    let signature = router.sign(&"07".repeat(32)).unwrap().unwrap();
    let other = router.sign(&"08".repeat(32)).unwrap().unwrap();
    let impostor = Cryptosign::from_hex(CRYPTOSIGN[2].0).unwrap();
    let by_impostor = impostor.sign(&"07".repeat(32)).unwrap().unwrap();
    let ask = |pubkey: &str, signature: &str| {
        let key = Cryptosign::from_hex(SEED).unwrap().router_key(&router.public_key()).unwrap();
        let extra = Dict::new()
            .with("challenge", "01".repeat(32))
            .with("pubkey", pubkey)
            .with("signature", signature);
        answer(Credentials::nameless().cryptosign(key), "cryptosign", extra)
            .map(|answer| answer.signature.len())
    };
    assert_eq!(ask(&router.public_key(), &signature), Ok(192));
    for (pubkey, signature) in [
        (router.public_key(), &other),
        (router.public_key(), &by_impostor),
        (impostor.public_key(), &by_impostor),
    ] {
        assert_eq!(ask(&pubkey, signature), Err(AuthError::WrongRouter));
    }
    let unproven = Cryptosign::from_hex(SEED).unwrap().router_key(&router.public_key()).unwrap();
    let extra = Dict::new().with("challenge", "01".repeat(32));
    let error = answer(Credentials::nameless().cryptosign(unproven), "cryptosign", extra).unwrap_err();
    assert_eq!(error, AuthError::Missing("pubkey"));
}

// Hostile routers ---------------------------------------------------------------------------------

#[test]
fn a_method_that_was_not_offered_or_was_answered_before_is_refused() {
    let refused = |credentials: Credentials, method| answer(credentials, method, Dict::new()).unwrap_err();
    for error in [refused(joe().wampcra("a"), "ticket"), refused(joe().anonymous(), "anonymous")] {
        assert!(matches!(error, AuthError::NotOffered(_)));
        assert_eq!(error.reason(), "wamp.error.protocol_violation");
    }
    let (_, mut authenticator) = hello(joe().ticket("a"));
    let ask = challenge("ticket", Dict::new());
    assert!(authenticator.challenged(&ask).is_ok());
    assert_eq!(authenticator.challenged(&ask).unwrap_err(), AuthError::Again("ticket".into()));
}

#[test]
fn a_challenge_of_the_wrong_shape_is_refused_by_the_name_of_its_key() {
    let cra = |extra| answer(joe().wampcra("a"), "wampcra", extra).unwrap_err().to_string();
    let salted = || Dict::new().with("challenge", CRA).with("salt", "s");
    for (extra, text) in [
        (Dict::new(), "CHALLENGE.Extra.challenge is missing"),
        (Dict::new().with("challenge", 1), "CHALLENGE.Extra.challenge must be a string"),
        (salted().with("salt", 1), "CHALLENGE.Extra.salt must be a string"),
        (salted().with("iterations", "many"), "CHALLENGE.Extra.iterations must be an integer of at least 0"),
        (salted().with("iterations", 999), "CHALLENGE.Extra.iterations of 999 is not within 1000 to 2000000"),
        (
            salted().with("iterations", 1e15),
            "CHALLENGE.Extra.iterations of 1000000000000000 is not within 1000 to 2000000",
        ),
        (salted().with("keylen", 0), "CHALLENGE.Extra.keylen of 0 is not within 16 to 64"),
        (salted().with("keylen", 1 << 30), "CHALLENGE.Extra.keylen of 1073741824 is not within 16 to 64"),
    ] {
        assert_eq!(cra(extra), text);
    }
    let cryptosign = |extra| {
        let key = Cryptosign::from_hex(SEED).unwrap();
        answer(joe().cryptosign(key), "cryptosign", extra).unwrap_err().to_string()
    };
    let must = "CHALLENGE.Extra.challenge must be 64 hexadecimal digits";
    for bad in ["", "ff", &"f".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
        assert_eq!(cryptosign(Dict::new().with("challenge", bad)), must);
    }
    let bound = Dict::new().with("challenge", "ff".repeat(32)).with("channel_binding", "tls-unique");
    assert_eq!(cryptosign(bound), "the channel binding of the challenge is not the one that was asked for");
}

#[test]
fn limits_can_be_set() {
    let mut limits = CostLimits::default();
    limits.cra_iterations = 1..=1;
    let extra = Dict::new().with("challenge", CRA).with("salt", "s").with("iterations", 1);
    assert!(answer(joe().wampcra("a").limits(limits), "wampcra", extra).is_ok());
}

#[test]
fn no_secret_is_shown_by_debug() {
    let key = Cryptosign::from_hex(SEED).unwrap();
    let credentials = joe().ticket("hunter2").wampcra("hunter2").scram(Scram::new("hunter2")).cryptosign(key);
    let shown = format!("{:?}", Authenticator::new(credentials, RANDOM));
    assert!(shown.contains("joe"), "{shown}");
    assert!(!shown.contains("hunter2") && !shown.contains("4d57") && !shown.contains("77, 87"), "{shown}");
}

#[test]
fn an_answer_which_may_be_the_ticket_itself_is_not_shown_by_debug() {
    let Answer { signature, extra, .. } = answer(joe().ticket("hunter2"), "ticket", Dict::new()).unwrap();
    let step = hello(joe().ticket("hunter2")).1.challenged(&challenge("ticket", Dict::new())).unwrap();
    let proof = Proof::from(signature.clone());
    let message = Message::<Values>::from(Authenticate { signature, extra });
    for shown in [format!("{step:?}"), format!("{proof:?}"), format!("{message:?}")] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_key_that_is_none_is_refused() {
    for bad in ["", "00", &"0".repeat(63), &"x".repeat(64), &"0".repeat(65)] {
        assert!(Cryptosign::from_hex(bad).is_err());
        assert!(Cryptosign::from_hex(SEED).unwrap().router_key(bad).is_err());
    }
}

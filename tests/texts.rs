//! The texts of errors are put together without `core::fmt` (`src/message/text.rs`): here is each of them,
//! as peers, logs and applications see it.

use std::error::Error;

use wamp_wasm::{
    auth::NotAuthentic,
    codec::{DecodeError, EncodeError},
    message::{Role, Uri, UriError},
    session::CommandError,
};

#[test]
fn every_error_says_what_it_always_said() {
    let uri = || Uri::from("com..ä");
    let errors: [(Box<dyn Error>, &str); 25] = [
        (
            DecodeError::Malformed { serializer: "CBOR", reason: "it ends".into(), at: 1_048_576 }.into(),
            "not CBOR: it ends at byte 1048576",
        ),
        (DecodeError::NotInThisBuild("CBOR").into(), "CBOR is not part of this build"),
        (
            DecodeError::WrongFrame("text", "binary").into(),
            "text frame on a connection that uses binary frames",
        ),
        (DecodeError::NotAMessage("no list {}".into()).into(), "no list {}"),
        (
            DecodeError::WrongElement { message: "EVENT", element: "Details".into(), problem: "is 1".into() }
                .into(),
            "EVENT.Details is 1",
        ),
        (DecodeError::TooMuch { what: "nesting", limit: 0 }.into(), "nesting exceeds the limit of 0"),
        (EncodeError::NotInThisBuild("JSON").into(), "JSON is not part of this build"),
        (
            EncodeError::Unrepresentable { at: "CALL.a[1]".into(), what: "NaN".into(), serializer: "JSON" }
                .into(),
            "CALL.a[1]: NaN cannot be written as JSON",
        ),
        (
            EncodeError::TooMuch { what: "nesting", limit: usize::MAX }.into(),
            &format!("nesting exceeds the limit of {}", usize::MAX),
        ),
        (
            NotAuthentic::NoChallenge.into(),
            "the router did not prove who it is: WELCOME without a challenge that was answered",
        ),
        (
            NotAuthentic::NoVerifier.into(),
            "the router did not prove that it knows the password: WELCOME has no verifier",
        ),
        (
            NotAuthentic::WrongVerifier.into(),
            "the router does not know the password: WELCOME has a wrong verifier",
        ),
        (UriError::EmptyComponent(uri()).into(), "URI 'com..ä' has an empty component"),
        (forbidden(uri(), ' '), "URI 'com..ä' has the forbidden character ' '"),
        (forbidden(uri(), '#'), "URI 'com..ä' has the forbidden character '#'"),
        (forbidden(uri(), '\t'), r"URI 'com..ä' has the forbidden character '\t'"),
        (forbidden(uri(), '\u{2003}'), r"URI 'com..ä' has the forbidden character '\u{2003}'"),
        (CommandError::NoTransport.into(), "transport not open"),
        (CommandError::NotOpen.into(), "session not open"),
        (CommandError::AlreadyOpen.into(), "session already open"),
        (CommandError::NoSuchRole(Role::Dealer).into(), "the router is no dealer"),
        (CommandError::from(UriError::EmptyComponent(uri())).into(), "URI 'com..ä' has an empty component"),
        (
            CommandError::FeatureNotSupported { role: Role::Broker, feature: "x" }.into(),
            "the broker does not announce x",
        ),
        (CommandError::TooManyPending.into(), "too many requests without an answer"),
        (CommandError::NotActive("call").into(), "call not active"),
    ];
    for (error, text) in errors {
        assert_eq!(error.to_string(), text, "{error:?}");
        assert!(error.source().is_none(), "{error:?}");
    }
}

fn forbidden(uri: Uri, character: char) -> Box<dyn Error> {
    UriError::Forbidden { uri, character }.into()
}

//! The types that the values of known keys can have, and the one check of a dict against a table of them.

use super::{CancelMode, Dict, InvocationPolicy, MatchPolicy, Value, text};

/// A known key with a value of the wrong type: a protocol violation that names the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} must be {expected}, not {found}")]
pub struct OptionError {
    /// The key.
    pub key: &'static str,
    /// What its value has to be.
    pub expected: &'static str,
    /// What it is.
    pub found: String,
}

/// The type of the value of a known key.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Bool,
    Integer,
    String,
    Dict,
    List,
    /// As session ids are listed.
    Integers,
    Strings,
    Match,
    Invoke,
    Cancel,
    /// The algorithm of a transparent payload.
    EncAlgo,
}

impl Kind {
    /// The type, as error messages name it.
    pub(crate) const fn expected(self) -> &'static str {
        match self {
            Self::Bool => "a bool",
            Self::Integer => "an integer",
            Self::String => "a string",
            Self::Dict => "a dict",
            Self::List => "a list",
            Self::Integers => "a list of integers",
            Self::Strings => "a list of strings",
            Self::Match => MatchPolicy::WORDS,
            Self::Invoke => InvocationPolicy::WORDS,
            Self::Cancel => CancelMode::WORDS,
            Self::EncAlgo => "one of 'cryptobox', 'mqtt', 'xbr' or 'x_…'",
        }
    }

    /// Whether a value is of the type.
    fn holds(self, value: &Value) -> bool {
        let word = value.as_str();
        match self {
            Self::Bool => value.as_bool().is_some(),
            Self::Integer => value.as_integer().is_some(),
            Self::String => word.is_some(),
            Self::Dict => value.as_dict().is_some(),
            Self::List => value.as_list().is_some(),
            Self::Integers => value.as_list().is_some_and(|l| l.iter().all(|v| v.as_integer().is_some())),
            Self::Strings => value.as_list().is_some_and(|l| l.iter().all(|v| v.as_str().is_some())),
            Self::Match => word.and_then(MatchPolicy::from_word).is_some(),
            Self::Invoke => word.and_then(InvocationPolicy::from_word).is_some(),
            Self::Cancel => word.and_then(CancelMode::from_word).is_some(),
            Self::EncAlgo => word
                .is_some_and(|word| ["cryptobox", "mqtt", "xbr"].contains(&word) || word.starts_with("x_")),
        }
    }
}

macro_rules! known {
    ($($kind:ident: $($key:literal)*;)*) => {
        /// Every key that WAMP defines for any dict. It has the same type in all of them.
        const KNOWN: &[(&str, Kind)] = &[$($(($key, Kind::$kind),)*)*];
    };
}

known! {
    Bool: "acknowledge" "disclose_caller" "disclose_me" "exclude_me" "force_reregister" "forward_timeout" "get_retained"
        "progress" "receive_progress" "retain" "retained" "x_acknowledged_delivery";
    Integer: "callee" "caller" "concurrency" "publisher" "registration" "subscription" "timeout" "trustlevel";
    String: "agent" "authid" "authmethod" "authprovider" "authrole" "callee_authid" "callee_authrole" "caller_authid"
        "caller_authrole" "enc_key" "enc_serializer" "message" "nkey" "ppt_cipher" "ppt_keyid" "ppt_scheme"
        "ppt_serializer" "procedure" "publisher_authid" "publisher_authrole" "realm" "reason" "rkey" "runmode" "scram"
        "topic" "transaction_hash";
    Dict: "authextra" "roles";
    List: "forward_for";
    Integers: "eligible" "exclude";
    Strings: "authmethods" "eligible_authid" "eligible_authrole" "exclude_authid" "exclude_authrole";
    Match: "match";
    Invoke: "invoke";
    Cancel: "mode";
    EncAlgo: "enc_algo";
}

/// The keys that WAMP defines for a dict: a bit for each that is known.
#[derive(Clone, Copy)]
pub(crate) struct Keys(u64);

const _: () = assert!(KNOWN.len() <= u64::BITS as usize, "there is a bit for each key");

impl Keys {
    /// These keys, with the types that they have: looked up by the compiler.
    pub(crate) const fn of(mut keys: &[(&str, Kind)]) -> Self {
        let mut bits = 0;
        while let [(key, kind), rest @ ..] = keys {
            let mut known = KNOWN;
            let mut bit = 1;
            while let [(name, its), more @ ..] = known
                && !(*its as u8 == *kind as u8 && are_equal(name.as_bytes(), key.as_bytes()))
            {
                (known, bit) = (more, bit << 1);
            }
            assert!(!known.is_empty(), "a key with this type is missing in KNOWN");
            bits |= bit;
            keys = rest;
        }
        Self(bits)
    }

    /// Each key with the type of its value.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'static str, Kind)> {
        KNOWN.iter().enumerate().filter(move |(at, _)| self.0 >> at & 1 == 1).map(|(_, known)| *known)
    }
}

const fn are_equal(a: &[u8], b: &[u8]) -> bool {
    match (a, b) {
        ([], []) => true,
        ([first, a @ ..], [other, b @ ..]) => *first == *other && are_equal(a, b),
        _ => false,
    }
}

/// Refuses a known key with a value of the wrong type.
pub(crate) fn check(dict: &Dict, keys: Keys) -> Result<(), OptionError> {
    if dict.is_empty() {
        return Ok(());
    }
    for (key, kind) in keys.iter() {
        match dict.get(key) {
            // Some peers write null for "absent".
            None | Some(Value::Null) => {}
            Some(value) if kind.holds(value) => {}
            Some(value) => {
                let found = match value {
                    Value::String(s) => text!["'", s, "'"],
                    other => other.kind().to_owned(),
                };
                return Err(OptionError { key, expected: kind.expected(), found });
            }
        }
    }
    Ok(())
}

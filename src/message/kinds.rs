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
                .is_some_and(|word| matches!(word, "cryptobox" | "mqtt" | "xbr") || word.starts_with("x_")),
        }
    }
}

/// The keys that WAMP defines for a dict.
pub(crate) type Keys = [(&'static str, Kind)];

/// Refuses the first known key with a value of the wrong type.
pub(crate) fn check(dict: &Dict, keys: &'static Keys) -> Result<(), OptionError> {
    if dict.is_empty() {
        return Ok(());
    }
    for (key, kind) in keys {
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

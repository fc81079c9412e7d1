//! The types that an element of a header can have, each read from a value and written as tokens.
//! What is wrong with an element is told in the words of the specification.

use super::{DecodeError, EncodeError, Output, token::Token};
use crate::message::{
    AuthExtra, CallOptions, CancelOptions, CloseDetails, Dict, EndDetails, ErrorDetails, EventDetails,
    HelloDetails, Id, InvocationDetails, Keys, MessageType, OptionError, PublicationId, PublishOptions,
    RegisterOptions, RegistrationId, RequestId, ResultDetails, SessionId, SubscribeOptions, SubscriptionId,
    Uri, Value, WelcomeDetails, YieldOptions, check_keys,
};

/// What is wrong with an element, or with a key inside of it.
pub(super) struct Problem {
    key: Option<&'static str>,
    text: String,
}

impl Problem {
    /// The error for the element of this name.
    pub(super) fn of(self, message: &'static str, element: &str) -> DecodeError {
        let element = self.key.map_or_else(|| element.to_owned(), |key| format!("{element}.{key}"));
        DecodeError::WrongElement { message, element, problem: self.text }
    }

    fn must_be(expected: &str, found: &str) -> Self {
        Self { key: None, text: format!("must be {expected}, not {found}") }
    }
}

impl From<OptionError> for Problem {
    fn from(e: OptionError) -> Self {
        Self { key: Some(e.key), ..Self::must_be(e.expected, &e.found) }
    }
}

/// One element.
pub(super) trait Element: Sized {
    fn read(value: Value) -> Result<Self, Problem>;
    fn part(&self) -> Part<'_>;
}

/// What an element is on the wire: the few forms that all of them share, so that they are written by the
/// same code.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    Integer(u64),
    Text(&'a str),
    Dict(&'a Dict),
}

impl Part<'_> {
    pub(super) fn write(self, out: &mut Output) -> Result<(), EncodeError> {
        match self {
            Self::Integer(number) => out.token(Token::from_u64(number)),
            Self::Text(text) => out.token(Token::Str(text.into())),
            Self::Dict(dict) => out.dict(dict),
        }
    }
}

impl Element for Uri {
    fn read(value: Value) -> Result<Self, Problem> {
        match value {
            Value::String(text) => Ok(text.into()),
            other => Err(Problem::must_be("a URI", other.kind())),
        }
    }

    fn part(&self) -> Part<'_> {
        Part::Text(self.as_str())
    }
}

impl Element for String {
    fn read(value: Value) -> Result<Self, Problem> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(Problem::must_be("a string", other.kind())),
        }
    }

    fn part(&self) -> Part<'_> {
        Part::Text(self)
    }
}

/// The type of a request that an ERROR answers. Which end may send which is not the codec's affair.
impl Element for MessageType {
    fn read(value: Value) -> Result<Self, Problem> {
        let request = value.as_integer().and_then(Self::from_code).filter(|t| {
            matches!(
                t,
                Self::Publish
                    | Self::Subscribe
                    | Self::Unsubscribe
                    | Self::Call
                    | Self::Cancel
                    | Self::Register
                    | Self::Unregister
                    | Self::Invocation
                    | Self::Yield
            )
        });
        request.ok_or_else(|| Problem::must_be("the type of a request", &found(&value)))
    }

    fn part(&self) -> Part<'_> {
        Part::Integer(self.code())
    }
}

/// The request of UNSUBSCRIBED and UNREGISTERED: 0 when the router did it of itself.
impl Element for Option<RequestId> {
    fn read(value: Value) -> Result<Self, Problem> {
        if value.as_integer() == Some(0) { Ok(None) } else { RequestId::read(value).map(Some) }
    }

    fn part(&self) -> Part<'_> {
        Part::Integer(self.map_or(0, Id::get))
    }
}

macro_rules! ids {
    ($($ty:ty)*) => {$(
        impl Element for $ty {
            fn read(value: Value) -> Result<Self, Problem> {
                let number = value.as_integer().unwrap_or_default();
                Self::new(number).map_err(|_| no_id(&value))
            }

            fn part(&self) -> Part<'_> {
                Part::Integer(self.get())
            }
        }
    )*};
}

ids! { SessionId RequestId SubscriptionId PublicationId RegistrationId }

macro_rules! dicts {
    ($($ty:ty)*) => {$(
        impl Element for $ty {
            fn read(value: Value) -> Result<Self, Problem> {
                dict(value, Self::KEYS).map(Self::of_checked)
            }

            fn part(&self) -> Part<'_> {
                Part::Dict(self.as_dict())
            }
        }
    )*};
}

dicts! {
    HelloDetails WelcomeDetails CloseDetails AuthExtra ErrorDetails PublishOptions SubscribeOptions EndDetails
    EventDetails CallOptions CancelOptions ResultDetails RegisterOptions InvocationDetails YieldOptions
}

#[cold]
fn no_id(value: &Value) -> Problem {
    Problem::must_be("an id from 1 to 2^53", &found(value))
}

fn dict(value: Value, keys: &'static Keys) -> Result<Dict, Problem> {
    match value {
        Value::Dict(dict) => Ok(check_keys(&dict, keys).map(|()| dict)?),
        other => Err(Problem::must_be("a dict", other.kind())),
    }
}

/// A number is shown, anything else is named.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Int(i) => i.to_string(),
        Value::UInt(u) => u.to_string(),
        Value::Float(f) if f.fract() == 0.0 && f.abs() < 1e18 => (*f as i64).to_string(),
        // To print fractions takes much code, which the smallest build does without.
        #[cfg(feature = "json")]
        Value::Float(f) => f.to_string(),
        other => other.kind().to_owned(),
    }
}

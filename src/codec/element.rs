//! The types that an element of a header can have, each read from a value and written as tokens.
//! What is wrong with an element is told in the words of the specification.

use std::mem;

use crate::message::{
    AuthExtra, CallOptions, CancelOptions, CloseDetails, Dict, EndDetails, ErrorDetails, EventDetails,
    HelloDetails, Id, InvocationDetails, Keys, MessageType, OptionError, PublicationId, PublishOptions,
    RegisterOptions, RegistrationId, RequestId, ResultDetails, SessionId, Show, SubscribeOptions,
    SubscriptionId, Uri, Value, WelcomeDetails, YieldOptions, check_keys, is_id,
};

/// One element: how it is checked, and where a header keeps it.
pub(super) trait Element: Sized {
    const KIND: Kind;
    /// Takes it out of a header, whose elements are taken in their order.
    fn take(header: &mut Header) -> Self;
    /// Puts it to the parts of a message that is written, which come in their order.
    fn put<'a>(&'a self, parts: &mut Parts<'a>);
}

/// What an element of a message can be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Id,
    /// 0 stands for no request.
    IdOrZero,
    RequestType,
    Uri,
    Text,
    Dict(Keys),
}

impl Kind {
    pub(super) const fn is_number(self) -> bool {
        matches!(self, Self::Id | Self::IdOrZero | Self::RequestType)
    }
}

/// The elements of a header, each checked. No message has more than two numbers, a text and a dict.
#[derive(Default)]
pub(super) struct Header {
    numbers: [u64; 2],
    /// How many of the numbers were read, or are left to be taken.
    count: usize,
    text: String,
    dict: Dict,
}

impl Header {
    /// The header of one number, or of two, and details, all of which are right.
    #[cfg(all(feature = "js", target_family = "wasm"))]
    pub(super) const fn of_checked(first: u64, second: Option<u64>, dict: Dict) -> Self {
        let (numbers, count) = match second {
            Some(second) => ([first, second], 2),
            None => ([0, first], 1),
        };
        Self { numbers, count, text: String::new(), dict }
    }

    /// Reads the next element. An error without a key is one of the element itself.
    pub(super) fn read(&mut self, kind: Kind, value: Value) -> Result<(), OptionError> {
        let (expected, found) = match (kind, value) {
            (Kind::Uri | Kind::Text, Value::String(text)) => {
                self.text = text;
                return Ok(());
            }
            (Kind::Dict(keys), Value::Dict(dict)) => {
                check_keys(&dict, keys)?;
                self.dict = dict;
                return Ok(());
            }
            (Kind::Uri, other) => ("a URI", other.kind()),
            (Kind::Text, other) => ("a string", other.kind()),
            (Kind::Dict(_), other) => ("a dict", other.kind()),
            (kind, value) => return self.read_number(kind, &value),
        };
        Err(OptionError { key: "", expected, found: found.to_owned() })
    }

    fn read_number(&mut self, kind: Kind, value: &Value) -> Result<(), OptionError> {
        let number = value.as_integer();
        let (right, expected) = match kind {
            Kind::RequestType => {
                (number.and_then(MessageType::from_code).is_some_and(is_request), "the type of a request")
            }
            _ => (number.is_some_and(|n| is_id(n) || (n == 0 && matches!(kind, Kind::IdOrZero))), AN_ID),
        };
        let (true, Some(number)) = (right, number) else {
            return Err(OptionError { key: "", expected, found: found(value) });
        };
        self.numbers = [self.numbers[1], number];
        self.count += 1;
        Ok(())
    }

    /// The text as a URI. Not inlined into each of the messages that have one.
    #[inline(never)]
    fn uri(&mut self) -> Uri {
        mem::take(&mut self.text).into()
    }

    /// The first number that was not taken yet. The last one that was read is the second.
    #[inline(never)]
    fn number(&mut self) -> u64 {
        self.count = self.count.saturating_sub(1);
        if self.count > 0 { self.numbers[0] } else { self.numbers[1] }
    }
}

const AN_ID: &str = "an id from 1 to 2^53";

/// What a [`Header`] is of a message that is written: so that one loop writes them all.
#[derive(Default)]
pub(super) struct Parts<'a> {
    /// The last one that was put is the second.
    numbers: [u64; 2],
    text: &'a str,
    dict: Option<&'a Dict>,
}

impl<'a> Parts<'a> {
    #[inline(always)]
    const fn put_number(&mut self, number: u64) {
        self.numbers = [self.numbers[1], number];
    }

    /// The part of this kind; of two numbers the first, unless it is to be the last.
    pub(super) fn part(&self, kind: Kind, last: bool) -> Part<'a> {
        match kind {
            Kind::Id | Kind::IdOrZero | Kind::RequestType => {
                let [first, second] = self.numbers;
                Part::Number(if last { second } else { first })
            }
            Kind::Uri | Kind::Text => Part::Text(self.text),
            Kind::Dict(_) => self.dict.map_or(Part::Text(self.text), Part::Dict),
        }
    }
}

/// An element as it is on the wire: the few forms that all of them share.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    Number(u64),
    Text(&'a str),
    Dict(&'a Dict),
}

impl Element for Uri {
    const KIND: Kind = Kind::Uri;

    fn take(header: &mut Header) -> Self {
        header.uri()
    }

    fn put<'a>(&'a self, parts: &mut Parts<'a>) {
        parts.text = self.as_str();
    }
}

impl Element for String {
    const KIND: Kind = Kind::Text;

    fn take(header: &mut Header) -> Self {
        mem::take(&mut header.text)
    }

    fn put<'a>(&'a self, parts: &mut Parts<'a>) {
        parts.text = self;
    }
}

/// The type of a request that an ERROR answers. Which end may send which is not the codec's affair.
impl Element for MessageType {
    const KIND: Kind = Kind::RequestType;

    fn take(header: &mut Header) -> Self {
        Self::from_code(header.number()).unwrap_or(Self::Call)
    }

    fn put<'a>(&'a self, parts: &mut Parts<'a>) {
        parts.put_number(self.code());
    }
}

const fn is_request(message: MessageType) -> bool {
    use MessageType::{
        Call, Cancel, Invocation, Publish, Register, Subscribe, Unregister, Unsubscribe, Yield,
    };
    matches!(
        message,
        Publish | Subscribe | Unsubscribe | Call | Cancel | Register | Unregister | Invocation | Yield
    )
}

/// The request of UNSUBSCRIBED and UNREGISTERED: 0 when the router did it of itself.
impl Element for Option<RequestId> {
    const KIND: Kind = Kind::IdOrZero;

    fn take(header: &mut Header) -> Self {
        RequestId::new(header.number()).ok()
    }

    fn put<'a>(&'a self, parts: &mut Parts<'a>) {
        parts.put_number(self.map_or(0, Id::get));
    }
}

macro_rules! ids {
    ($($ty:ty)*) => {$(
        impl Element for $ty {
            const KIND: Kind = Kind::Id;

            fn take(header: &mut Header) -> Self {
                Self::of_checked(header.number())
            }

            fn put<'a>(&'a self, parts: &mut Parts<'a>) {
                parts.put_number(self.get());
            }
        }
    )*};
}

ids! { SessionId RequestId SubscriptionId PublicationId RegistrationId }

macro_rules! dicts {
    ($($ty:ty)*) => {$(
        impl Element for $ty {
            const KIND: Kind = Kind::Dict(Self::KEYS);

            fn take(header: &mut Header) -> Self {
                Self::of_checked(mem::take(&mut header.dict))
            }

            fn put<'a>(&'a self, parts: &mut Parts<'a>) {
                parts.dict = Some(self.as_dict());
            }
        }
    )*};
}

dicts! {
    HelloDetails WelcomeDetails CloseDetails AuthExtra ErrorDetails PublishOptions SubscribeOptions EndDetails
    EventDetails CallOptions CancelOptions ResultDetails RegisterOptions InvocationDetails YieldOptions
}

/// A number is shown, anything else is named.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Int(i) => i.text(),
        Value::UInt(u) => u.text(),
        Value::Float(f) if f.fract() == 0.0 && f.abs() < 1e18 => (*f as i64).text(),
        // To print fractions takes much code, which the smallest build does without.
        #[cfg(feature = "json")]
        Value::Float(f) => f.to_string(),
        other => other.kind().to_owned(),
    }
}

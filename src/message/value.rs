//! Application data and option dicts, independent of any serializer.
//! The order of dict keys is kept and keys are unique; integers stay exact.

use std::collections::BinaryHeap;

use super::Show;

/// A list of values.
pub type List = Vec<Value>;

/// Any value that WAMP can carry.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Null; also what an undefined value of JavaScript arrives as.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits 64 bits with a sign. The normal form of every such integer.
    Int(i64),
    /// An integer above [`i64::MAX`]. [`Value::from`] picks the right variant.
    UInt(u64),
    /// A floating point number.
    Float(f64),
    /// Text.
    String(String),
    /// Octets; on JSON they travel as a string of NUL and base64.
    Bytes(Vec<u8>),
    /// A list.
    List(List),
    /// A dict.
    Dict(Dict),
}

impl Value {
    /// The name of the value's type, as error messages use it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::UInt(_) => "integer",
            Self::Float(_) => "float",
            Self::String(_) => "string",
            Self::Bytes(_) => "binary",
            Self::List(_) => "list",
            Self::Dict(_) => "dict",
        }
    }

    /// A WAMP integer: not negative, and integral floats count, because some peers write every large
    /// number as a float.
    #[must_use]
    pub fn as_integer(&self) -> Option<u64> {
        match *self {
            Self::Int(i) => u64::try_from(i).ok(),
            Self::UInt(u) => Some(u),
            // 2^53: above it a float no longer tells one integer from the next.
            Self::Float(f) if f.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&f) => {
                Some(f as u64)
            }
            _ => None,
        }
    }

    /// The boolean, if it is one. An integer never counts as a boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(b) = self { Some(*b) } else { None }
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(s) = self { Some(s) } else { None }
    }

    /// The items, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(l) = self { Some(l) } else { None }
    }

    /// The dict, if it is one.
    #[must_use]
    pub fn as_dict(&self) -> Option<&Dict> {
        if let Self::Dict(d) = self { Some(d) } else { None }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

macro_rules! value_from {
    ($($from:ty => |$v:ident| $to:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($v: $from) -> Self {
                $to
            }
        }
    )*};
}

value_from! {
    bool => |v| Self::Bool(v);
    i32 => |v| Self::Int(v.into());
    u32 => |v| Self::Int(v.into());
    i64 => |v| Self::Int(v);
    u64 => |v| i64::try_from(v).map_or(Self::UInt(v), Self::Int);
    f64 => |v| Self::Float(v);
    &str => |v| Self::String(v.to_owned());
    String => |v| Self::String(v);
    Vec<u8> => |v| Self::Bytes(v);
    Vec<Value> => |v| Self::List(v);
    Vec<u64> => |v| Self::List(v.into_iter().map(Self::from).collect());
    Vec<String> => |v| Self::List(v.into_iter().map(Self::from).collect());
    Dict => |v| Self::Dict(v);
}

/// A dict with string keys: unique, in the order in which they were written.
///
/// Small by nature (options and details have a handful of keys), so it is a plain list; an empty one
/// allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Dict(Vec<(String, Value)>);

/// A key that occurs twice in one dict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("key '{0}' occurs twice")]
pub struct DuplicateKey(pub String);

impl Dict {
    /// An empty dict.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// A dict of these entries.
    ///
    /// # Errors
    /// [`DuplicateKey`] when a key occurs twice: two peers could otherwise see different options.
    pub fn from_entries(entries: Vec<(String, Value)>) -> Result<Self, DuplicateKey> {
        match repeated(entries.iter().map(|(key, _)| key.as_bytes())) {
            Some(key) => Err(DuplicateKey(std::str::from_utf8(key).unwrap_or_default().to_owned())),
            None => Ok(Self(entries)),
        }
    }

    /// A dict of entries whose keys are known to be unique.
    #[cfg(any(test, all(feature = "js", target_family = "wasm")))]
    pub(crate) const fn of_unique(entries: Vec<(String, Value)>) -> Self {
        Self(entries)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// Sets a key; an existing one keeps its place.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        match self.0.iter_mut().find(|(k, _)| *k == key) {
            Some((_, slot)) => *slot = value,
            None => self.0.push((key, value)),
        }
    }

    /// Removes a key and gives its value.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.0.iter().position(|(k, _)| k == key)?;
        Some(self.0.remove(at).1)
    }

    /// The same dict with one more key: for building one in an expression.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.insert(key, value);
        self
    }

    /// The entries in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v))
    }

    /// How many keys it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A key that occurs twice. A heap finds it in the time that sorting takes, with less code.
pub(crate) fn repeated<'a>(keys: impl Iterator<Item = &'a [u8]>) -> Option<&'a [u8]> {
    let mut keys: BinaryHeap<&[u8]> = keys.collect();
    let mut last = keys.pop()?;
    while let Some(key) = keys.pop() {
        if key == last {
            return Some(key);
        }
        last = key;
    }
    None
}

/// Equal when the same keys have equal values; order does not matter to WAMP.
impl PartialEq for Dict {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(k, v)| other.get(k) == Some(v))
    }
}

impl IntoIterator for Dict {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A text for the peer and for a log: cut off where the peer has made it long.
pub(crate) fn shortened(mut text: String) -> String {
    const LONGEST: usize = 300;
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        "…".show(&mut text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integral_float_is_an_integer_and_a_fraction_is_not() {
        assert_eq!(Value::Float(5_512_315_355.0).as_integer(), Some(5_512_315_355));
        assert_eq!(Value::Float(1.5).as_integer(), None);
        assert_eq!(Value::Float(f64::NAN).as_integer(), None);
        assert_eq!(Value::Float(-1.0).as_integer(), None);
        assert_eq!(Value::Bool(true).as_integer(), None);
    }

    #[test]
    fn a_key_that_occurs_twice_is_refused_by_name() {
        let twice = vec![("a".to_owned(), Value::Null), ("a".to_owned(), Value::Null)];
        assert_eq!(Dict::from_entries(twice).unwrap_err(), DuplicateKey("a".to_owned()));
    }

    #[test]
    fn order_is_kept_and_does_not_count_for_equality() {
        let ab = Dict::new().with("a", 1).with("b", 2);
        let ba = Dict::new().with("b", 2).with("a", 1);
        assert_eq!(ab, ba);
        assert_eq!(ba.iter().map(|(k, _)| k).collect::<Vec<_>>(), ["b", "a"]);
    }
}

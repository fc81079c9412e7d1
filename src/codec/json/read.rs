//! JSON text to values. The depth is checked before serde_json sees the text, so that nothing here
//! depends on how it recurses.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::{
    codec::{
        DecodeError, Limits, Serializer, Span, limits,
        shape::MAX_ELEMENTS,
        span::{Kind, Split},
    },
    message::{Dict, Value},
};

/// Cuts a frame into its elements.
pub(in crate::codec) fn split<'a>(text: &'a str, limits: &Limits) -> Result<Split<'a>, DecodeError> {
    check_limits(text.as_bytes(), limits)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let (raw, len) = json
        .deserialize_seq(Elements)
        .and_then(|elements| json.end().map(|()| elements))
        .map_err(|e| match e.classify() {
            serde_json::error::Category::Data => DecodeError::NotAMessage("a message must be a list".into()),
            _ => malformed(&e, text.as_bytes(), 0),
        })?;
    let spans = raw.into_iter().map(|element| {
        let octets = element.get().as_bytes();
        // Both are addresses in the same text.
        let at = (octets.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        Span { serializer: Serializer::Json, octets, at }
    });
    Ok(Split { spans: spans.collect(), len })
}

/// The value of one element, which begins at `at` in its frame.
pub(in crate::codec) fn value(octets: &[u8], at: usize) -> Result<Value, DecodeError> {
    let mut json = serde_json::Deserializer::from_slice(octets);
    AnyValue
        .deserialize(&mut json)
        .and_then(|value| json.end().map(|()| value))
        .map_err(|e| malformed(&e, octets, at))
}

/// What an element is, by its first octets.
pub(in crate::codec) fn kind(octets: &[u8]) -> Kind {
    let second = octets.iter().skip(1).find(|octet| !octet.is_ascii_whitespace());
    match octets {
        [b'n', ..] => Kind::Null,
        [b'[', ..] => Kind::List { empty: second == Some(&b']') },
        [b'{', ..] => Kind::Dict { empty: second == Some(&b'}') },
        [b'"', b'\\', b'u', b'0', b'0', b'0', b'0', ..] => Kind::Binary,
        [b'"', ..] => Kind::Other("string"),
        [b't' | b'f', ..] => Kind::Other("bool"),
        _ => Kind::Other("number"),
    }
}

/// Refuses text that is nested deeper or has more values than the limits, without nesting itself.
fn check_limits(text: &[u8], limits: &Limits) -> Result<(), DecodeError> {
    let limit = limits.depth();
    let (mut depth, mut values, mut in_string) = (0_usize, 0_usize, false);
    let mut octets = text.iter();
    while let Some(octet) = octets.next() {
        match octet {
            b'"' => in_string = !in_string,
            b'\\' if in_string => drop(octets.next()),
            b'[' | b'{' if !in_string => {
                depth += 1;
                if depth > limit {
                    return Err(limits::too_deep(limit));
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        // A list or dict of n values has n - 1 commas, and itself is one.
        if matches!(octet, b'[' | b'{' | b',') && !in_string {
            values += 1;
        }
    }
    if values > limits.max_values { Err(limits::too_many(limits.max_values)) } else { Ok(()) }
}

fn malformed(error: &serde_json::Error, text: &[u8], at: usize) -> DecodeError {
    let message = error.to_string();
    let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
    let line_start: usize = text
        .split_inclusive(|octet| *octet == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let at = at + line_start + error.column().saturating_sub(1);
    DecodeError::Malformed { serializer: Serializer::Json.name(), reason: reason.to_owned(), at }
}

/// The elements of a message, of which only the first few are kept however many there are.
struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = (Vec<&'de RawValue>, usize);

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::with_capacity(MAX_ELEMENTS);
        while kept.len() < MAX_ELEMENTS {
            match seq.next_element()? {
                Some(element) => kept.push(element),
                None => break,
            }
        }
        let mut len = kept.len();
        while len >= MAX_ELEMENTS && seq.next_element::<IgnoredAny>()?.is_some() {
            len += 1;
        }
        Ok((kept, len))
    }
}

/// Reads any value.
struct AnyValue;

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Value, E> {
        match v.strip_prefix('\0') {
            None => Ok(v.into()),
            Some(base64) => STANDARD
                .decode(base64)
                .map(Value::Bytes)
                .map_err(|_| E::custom("a string that begins with NUL must go on in base64")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element_seed(Self)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key()? {
            entries.push((key, map.next_value_seed(Self)?));
        }
        Dict::from_entries(entries).map(Value::Dict).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_inside_strings_are_no_nesting() {
        let limits = Limits { max_depth: 2, ..Limits::default() };
        assert_eq!(check_limits(br#"["[[[\"[[[", {"[": "]"}]"#, &limits), Ok(()));
        assert_eq!(check_limits(b"[[[]]]", &limits), Err(limits::too_deep(2)));
    }

    #[test]
    fn an_error_tells_the_octet_in_the_frame() {
        let error = split("[48,\n 1 x]", &Limits::default()).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "not JSON: expected `,` or `]` at byte 8");
    }

    #[test]
    fn surplus_elements_are_counted_and_not_kept() {
        let split = split("[1,2,3,4,5,6,7,8,9,10]", &Limits::default()).unwrap();
        assert_eq!((split.spans.len(), split.len), (MAX_ELEMENTS, 10));
    }
}

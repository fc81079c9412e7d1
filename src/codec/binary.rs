//! Messages in MessagePack and CBOR: what both have in common, over the tokens of their readers.

#[cfg(feature = "cbor")]
use super::cbor;
use super::{
    DecodeError, Limits, MAX_DEPTH, Serializer, Span, limits, msgpack,
    shape::MAX_ELEMENTS,
    skip::skip_value,
    span::{Kind, Split},
    token::{Read, Token},
};
use crate::message::{Dict, Value};

/// Cuts a frame into its elements.
pub(super) fn split<'a>(
    serializer: Serializer,
    octets: &'a [u8],
    limits: &Limits,
) -> Result<Split<'a>, DecodeError> {
    let elements = match serializer {
        #[cfg(feature = "cbor")]
        Serializer::Cbor => elements(&mut cbor::Reader::new(octets), octets.len(), limits)?,
        Serializer::MsgPack => elements(&mut msgpack::Reader::new(octets), octets.len(), limits)?,
        other => return Err(DecodeError::NotInThisBuild(other.name())),
    };
    let spans = elements
        .kept
        .into_iter()
        .filter_map(|(start, end)| Some(Span { serializer, octets: octets.get(start..end)?, at: start }));
    Ok(Split { spans: spans.collect(), len: elements.len })
}

/// The value of one element, which begins at `at` in its frame.
pub(super) fn value(serializer: Serializer, octets: &[u8], at: usize) -> Result<Value, DecodeError> {
    let value = match serializer {
        #[cfg(feature = "cbor")]
        Serializer::Cbor => next_value(&mut cbor::Reader::new(octets), 1),
        _ => next_value(&mut msgpack::Reader::new(octets), 1),
    };
    value.map_err(|e| match e {
        DecodeError::Malformed { serializer, reason, at: inside } => {
            DecodeError::Malformed { serializer, reason, at: at + inside }
        }
        other => other,
    })
}

/// What an element is, by its first token.
pub(super) fn kind(serializer: Serializer, octets: &[u8]) -> Result<Kind, DecodeError> {
    let first = match serializer {
        #[cfg(feature = "cbor")]
        Serializer::Cbor => first_two(&mut cbor::Reader::new(octets))?,
        _ => first_two(&mut msgpack::Reader::new(octets))?,
    };
    Ok(match first {
        (Token::Null, _) => Kind::Null,
        (Token::List(_), empty) => Kind::List { empty },
        (Token::Dict(_), empty) => Kind::Dict { empty },
        (Token::Bytes(_), _) => Kind::Binary,
        (Token::Str(_), _) => Kind::Other("string"),
        (Token::Bool(_), _) => Kind::Other("bool"),
        (Token::Float(_), _) => Kind::Other("float"),
        (Token::Int(_) | Token::UInt(_) | Token::End, _) => Kind::Other("integer"),
    })
}

/// The first token, and whether it is a list or dict with nothing in it.
fn first_two<'a>(reader: &mut impl Read<'a>) -> Result<(Token<'a>, bool), DecodeError> {
    let first = token(reader)?;
    let empty = match first {
        Token::List(Some(n)) | Token::Dict(Some(n)) => n == 0,
        Token::List(None) | Token::Dict(None) => token(reader)? == Token::End,
        _ => false,
    };
    Ok((first, empty))
}

/// Where the elements of a message are.
struct Elements {
    /// Beginning and end of each, as many as any message has.
    kept: Vec<(usize, usize)>,
    /// How many there are.
    len: usize,
}

fn elements<'a>(reader: &mut impl Read<'a>, size: usize, limits: &Limits) -> Result<Elements, DecodeError> {
    let Token::List(announced) = token(reader)? else {
        return Err(DecodeError::NotAMessage("a message must be a list".to_owned()));
    };
    let mut elements = Elements { kept: Vec::with_capacity(MAX_ELEMENTS), len: 0 };
    let mut values = 0;
    while announced != Some(elements.len) {
        let start = reader.position();
        if announced.is_none() {
            let mut ahead = reader.clone();
            if token(&mut ahead)? == Token::End {
                *reader = ahead;
                break;
            }
        }
        // One level is the message itself.
        values += skip_value(reader, limits.depth().saturating_sub(1)).map_err(|e| match e {
            DecodeError::TooMuch { .. } => limits::too_deep(limits.depth()),
            other => other,
        })?;
        elements.len += 1;
        if elements.kept.len() < MAX_ELEMENTS {
            elements.kept.push((start, reader.position()));
        }
    }
    if reader.position() < size {
        return Err(reader.malformed("octets behind the message"));
    }
    if values > limits.max_values {
        return Err(limits::too_many(limits.max_values));
    }
    Ok(elements)
}

/// The next token. Not inlined, whatever the reader wants: it is kilobytes each time, and values are built
/// by recursion, where the reader's variables would fill the stack long before the limit of nesting.
#[inline(never)]
fn token<'a>(reader: &mut impl Read<'a>) -> Result<Token<'a>, DecodeError> {
    reader.next()
}

/// The next value, inside of `depth` lists and dicts.
pub(super) fn next_value<'a>(reader: &mut impl Read<'a>, depth: usize) -> Result<Value, DecodeError> {
    let first = token(reader)?;
    of_token(first, reader, depth)?.ok_or_else(|| reader.malformed("an end where nothing can end"))
}

/// The value that begins with this token; none when it is an end.
fn of_token<'a>(
    token: Token<'a>,
    reader: &mut impl Read<'a>,
    depth: usize,
) -> Result<Option<Value>, DecodeError> {
    Ok(Some(match token {
        Token::Null => Value::Null,
        Token::Bool(v) => v.into(),
        Token::Int(v) => v.into(),
        Token::UInt(v) => v.into(),
        Token::Float(v) => v.into(),
        Token::Str(v) => v.into_owned().into(),
        Token::Bytes(v) => v.into_owned().into(),
        Token::List(len) => list(len, reader, deeper(depth)?)?.into(),
        Token::Dict(len) => dict(len, reader, deeper(depth)?)?.into(),
        Token::End => return Ok(None),
    }))
}

fn list<'a>(len: Option<usize>, reader: &mut impl Read<'a>, depth: usize) -> Result<Vec<Value>, DecodeError> {
    // What is announced is not trusted with memory.
    let mut list = Vec::new();
    while len != Some(list.len()) {
        match of_token(token(reader)?, reader, depth)? {
            Some(item) => list.push(item),
            None if len.is_none() => break,
            None => return Err(reader.malformed("an end where nothing can end")),
        }
    }
    Ok(list)
}

fn dict<'a>(len: Option<usize>, reader: &mut impl Read<'a>, depth: usize) -> Result<Dict, DecodeError> {
    let mut entries = Vec::new();
    while len != Some(entries.len()) {
        match token(reader)? {
            Token::Str(key) => entries.push((key.into_owned(), next_value(reader, depth)?)),
            Token::End if len.is_none() => break,
            _ => return Err(reader.malformed("a key that is no text")),
        }
    }
    Dict::from_entries(entries).map_err(|e| reader.malformed(&e.to_string()))
}

/// Values are built by recursion, which the limit keeps shallow.
fn deeper(depth: usize) -> Result<usize, DecodeError> {
    if depth >= MAX_DEPTH { Err(limits::too_deep(MAX_DEPTH)) } else { Ok(depth + 1) }
}

//! Passes over a value without keeping it, to find where a payload ends that is only forwarded.
//! What was skipped is well-formed: its keys are text, its text is UTF-8, its depth within the limit.

use super::DecodeError;
use super::token::{Read, Token};

/// An open list or dict.
struct Open {
    /// Items to come, where a key and its value are one each; `None`: until [`Token::End`].
    left: Option<usize>,
    dict: bool,
    /// In a dict, whether a key comes next.
    key: bool,
}

/// Skips the next value, and tells how many values it is made of. `max_depth` counts the lists and dicts that are open at the same time.
///
/// # Errors
/// What the reader says, [`DecodeError::TooMuch`] below `max_depth`, and [`DecodeError::Malformed`]
/// when a key is no text or an end is out of place.
pub(crate) fn skip_value<'a, R: Read<'a>>(reader: &mut R, max_depth: usize) -> Result<usize, DecodeError> {
    let mut stack: Vec<Open> = Vec::new();
    let mut values = 0;
    loop {
        let token = reader.next()?;
        let is_key = stack.last().is_some_and(|open| open.dict && open.key);
        if let Some(open) = stack.last_mut() {
            match token {
                Token::End if open.left.is_none() && (!open.dict || open.key) => {
                    stack.pop();
                    if settle(&mut stack) {
                        return Ok(values);
                    }
                    continue;
                }
                Token::Str(_) => {}
                _ if is_key => return Err(reader.malformed("a key that is no text")),
                _ => {}
            }
            open.left = open.left.map(|left| left.saturating_sub(1));
            open.key = !open.key;
        }
        values += usize::from(!is_key);
        match token {
            Token::List(left) => stack.push(Open { left, dict: false, key: false }),
            Token::Dict(left) => {
                stack.push(Open { left: left.map(|n| n.saturating_mul(2)), dict: true, key: true });
            }
            Token::End => return Err(reader.malformed("an end where nothing can end")),
            _ => {}
        }
        if stack.len() > max_depth {
            return Err(DecodeError::TooMuch { what: "nesting", limit: max_depth });
        }
        if settle(&mut stack) {
            return Ok(values);
        }
    }
}

/// Closes what is complete; whether nothing is left open.
fn settle(stack: &mut Vec<Open>) -> bool {
    while stack.last().is_some_and(|open| open.left == Some(0)) {
        stack.pop();
    }
    stack.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{cbor, msgpack};

    fn msgpack_end(octets: &[u8], max_depth: usize) -> Result<usize, String> {
        let mut reader = msgpack::Reader::new(octets);
        skip_value(&mut reader, max_depth).map(|_| reader.position()).map_err(|e| e.to_string())
    }

    fn cbor_end(octets: &[u8], max_depth: usize) -> Result<usize, String> {
        let mut reader = cbor::Reader::new(octets);
        skip_value(&mut reader, max_depth).map(|_| reader.position()).map_err(|e| e.to_string())
    }

    /// `[1, {"a": [true], "b": nil}, ""]` and one octet more.
    const MSGPACK: &[u8] = &[0x93, 1, 0x82, 0xa1, b'a', 0x91, 0xc3, 0xa1, b'b', 0xc0, 0xa0, 0x07];
    /// The same with a list and dict of indefinite length, and one octet more.
    const CBOR: &[u8] = &[0x9f, 1, 0xbf, 0x61, b'a', 0x81, 0xf5, 0x61, b'b', 0xf6, 0xff, 0x60, 0xff, 0x07];

    #[test]
    fn it_stops_behind_the_value() {
        assert_eq!(msgpack_end(MSGPACK, 3), Ok(MSGPACK.len() - 1));
        assert_eq!(cbor_end(CBOR, 3), Ok(CBOR.len() - 1));
        assert_eq!(msgpack_end(&[0x90], 1), Ok(1));
        assert_eq!(cbor_end(&[0xbf, 0xff], 1), Ok(2));
        assert_eq!(msgpack_end(&[5], 0), Ok(1));
    }

    #[test]
    fn a_value_cut_short_anywhere_is_an_error() {
        for end in 0..MSGPACK.len() - 1 {
            assert!(msgpack_end(&MSGPACK[..end], 9).is_err(), "{end}");
        }
        for end in 0..CBOR.len() - 1 {
            assert!(cbor_end(&CBOR[..end], 9).is_err(), "{end}");
        }
    }

    #[test]
    fn depth_is_limited_without_recursion() {
        assert_eq!(msgpack_end(MSGPACK, 2), Err("nesting exceeds the limit of 2".into()));
        assert_eq!(msgpack_end(&[0x91; 100_000], 128), Err("nesting exceeds the limit of 128".into()));
        assert_eq!(cbor_end(&[0x9f; 100_000], 128), Err("nesting exceeds the limit of 128".into()));
    }

    #[test]
    fn a_key_that_is_no_text_and_an_end_out_of_place_are_refused() {
        assert_eq!(
            msgpack_end(&[0x81, 1, 2], 9),
            Err("not MessagePack: a key that is no text at byte 2".into())
        );
        assert_eq!(cbor_end(&[0xff], 9), Err("not CBOR: an end where nothing can end at byte 1".into()));
        assert_eq!(
            cbor_end(&[0x82, 1, 0xff], 9),
            Err("not CBOR: an end where nothing can end at byte 3".into())
        );
        assert_eq!(
            cbor_end(&[0xbf, 0x60, 0xff], 9),
            Err("not CBOR: an end where nothing can end at byte 3".into())
        );
    }
}

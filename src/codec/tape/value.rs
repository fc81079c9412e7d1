//! A tape that JavaScript wrote to a value: how what is not hot gets into the core. It checks every
//! access, as the [encoder](super::encoder) does, and how deep the value nests.

use super::encoder::number;
use super::word::{self, operand, special, tag};
use crate::codec::token::Token;
use crate::codec::{DecodeError, MAX_DEPTH, limits};
use crate::message::{Dict, Value};

/// The value on a tape whose keys are all texts.
///
/// # Errors
/// [`DecodeError`] when the tape breaks off, points outside its areas or nests too deep.
pub fn value(words: &[u32], numbers: &[f64], octets: &[u8]) -> Result<Value, DecodeError> {
    Tape { words: words.iter(), numbers, octets }.value(0)
}

/// What is left of a tape.
struct Tape<'a> {
    words: std::slice::Iter<'a, u32>,
    numbers: &'a [f64],
    octets: &'a [u8],
}

impl Tape<'_> {
    /// The next value, inside of `depth` lists and dicts.
    fn value(&mut self, depth: usize) -> Result<Value, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(limits::too_deep(MAX_DEPTH));
        }
        let word = self.word()?;
        let operand = operand(word);
        Ok(match tag(word) {
            word::INTEGER => Value::Int(word::integer(word)),
            word::NUMBER => match number(*self.numbers.get(operand as usize).ok_or_else(broken)?) {
                Token::Int(integer) => Value::Int(integer),
                Token::Float(float) => Value::Float(float),
                _ => return Err(broken()),
            },
            word::TEXT => Value::String(self.text(operand)?),
            word::BINARY => Value::Bytes(self.take(operand)?.to_vec()),
            word::LIST => {
                let mut list = Vec::new();
                for _ in 0..operand {
                    list.push(self.value(depth + 1)?);
                }
                Value::List(list)
            }
            word::OPEN_OBJECT => {
                let mut entries = Vec::new();
                for _ in 0..self.word()? {
                    let key = self.word()?;
                    entries.push((self.text(word::operand(key))?, self.value(depth + 1)?));
                }
                Value::Dict(Dict::from_entries(entries).map_err(|_| broken())?)
            }
            word::SPECIAL => match operand {
                special::NULL => Value::Null,
                special::FALSE => Value::Bool(false),
                special::TRUE => Value::Bool(true),
                _ => {
                    let bits = u64::from(self.word()?) | u64::from(self.word()?) << 32;
                    if operand == special::SIGNED { Value::Int(bits.cast_signed()) } else { bits.into() }
                }
            },
            _ => return Err(broken()),
        })
    }

    fn word(&mut self) -> Result<u32, DecodeError> {
        self.words.next().copied().ok_or_else(broken)
    }

    fn text(&mut self, length: u32) -> Result<String, DecodeError> {
        String::from_utf8(self.take(length)?.to_vec()).map_err(|_| broken())
    }

    fn take(&mut self, length: u32) -> Result<&[u8], DecodeError> {
        let (taken, rest) = self.octets.split_at_checked(length as usize).ok_or_else(broken)?;
        self.octets = rest;
        Ok(taken)
    }
}

#[cold]
fn broken() -> DecodeError {
    DecodeError::NotAMessage("a tape that breaks off".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::word::{pack, small};
    use super::*;

    fn value(words: &[u32], numbers: &[f64], octets: &[u8]) -> Result<Value, String> {
        super::value(words, numbers, octets).map_err(|error| error.to_string())
    }

    #[test]
    fn a_tape_becomes_a_value() {
        let words = [
            pack(word::LIST, 5),
            small(-5).unwrap(),
            pack(word::OPEN_OBJECT, 0),
            1,
            pack(word::TEXT, 2),
            pack(word::SPECIAL, special::TRUE),
            pack(word::BINARY, 1),
            pack(word::NUMBER, 0),
            pack(word::SPECIAL, special::SIGNED),
            1,
            u32::MAX,
        ];
        let list: Vec<Value> = vec![
            Value::Int(-5),
            Dict::new().with("ok", true).into(),
            vec![7_u8].into(),
            Value::Int(1 << 40),
            Value::Int(-0xffff_ffff),
        ];
        assert_eq!(value(&words, &[(1_u64 << 40) as f64], b"ok\x07"), Ok(list.into()));
        assert_eq!(value(&[pack(word::NUMBER, 0)], &[0.5], b""), Ok(Value::Float(0.5)));
    }

    #[test]
    fn a_tape_that_breaks_off_or_nests_too_deep_is_an_error() {
        let broken: [&[u32]; 5] = [
            &[],
            &[pack(word::LIST, 2), pack(word::LIST, 0)],
            &[pack(word::TEXT, 1)],
            &[pack(word::NUMBER, 0)],
            &[pack(word::OPEN_OBJECT, 0), 1],
        ];
        for words in broken {
            assert_eq!(value(words, &[], b""), Err("a tape that breaks off".into()), "{words:?}");
        }
        let deep = vec![pack(word::LIST, 1); 100_000];
        assert_eq!(value(&deep, &[], b""), Err("nesting exceeds the limit of 128".into()));
    }
}

//! A tape that JavaScript wrote to octets. It checks every access, so that a wrong tape is an error
//! and never a wrong memory access. That a list has as many items as it says, and that texts are UTF-8,
//! is the tape's duty.

use super::keys::Keys;
use super::word::{self, operand, special, tag};
use crate::codec::EncodeError;
use crate::codec::token::{Token, WriteEncoded};
use crate::message::text;

/// A tape on its way out.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The words.
    pub words: &'a [u32],
    /// The numbers that are no small integers.
    pub numbers: &'a [f64],
    /// Texts and binaries, in the order of their words.
    pub octets: &'a [u8],
    /// The keys that travel as numbers.
    pub keys: &'a Keys,
}

impl<'a> Outgoing<'a> {
    /// Appends the tape to what a writer has. The table of words is in the documentation of the
    /// [tape](super).
    ///
    /// # Errors
    /// [`EncodeError`] when the tape breaks off or points outside its areas; a part of it is written then.
    pub fn write(&self, writer: &mut impl WriteEncoded) -> Result<(), EncodeError> {
        let mut words = self.words.iter().copied();
        let mut octets = self.octets;
        while let Some(word) = words.next() {
            let operand = operand(word);
            let token = match tag(word) {
                word::INTEGER => Token::Int(word::integer(word)),
                word::NUMBER => number(
                    self.numbers.get(operand as usize).copied().ok_or_else(|| self.broken("a number"))?,
                ),
                word::TEXT => {
                    writer.write_text(self.take(&mut octets, operand)?)?;
                    continue;
                }
                word::OBJECT => {
                    writer.write_encoded(self.keys.get(operand).ok_or_else(|| self.broken("a key"))?);
                    continue;
                }
                word::LIST => Token::List(Some(operand as usize)),
                word::OPEN_OBJECT if operand == 0 => {
                    Token::Dict(Some(words.next().ok_or_else(|| self.broken("an object"))? as usize))
                }
                word::BINARY => Token::Bytes(self.take(&mut octets, operand)?.into()),
                word::SPECIAL => match operand {
                    special::NULL => Token::Null,
                    special::FALSE => Token::Bool(false),
                    special::TRUE => Token::Bool(true),
                    _ => {
                        let (Some(low), Some(high)) = (words.next(), words.next()) else {
                            return Err(self.broken("an integer"));
                        };
                        let bits = u64::from(high) << 32 | u64::from(low);
                        match operand {
                            special::SIGNED => Token::Int(bits.cast_signed()),
                            _ => Token::from_u64(bits),
                        }
                    }
                },
                _ => return Err(self.broken("an object")),
            };
            writer.write(token)?;
        }
        Ok(())
    }

    #[inline]
    fn take(&self, octets: &mut &'a [u8], length: u32) -> Result<&'a [u8], EncodeError> {
        let (taken, rest) = octets.split_at_checked(length as usize).ok_or_else(|| self.broken("a text"))?;
        *octets = rest;
        Ok(taken)
    }

    #[cold]
    fn broken(&self, what: &str) -> EncodeError {
        EncodeError::Unrepresentable {
            at: "the tape".into(),
            what: text![what, " that the tape does not hold"],
            serializer: "octets",
        }
    }
}

/// A number of JavaScript: an integer wherever it is one that doubles tell from its neighbours.
#[inline]
fn number(number: f64) -> Token<'static> {
    const EXACT: f64 = (1_u64 << 53) as f64;
    let integral = number.trunc() == number && number.abs() <= EXACT;
    if integral && !(number == 0.0 && number.is_sign_negative()) {
        Token::Int(number as i64)
    } else {
        Token::Float(number)
    }
}

#[cfg(test)]
mod tests {
    use super::super::word::pack;
    use super::*;
    use crate::codec::msgpack;

    fn msgpack(words: &[u32], numbers: &[f64], octets: &[u8]) -> Result<Vec<u8>, EncodeError> {
        let mut writer = msgpack::Writer::default();
        let mut keys = Keys::default();
        assert!(keys.add(&[0xa1, b'k']));
        Outgoing { words, numbers, octets, keys: &keys }.write(&mut writer).map(|()| writer.into_octets())
    }

    #[test]
    fn a_key_that_was_encoded_before_is_written_by_its_number() {
        let words = [pack(word::OPEN_OBJECT, 0), 1, pack(word::OBJECT, 0), 7 << 3];
        assert_eq!(msgpack(&words, &[], &[]).unwrap(), [0x81, 0xa1, b'k', 7]);
        assert!(msgpack(&[pack(word::OPEN_OBJECT, 0), 1, pack(word::OBJECT, 1), 7 << 3], &[], &[]).is_err());
    }

    #[test]
    fn a_tape_becomes_a_message() {
        let words = [
            pack(word::LIST, 4),
            word::small(-5).unwrap(),
            pack(word::OPEN_OBJECT, 0),
            1,
            pack(word::TEXT, 2),
            pack(word::SPECIAL, special::TRUE),
            pack(word::BINARY, 1),
            pack(word::NUMBER, 0),
        ];
        let octets = [0x94, 0xfb, 0x81, 0xa2, b'o', b'k', 0xc3, 0xc4, 1, 7, 0xcd, 1, 0];
        assert_eq!(msgpack(&words, &[256.0], b"ok\x07").unwrap(), octets);
    }

    #[test]
    fn integral_numbers_are_integers_up_to_2_to_the_53() {
        assert_eq!(number(9_007_199_254_740_992.0), Token::Int(1 << 53));
        assert_eq!(number(-9_007_199_254_740_992.0), Token::Int(-(1 << 53)));
        assert_eq!(number(1e16), Token::Float(1e16));
        assert_eq!(number(0.5), Token::Float(0.5));
        assert!(matches!(number(-0.0), Token::Float(zero) if zero.is_sign_negative()));
        assert!(matches!(number(f64::NAN), Token::Float(nan) if nan.is_nan()));
        assert_eq!(number(f64::INFINITY), Token::Float(f64::INFINITY));
    }

    #[test]
    fn a_tape_that_points_outside_itself_is_an_error() {
        let broken: [(&[u32], &[u8]); 5] = [
            (&[pack(word::TEXT, 3)], b"ab"),
            (&[pack(word::BINARY, 1)], b""),
            (&[pack(word::NUMBER, 0)], b""),
            (&[pack(word::SPECIAL, special::SIGNED), 0], b""),
            (&[pack(word::OBJECT, 1)], b""),
        ];
        for (words, octets) in broken {
            assert!(msgpack(words, &[], octets).is_err(), "{words:?}");
        }
    }
}

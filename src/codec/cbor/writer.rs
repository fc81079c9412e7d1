//! Tokens to CBOR: the smallest form of every integer and length, floats in 64 bits.

use super::major;
use crate::codec::EncodeError;
use crate::codec::token::{Token, Write};

/// Writes CBOR.
#[derive(Clone, Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// A writer that appends to these octets.
    #[must_use]
    pub const fn new(octets: Vec<u8>) -> Self {
        Self(octets)
    }

    /// What was written.
    #[must_use]
    pub fn into_octets(self) -> Vec<u8> {
        self.0
    }

    /// Appends an item that is encoded already.
    #[cfg(feature = "cbor")]
    pub(in crate::codec) fn raw(&mut self, item: &[u8]) {
        self.octets(item);
    }

    #[inline(always)]
    fn octet(&mut self, octet: u8) {
        self.0.push(octet);
    }

    fn octets(&mut self, octets: &[u8]) {
        self.0.extend_from_slice(octets);
    }

    /// The head of an item: its major type and the number that belongs to it.
    fn head(&mut self, major: u8, number: u64) {
        let major = major << 5;
        match number {
            0..=23 => self.octet(major | number as u8),
            24..=0xff => self.octets(&[major | 24, number as u8]),
            0x100..=0xffff => {
                self.octet(major | 25);
                self.octets(&(number as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.octet(major | 26);
                self.octets(&(number as u32).to_be_bytes());
            }
            _ => {
                self.octet(major | 27);
                self.octets(&number.to_be_bytes());
            }
        }
    }

    fn length(&mut self, major: u8, length: Option<usize>) {
        match length {
            Some(length) => self.head(major, length as u64),
            None => self.octet(major << 5 | 31),
        }
    }
}

impl Write for Writer {
    #[inline]
    fn write(&mut self, token: Token<'_>) -> Result<(), EncodeError> {
        match token {
            Token::Null => self.octet(0xf6),
            Token::Bool(false) => self.octet(0xf4),
            Token::Bool(true) => self.octet(0xf5),
            // A negative number n is written as -1 - n, which is its complement.
            Token::Int(number @ ..0) => self.head(major::NEGATIVE, !number as u64),
            Token::Int(number) => self.head(major::UNSIGNED, number as u64),
            Token::UInt(number) => self.head(major::UNSIGNED, number),
            Token::Float(number) => {
                self.octet(major::SIMPLE << 5 | 27);
                self.octets(&number.to_be_bytes());
            }
            Token::Str(text) => self.write_text(text.as_bytes())?,
            Token::Bytes(octets) => {
                self.head(major::BYTES, octets.len() as u64);
                self.octets(&octets);
            }
            Token::List(length) => self.length(major::LIST, length),
            Token::Dict(length) => self.length(major::DICT, length),
            Token::End => self.octet(0xff),
        }
        Ok(())
    }

    #[inline]
    fn write_text(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        self.head(major::TEXT, utf8.len() as u64);
        self.octets(utf8);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::*;
    use crate::codec::token::Read;

    fn written(token: Token<'_>) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.write(token).unwrap();
        writer.into_octets()
    }

    #[test]
    fn integers_take_the_smallest_form_and_read_back() {
        let sizes = [
            (0, 1),
            (23, 1),
            (24, 2),
            (255, 2),
            (256, 3),
            (65_536, 5),
            (i64::from(u32::MAX) + 1, 9),
            (i64::MAX, 9),
            (-1, 1),
            (-24, 1),
            (-25, 2),
            (-256, 2),
            (-257, 3),
            (i64::MIN, 9),
        ];
        for (number, size) in sizes {
            let octets = written(Token::Int(number));
            assert_eq!(octets.len(), size, "{number}");
            assert_eq!(Reader::new(&octets).next(), Ok(Token::Int(number)));
        }
        assert_eq!(written(Token::Float(1.0)), [0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn strings_lists_and_dicts_take_the_smallest_form() {
        assert_eq!(written(Token::Str("IETF".into())), [0x64, 0x49, 0x45, 0x54, 0x46]);
        assert_eq!(written(Token::Bytes((&[1, 2][..]).into())), [0x42, 1, 2]);
        assert_eq!(written(Token::List(Some(25))), [0x98, 25]);
        assert_eq!(written(Token::Dict(Some(3))), [0xa3]);
        assert_eq!(written(Token::List(None)), [0x9f]);
    }
}

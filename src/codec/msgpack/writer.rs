//! Tokens to MessagePack: the smallest form of every integer and length, floats in 64 bits.

use super::NAME;
use crate::codec::EncodeError;
use crate::codec::token::{Token, Write};
use crate::message::text;

/// Writes MessagePack.
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

    /// A first octet and a number of `N` octets.
    fn number<const N: usize>(&mut self, first: u8, number: [u8; N]) {
        self.octet(first);
        self.octets(&number);
    }

    fn unsigned(&mut self, number: u64) {
        match number {
            0..=0x7f => self.octet(number as u8),
            0x80..=0xff => self.number(0xcc, [number as u8]),
            0x100..=0xffff => self.number(0xcd, (number as u16).to_be_bytes()),
            0x1_0000..=0xffff_ffff => self.number(0xce, (number as u32).to_be_bytes()),
            _ => self.number(0xcf, number.to_be_bytes()),
        }
    }

    fn signed(&mut self, number: i64) {
        match number {
            0.. => self.unsigned(number as u64),
            -0x20..0 => self.octet(number as u8),
            -0x80..-0x20 => self.number(0xd0, (number as i8).to_be_bytes()),
            -0x8000..-0x80 => self.number(0xd1, (number as i16).to_be_bytes()),
            -0x8000_0000..-0x8000 => self.number(0xd2, (number as i32).to_be_bytes()),
            _ => self.number(0xd3, number.to_be_bytes()),
        }
    }

    /// The header of something with a length: `tiny` is the first octet of the form that holds lengths
    /// below `below` itself, `one` of the form with one octet of length where there is one, `two` of
    /// the form with two, and the form with four follows it.
    fn header(
        &mut self,
        length: usize,
        (tiny, below): (u8, usize),
        one: Option<u8>,
        two: u8,
    ) -> Result<(), EncodeError> {
        const LIMIT: usize = u32::MAX as usize;
        match (length, one) {
            _ if length < below => self.octet(tiny | length as u8),
            (0..=0xff, Some(one)) => self.number(one, [length as u8]),
            (0..=0xffff, _) => self.number(two, (length as u16).to_be_bytes()),
            (0x1_0000..=LIMIT, _) => self.number(two + 1, (length as u32).to_be_bytes()),
            _ => return Err(EncodeError::TooMuch { what: "a length", limit: LIMIT }),
        }
        Ok(())
    }
}

impl Write for Writer {
    #[inline]
    fn write(&mut self, token: Token<'_>) -> Result<(), EncodeError> {
        match token {
            Token::Null => self.octet(0xc0),
            Token::Bool(false) => self.octet(0xc2),
            Token::Bool(true) => self.octet(0xc3),
            Token::Int(number) => self.signed(number),
            Token::UInt(number) => self.unsigned(number),
            Token::Float(number) => self.number(0xcb, number.to_be_bytes()),
            Token::Str(text) => self.write_text(text.as_bytes())?,
            Token::Bytes(octets) => {
                self.header(octets.len(), (0, 0), Some(0xc4), 0xc5)?;
                self.octets(&octets);
            }
            Token::List(Some(length)) => self.header(length, (0x90, 16), None, 0xdc)?,
            Token::Dict(Some(length)) => self.header(length, (0x80, 16), None, 0xde)?,
            Token::List(None) | Token::Dict(None) | Token::End => {
                return Err(EncodeError::Unrepresentable {
                    at: text!["byte ", self.0.len()],
                    what: "a list or dict of unannounced length".into(),
                    serializer: NAME,
                });
            }
        }
        Ok(())
    }

    #[inline]
    fn write_text(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        self.header(utf8.len(), (0xa0, 32), Some(0xd9), 0xda)?;
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
            (127, 1),
            (128, 2),
            (255, 2),
            (256, 3),
            (65_535, 3),
            (65_536, 5),
            (u32::MAX.into(), 5),
            (i64::from(u32::MAX) + 1, 9),
            (i64::MAX, 9),
            (-1, 1),
            (-32, 1),
            (-33, 2),
            (-128, 2),
            (-129, 3),
            (-32_768, 3),
            (-32_769, 5),
            (i32::MIN.into(), 5),
            (i64::from(i32::MIN) - 1, 9),
            (i64::MIN, 9),
        ];
        for (number, size) in sizes {
            let octets = written(Token::Int(number));
            assert_eq!(octets.len(), size, "{number}");
            assert_eq!(Reader::new(&octets).next(), Ok(Token::Int(number)));
        }
        assert_eq!(written(Token::UInt(u64::MAX)), [0xcf, 255, 255, 255, 255, 255, 255, 255, 255]);
        assert_eq!(written(Token::Float(1.0)), [0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn lengths_take_the_smallest_form() {
        let header = |token, count: usize| written(token)[..count].to_vec();
        assert_eq!(written(Token::Str("".into())), [0xa0]);
        assert_eq!(header(Token::Str("x".repeat(31).into()), 1), [0xbf]);
        assert_eq!(header(Token::Str("x".repeat(32).into()), 2), [0xd9, 32]);
        assert_eq!(header(Token::Str("x".repeat(256).into()), 3), [0xda, 1, 0]);
        assert_eq!(header(Token::Str("x".repeat(65_536).into()), 5), [0xdb, 0, 1, 0, 0]);
        assert_eq!(written(Token::Bytes((&[][..]).into())), [0xc4, 0]);
        assert_eq!(header(Token::Bytes(vec![0; 256].into()), 3), [0xc5, 1, 0]);
        assert_eq!(written(Token::List(Some(15))), [0x9f]);
        assert_eq!(written(Token::List(Some(16))), [0xdc, 0, 16]);
        assert_eq!(written(Token::Dict(Some(65_536))), [0xdf, 0, 1, 0, 0]);
    }

    #[test]
    fn a_list_of_unannounced_length_is_refused() {
        let error = Writer::default().write(Token::List(None)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "byte 0: a list or dict of unannounced length cannot be written as MessagePack"
        );
    }
}

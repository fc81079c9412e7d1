//! MessagePack to tokens, without copying.
//! Extension types have no counterpart in WAMP: the one that stands for JavaScript's `undefined` is
//! null, and of any other the octets remain and the type is dropped, as with CBOR's tags.

use std::borrow::Cow;

use super::NAME;
use crate::codec::DecodeError;
use crate::codec::cursor::Cursor;
use crate::codec::glance::{Glance, Kind};
use crate::codec::token::{Read, Token};

/// What is frequent.
static GLANCE: Glance = Glance::new(0xa0)
    .several(0x00, 0x7f, Kind::Integer, 0)
    .several(0x80, 0x8f, Kind::Dict, 0)
    .several(0x90, 0x9f, Kind::List, 0)
    .several(0xa0, 0xbf, Kind::Text, 0)
    .one(0xc0, Kind::Constant, 0)
    .several(0xc2, 0xc3, Kind::Constant, 1)
    .one(0xcb, Kind::Float64, 0)
    .one(0xcc, Kind::Unsigned8, 0)
    .one(0xcd, Kind::Unsigned16, 0)
    .one(0xce, Kind::Unsigned32, 0)
    .one(0xcf, Kind::Unsigned64, 0)
    .one(0xd0, Kind::Signed8, 0)
    .one(0xd1, Kind::Signed16, 0)
    .one(0xd9, Kind::Text8, 0)
    .several(0xe0, 0xff, Kind::Integer, -32);

/// Reads MessagePack.
#[derive(Clone, Debug)]
pub struct Reader<'a>(Cursor<'a>);

impl<'a> Reader<'a> {
    /// A reader at the first of these octets.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self(Cursor::new(octets, NAME))
    }

    /// An unsigned number of 1, 2, 4 or 8 octets. Not inlined: most forms of a value begin with one.
    #[inline(never)]
    fn number(&mut self, width: u8) -> Result<u64, DecodeError> {
        self.0.unsigned(width)
    }

    fn list(&self, length: u64) -> Result<Token<'a>, DecodeError> {
        Ok(Token::List(Some(self.0.announced(length, 1)?)))
    }

    fn dict(&self, length: u64) -> Result<Token<'a>, DecodeError> {
        Ok(Token::Dict(Some(self.0.announced(length, 2)?)))
    }

    fn text(&mut self, length: u64) -> Result<Token<'a>, DecodeError> {
        Ok(Token::Str(Cow::Borrowed(self.0.text(length)?)))
    }

    fn binary(&mut self, length: u64) -> Result<Token<'a>, DecodeError> {
        Ok(Token::Bytes(Cow::Borrowed(self.0.octets_of(length)?)))
    }

    fn extension(&mut self, length: u64) -> Result<Token<'a>, DecodeError> {
        let kind = self.0.octet()?;
        let octets = self.0.octets_of(length)?;
        // What msgpackr, and through it wampy, writes for undefined.
        if (kind, octets) == (0, &[0]) {
            return Ok(Token::Null);
        }
        Ok(Token::Bytes(Cow::Borrowed(octets)))
    }
}

impl<'a> Read<'a> for Reader<'a> {
    #[inline(always)]
    fn next(&mut self) -> Result<Token<'a>, DecodeError> {
        let at = self.0.position();
        let first = self.0.octet()?;
        match first {
            0x00..=0x7f => Ok(Token::Int(first.into())),
            0x80..=0x8f => self.dict(u64::from(first & 0x0f)),
            0x90..=0x9f => self.list(u64::from(first & 0x0f)),
            0xa0..=0xbf => self.text(u64::from(first & 0x1f)),
            0xc0 => Ok(Token::Null),
            0xc1 => Err(self.0.malformed(at, "0xc1, which is never used")),
            0xc2 => Ok(Token::Bool(false)),
            0xc3 => Ok(Token::Bool(true)),
            0xc4..=0xc6 => {
                let length = self.number(first - 0xc4)?;
                self.binary(length)
            }
            0xc7..=0xc9 => {
                let length = self.number(first - 0xc7)?;
                self.extension(length)
            }
            0xca => Ok(Token::Float(f32::from_bits(self.number(2)? as u32).into())),
            0xcb => Ok(Token::Float(f64::from_bits(self.number(3)?))),
            0xcc..=0xcf => Ok(Token::from_u64(self.number(first - 0xcc)?)),
            0xd0..=0xd3 => {
                let width = first - 0xd0;
                let above = 64 - (8 << width);
                Ok(Token::Int((self.number(width)? << above).cast_signed() >> above))
            }
            0xd4..=0xd8 => self.extension(1 << (first - 0xd4)),
            0xd9..=0xdb => {
                let length = self.number(first - 0xd9)?;
                self.text(length)
            }
            0xdc | 0xdd => {
                let length = self.number(first - 0xdc + 1)?;
                self.list(length)
            }
            0xde | 0xdf => {
                let length = self.number(first - 0xde + 1)?;
                self.dict(length)
            }
            0xe0..=0xff => Ok(Token::Int(i8::from_be_bytes([first]).into())),
        }
    }

    fn glance() -> &'static Glance {
        &GLANCE
    }

    fn octets(&self) -> &'a [u8] {
        self.0.octets()
    }

    fn pass(&mut self, octets: usize) {
        self.0.pass(octets);
    }

    fn position(&self) -> usize {
        self.0.position()
    }

    fn malformed(&self, reason: &str) -> DecodeError {
        self.0.malformed(self.0.position(), reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(octets: &[u8]) -> Result<Token<'_>, DecodeError> {
        Reader::new(octets).next()
    }

    #[test]
    fn every_form_of_a_number_is_read() {
        let forms: &[(&[u8], i64)] = &[
            (&[0x00], 0),
            (&[0x7f], 127),
            (&[0xe0], -32),
            (&[0xff], -1),
            (&[0xcc, 1], 1),
            (&[0xcc, 0xff], 255),
            (&[0xcd, 0, 1], 1),
            (&[0xcd, 0xff, 0xff], 65_535),
            (&[0xce, 0, 0, 0, 1], 1),
            (&[0xce, 0xff, 0xff, 0xff, 0xff], 4_294_967_295),
            (&[0xcf, 0, 0, 0, 0, 0, 0, 0, 1], 1),
            (&[0xcf, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], i64::MAX),
            (&[0xd0, 0x80], -128),
            (&[0xd0, 1], 1),
            (&[0xd1, 0x80, 0], -32_768),
            (&[0xd2, 0x80, 0, 0, 0], -2_147_483_648),
            (&[0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0], i64::MIN),
            (&[0xd3, 0, 0, 0, 0, 0, 0, 0, 1], 1),
        ];
        for (octets, number) in forms {
            assert_eq!(one(octets), Ok(Token::Int(*number)), "{octets:02x?}");
        }
        assert_eq!(one(&[0xcf, 0x80, 0, 0, 0, 0, 0, 0, 0]), Ok(Token::UInt(1 << 63)));
        assert_eq!(one(&[0xca, 0x3f, 0xc0, 0, 0]), Ok(Token::Float(1.5)));
        assert_eq!(one(&[0xcb, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0]), Ok(Token::Float(-1.5)));
    }

    #[test]
    fn an_undefined_is_null_and_of_other_extensions_the_octets_remain() {
        assert_eq!(one(&[0xd4, 0, 0]), Ok(Token::Null));
        assert_eq!(one(&[0xc7, 1, 0, 0]), Ok(Token::Null));
        assert_eq!(one(&[0xd4, 1, 0]), Ok(Token::Bytes(Cow::Borrowed(&[0]))));
        assert_eq!(one(&[0xd6, 0xff, 1, 2, 3, 4]), Ok(Token::Bytes(Cow::Borrowed(&[1, 2, 3, 4]))));
    }

    #[test]
    fn every_width_of_a_length_is_read() {
        let long = "a".repeat(32);
        let headers: [&[u8]; 4] = [&[0xd9, 32], &[0xda, 0, 32], &[0xdb, 0, 0, 0, 32], &[0xbf]];
        for header in headers {
            let length = if header.len() == 1 { 31 } else { 32 };
            let octets = [header, long.as_bytes()].concat();
            assert_eq!(one(&octets), Ok(Token::Str("a".repeat(length).into())));
        }
        assert_eq!(one(&[0xdd, 0, 0, 0, 1, 0xc0]), Ok(Token::List(Some(1))));
        assert_eq!(one(&[0xde, 0, 1, 0xa0, 0xc0]), Ok(Token::Dict(Some(1))));
        assert_eq!(one(&[0xdf, 0, 0, 0, 1, 0xa0, 0xc0]), Ok(Token::Dict(Some(1))));
    }

    #[test]
    fn errors_say_what_and_where() {
        let text = |octets| one(octets).unwrap_err().to_string();
        assert_eq!(text(&[]), "not MessagePack: the octets end too early at byte 0");
        assert_eq!(text(&[0xc1]), "not MessagePack: 0xc1, which is never used at byte 0");
        assert_eq!(text(&[0xa3, b'a', 0xff, b'b']), "not MessagePack: text that is not UTF-8 at byte 2");
        assert_eq!(
            text(&[0xdd, 0xff, 0xff, 0xff, 0xff]),
            "not MessagePack: a length of 4294967295, with 0 octets left at byte 5"
        );
    }
}

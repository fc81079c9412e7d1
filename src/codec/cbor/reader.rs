//! CBOR to tokens, without copying, but for strings that come in several chunks.
//! Tags are read through to what they tag; undefined is null; a negative integer below 64 bits is the
//! nearest float.

use std::borrow::Cow;

use super::{NAME, major};
use crate::codec::DecodeError;
use crate::codec::cursor::Cursor;
use crate::codec::glance::{Glance, Kind};
use crate::codec::token::{Read, Token};
use crate::message::text;

/// The low five bits that announce no length.
const INDEFINITE: u8 = 31;
/// The end of an item of indefinite length.
const BREAK: u8 = 0xff;

/// What is frequent.
static GLANCE: Glance = Glance::new(0x60)
    .several(0x00, 0x17, Kind::Integer, 0)
    .one(0x18, Kind::Unsigned8, 0)
    .one(0x19, Kind::Unsigned16, 0)
    .one(0x1a, Kind::Unsigned32, 0)
    .one(0x1b, Kind::Unsigned64, 0)
    .one(0x38, Kind::Inverted8, 0)
    .one(0x39, Kind::Inverted16, 0)
    .several(0x60, 0x77, Kind::Text, 0)
    .one(0x78, Kind::Text8, 0)
    .several(0x80, 0x97, Kind::List, 0)
    .several(0xa0, 0xb7, Kind::Dict, 0)
    .several(0xf4, 0xf5, Kind::Constant, 1)
    .one(0xf6, Kind::Constant, 0)
    .one(0xfb, Kind::Float64, 0);

/// Reads CBOR.
#[derive(Clone, Debug)]
pub struct Reader<'a>(Cursor<'a>);

impl<'a> Reader<'a> {
    /// A reader at the first of these octets.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self(Cursor::new(octets, NAME))
    }

    /// The number that belongs to a first octet with these low five bits. Not inlined: most items begin with one.
    #[inline(never)]
    fn argument(&mut self, info: u8) -> Result<u64, DecodeError> {
        match info {
            0..=23 => Ok(info.into()),
            24..=27 => self.0.unsigned(info - 24),
            _ => Err(self.unused(info)),
        }
    }

    fn length(&mut self, info: u8, octets_each: u64) -> Result<Option<usize>, DecodeError> {
        if info == INDEFINITE {
            return Ok(None);
        }
        let length = self.argument(info)?;
        self.0.announced(length, octets_each).map(Some)
    }

    fn text(&mut self, info: u8) -> Result<Cow<'a, str>, DecodeError> {
        if info != INDEFINITE {
            let length = self.argument(info)?;
            return self.0.text(length).map(Cow::Borrowed);
        }
        let mut whole = Cow::Borrowed("");
        while let Some(length) = self.chunk(major::TEXT)? {
            whole += self.0.text(length)?;
        }
        Ok(whole)
    }

    fn binary(&mut self, info: u8) -> Result<Cow<'a, [u8]>, DecodeError> {
        if info != INDEFINITE {
            let length = self.argument(info)?;
            return self.0.octets_of(length).map(Cow::Borrowed);
        }
        let mut whole = Vec::new();
        while let Some(length) = self.chunk(major::BYTES)? {
            whole.extend_from_slice(self.0.octets_of(length)?);
        }
        Ok(Cow::Owned(whole))
    }

    /// The length of the next chunk of a string of indefinite length.
    fn chunk(&mut self, major: u8) -> Result<Option<u64>, DecodeError> {
        let at = self.0.position();
        let first = self.0.octet()?;
        if first == BREAK {
            return Ok(None);
        }
        if first >> 5 != major || first & 0x1f == INDEFINITE {
            return Err(self.0.malformed(at, "a string with a chunk that is none of its kind"));
        }
        self.argument(first & 0x1f).map(Some)
    }

    fn simple(&mut self, info: u8, at: usize) -> Result<Token<'a>, DecodeError> {
        match info {
            20 => Ok(Token::Bool(false)),
            21 => Ok(Token::Bool(true)),
            22 | 23 => Ok(Token::Null),
            25 => Ok(Token::Float(half(u16::from_be_bytes(self.0.array()?)))),
            26 => Ok(Token::Float(f32::from_be_bytes(self.0.array()?).into())),
            27 => Ok(Token::Float(f64::from_be_bytes(self.0.array()?))),
            28..=30 => Err(self.unused(info)),
            _ => Err(self.0.malformed(at, "a simple value without a meaning")),
        }
    }

    #[cold]
    fn unused(&self, info: u8) -> DecodeError {
        self.0
            .malformed(self.0.position().saturating_sub(1), text!["additional information ", u64::from(info)])
    }
}

impl<'a> Read<'a> for Reader<'a> {
    #[inline(always)]
    fn next(&mut self) -> Result<Token<'a>, DecodeError> {
        let mut tagged = false;
        loop {
            let at = self.0.position();
            let first = self.0.octet()?;
            let info = first & 0x1f;
            return Ok(match first >> 5 {
                major::UNSIGNED => Token::from_u64(self.argument(info)?),
                major::NEGATIVE => negative(self.argument(info)?),
                major::BYTES => Token::Bytes(self.binary(info)?),
                major::TEXT => Token::Str(self.text(info)?),
                major::LIST => Token::List(self.length(info, 1)?),
                major::DICT => Token::Dict(self.length(info, 2)?),
                major::TAG => {
                    self.argument(info)?;
                    tagged = true;
                    continue;
                }
                _ if first == BREAK && !tagged => Token::End,
                _ => self.simple(info, at)?,
            });
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

/// `-1 - n`
fn negative(n: u64) -> Token<'static> {
    i64::try_from(n).map_or_else(|_| Token::Float(-1.0 - n as f64), |n| Token::Int(!n))
}

/// A float of 16 bits.
fn half(bits: u16) -> f64 {
    let exponent = (bits >> 10) & 0x1f;
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match exponent {
        0 => fraction / f64::from(1 << 24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * f64::from(1_u32 << exponent) / f64::from(1 << 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(octets: &[u8]) -> Result<Token<'_>, DecodeError> {
        Reader::new(octets).next()
    }

    #[test]
    fn the_numbers_of_rfc_8949_appendix_a_are_read() {
        let integers: &[(&[u8], i64)] = &[
            (&[0x00], 0),
            (&[0x17], 23),
            (&[0x18, 0x18], 24),
            (&[0x18, 0x64], 100),
            (&[0x19, 0x03, 0xe8], 1000),
            (&[0x1a, 0x00, 0x0f, 0x42, 0x40], 1_000_000),
            (&[0x1b, 0, 0, 0, 0xe8, 0xd4, 0xa5, 0x10, 0], 1_000_000_000_000),
            (&[0x20], -1),
            (&[0x38, 0x63], -100),
            (&[0x39, 0x03, 0xe7], -1000),
            (&[0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], i64::MIN),
            // Longer than needed, which is legal.
            (&[0x18, 0x01], 1),
            (&[0x1b, 0, 0, 0, 0, 0, 0, 0, 1], 1),
            // Tagged: an epoch time.
            (&[0xc1, 0x1a, 0x51, 0x4b, 0x67, 0xb0], 1_363_896_240),
            (&[0xd9, 0xd9, 0xf7, 0x01], 1),
        ];
        for (octets, number) in integers {
            assert_eq!(one(octets), Ok(Token::Int(*number)), "{octets:02x?}");
        }
        assert_eq!(one(&[0x1b, 255, 255, 255, 255, 255, 255, 255, 255]), Ok(Token::UInt(u64::MAX)));
        assert_eq!(
            one(&[0x3b, 255, 255, 255, 255, 255, 255, 255, 255]),
            Ok(Token::Float(-18_446_744_073_709_551_616.0))
        );
    }

    #[test]
    fn the_floats_of_rfc_8949_appendix_a_are_read() {
        let floats: &[(&[u8], f64)] = &[
            (&[0xf9, 0x00, 0x00], 0.0),
            (&[0xf9, 0x3c, 0x00], 1.0),
            (&[0xf9, 0x3e, 0x00], 1.5),
            (&[0xf9, 0x7b, 0xff], 65_504.0),
            (&[0xf9, 0x00, 0x01], 5.960_464_477_539_063e-8),
            (&[0xf9, 0x04, 0x00], 0.000_061_035_156_25),
            (&[0xf9, 0xc4, 0x00], -4.0),
            (&[0xf9, 0x7c, 0x00], f64::INFINITY),
            (&[0xf9, 0xfc, 0x00], f64::NEG_INFINITY),
            (&[0xfa, 0x47, 0xc3, 0x50, 0x00], 100_000.0),
            (&[0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a], 1.1),
        ];
        for (octets, number) in floats {
            assert_eq!(one(octets), Ok(Token::Float(*number)), "{octets:02x?}");
        }
        assert!(matches!(one(&[0xf9, 0x80, 0x00]), Ok(Token::Float(f)) if f == 0.0 && f.is_sign_negative()));
        assert!(matches!(one(&[0xf9, 0x7e, 0x00]), Ok(Token::Float(f)) if f.is_nan()));
    }

    #[test]
    fn strings_in_chunks_are_put_together() {
        let stream = [0x7f, 0x65, b's', b't', b'r', b'e', b'a', 0x64, b'm', b'i', b'n', b'g', 0xff];
        assert_eq!(one(&stream), Ok(Token::Str("streaming".into())));
        assert_eq!(one(&[0x7f, 0xff]), Ok(Token::Str("".into())));
        let octets = [0x5f, 0x42, 1, 2, 0x43, 3, 4, 5, 0xff];
        assert_eq!(one(&octets), Ok(Token::Bytes(vec![1, 2, 3, 4, 5].into())));
    }

    #[test]
    fn null_undefined_and_the_booleans_are_read_and_lists_may_be_open() {
        assert_eq!(one(&[0xf6]), Ok(Token::Null));
        assert_eq!(one(&[0xf7]), Ok(Token::Null));
        assert_eq!(one(&[0xf4]), Ok(Token::Bool(false)));
        assert_eq!(one(&[0x9f]), Ok(Token::List(None)));
        assert_eq!(one(&[0xbf]), Ok(Token::Dict(None)));
        assert_eq!(one(&[0xff]), Ok(Token::End));
        assert_eq!(one(&[0xb9, 0, 1, 0x60, 0xf6]), Ok(Token::Dict(Some(1))));
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let refused: &[(&[u8], &str)] = &[
            (&[], "not CBOR: the octets end too early at byte 0"),
            (&[0x1c], "not CBOR: additional information 28 at byte 0"),
            (&[0x1f], "not CBOR: additional information 31 at byte 0"),
            (&[0xdf], "not CBOR: additional information 31 at byte 0"),
            (&[0xfc], "not CBOR: additional information 28 at byte 0"),
            (&[0xc1, 0xff], "not CBOR: a simple value without a meaning at byte 1"),
            (&[0xf0], "not CBOR: a simple value without a meaning at byte 0"),
            (&[0xf8, 0x18], "not CBOR: a simple value without a meaning at byte 0"),
            (&[0x62, b'a', 0xff], "not CBOR: text that is not UTF-8 at byte 2"),
            (&[0x7f, 0x41, 1, 0xff], "not CBOR: a string with a chunk that is none of its kind at byte 1"),
            (&[0x7f, 0x7f, 0xff, 0xff], "not CBOR: a string with a chunk that is none of its kind at byte 1"),
            // Each chunk is text of its own: a character may not be cut in two.
            (&[0x7f, 0x61, 0xc3, 0x61, 0xa4, 0xff], "not CBOR: text that is not UTF-8 at byte 2"),
            (
                &[0x9a, 0xff, 0xff, 0xff, 0xff],
                "not CBOR: a length of 4294967295, with 0 octets left at byte 5",
            ),
            (&[0xa2, 0x60, 0x60], "not CBOR: a length of 2, with 2 octets left at byte 1"),
        ];
        for (octets, text) in refused {
            assert_eq!(one(octets).unwrap_err().to_string(), *text, "{octets:02x?}");
        }
    }
}

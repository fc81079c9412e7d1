//! A checked way through octets, shared by the readers of MessagePack and CBOR.
//! It never reads past the end, and it lends instead of copying.

use super::DecodeError;
use crate::message::text;

/// Octets and how many of them were read.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    octets: &'a [u8],
    at: usize,
    serializer: &'static str,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(octets: &'a [u8], serializer: &'static str) -> Self {
        Self { octets, at: 0, serializer }
    }

    #[inline(always)]
    pub(super) const fn position(&self) -> usize {
        self.at
    }

    #[inline(always)]
    pub(super) const fn left(&self) -> usize {
        self.octets.len().saturating_sub(self.at)
    }

    #[inline(always)]
    pub(super) fn octet(&mut self) -> Result<u8, DecodeError> {
        let Some(octet) = self.octets.get(self.at) else { return Err(self.ended()) };
        self.at += 1;
        Ok(*octet)
    }

    #[inline(always)]
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let left = self.octets.get(self.at..).unwrap_or_default();
        let Some(array) = left.first_chunk::<N>() else { return Err(self.ended()) };
        self.at += N;
        Ok(*array)
    }

    #[inline]
    pub(super) fn slice(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let end = self.at.saturating_add(length);
        let Some(slice) = self.octets.get(self.at..end) else { return Err(self.ended()) };
        self.at = end;
        Ok(slice)
    }

    /// Text of an announced length.
    #[inline]
    pub(super) fn text(&mut self, length: u64) -> Result<&'a str, DecodeError> {
        let octets = self.octets_of(length)?;
        match std::str::from_utf8(octets) {
            Ok(text) => Ok(text),
            Err(error) => {
                let start = self.at - octets.len();
                Err(self.malformed(start + error.valid_up_to(), "text that is not UTF-8"))
            }
        }
    }

    /// All octets.
    pub(super) const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Passes over octets that were looked at.
    pub(super) const fn pass(&mut self, octets: usize) {
        self.at += octets;
    }

    /// Octets of an announced length.
    #[inline]
    pub(super) fn octets_of(&mut self, length: u64) -> Result<&'a [u8], DecodeError> {
        let length = self.announced(length, 1)?;
        self.slice(length)
    }

    /// A length that the octets announce, refused when what is left cannot hold that many: nobody
    /// sizes a buffer by a number that a peer made up.
    #[inline]
    pub(super) fn announced(&self, length: u64, octets_each: u64) -> Result<usize, DecodeError> {
        if length.saturating_mul(octets_each) > self.left() as u64 {
            return Err(self.too_long(length));
        }
        Ok(length as usize)
    }

    /// A big-endian number of `1 << width` octets.
    #[inline(always)]
    pub(super) fn unsigned(&mut self, width: u8) -> Result<u64, DecodeError> {
        Ok(match width {
            0 => self.octet()?.into(),
            1 => u16::from_be_bytes(self.array()?).into(),
            2 => u32::from_be_bytes(self.array()?).into(),
            _ => u64::from_be_bytes(self.array()?),
        })
    }

    #[cold]
    pub(super) fn malformed(&self, at: usize, reason: impl Into<String>) -> DecodeError {
        DecodeError::Malformed { serializer: self.serializer, reason: reason.into(), at }
    }

    #[cold]
    fn too_long(&self, length: u64) -> DecodeError {
        self.malformed(self.at, text!["a length of ", length, ", with ", self.left(), " octets left"])
    }

    #[cold]
    fn ended(&self) -> DecodeError {
        self.malformed(self.octets.len(), "the octets end too early")
    }
}

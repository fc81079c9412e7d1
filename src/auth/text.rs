//! The texts that octets travel as, and the values of `CHALLENGE.Extra`, which a hostile router chooses.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::AuthError;
use crate::message::{Dict, Value};

pub(super) fn base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

pub(super) fn hex(octets: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).map_or('0', |digit| char::from(*digit));
    octets.iter().flat_map(|octet| [digit(octet >> 4), digit(octet & 15)]).collect()
}

/// The octets of exactly `2 * N` hexadecimal digits.
pub(super) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut octets = [0; N];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    for (octet, [high, low]) in octets.iter_mut().zip(pairs) {
        *octet = digit(*high)? << 4 | digit(*low)?;
    }
    Some(octets)
}

/// HMAC-SHA256.
pub(super) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    // A key may have any length, so this never fails.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.chain_update(message).finalize().into_bytes().into()
}

pub(super) fn xor(a: [u8; 32], b: &[u8; 32]) -> [u8; 32] {
    let mut octets = a;
    octets.iter_mut().zip(b).for_each(|(a, b)| *a ^= b);
    octets
}

/// `CHALLENGE.Extra`. A key with null counts as missing.
pub(super) struct Extra<'a>(pub(super) &'a Dict);

impl<'a> Extra<'a> {
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// A text that may be missing.
    pub(super) fn maybe_text(&self, key: &'static str) -> Result<Option<&'a str>, AuthError> {
        let read =
            |value: &'a Value| value.as_str().ok_or(AuthError::Malformed { key, expected: "a string" });
        self.get(key).map(read).transpose()
    }

    pub(super) fn text(&self, key: &'static str) -> Result<&'a str, AuthError> {
        self.maybe_text(key)?.ok_or(AuthError::Missing(key))
    }

    /// A number that may be missing.
    pub(super) fn maybe_number(&self, key: &'static str) -> Result<Option<u64>, AuthError> {
        let read = |value: &Value| {
            value.as_integer().ok_or(AuthError::Malformed { key, expected: "an integer of at least 0" })
        };
        self.get(key).map(read).transpose()
    }

    pub(super) fn number(&self, key: &'static str) -> Result<u64, AuthError> {
        self.maybe_number(key)?.ok_or(AuthError::Missing(key))
    }

    pub(super) fn base64(&self, key: &'static str) -> Result<(&'a str, Vec<u8>), AuthError> {
        let text = self.text(key)?;
        let octets = STANDARD.decode(text).map_err(|_| AuthError::Malformed { key, expected: "base64" })?;
        Ok((text, octets))
    }

    pub(super) fn hex<const N: usize>(&self, key: &'static str) -> Result<[u8; N], AuthError> {
        let expected = if N == 32 { "64 hexadecimal digits" } else { "192 hexadecimal digits" };
        from_hex(self.text(key)?).ok_or(AuthError::Malformed { key, expected })
    }
}

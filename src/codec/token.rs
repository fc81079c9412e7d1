//! The alphabet that the binary serializers share: a message as a flat run of tokens.
//! A reader hands out tokens and a writer takes them; neither builds a tree, so that one reader serves
//! values, the tape of the JavaScript API, and skipping over a payload that is only forwarded.

use super::glance::Glance;
use super::{DecodeError, EncodeError};

/// One token. A list or dict announces how many items or entries follow it.
#[derive(Clone, Debug, PartialEq)]
pub enum Token<'a> {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits 64 bits with a sign.
    Int(i64),
    /// An integer above [`i64::MAX`].
    UInt(u64),
    /// A floating point number.
    Float(f64),
    /// Text, checked to be UTF-8.
    Str(std::borrow::Cow<'a, str>),
    /// Octets.
    Bytes(std::borrow::Cow<'a, [u8]>),
    /// A list; its items follow. `None`: until [`Token::End`].
    List(Option<usize>),
    /// A dict; its entries follow, key and value in turn. `None`: until [`Token::End`].
    Dict(Option<usize>),
    /// The end of a list or dict of unannounced length (CBOR only).
    End,
}

impl Token<'_> {
    /// The token of an integer that is not negative.
    #[must_use]
    #[inline]
    pub fn from_u64(number: u64) -> Self {
        i64::try_from(number).map_or(Self::UInt(number), Self::Int)
    }
}

/// Reads tokens from octets.
pub trait Read<'a>: Clone {
    /// The next token.
    ///
    /// # Errors
    /// [`DecodeError::Malformed`] says what is wrong at which octet.
    fn next(&mut self) -> Result<Token<'a>, DecodeError>;

    /// What first octets say in this serializer.
    fn glance() -> &'static Glance;

    /// All octets.
    fn octets(&self) -> &'a [u8];

    /// Passes over octets that were looked at.
    fn pass(&mut self, octets: usize);

    /// How many octets were read.
    fn position(&self) -> usize;

    /// The error of a reader's user who cannot accept the last token.
    fn malformed(&self, reason: &str) -> DecodeError;
}

/// Writes tokens as octets.
pub trait Write {
    /// Appends a token.
    ///
    /// # Errors
    /// [`EncodeError`] when the serializer has no form for it.
    fn write(&mut self, token: Token<'_>) -> Result<(), EncodeError>;

    /// Appends a text of which the caller knows that it is UTF-8.
    ///
    /// # Errors
    /// [`EncodeError`] when it is too long.
    fn write_text(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        self.write(Token::Str(String::from_utf8_lossy(utf8)))
    }
}

//! Where a message is written to: one of the serializers, taking tokens, values, or elements that are
//! encoded already.

#[cfg(feature = "cbor")]
use super::cbor;
#[cfg(feature = "json")]
use super::json;
use super::{
    EncodeError, Frame, MAX_DEPTH, Serializer, Span, msgpack,
    token::{Token, Write},
};
use crate::message::{Dict, Value, text};

/// A frame being written.
pub struct Output {
    serializer: Serializer,
    writer: Writer,
    /// How many lists and dicts are open around the value that is being written.
    depth: usize,
}

enum Writer {
    #[cfg(feature = "json")]
    Json(json::Writer),
    MsgPack(msgpack::Writer),
    #[cfg(feature = "cbor")]
    Cbor(cbor::Writer),
}

impl Output {
    pub(crate) fn new(serializer: Serializer) -> Result<Self, EncodeError> {
        let writer = match serializer {
            #[cfg(feature = "json")]
            Serializer::Json => Writer::Json(json::Writer::default()),
            Serializer::MsgPack => Writer::MsgPack(msgpack::Writer::default()),
            #[cfg(feature = "cbor")]
            Serializer::Cbor => Writer::Cbor(cbor::Writer::default()),
            #[cfg(not(all(feature = "json", feature = "cbor")))]
            other => return Err(EncodeError::NotInThisBuild(other.name())),
        };
        Ok(Self { serializer, writer, depth: 0 })
    }

    /// Begins the list of the message itself.
    pub(super) fn begin_message(&mut self, len: usize) -> Result<(), EncodeError> {
        self.depth = 1;
        self.token(Token::List(Some(len)))
    }

    pub(super) fn token(&mut self, token: Token<'_>) -> Result<(), EncodeError> {
        match &mut self.writer {
            #[cfg(feature = "json")]
            Writer::Json(writer) => writer.write(token),
            Writer::MsgPack(writer) => writer.write(token),
            #[cfg(feature = "cbor")]
            Writer::Cbor(writer) => writer.write(token),
        }
    }

    /// Appends a value.
    ///
    /// # Errors
    /// [`EncodeError`] names the place inside the value that has no form in the serializer.
    pub fn value(&mut self, value: &Value) -> Result<(), EncodeError> {
        match value {
            Value::Null => self.token(Token::Null),
            Value::Bool(v) => self.token(Token::Bool(*v)),
            Value::Int(v) => self.token(Token::Int(*v)),
            Value::UInt(v) => self.token(Token::UInt(*v)),
            Value::Float(v) => self.token(Token::Float(*v)),
            Value::String(v) => self.token(Token::Str(v.into())),
            Value::Bytes(v) => self.token(Token::Bytes(v.into())),
            Value::List(v) => self.list(v),
            Value::Dict(v) => self.dict(v),
        }
    }

    /// Appends octets.
    ///
    /// # Errors
    /// None of the serializers has one; the writer may.
    pub fn octets(&mut self, octets: &[u8]) -> Result<(), EncodeError> {
        self.token(Token::Bytes(octets.into()))
    }

    /// Appends a list.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn list(&mut self, list: &[Value]) -> Result<(), EncodeError> {
        self.enter(Token::List(Some(list.len())))?;
        for (i, item) in list.iter().enumerate() {
            self.value(item).map_err(|e| e.inside(&text!["[", i, "]"]))?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Appends a dict.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn dict(&mut self, dict: &Dict) -> Result<(), EncodeError> {
        self.enter(Token::Dict(Some(dict.len())))?;
        for (key, value) in dict.iter() {
            self.token(Token::Str(key.into()))?;
            self.value(value).map_err(|e| e.inside(&text![".", key]))?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Appends an element that is encoded already: as it is when the serializer is the same, through
    /// [`Value`] otherwise.
    ///
    /// # Errors
    /// [`EncodeError`] when the element has no form in this serializer.
    pub fn span(&mut self, span: Span<'_>) -> Result<(), EncodeError> {
        if span.serializer() == self.serializer {
            match &mut self.writer {
                #[cfg(feature = "json")]
                Writer::Json(writer) => writer.raw(span.octets()),
                Writer::MsgPack(writer) => writer.raw(span.octets()),
                #[cfg(feature = "cbor")]
                Writer::Cbor(writer) => writer.raw(span.octets()),
            }
            return Ok(());
        }
        let value = span.value().map_err(|e| EncodeError::Unrepresentable {
            at: String::new(),
            what: text![span.serializer().name(), " (", e, ")"],
            serializer: self.serializer.name(),
        })?;
        self.value(&value)
    }

    /// Opens a list or dict; values nest without bound, the stack does not.
    fn enter(&mut self, token: Token<'_>) -> Result<(), EncodeError> {
        if self.depth >= MAX_DEPTH {
            return Err(EncodeError::TooMuch { what: "nesting", limit: MAX_DEPTH });
        }
        self.depth += 1;
        self.token(token)
    }

    /// The frame, complete.
    pub(crate) fn into_frame(self) -> Result<Frame, EncodeError> {
        match self.writer {
            #[cfg(feature = "json")]
            Writer::Json(writer) => writer.into_text().map(Frame::Text),
            Writer::MsgPack(writer) => Ok(Frame::Binary(writer.into_octets())),
            #[cfg(feature = "cbor")]
            Writer::Cbor(writer) => Ok(Frame::Binary(writer.into_octets())),
        }
    }
}

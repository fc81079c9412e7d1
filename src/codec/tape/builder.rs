//! Tokens of one frame to a tape. One pass, no recursion; whatever a frame announces, the tape is at
//! most as long as the frame, times a constant.

use std::borrow::Cow;

use super::shapes::{Shapes, Step};
use super::text::Text;
use super::word::{self, pack, special};
use crate::codec::DecodeError;
use crate::codec::token::{Read, Token};
use crate::message::repeated;

/// Stands for "until the end token" where a number of items is announced.
const OPEN_ENDED: u32 = u32::MAX;

/// The last integer up to which a double holds every one.
const EXACT: u64 = 1 << 53;

/// An open list or dict.
struct Open {
    /// Items or entries that were announced, and how many have begun.
    announced: u32,
    begun: u32,
    /// Where its word is.
    word: usize,
    dict: Option<Keys>,
}

/// How far the keys of an open dict are known.
struct Keys {
    shape: u32,
    /// Entries that travel as plain pairs, because no shape had room for their keys.
    pairs: Option<Pairs>,
}

struct Pairs {
    /// Where their number goes.
    word: usize,
    /// Their first key among those of all open dicts.
    first: usize,
}

/// Builds tapes, one frame after the other, and keeps the shapes and the memory from one to the next.
pub struct Builder {
    max_depth: usize,
    words: Vec<u32>,
    numbers: Vec<f64>,
    text: Text,
    shapes: Shapes,
    pieced: Vec<u8>,
    open: Vec<Open>,
    /// Where the keys of plain pairs lie in the text.
    pair_keys: Vec<(usize, usize)>,
}

impl Builder {
    /// A builder that refuses frames with more lists and dicts open at a time.
    #[must_use]
    pub fn new(max_depth: usize) -> Self {
        Self {
            max_depth,
            words: Vec::new(),
            numbers: Vec::new(),
            text: Text::default(),
            shapes: Shapes::default(),
            pieced: Vec::new(),
            open: Vec::new(),
            pair_keys: Vec::new(),
        }
    }

    /// Builds the tape of the frame that a reader begins to read.
    ///
    /// # Errors
    /// [`DecodeError`] when the frame is not one well-formed value, nests too deep, or has a key that is
    /// no text or a key twice.
    pub fn build<'a>(&mut self, mut reader: impl Read<'a>) -> Result<(), DecodeError> {
        let length = reader.size();
        if length >= word::OPERANDS {
            return Err(DecodeError::TooMuch { what: "the size of a frame", limit: word::OPERANDS - 1 });
        }
        self.clear();
        loop {
            self.value(&mut reader, length)?;
            if !self.next_value(&mut reader)? {
                break;
            }
        }
        self.text.close_chunk();
        if reader.position() < length {
            return Err(reader.malformed("octets behind the message"));
        }
        Ok(())
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// The numbers that are no small integers.
    #[must_use]
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// The texts.
    #[must_use]
    pub const fn text(&self) -> &Text {
        &self.text
    }

    /// The shapes of this frame and of those before it.
    #[must_use]
    pub const fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// The binaries that came in pieces, back to back.
    #[must_use]
    pub fn pieced(&self) -> &[u8] {
        &self.pieced
    }

    fn clear(&mut self) {
        self.words.clear();
        self.numbers.clear();
        self.text.clear();
        self.shapes.begin();
        self.pieced.clear();
        self.open.clear();
        self.pair_keys.clear();
    }

    /// Reads a scalar, or opens a list or dict.
    #[inline(always)]
    fn value<'a>(&mut self, reader: &mut impl Read<'a>, length: usize) -> Result<(), DecodeError> {
        if let Some(text) = reader.short_text()
            && self.text.push_ascii(text)
        {
            reader.pass(1 + text.len());
            self.words.push(pack(word::TEXT, text.len() as u32));
            return Ok(());
        }
        match reader.next()? {
            Token::Str(text) => {
                let units = self.text.push(&text);
                self.words.push(pack(word::TEXT, units));
            }
            Token::Int(number) => match word::small(number) {
                Some(small) => self.words.push(small),
                None if number.unsigned_abs() <= EXACT => self.number(number as f64),
                None => self.wide(special::SIGNED, number.cast_unsigned()),
            },
            Token::Float(number) => self.number(number),
            Token::Bool(true) => self.words.push(pack(word::SPECIAL, special::TRUE)),
            Token::Bool(false) => self.words.push(pack(word::SPECIAL, special::FALSE)),
            Token::Null => self.words.push(pack(word::SPECIAL, special::NULL)),
            Token::List(items) => self.open(items, None)?,
            Token::Dict(entries) => self.open(entries, Some(Keys { shape: 0, pairs: None }))?,
            Token::Bytes(Cow::Borrowed(octets)) => {
                self.binary(octets.len(), reader.position() - octets.len())
            }
            Token::Bytes(Cow::Owned(octets)) => {
                self.binary(octets.len(), length + self.pieced.len());
                self.pieced.extend_from_slice(&octets);
            }
            Token::UInt(number) => self.wide(special::UNSIGNED, number),
            Token::End => match self.open.pop() {
                Some(Open { announced: OPEN_ENDED, begun, word, dict: None }) => {
                    // This item had begun when it turned out to be the end.
                    self.set(word, pack(word::LIST, begun - 1));
                }
                _ => return Err(reader.malformed("an end where nothing can end")),
            },
        }
        Ok(())
    }

    /// Closes what is complete and reads the key of what comes next; `false` at the end of the frame.
    #[inline(always)]
    fn next_value<'a>(&mut self, reader: &mut impl Read<'a>) -> Result<bool, DecodeError> {
        while let Some(open) = self.open.last_mut() {
            if open.begun == open.announced {
                self.close(reader)?;
                continue;
            }
            open.begun += 1;
            let Some(keys) = &mut open.dict else { return Ok(true) };
            if keys.pairs.is_none()
                && let Some((shape, key)) = self.shapes.predicted(keys.shape)
                && reader.skip_text(key)
            {
                keys.shape = shape;
                return Ok(true);
            }
            match reader.next()? {
                Token::Str(key) => {
                    if keys.pairs.is_none() {
                        match self.shapes.step(keys.shape, &key) {
                            Step::To(shape) => {
                                keys.shape = shape;
                                return Ok(true);
                            }
                            Step::Duplicate => return Err(twice(reader, &key)),
                            Step::Nowhere => {
                                let (word, first) = (self.words.len(), self.pair_keys.len());
                                keys.pairs = Some(Pairs { word, first });
                                self.words.push(0);
                            }
                        }
                    }
                    self.pair_key(&key);
                    return Ok(true);
                }
                Token::End if open.announced == OPEN_ENDED => self.close(reader)?,
                _ => return Err(reader.malformed("a key that is no text")),
            }
        }
        Ok(false)
    }

    #[inline(always)]
    fn number(&mut self, number: f64) {
        self.words.push(pack(word::NUMBER, self.numbers.len() as u32));
        self.numbers.push(number);
    }

    fn wide(&mut self, kind: u32, bits: u64) {
        self.words.extend([pack(word::SPECIAL, kind), bits as u32, (bits >> 32) as u32]);
    }

    fn binary(&mut self, length: usize, at: usize) {
        self.words.extend([pack(word::BINARY, length as u32), at as u32]);
    }

    #[inline(always)]
    fn open(&mut self, announced: Option<usize>, dict: Option<Keys>) -> Result<(), DecodeError> {
        if self.open.len() >= self.max_depth {
            return Err(DecodeError::TooMuch { what: "nesting", limit: self.max_depth });
        }
        let announced = announced.map_or(OPEN_ENDED, |count| count as u32);
        let word = self.words.len();
        self.words.push(pack(word::LIST, announced));
        self.open.push(Open { announced, begun: 0, word, dict });
        Ok(())
    }

    /// Closes the innermost list or dict; the word of a dict can be written only now.
    #[inline(always)]
    fn close<'a>(&mut self, reader: &impl Read<'a>) -> Result<(), DecodeError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        match open.dict {
            None => {}
            Some(Keys { shape, pairs: None }) => self.set(open.word, pack(word::OBJECT, shape)),
            Some(Keys { shape, pairs: Some(pairs) }) => {
                if let Some(key) = self.repeated_key(shape, pairs.first) {
                    return Err(twice(reader, &key));
                }
                self.set(open.word, pack(word::OPEN_OBJECT, shape));
                self.set(pairs.word, (self.pair_keys.len() - pairs.first) as u32);
                self.pair_keys.truncate(pairs.first);
            }
        }
        Ok(())
    }

    fn set(&mut self, at: usize, word: u32) {
        if let Some(slot) = self.words.get_mut(at) {
            *slot = word;
        }
    }

    fn pair_key(&mut self, key: &str) {
        let start = self.text.octets().len();
        let units = self.text.push(key);
        self.words.push(pack(word::TEXT, units));
        self.pair_keys.push((start, start + key.len()));
    }

    /// A key that occurs twice among those of a shape and of the pairs from `first` on.
    fn repeated_key(&self, shape: u32, first: usize) -> Option<String> {
        let pairs = self.pair_keys.get(first..).unwrap_or_default();
        let octets = self.text.octets();
        let pairs = pairs.iter().filter_map(|&(start, end)| octets.get(start..end));
        let twice = repeated(self.shapes.keys(shape).chain(pairs))?;
        Some(String::from_utf8_lossy(twice).into_owned())
    }
}

#[cold]
fn twice<'a>(reader: &impl Read<'a>, key: &str) -> DecodeError {
    reader.malformed(&format!("key '{key}' occurs twice"))
}

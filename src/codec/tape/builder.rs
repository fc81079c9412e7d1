//! Tokens of one frame to a tape. One pass, no recursion; whatever a frame announces, the tape is at
//! most as long as the frame, times a constant.

use std::borrow::Cow;

use super::area::Area;
use super::shapes::{Foreseen, Shapes, Step};
use super::text::Text;
use super::word::{self, pack, special};
use crate::codec::DecodeError;
use crate::codec::token::{Quick, Read, Token};
use crate::message::{repeated, text};

/// Stands for "until the end token" where a number of items is announced.
const OPEN_ENDED: u32 = u32::MAX;

/// Stands for the shape of a list.
const NO_DICT: u32 = u32::MAX;

/// The last integer up to which a double holds every one.
const EXACT: u64 = 1 << 53;

/// An open list or dict.
#[derive(Clone, Copy, Debug)]
struct Level {
    /// Items or entries that have not begun, or [`OPEN_ENDED`] less those that have.
    left: u32,
    /// Where its word is.
    word: u32,
    /// The shape that the keys so far make.
    shape: u32,
    /// Where among the runs of plain pairs its own is, plus one. 0: it has none.
    pairs: u32,
}

/// Entries that travel as plain pairs, because no shape had room for their keys.
#[derive(Clone, Copy, Debug)]
struct Pairs {
    /// Where their number goes.
    word: u32,
    /// Their first key among those of all open dicts.
    first: u32,
}

/// How far a frame was read.
struct Run<R> {
    reader: R,
    level: Level,
    /// Whether a value comes next, or else what follows one.
    at_value: bool,
    /// How many lists and dicts are around the innermost one, and the level around the message.
    depth: usize,
}

/// What the quick loop leaves to others.
enum Stop {
    Value,
    Key,
    Pairs,
    End,
}

/// Builds tapes, one frame after the other, and keeps the shapes and the memory from one to the next.
pub struct Builder {
    words: Area<u32>,
    numbers: Area<f64>,
    text: Text,
    shapes: Shapes,
    pieced: Vec<u8>,
    /// Room for the levels around the innermost one.
    around: Vec<Level>,
    /// The runs of plain pairs of the open dicts, and where the keys of these lie in the text.
    pairs: Vec<Pairs>,
    pair_keys: Vec<(usize, usize)>,
}

impl Builder {
    /// A builder that refuses frames with more lists and dicts open at a time.
    #[must_use]
    pub fn new(max_depth: usize) -> Self {
        Self {
            words: Area::default(),
            numbers: Area::default(),
            text: Text::default(),
            shapes: Shapes::default(),
            pieced: Vec::new(),
            around: vec![Level { left: 1, word: 0, shape: NO_DICT, pairs: 0 }; max_depth],
            pairs: Vec::new(),
            pair_keys: Vec::new(),
        }
    }

    /// Builds the tape of the frame that a reader begins to read. Of a frame that ends with a binary,
    /// what is in front of that is enough.
    ///
    /// # Errors
    /// [`DecodeError`] when the frame is not one well-formed value, nests too deep, or has a key that is
    /// no text or a key twice.
    pub fn build<'a>(&mut self, reader: impl Read<'a>) -> Result<(), DecodeError> {
        let length = reader.size();
        if length >= word::OPERANDS {
            return Err(DecodeError::TooMuch { what: "the size of a frame", limit: word::OPERANDS - 1 });
        }
        self.words.clear();
        self.numbers.clear();
        self.text.clear();
        self.shapes.begin();
        self.pieced.clear();
        self.pairs.clear();
        self.pair_keys.clear();
        // Around the message there is a level whose only item it is.
        let level = Level { left: 1, word: 0, shape: NO_DICT, pairs: 0 };
        let mut run = Run { reader, level, at_value: false, depth: 0 };
        loop {
            match self.quick(&mut run) {
                Stop::Value => self.value(&mut run, length)?,
                Stop::Key => self.key(&mut run)?,
                Stop::Pairs => self.close_pairs(&mut run)?,
                Stop::End => break,
            }
        }
        self.text.close_chunk();
        if run.reader.position() < length {
            return Err(run.reader.malformed("octets behind the message"));
        }
        Ok(())
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &[u32] {
        self.words.items()
    }

    /// The numbers that are no small integers.
    #[must_use]
    pub fn numbers(&self) -> &[f64] {
        self.numbers.items()
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

    /// Goes on until something comes that is rare, or finds no room. It works on slices and numbers in
    /// local variables and calls nothing, so that all of it stays in registers: that is half of the speed.
    #[inline(always)]
    fn quick<'a, R: Read<'a>>(&mut self, run: &mut Run<R>) -> Stop {
        let foreseen = self.shapes.foreseen();
        let around = self.around.as_mut_slice();
        let (words, mut word) = self.words.parts();
        let (numbers, mut number) = self.numbers.parts();
        let mut text = self.text.quick();
        let mut reader = run.reader.clone();
        let (mut level, mut at_value, mut depth) = (run.level, run.at_value, run.depth);
        let stop = 'run: loop {
            while !at_value {
                if level.left == 0 {
                    if level.shape != NO_DICT {
                        if level.pairs != 0 {
                            break 'run Stop::Pairs;
                        }
                        // The word of a dict can be written only now.
                        if let Some(place) = words.get_mut(level.word as usize) {
                            *place = pack(word::OBJECT, level.shape);
                        }
                    }
                    let Some(outer) = depth.checked_sub(1).and_then(|outer| around.get(outer)) else {
                        break 'run Stop::End;
                    };
                    level = *outer;
                    depth -= 1;
                    continue;
                }
                if level.shape != NO_DICT {
                    match foreseen.get(level.shape as usize) {
                        Some(Foreseen { shape, key })
                            if *shape != 0 && level.pairs == 0 && reader.skip_text(key) =>
                        {
                            level.shape = *shape;
                        }
                        _ => break 'run Stop::Key,
                    }
                }
                level.left -= 1;
                at_value = true;
            }
            let Some(place) = words.get_mut(word) else { break Stop::Value };
            let (quick, mut after) = reader.quick();
            *place = match quick {
                Quick::Int(integer) => match word::small(integer) {
                    Some(small) => small,
                    None => match numbers.get_mut(number) {
                        Some(place) if integer.unsigned_abs() <= EXACT => {
                            *place = integer as f64;
                            number += 1;
                            pack(word::NUMBER, number as u32 - 1)
                        }
                        _ => break Stop::Value,
                    },
                },
                Quick::Float(float) => {
                    let Some(place) = numbers.get_mut(number) else { break Stop::Value };
                    *place = float;
                    number += 1;
                    pack(word::NUMBER, number as u32 - 1)
                }
                Quick::Text(octets) => {
                    if !text.push(after.rest(), octets) {
                        break Stop::Value;
                    }
                    after.pass(octets);
                    pack(word::TEXT, octets as u32)
                }
                Quick::Null => pack(word::SPECIAL, special::NULL),
                Quick::Bool(value) => pack(word::SPECIAL, if value { special::TRUE } else { special::FALSE }),
                Quick::List(items) | Quick::Dict(items) => {
                    let Some(outer) = around.get_mut(depth) else { break Stop::Value };
                    *outer = level;
                    depth += 1;
                    let shape = if matches!(quick, Quick::List(_)) { NO_DICT } else { 0 };
                    level = Level { left: items, word: word as u32, shape, pairs: 0 };
                    pack(word::LIST, items)
                }
                Quick::Bytes(_) | Quick::Other => break Stop::Value,
            };
            word += 1;
            reader = after;
            at_value = false;
        };
        let octets = text.length();
        self.words.set_length(word);
        self.numbers.set_length(number);
        self.text.set_length(octets);
        *run = Run { reader, level, at_value, depth };
        stop
    }

    /// Reads any value: a scalar, or what opens or ends a list or dict.
    #[inline(never)]
    fn value<'a, R: Read<'a>>(&mut self, run: &mut Run<R>, length: usize) -> Result<(), DecodeError> {
        run.at_value = false;
        // Octets that go on to the end of a frame need not be here.
        if let (Quick::Bytes(octets), mut after) = run.reader.quick()
            && after.position() + octets == length
        {
            self.binary(octets, after.position());
            after.pass(octets);
            run.reader = after;
            return Ok(());
        }
        match token(&mut run.reader)? {
            Token::Str(text) => {
                let units = self.text.push(&text);
                self.words.push(pack(word::TEXT, units));
            }
            Token::Int(number) => match word::small(number) {
                Some(small) => self.words.push(small),
                None if number.unsigned_abs() <= EXACT => self.number(number as f64),
                None => self.wide(special::SIGNED, number.cast_unsigned()),
            },
            Token::UInt(number) => self.wide(special::UNSIGNED, number),
            Token::Float(number) => self.number(number),
            Token::Bool(true) => self.words.push(pack(word::SPECIAL, special::TRUE)),
            Token::Bool(false) => self.words.push(pack(word::SPECIAL, special::FALSE)),
            Token::Null => self.words.push(pack(word::SPECIAL, special::NULL)),
            Token::List(items) => self.open(run, announced(items), NO_DICT)?,
            Token::Dict(entries) => self.open(run, announced(entries), 0)?,
            Token::Bytes(Cow::Borrowed(octets)) => {
                self.binary(octets.len(), run.reader.position() - octets.len());
            }
            Token::Bytes(Cow::Owned(octets)) => {
                self.binary(octets.len(), length + self.pieced.len());
                self.pieced.extend_from_slice(&octets);
            }
            Token::End if run.level.is_open_ended() && run.level.shape == NO_DICT => {
                // This item had begun when it turned out to be the end.
                let items = OPEN_ENDED - run.level.left - 1;
                self.words.set(run.level.word as usize, pack(word::LIST, items));
                run.level.left = 0;
            }
            Token::End => return Err(run.reader.malformed("an end where nothing can end")),
        }
        Ok(())
    }

    /// Reads any key, or the end of a dict.
    #[inline(never)]
    fn key<'a, R: Read<'a>>(&mut self, run: &mut Run<R>) -> Result<(), DecodeError> {
        let Run { reader, level, .. } = run;
        match token(reader)? {
            Token::Str(key) => {
                level.left -= 1;
                run.at_value = true;
                if level.pairs == 0 {
                    match self.shapes.step(level.shape, &key) {
                        Step::To(shape) => {
                            level.shape = shape;
                            return Ok(());
                        }
                        Step::Duplicate => return Err(twice(reader, &key)),
                        Step::Nowhere => {
                            let (word, first) = (self.words.len() as u32, self.pair_keys.len() as u32);
                            self.pairs.push(Pairs { word, first });
                            level.pairs = self.pairs.len() as u32;
                            self.words.push(0);
                        }
                    }
                }
                let start = self.text.octets().len();
                let units = self.text.push(&key);
                self.words.push(pack(word::TEXT, units));
                self.pair_keys.push((start, start + key.len()));
            }
            Token::End if level.is_open_ended() => level.left = 0,
            _ => return Err(reader.malformed("a key that is no text")),
        }
        Ok(())
    }

    fn number(&mut self, number: f64) {
        self.words.push(pack(word::NUMBER, self.numbers.len() as u32));
        self.numbers.push(number);
    }

    fn wide(&mut self, kind: u32, bits: u64) {
        self.words.append(&[pack(word::SPECIAL, kind), bits as u32, (bits >> 32) as u32]);
    }

    fn binary(&mut self, length: usize, at: usize) {
        self.words.append(&[pack(word::BINARY, length as u32), at as u32]);
    }

    /// Opens a list or dict; the level around it waits.
    fn open<R>(&mut self, run: &mut Run<R>, left: u32, shape: u32) -> Result<(), DecodeError> {
        let Some(outer) = self.around.get_mut(run.depth) else {
            return Err(DecodeError::TooMuch { what: "nesting", limit: self.around.len() });
        };
        *outer = run.level;
        run.depth += 1;
        run.level = Level { left, word: self.words.len() as u32, shape, pairs: 0 };
        self.words.push(pack(word::LIST, left));
        Ok(())
    }

    /// Closes a dict that has plain pairs.
    #[inline(never)]
    fn close_pairs<'a, R: Read<'a>>(&mut self, run: &mut Run<R>) -> Result<(), DecodeError> {
        let Level { word, shape, .. } = run.level;
        if let Some(pairs) = self.pairs.pop() {
            let first = pairs.first as usize;
            if let Some(key) = self.repeated_key(shape, first) {
                return Err(twice(&run.reader, &key));
            }
            self.words.set(pairs.word as usize, (self.pair_keys.len() - first) as u32);
            self.pair_keys.truncate(first);
        }
        self.words.set(word as usize, pack(word::OPEN_OBJECT, shape));
        // Closed as if it were a list, whose word is right.
        run.level.shape = NO_DICT;
        Ok(())
    }

    /// A key that occurs twice among those of a shape and of the pairs from `first` on.
    fn repeated_key(&self, shape: u32, first: usize) -> Option<String> {
        let pairs = self.pair_keys.get(first..).unwrap_or_default();
        let octets = self.text.octets();
        let pairs = pairs.iter().filter_map(|&(start, end)| octets.get(start..end));
        let twice = repeated(self.shapes.keys(shape).chain(pairs))?;
        Some(std::str::from_utf8(twice).unwrap_or_default().to_owned())
    }
}

impl Level {
    const fn is_open_ended(&self) -> bool {
        // What is announced is less than a frame can hold.
        self.left >= word::OPERANDS as u32
    }
}

fn announced(items: Option<usize>) -> u32 {
    items.map_or(OPEN_ENDED, |count| count as u32)
}

/// The next token, for the places that are not in a hurry: its code is there once.
#[inline(never)]
fn token<'a>(reader: &mut impl Read<'a>) -> Result<Token<'a>, DecodeError> {
    reader.next()
}

#[cold]
fn twice<'a>(reader: &impl Read<'a>, key: &str) -> DecodeError {
    reader.malformed(&text!["key '", key, "' occurs twice"])
}

//! Tokens of one frame to a tape. One pass, no recursion; whatever a frame announces, the tape is at
//! most as long as the frame, times a constant.

use std::borrow::Cow;

use super::area::Area;
use super::shapes::{Foreseen, Place, Shapes, Step};
use super::text::{FEW, Text};
use super::word::{self, pack, special};
use crate::codec::DecodeError;
use crate::codec::glance::{Glance, Kind};
use crate::codec::token::{Read, Token};
use crate::message::{repeated, text};

/// Stands for "until the end token" where a number of items is announced.
const OPEN_ENDED: u32 = u32::MAX;

/// The last integer up to which a double holds every one.
const EXACT: u64 = 1 << 53;

/// How many octets the quick loop looks at at once: the first one, and what most often belongs to it.
const WINDOW: usize = 1 + FEW;

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    List,
    Dict,
    /// A dict of which the last entries travel as plain pairs.
    Pairs,
}

/// An open list or dict.
#[derive(Clone, Copy, Debug)]
struct Level {
    open: Open,
    /// Items or entries that have not begun, or [`OPEN_ENDED`] less those that have.
    left: u32,
    /// Where its word is.
    word: u32,
    /// In a dict the place of the next key; in a list that of the first key in a dict in it.
    place: Place,
}

impl Level {
    /// The level around a message, whose only item it is.
    const OUTERMOST: Self = Self { open: Open::List, left: 1, word: 0, place: Place::OUTERMOST };

    const fn is_open_ended(&self) -> bool {
        // What is announced is less than a frame can hold.
        self.left >= word::OPERANDS as u32
    }
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
            text: Text::default(),
            shapes: Shapes::default(),
            pieced: Vec::new(),
            around: vec![Level::OUTERMOST; max_depth],
            pairs: Vec::new(),
            pair_keys: Vec::new(),
        }
    }

    /// Builds the tape of the frame that a reader begins to read.
    ///
    /// # Errors
    /// [`DecodeError`] when the frame is not one well-formed value, nests too deep, or has a key that is
    /// no text or a key twice.
    pub fn build<'a, R: Read<'a>>(&mut self, reader: R) -> Result<(), DecodeError> {
        let length = reader.octets().len();
        if length >= word::OPERANDS {
            return Err(DecodeError::TooMuch { what: "the size of a frame", limit: word::OPERANDS - 1 });
        }
        self.words.clear();
        self.text.clear();
        self.shapes.begin();
        self.pieced.clear();
        self.pairs.clear();
        self.pair_keys.clear();
        let mut run = Run { reader, level: Level::OUTERMOST, depth: 0 };
        loop {
            let at = run.reader.position();
            let (stop, after) =
                self.quick(&mut run.level, &mut run.depth, R::glance(), run.reader.octets(), at);
            run.reader.pass(after - at);
            match stop {
                Stop::Value => self.value(&mut run, length)?,
                Stop::Key => {
                    if self.key(&mut run)? {
                        self.value(&mut run, length)?;
                    }
                }
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
    #[inline(never)]
    fn quick(
        &mut self,
        of: &mut Level,
        depth_of: &mut usize,
        glance: &Glance,
        octets: &[u8],
        mut at: usize,
    ) -> (Stop, usize) {
        let shapes = &self.shapes;
        let around = self.around.as_mut_slice();
        let (words, mut word) = self.words.parts();
        let mut text = self.text.quick();
        let (mut level, mut depth) = (*of, *depth_of);
        let stop = loop {
            if level.left == 0 {
                match level.open {
                    Open::List => {}
                    Open::Pairs => break Stop::Pairs,
                    // The word of a dict can be written only now.
                    Open::Dict => {
                        if let Some(place) = words.get_mut(level.word as usize) {
                            *place = pack(word::OBJECT, level.place.shape());
                        }
                    }
                }
                let Some(outer) = depth.checked_sub(1).and_then(|outer| around.get(outer)) else {
                    break Stop::End;
                };
                level = *outer;
                depth -= 1;
                continue;
            }
            if level.open != Open::List {
                if level.open == Open::Pairs {
                    break Stop::Key;
                }
                let next = octets.get(at..).and_then(|rest| rest.first_chunk::<{ Foreseen::COMPARED }>());
                let (Some(foreseen), Some(next)) = (shapes.foreseen(level.place), next) else {
                    break Stop::Key;
                };
                if !foreseen.begins(next, glance.text()) {
                    break Stop::Key;
                }
                level.place = foreseen.next;
                at += foreseen.octets;
            }
            level.left -= 1;
            let Some(window) = octets.get(at..).and_then(|rest| rest.first_chunk::<WINDOW>()) else {
                break Stop::Value;
            };
            let [first, behind @ ..] = window;
            let look = glance.look(*first);
            let Some(place) = words.get_mut(word) else { break Stop::Value };
            let operand = look.operand as u32;
            match look.kind {
                Kind::Other => break Stop::Value,
                Kind::Integer => *place = word::integer_word(look.operand.into()),
                Kind::Constant => *place = pack(word::SPECIAL, operand),
                Kind::Unsigned8 => {
                    *place = word::integer_word(behind[0].into());
                    at += 1;
                }
                Kind::Unsigned16 => {
                    *place = word::integer_word(u16::from_be_bytes([behind[0], behind[1]]).into());
                    at += 2;
                }
                Kind::Unsigned32 => {
                    let number = u32::from_be_bytes([behind[0], behind[1], behind[2], behind[3]]);
                    let Some(small) = word::small(number.into()) else { break Stop::Value };
                    *place = small;
                    at += 4;
                }
                Kind::Unsigned64 => {
                    let (Some(number), Some(places)) =
                        (behind.first_chunk(), words.get_mut(word..).and_then(|rest| rest.first_chunk_mut()))
                    else {
                        break Stop::Value;
                    };
                    let number = u64::from_be_bytes(*number);
                    if number > EXACT {
                        break Stop::Value;
                    }
                    *places = [pack(word::SPECIAL, special::EXACT), number as u32, (number >> 32) as u32];
                    word += 2;
                    at += 8;
                }
                Kind::Signed8 => {
                    *place = word::integer_word(i8::from_be_bytes([behind[0]]).into());
                    at += 1;
                }
                Kind::Signed16 => {
                    *place = word::integer_word(i16::from_be_bytes([behind[0], behind[1]]).into());
                    at += 2;
                }
                Kind::Inverted8 => {
                    *place = word::integer_word(!i32::from(behind[0]));
                    at += 1;
                }
                Kind::Inverted16 => {
                    *place = word::integer_word(!i32::from(u16::from_be_bytes([behind[0], behind[1]])));
                    at += 2;
                }
                Kind::Float64 => {
                    *place = pack(word::FLOAT, at as u32 + 1);
                    at += 8;
                }
                Kind::Text => {
                    let length = operand as usize;
                    let fits = if length <= FEW {
                        text.push_few(behind, length)
                    } else {
                        octets.get(at + 1..at + 1 + length).is_some_and(|octets| text.push(octets))
                    };
                    if !fits {
                        break Stop::Value;
                    }
                    *place = pack(word::TEXT, operand);
                    at += length;
                }
                Kind::Text8 => {
                    let length = usize::from(behind[0]);
                    if !octets.get(at + 2..at + 2 + length).is_some_and(|octets| text.push(octets)) {
                        break Stop::Value;
                    }
                    *place = pack(word::TEXT, length as u32);
                    at += 1 + length;
                }
                Kind::List | Kind::Dict => {
                    let is_dict = look.kind == Kind::Dict;
                    let least = (operand as usize) << usize::from(is_dict);
                    let Some(outer) = around.get_mut(depth) else { break Stop::Value };
                    if least >= octets.len() - at {
                        break Stop::Value;
                    }
                    *outer = level;
                    depth += 1;
                    let open = if is_dict { Open::Dict } else { Open::List };
                    level = Level { open, left: operand, word: word as u32, place: level.place.within() };
                    *place = pack(word::LIST, operand);
                }
            }
            word += 1;
            at += 1;
        };
        let octets = text.length();
        self.words.set_length(word);
        self.text.set_length(octets);
        (*of, *depth_of) = (level, depth);
        (stop, at)
    }

    /// Reads any value: a scalar, or what opens or ends a list or dict.
    #[inline(never)]
    fn value<'a, R: Read<'a>>(&mut self, run: &mut Run<R>, length: usize) -> Result<(), DecodeError> {
        match token(&mut run.reader)? {
            Token::Str(text) => {
                let units = self.text.push(&text);
                self.words.push(pack(word::TEXT, units));
            }
            Token::Int(number) => match word::small(number) {
                Some(small) => self.words.push(small),
                None if number.unsigned_abs() <= EXACT => self.wide(special::EXACT, number.cast_unsigned()),
                None => self.wide(special::SIGNED, number.cast_unsigned()),
            },
            Token::UInt(number) => self.wide(special::UNSIGNED, number),
            Token::Float(number) => self.wide(special::FLOAT, number.to_bits()),
            Token::Bool(true) => self.words.push(pack(word::SPECIAL, special::TRUE)),
            Token::Bool(false) => self.words.push(pack(word::SPECIAL, special::FALSE)),
            Token::Null => self.words.push(pack(word::SPECIAL, special::NULL)),
            Token::List(items) => self.open(run, announced(items), Open::List)?,
            Token::Dict(entries) => self.open(run, announced(entries), Open::Dict)?,
            Token::Bytes(Cow::Borrowed(octets)) => {
                self.binary(octets.len(), run.reader.position() - octets.len());
            }
            Token::Bytes(Cow::Owned(octets)) => {
                self.binary(octets.len(), length + self.pieced.len());
                self.pieced.extend_from_slice(&octets);
            }
            Token::End if run.level.is_open_ended() && run.level.open == Open::List => {
                // This item had begun when it turned out to be the end.
                let items = OPEN_ENDED - run.level.left - 1;
                self.words.set(run.level.word as usize, pack(word::LIST, items));
                run.level.left = 0;
            }
            Token::End => return Err(run.reader.malformed("an end where nothing can end")),
        }
        Ok(())
    }

    /// Reads any key, or the end of a dict; whether a value follows.
    #[inline(never)]
    fn key<'a, R: Read<'a>>(&mut self, run: &mut Run<R>) -> Result<bool, DecodeError> {
        let Run { reader, level, .. } = run;
        match token(reader)? {
            Token::Str(key) => {
                level.left -= 1;
                if level.open == Open::Dict {
                    match self.shapes.step(level.place, &key) {
                        Step::To(shape) => {
                            level.place = Place::behind(shape);
                            return Ok(true);
                        }
                        Step::Duplicate => return Err(twice(reader, &key)),
                        Step::Nowhere => {
                            let (word, first) = (self.words.len() as u32, self.pair_keys.len() as u32);
                            self.pairs.push(Pairs { word, first });
                            level.open = Open::Pairs;
                            self.words.push(0);
                        }
                    }
                }
                let start = self.text.octets().len();
                let units = self.text.push(&key);
                self.words.push(pack(word::TEXT, units));
                self.pair_keys.push((start, start + key.len()));
                Ok(true)
            }
            Token::End if level.is_open_ended() => {
                level.left = 0;
                Ok(false)
            }
            _ => Err(reader.malformed("a key that is no text")),
        }
    }

    fn wide(&mut self, kind: u32, bits: u64) {
        self.words.append(&[pack(word::SPECIAL, kind), bits as u32, (bits >> 32) as u32]);
    }

    fn binary(&mut self, length: usize, at: usize) {
        self.words.append(&[pack(word::BINARY, length as u32), at as u32]);
    }

    /// Opens a list or dict; the level around it waits.
    fn open<R>(&mut self, run: &mut Run<R>, left: u32, open: Open) -> Result<(), DecodeError> {
        let Some(outer) = self.around.get_mut(run.depth) else {
            return Err(DecodeError::TooMuch { what: "nesting", limit: self.around.len() });
        };
        *outer = run.level;
        run.depth += 1;
        run.level = Level { open, left, word: self.words.len() as u32, place: run.level.place.within() };
        self.words.push(pack(word::LIST, left));
        Ok(())
    }

    /// Closes a dict that has plain pairs.
    #[inline(never)]
    fn close_pairs<'a, R: Read<'a>>(&mut self, run: &mut Run<R>) -> Result<(), DecodeError> {
        let Level { word, place, .. } = run.level;
        let shape = place.shape();
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
        run.level.open = Open::List;
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

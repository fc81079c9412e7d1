//! MessagePack between us and our own JavaScript, in which all that is not a mere number crosses.
//! The one rule: nobody else's frame is read or written here. So it is said that octets are wrong and not
//! how, every number and length is written in its widest form, and there are no tokens in between: a
//! fraction of the code of the reader and writer of frames.

use crate::codec::MAX_DEPTH;
use crate::message::{Dict, Value};

/// The value in these octets, unless they break off or nest too deep. All of MessagePack is read, as the
/// [reader of frames](super::Reader) reads it, so that the codec in JavaScript can be held against this.
pub(crate) fn value(octets: &[u8]) -> Option<Value> {
    Reader(octets).value(0)
}

/// What is left of the octets.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// The next value, inside of `depth` lists and dicts.
    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let first = *self.take(1)?.first()?;
        Some(match first {
            0x00..=0x7f | 0xe0..=0xff => i64::from(first.cast_signed()).into(),
            0x80..=0x8f => self.dict(u64::from(first & 0x0f), depth)?,
            0x90..=0x9f => self.list(u64::from(first & 0x0f), depth)?,
            0xa0..=0xbf => self.text(u64::from(first & 0x1f))?.into(),
            0xc0 => Value::Null,
            0xc2 | 0xc3 => (first == 0xc3).into(),
            0xc4..=0xc6 => {
                let length = self.number(first - 0xc4)?;
                self.take(length)?.to_vec().into()
            }
            0xc7..=0xc9 => {
                let length = self.number(first - 0xc7)?;
                self.extension(length)?
            }
            0xca => f64::from(f32::from_bits(self.number(2)? as u32)).into(),
            0xcb => f64::from_bits(self.number(3)?).into(),
            0xcc..=0xcf => self.number(first - 0xcc)?.into(),
            0xd0..=0xd3 => {
                let width = first - 0xd0;
                let above = 64 - (8 << width);
                ((self.number(width)? << above).cast_signed() >> above).into()
            }
            0xd4..=0xd8 => self.extension(1 << (first - 0xd4))?,
            0xd9..=0xdb => {
                let length = self.number(first - 0xd9)?;
                self.text(length)?.into()
            }
            0xdc | 0xdd => {
                let length = self.number(first - 0xdb)?;
                self.list(length, depth)?
            }
            0xde | 0xdf => {
                let length = self.number(first - 0xdd)?;
                self.dict(length, depth)?
            }
            _ => return None,
        })
    }

    fn list(&mut self, length: u64, depth: usize) -> Option<Value> {
        let mut list = Vec::new();
        for _ in 0..length {
            list.push(self.value(depth + 1)?);
        }
        Some(list.into())
    }

    fn dict(&mut self, length: u64, depth: usize) -> Option<Value> {
        let mut entries = Vec::new();
        for _ in 0..length {
            let Value::String(key) = self.value(MAX_DEPTH)? else { return None };
            entries.push((key, self.value(depth + 1)?));
        }
        // The keys of an object of JavaScript are unique. In UTF-8 two may be the same, if they have halves of
        // surrogate pairs: the glue refuses that of an application, and a router gains nothing by it.
        Some(Dict::of_unique(entries).into())
    }

    fn extension(&mut self, length: u64) -> Option<Value> {
        let octets = self.take(length + 1)?;
        Some(if octets == [0, 0] { Value::Null } else { octets.get(1..)?.to_vec().into() })
    }

    fn text(&mut self, length: u64) -> Option<String> {
        String::from_utf8(self.take(length)?.to_vec()).ok()
    }

    /// An unsigned number of 1, 2, 4 or 8 octets.
    fn number(&mut self, width: u8) -> Option<u64> {
        let octets = self.take(1 << width)?;
        Some(octets.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)))
    }

    fn take(&mut self, length: u64) -> Option<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }
}

/// Octets being written.
#[derive(Default)]
pub(crate) struct Plain(Vec<u8>);

impl Plain {
    /// Begins a list of so many values, which follow.
    pub(crate) fn list(&mut self, length: usize) {
        self.counted(0xdd, length);
    }

    /// Appends a number.
    pub(crate) fn number(&mut self, number: u64) {
        self.wide(0xcf, number);
    }

    /// Appends a text.
    pub(crate) fn text(&mut self, text: &str) {
        self.counted(0xdb, text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Appends a dict, which nests no deeper than one that was read.
    pub(crate) fn dict(&mut self, dict: &Dict) {
        self.counted(0xdf, dict.len());
        for (key, value) in dict.iter() {
            self.text(key);
            self.value(value);
        }
    }

    /// The octets.
    pub(crate) fn into_octets(self) -> Vec<u8> {
        self.0
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.0.push(0xc0),
            Value::Bool(v) => self.0.push(if *v { 0xc3 } else { 0xc2 }),
            Value::Int(v) => self.wide(0xd3, v.cast_unsigned()),
            Value::UInt(v) => self.number(*v),
            Value::Float(v) => self.wide(0xcb, v.to_bits()),
            Value::String(v) => self.text(v),
            Value::Bytes(v) => {
                self.counted(0xc6, v.len());
                self.0.extend_from_slice(v);
            }
            Value::List(v) => {
                self.list(v.len());
                v.iter().for_each(|item| self.value(item));
            }
            Value::Dict(v) => self.dict(v),
        }
    }

    fn wide(&mut self, first: u8, bits: u64) {
        self.0.push(first);
        self.0.extend_from_slice(&bits.to_be_bytes());
    }

    fn counted(&mut self, first: u8, length: usize) {
        self.0.push(first);
        self.0.extend_from_slice(&(length as u32).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Frame, Output, Serializer};

    fn written(value: &Value) -> Vec<u8> {
        let mut out = Output::new(Serializer::MsgPack).unwrap();
        out.value(value).unwrap();
        let Frame::Binary(octets) = out.into_frame().unwrap() else { panic!("text") };
        octets
    }

    #[test]
    fn it_reads_what_it_and_the_writer_of_frames_write_and_nothing_that_breaks_off() {
        let numbers = [0, 127, 128, 255, 256, 65_535, 65_536, i64::from(u32::MAX), 1 << 40, i64::MAX];
        let mut list: Vec<Value> = numbers.iter().flat_map(|n| [Value::Int(*n), Value::Int(-*n)]).collect();
        list.extend([Value::UInt(u64::MAX), Value::Int(i64::MIN), Value::Float(0.5), Value::Null]);
        list.extend([true.into(), false.into(), vec![7_u8; 3].into(), vec![7_u8; 300].into()]);
        list.extend([0, 31, 32, 256, 70_000].map(|length| "ü".repeat(length).into()));
        list.extend([0, 15, 16, 70_000].map(|length| vec![Value::Null; length].into()));
        let dict = (0..20).fold(Dict::new(), |dict, n| dict.with(format!("key {n}"), n));
        list.extend([Dict::new().into(), Dict::new().with("a", dict.clone()).into(), dict.into()]);
        for item in &list {
            let octets = written(item);
            let mut plain = Plain::default();
            plain.value(item);
            assert_eq!(value(&plain.into_octets()).as_ref(), Some(item));
            assert_eq!(value(&octets).as_ref(), Some(item));
            for end in [0, 1, octets.len() / 2, octets.len() - 1] {
                assert!(end == octets.len() || value(octets.get(..end).unwrap()).is_none(), "{item:?} {end}");
            }
        }
        assert_eq!(value(&written(&list.clone().into())), Some(list.into()));
    }

    #[test]
    fn it_reads_what_the_reader_of_frames_reads() {
        for first in 0..=u8::MAX {
            for second in [0, 1, 2, 0x61, 0xc0, 0xff] {
                let octets = [[0x91, first, second].as_slice(), &[0; 20]].concat();
                let mut reader = super::super::Reader::new(&octets);
                let theirs = crate::codec::binary::next_value(&mut reader, 0).ok();
                // NaN is not equal to itself.
                assert_eq!(format!("{:?}", value(&octets)), format!("{theirs:?}"), "{octets:02x?}");
            }
        }
    }

    #[test]
    fn what_is_no_value_is_none() {
        for octets in [&[0xc1][..], &[0xd4, 0], &[0xca, 0, 0, 0], &[0x81, 1, 1], &[0xa1, 0xff]] {
            assert_eq!(value(octets), None, "{octets:?}");
        }
        assert_eq!(value(&[0x91; 100_000]), None, "too deep");
    }
}

//! What the tape says is what the ordinary codec says, for whatever octets: the same values, or the same
//! error. The tape is read back here as the reader in JavaScript does, word by word. Shared by the fuzz
//! target and by the tests; a broken property panics.

use wamp_wasm::codec::tape::Builder;
use wamp_wasm::codec::{self, DecodeError, Frame, Limits, MAX_DEPTH, Serializer, cbor, msgpack};
use wamp_wasm::message::{Dict, Event, Message, Value, Values};

/// The property for arbitrary octets. The first chooses the serializer, and whether the rest is one frame or
/// two, of which the second meets the shapes that the first left behind.
pub(crate) fn check(octets: &[u8]) {
    let Some((choice, octets)) = octets.split_first() else { return };
    let serializer = if choice & 1 == 0 { Serializer::MsgPack } else { Serializer::Cbor };
    let middle = if choice & 2 == 0 { octets.len() } else { octets.len() / 2 };
    let list = if serializer == Serializer::MsgPack { 0x91 } else { 0x81 };
    let mut builder = Builder::new(MAX_DEPTH);
    for value in [&octets[..middle], &octets[middle..]] {
        assert_same(&mut builder, serializer, &event_frame(serializer, &[&[list], value].concat()));
    }
}

pub(crate) fn build(builder: &mut Builder, serializer: Serializer, frame: &[u8]) -> Result<(), DecodeError> {
    match serializer {
        Serializer::Cbor => builder.build(cbor::Reader::new(frame)),
        _ => builder.build(msgpack::Reader::new(frame)),
    }
}

/// Reads a tape as `large/values.js` does.
pub(crate) struct Reader<'a> {
    tape: &'a Builder,
    frame: &'a [u8],
    words: std::slice::Iter<'a, u32>,
    chunks: std::slice::Iter<'a, u32>,
    text: &'a [u8],
    chunk: std::vec::IntoIter<u16>,
}

impl<'a> Reader<'a> {
    pub(crate) fn read(tape: &'a Builder, frame: &'a [u8]) -> Value {
        let text = tape.text();
        let chunk = Vec::new().into_iter();
        let (words, chunks) = (tape.words().iter(), text.chunks().iter());
        let mut reader = Self { tape, frame, words, chunks, text: text.octets(), chunk };
        let value = reader.value();
        assert!(reader.words.next().is_none(), "words are left");
        assert!(reader.chunks.next().is_none() && reader.chunk.next().is_none(), "text is left");
        value
    }

    fn word(&mut self) -> u32 {
        *self.words.next().unwrap()
    }

    fn text(&mut self, units: u32) -> String {
        if units == 0 {
            return String::new();
        }
        if self.chunk.len() == 0 {
            let chunk = *self.chunks.next().unwrap();
            let (octets, rest) = self.text.split_at((chunk >> 1) as usize);
            assert_eq!(octets.is_ascii(), chunk & 1 == 1);
            self.text = rest;
            self.chunk = std::str::from_utf8(octets).unwrap().encode_utf16().collect::<Vec<_>>().into_iter();
        }
        let units: Vec<u16> = self.chunk.by_ref().take(units as usize).collect();
        String::from_utf16(&units).unwrap()
    }

    fn keys(&self, shape: u32) -> Vec<String> {
        let (shapes, mut at, mut keys) = (self.tape.shapes(), shape as usize, Vec::new());
        while at != 0 {
            let octets = &shapes.octets()[shapes.key_ends()[at - 1] as usize..shapes.key_ends()[at] as usize];
            keys.insert(0, String::from_utf8(octets.to_vec()).unwrap());
            at = shapes.parents()[at] as usize;
        }
        keys
    }

    fn object(&mut self, shape: u32) -> Dict {
        let keys = self.keys(shape);
        keys.into_iter().fold(Dict::new(), |dict, key| dict.with(key, self.value()))
    }

    fn value(&mut self) -> Value {
        let word = self.word();
        let operand = word >> 3;
        match word & 7 {
            0 => Value::Int((word.cast_signed() >> 3).into()),
            1 => plain(Value::Float(f64::from_be_bytes(
                self.frame[operand as usize..][..8].try_into().unwrap(),
            ))),
            2 => self.text(operand).into(),
            3 => (0..operand).map(|_| self.value()).collect::<Vec<_>>().into(),
            4 => self.object(operand).into(),
            5 => {
                let mut dict = self.object(operand);
                for _ in 0..self.word() {
                    let key = self.word();
                    let key = self.text(key >> 3);
                    dict.insert(key, self.value());
                }
                dict.into()
            }
            6 => match operand {
                0 => Value::Null,
                1 => false.into(),
                2 => true.into(),
                _ => {
                    let bits = u64::from(self.word()) | u64::from(self.word()) << 32;
                    match operand {
                        3 => Value::Int(bits.cast_signed()),
                        4 => bits.into(),
                        5 => Value::Int(bits.cast_signed()),
                        _ => plain(Value::Float(f64::from_bits(bits))),
                    }
                }
            },
            _ => {
                let (start, length) = (self.word() as usize, operand as usize);
                match start.checked_sub(self.frame.len()) {
                    None => self.frame[start..start + length].to_vec().into(),
                    Some(start) => self.tape.pieced()[start..start + length].to_vec().into(),
                }
            }
        }
    }
}

/// JavaScript has one type of number, in which a float without a fraction is an integer.
pub(crate) fn plain(value: Value) -> Value {
    match value {
        Value::Float(f) if f.fract() == 0.0 && f.abs() <= 9_007_199_254_740_992.0 && !is_minus_zero(f) => {
            Value::Int(f as i64)
        }
        Value::List(items) => items.into_iter().map(plain).collect::<Vec<_>>().into(),
        Value::Dict(dict) => {
            dict.into_iter().fold(Dict::new(), |dict, (key, value)| dict.with(key, plain(value))).into()
        }
        other => other,
    }
}

fn is_minus_zero(f: f64) -> bool {
    f == 0.0 && f.is_sign_negative()
}

/// The frame of an EVENT with this in the place of the args' octets.
pub(crate) fn event_frame(serializer: Serializer, args: &[u8]) -> Vec<u8> {
    let head: &[u8] = match serializer {
        Serializer::Cbor => &[0x85, 0x18, 36, 1, 2, 0xa0],
        _ => &[0x95, 36, 1, 2, 0x80],
    };
    [head, args].concat()
}

/// What the ordinary codec reads as the args of an EVENT.
fn args_by_codec(serializer: Serializer, frame: &[u8]) -> Result<Vec<Value>, String> {
    let frame = Frame::Binary(frame.to_vec());
    match codec::decode::<Values>(serializer, &frame, &Limits::default()) {
        Ok(Message::Event(Event { payload: Values::Plain { args, .. }, .. })) => Ok(args),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

/// What the tape says they are.
fn args_by_tape(builder: &mut Builder, serializer: Serializer, frame: &[u8]) -> Result<Vec<Value>, String> {
    build(builder, serializer, frame).map_err(|error| error.to_string())?;
    let Value::List(mut message) = Reader::read(builder, frame) else { panic!("no list") };
    assert_eq!(message.len(), 5);
    let Some(Value::List(args)) = message.pop() else { panic!("no args") };
    Ok(args)
}

pub(crate) fn assert_same(builder: &mut Builder, serializer: Serializer, frame: &[u8]) {
    let expected = args_by_codec(serializer, frame).map(|args| plain(args.into()));
    let found = args_by_tape(builder, serializer, frame).map(Value::from);
    if found.as_ref().is_err_and(|error| error.contains("occurs twice")) {
        // The codec sees a key twice only when the rest of the frame is well-formed.
        assert!(expected.is_err(), "{frame:02x?}");
        return;
    }
    // As text, because NaN equals nothing; the order of keys counts here.
    assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{frame:02x?}");
}

//! The two ends of the tape of CBOR in wasm memory: the glue copies a frame in and reads the tape that becomes
//! of it, or copies a tape in and reads the frame. Only numbers cross; addresses are read from a report.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::codec::{
    MAX_DEPTH, Write, cbor,
    tape::{Builder, Keys, Outgoing},
};
use crate::message::Show;

/// Memory above this is given back as soon as a message needs far less.
const KEEP: usize = 1 << 20;

/// The tape of one connection.
#[wasm_bindgen]
pub struct Tape {
    frame: Vec<u8>,
    builder: Builder,
    words: Vec<u32>,
    numbers: Vec<f64>,
    octets: Vec<u8>,
    keys: Keys,
    sent: Vec<u8>,
    error: String,
    report: [u32; 11],
}

#[wasm_bindgen]
impl Tape {
    /// A tape with nothing on it.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "a constructor of JavaScript's")]
    pub fn new() -> Self {
        Self {
            frame: Vec::new(),
            builder: Builder::new(MAX_DEPTH),
            words: Vec::new(),
            numbers: Vec::new(),
            octets: Vec::new(),
            keys: Keys::default(),
            sent: Vec::new(),
            error: String::new(),
            report: [0; 11],
        }
    }

    /// Where the addresses of an incoming tape are, each 32 bits: words, numbers, text, chunks, binaries
    /// in pieces; generation and number of shapes, their parents, key ends and keys; and of an outgoing
    /// one that of the frame. The report itself does not move.
    pub fn report(&self) -> *const u32 {
        self.report.as_ptr()
    }

    /// Where a frame of this length goes.
    pub fn frame(&mut self, length: usize) -> *const u8 {
        room(&mut self.frame, length)
    }

    /// Makes a tape of a frame of which so many octets are here; `false`: see [`error`](Self::error).
    /// Of a frame that ends with a binary, what is in front of that is enough.
    pub fn read(&mut self, here: usize, size: usize) -> bool {
        let front = self.frame.get(..here).unwrap_or_default();
        if let Err(error) = self.builder.build(cbor::Reader::front(front, size)) {
            self.error = error.summary();
            return false;
        }
        let (text, shapes) = (self.builder.text(), self.builder.shapes());
        self.report = [
            address(self.builder.words()),
            0,
            address(text.octets()),
            address(text.chunks()),
            address(self.builder.pieced()),
            shapes.generation(),
            shapes.parents().len() as u32,
            address(shapes.parents()),
            address(shapes.key_ends()),
            address(shapes.octets()),
            0,
        ];
        true
    }

    /// Where the words of an outgoing tape go.
    pub fn words(&mut self, length: usize) -> *const u32 {
        room(&mut self.words, length)
    }

    /// Where its numbers go.
    pub fn numbers(&mut self, length: usize) -> *const f64 {
        room(&mut self.numbers, length)
    }

    /// Where its texts and binaries go.
    pub fn octets(&mut self, length: usize) -> *const u8 {
        room(&mut self.octets, length)
    }

    /// Keeps the text of so many octets that lies where those of an outgoing tape go, as a key. Its number
    /// is how many there were before. `false`: it is too long.
    pub fn key(&mut self, length: usize) -> bool {
        let mut writer = cbor::Writer::default();
        let text = self.octets.get(..length).unwrap_or_default();
        writer.write_text(text).is_ok() && self.keys.add(&writer.into_octets())
    }

    /// Makes a frame of the tape and gives its length; 0: see [`error`](Self::error).
    pub fn write(&mut self, words: usize, numbers: usize, octets: usize) -> usize {
        let tape = Outgoing {
            words: self.words.get(..words).unwrap_or_default(),
            numbers: self.numbers.get(..numbers).unwrap_or_default(),
            octets: self.octets.get(..octets).unwrap_or_default(),
            keys: &self.keys,
        };
        self.sent.clear();
        let mut writer = cbor::Writer::new(std::mem::take(&mut self.sent));
        let result = tape.write(&mut writer);
        self.sent = writer.into_octets();
        if let Err(error) = result {
            self.error = error.text();
            return 0;
        }
        self.report[10] = address(&self.sent);
        self.sent.len()
    }

    /// What went wrong last.
    pub fn error(&self) -> String {
        self.error.clone()
    }
}

fn address<T>(slice: &[T]) -> u32 {
    slice.as_ptr() as usize as u32
}

fn room<T: Default + Clone>(area: &mut Vec<T>, length: usize) -> *const T {
    if area.len() > KEEP && length < area.len() / 4 {
        *area = Vec::new();
    }
    if area.len() < length {
        area.resize(length, T::default());
    }
    area.as_ptr()
}

//! The tape of large frames in wasm memory: the glue copies a frame in and reads the tape that becomes of it.
//! Only numbers cross; addresses are read from a report. What is refused the glue reads itself, and names the error.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::codec::{MAX_DEPTH, cbor, msgpack, tape::Builder};

/// What reads the large frames of all connections.
#[wasm_bindgen]
pub struct Large {
    frame: Vec<u8>,
    builder: Builder,
    report: [u32; 9],
}

#[wasm_bindgen]
impl Large {
    /// It has read nothing yet.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "a constructor of JavaScript's")]
    pub fn new() -> Self {
        Self { frame: Vec::new(), builder: Builder::new(MAX_DEPTH), report: [0; 9] }
    }

    /// Where the addresses of a tape are, each 32 bits: words, text, chunks, binaries in pieces; generation and
    /// number of shapes, where their parents and key ends are, and their keys. The report itself does not move.
    pub fn report(&self) -> *const u32 {
        self.report.as_ptr()
    }

    /// Where frames of up to this length go from now on.
    pub fn frame(&mut self, length: usize) -> *const u8 {
        self.frame = Vec::new();
        self.frame.resize(length, 0);
        self.frame.as_ptr()
    }

    /// Makes a tape of a frame of so many octets; `false`: it is refused.
    pub fn read(&mut self, length: usize, is_cbor: bool) -> bool {
        let frame = self.frame.get(..length).unwrap_or_default();
        let built = if is_cbor {
            self.builder.build(cbor::Reader::new(frame))
        } else {
            self.builder.build(msgpack::Reader::new(frame))
        };
        let (text, shapes) = (self.builder.text(), self.builder.shapes());
        self.report = [
            address(self.builder.words()),
            address(text.octets()),
            address(text.chunks()),
            address(self.builder.pieced()),
            shapes.generation(),
            shapes.parents().len() as u32,
            address(shapes.parents()),
            address(shapes.key_ends()),
            address(shapes.octets()),
        ];
        built.is_ok()
    }
}

fn address<T>(slice: &[T]) -> u32 {
    slice.as_ptr() as usize as u32
}

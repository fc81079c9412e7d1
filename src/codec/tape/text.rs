//! The texts of a message back to back, cut into chunks, because decoding one long text costs
//! JavaScript far less than decoding many short ones. No text lies in two chunks.

/// The size up to which texts share a chunk. A text that JavaScript keeps may keep its chunk alive.
const CHUNK: usize = 4096;

/// The texts of one message.
#[derive(Debug, Default)]
pub struct Text {
    octets: Vec<u8>,
    /// The finished chunks: length in octets, and in the low bit whether all is ASCII.
    chunks: Vec<u32>,
    start: usize,
    beyond_ascii: bool,
}

impl Text {
    pub(super) fn clear(&mut self) {
        self.octets.clear();
        self.chunks.clear();
        self.start = 0;
        self.beyond_ascii = false;
    }

    /// Appends a text and gives its length in UTF-16 units.
    #[inline]
    pub(super) fn push(&mut self, text: &str) -> u32 {
        if self.octets.len() - self.start + text.len() > CHUNK {
            self.close_chunk();
        }
        self.octets.extend_from_slice(text.as_bytes());
        if text.is_ascii() {
            return text.len() as u32;
        }
        self.beyond_ascii = true;
        utf16_units(text) as u32
    }

    /// Appends a short text if it is ASCII. One loop copies and looks, because a call to either costs
    /// more than the loop.
    #[inline(always)]
    pub(super) fn push_ascii(&mut self, text: &[u8]) -> bool {
        let before = self.octets.len();
        if before - self.start + text.len() > CHUNK {
            self.close_chunk();
        }
        let (eights, rest) = text.as_chunks::<8>();
        let mut wide = 0;
        for eight in eights {
            wide |= u64::from_ne_bytes(*eight);
            self.octets.extend_from_slice(eight);
        }
        let mut bits = 0;
        self.octets.extend(rest.iter().map(|octet| {
            bits |= octet;
            *octet
        }));
        if bits < 0x80 && wide & 0x8080_8080_8080_8080 == 0 {
            return true;
        }
        self.octets.truncate(before);
        false
    }

    pub(super) fn close_chunk(&mut self) {
        let length = self.octets.len() - self.start;
        if length > 0 {
            self.chunks.push((length as u32) << 1 | u32::from(!self.beyond_ascii));
        }
        self.start = self.octets.len();
        self.beyond_ascii = false;
    }

    /// The octets of all texts.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The chunks in their order: twice the length in octets, plus one when all of it is ASCII.
    #[must_use]
    pub fn chunks(&self) -> &[u32] {
        &self.chunks
    }
}

/// Every first octet of a character is a unit, and one of a four-octet character two.
fn utf16_units(text: &str) -> usize {
    text.bytes().map(|octet| usize::from(octet & 0xc0 != 0x80) + usize::from(octet >= 0xf0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_javascript() {
        for text in ["", "abc", "ä", "€", "😀", "a😀€ä\u{feff}"] {
            assert_eq!(utf16_units(text), text.encode_utf16().count(), "{text}");
        }
    }

    #[test]
    fn a_chunk_ends_before_the_text_that_would_overflow_it() {
        let mut text = Text::default();
        text.push("short");
        text.push(&"x".repeat(CHUNK));
        text.push("ä");
        text.push("");
        text.close_chunk();
        assert_eq!(text.chunks(), [5 << 1 | 1, (CHUNK as u32) << 1 | 1, 2 << 1]);
    }
}

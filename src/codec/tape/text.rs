//! The texts of a message back to back, cut into chunks, because decoding one long text costs
//! JavaScript far less than decoding many short ones. No text lies in two chunks.

use super::area::Area;

/// The size up to which texts share a chunk. A text that JavaScript keeps may keep its chunk alive.
const CHUNK: usize = 4096;

/// How many octets are copied at once.
pub(super) const FEW: usize = 16;

/// The texts of one message.
#[derive(Debug, Default)]
pub struct Text {
    octets: Area<u8>,
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
    pub(super) fn push(&mut self, text: &str) -> u32 {
        if self.octets.len() - self.start + text.len() > CHUNK {
            self.close_chunk();
        }
        self.octets.append(text.as_bytes());
        if text.is_ascii() {
            return text.len() as u32;
        }
        self.beyond_ascii = true;
        utf16_units(text) as u32
    }

    /// For appending short texts one after the other; [`set_length`](Self::set_length) follows.
    #[inline(always)]
    pub(super) fn quick(&mut self) -> QuickText<'_> {
        let (room, length) = self.octets.parts();
        // No text crosses the end of a chunk.
        let end = room.len().min(self.start + CHUNK);
        let room = room.get_mut(..end).unwrap_or_default();
        QuickText { room, length }
    }

    /// Takes over what was appended quickly.
    #[inline(always)]
    pub(super) const fn set_length(&mut self, length: usize) {
        self.octets.set_length(length);
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
        self.octets.items()
    }

    /// The chunks in their order: twice the length in octets, plus one when all of it is ASCII.
    #[must_use]
    pub fn chunks(&self) -> &[u32] {
        &self.chunks
    }
}

/// The rest of a chunk.
pub(super) struct QuickText<'a> {
    room: &'a mut [u8],
    length: usize,
}

impl QuickText<'_> {
    #[inline(always)]
    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// Appends the first octets of these if they are ASCII and find room; otherwise nothing. All are copied: a
    /// little too much costs less than a loop.
    #[inline(always)]
    pub(super) fn push_few(&mut self, from: &[u8; FEW], length: usize) -> bool {
        let room = self.room.get_mut(self.length..).and_then(|room| room.first_chunk_mut());
        let (Some(masks), Some(room)) = (MASKS.get(length), room) else { return false };
        *room = *from;
        let words = u128::from_le_bytes(*from);
        let ascii = ((words as u64 & masks[0]) | ((words >> 64) as u64 & masks[1])) & HIGH_BITS == 0;
        self.length += if ascii { length } else { 0 };
        ascii
    }

    /// The same for eight octets or more, eight at a time.
    #[inline(always)]
    pub(super) fn push(&mut self, from: &[u8]) -> bool {
        let end = self.length + from.len();
        let Some(room) = self.room.get_mut(self.length..end) else { return false };
        let (Some(last), Some(last_room)) = (from.last_chunk::<8>(), room.last_chunk_mut()) else {
            return false;
        };
        let mut high = u64::from_le_bytes(*last);
        *last_room = *last;
        let (words, _) = from.as_chunks::<8>();
        let (rooms, _) = room.as_chunks_mut::<8>();
        for (from, to) in words.iter().zip(rooms) {
            high |= u64::from_le_bytes(*from);
            *to = *from;
        }
        let ascii = high & HIGH_BITS == 0;
        self.length = if ascii { end } else { self.length };
        ascii
    }
}

/// Those of eight octets that none has in ASCII.
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// For each length up to 16 which bits of two words belong to a text.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const MASKS: [[u64; 2]; 17] = {
    let mut masks = [[0; 2]; 17];
    let mut length = 1;
    while length <= 16 {
        let mask = u128::MAX >> (128 - 8 * length);
        masks[length] = [mask as u64, (mask >> 64) as u64];
        length += 1;
    }
    masks
};

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

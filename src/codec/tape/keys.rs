//! The keys that JavaScript writes again and again: each is encoded once, and only its number crosses
//! then. The table is bounded by the one who fills it; a key that it does not hold travels as a text.

use crate::codec::token::EncodedText;

/// The keys of one connection in the form of its serializer.
#[derive(Debug, Default)]
pub struct Keys(Vec<EncodedText>);

impl Keys {
    /// Adds a key that is encoded already. Its number is how many there were before.
    /// `false`: it is too long.
    pub fn add(&mut self, encoded: &[u8]) -> bool {
        let key = EncodedText::new(encoded);
        self.0.extend(key);
        key.is_some()
    }

    #[inline(always)]
    pub(super) fn get(&self, number: u32) -> Option<&EncodedText> {
        self.0.get(number as usize)
    }
}

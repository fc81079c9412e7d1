//! The words of a tape, packed and unpacked. The table is in the documentation of the tape.

pub(super) const INTEGER: u32 = 0;
pub(super) const FLOAT: u32 = 1;
pub(super) const TEXT: u32 = 2;
pub(super) const LIST: u32 = 3;
pub(super) const OBJECT: u32 = 4;
pub(super) const OPEN_OBJECT: u32 = 5;
pub(super) const SPECIAL: u32 = 6;
pub(super) const BINARY: u32 = 7;

/// The operands of [`SPECIAL`].
pub(super) mod special {
    pub(in crate::codec::tape) const NULL: u32 = 0;
    pub(in crate::codec::tape) const FALSE: u32 = 1;
    pub(in crate::codec::tape) const TRUE: u32 = 2;
    pub(in crate::codec::tape) const SIGNED: u32 = 3;
    pub(in crate::codec::tape) const UNSIGNED: u32 = 4;
    pub(in crate::codec::tape) const EXACT: u32 = 5;
    pub(in crate::codec::tape) const FLOAT: u32 = 6;
}

/// The bits of a tag.
const TAG_BITS: u32 = 3;

/// Below this is every operand that counts or indexes, and the magnitude of every integer in a word.
pub(super) const OPERANDS: usize = 1 << (32 - TAG_BITS);

/// A word with an operand below [`OPERANDS`].
#[inline]
pub(super) const fn pack(tag: u32, operand: u32) -> u32 {
    operand << TAG_BITS | tag
}

#[cfg(test)]
pub(super) const fn tag(word: u32) -> u32 {
    word & ((1 << TAG_BITS) - 1)
}

/// The word of an integer that is known to be small.
#[inline(always)]
pub(super) const fn integer_word(number: i32) -> u32 {
    number.cast_unsigned() << TAG_BITS | INTEGER
}

/// The word of a small integer.
#[inline]
pub(super) fn small(number: i64) -> Option<u32> {
    const HALF: i64 = (OPERANDS / 2) as i64;
    (-HALF..HALF).contains(&number).then_some((number as u32) << TAG_BITS | INTEGER)
}

/// The integer of the word of a small one.
#[cfg(test)]
pub(super) const fn integer(word: u32) -> i64 {
    (word.cast_signed() >> TAG_BITS) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_integers_of_both_signs_come_back() {
        for number in [0, 1, -1, (1 << 28) - 1, -(1 << 28)] {
            assert_eq!(small(number).map(integer), Some(number));
            assert_eq!(small(number).map(tag), Some(INTEGER));
        }
        assert_eq!(small(1 << 28), None);
        assert_eq!(small(-(1 << 28) - 1), None);
    }
}

//! What the first octet of an item says, as a table for each binary serializer: so that one loop, which sees no
//! serializer, gets through whatever is frequent and simple. One rule: an octet that is not clear is
//! [`Other`](Kind::Other), and the serializer's reader looks at it.

/// What begins with an octet. Numbers behind it have their highest octet first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(unnameable_types, reason = "only what is in this crate reads at a glance")]
pub enum Kind {
    /// None of these.
    Other,
    /// The integer that is the operand.
    Integer,
    /// Null, false or true, if the operand is 0, 1 or 2.
    Constant,
    /// An integer in the octet behind it.
    Unsigned8,
    /// An integer in two octets.
    Unsigned16,
    /// An integer in four octets.
    Unsigned32,
    /// An integer in eight octets.
    Unsigned64,
    /// An integer with a sign in the octet behind it.
    Signed8,
    /// An integer with a sign in two octets.
    Signed16,
    /// An integer below zero, in the octet behind it with all bits turned around.
    Inverted8,
    /// An integer below zero, in two octets with all bits turned around.
    Inverted16,
    /// A floating point number in eight octets.
    Float64,
    /// A text of as many octets as the operand says.
    Text,
    /// A text of as many octets as the octet behind it says.
    Text8,
    /// A list of as many items as the operand says.
    List,
    /// A dict of as many entries as the operand says.
    Dict,
}

/// What an octet says.
#[derive(Clone, Copy, Debug)]
#[allow(unnameable_types, reason = "only what is in this crate reads at a glance")]
pub struct Look {
    /// What begins with it.
    pub kind: Kind,
    /// A number that it holds besides.
    pub operand: i8,
}

/// What every octet says.
#[derive(Debug)]
#[allow(unnameable_types, reason = "only what is in this crate reads at a glance")]
pub struct Glance {
    looks: [Look; 256],
    text: u8,
}

impl Glance {
    /// A table in which all is `Other`; `text` is the first octet of a text without octets.
    pub(super) const fn new(text: u8) -> Self {
        Self { looks: [Look { kind: Kind::Other, operand: 0 }; 256], text }
    }

    /// The table with what one octet says.
    pub(super) const fn one(self, octet: u8, kind: Kind, operand: i8) -> Self {
        self.several(octet, octet, kind, operand)
    }

    /// The table with what these octets say, of which each has an operand one higher than the one before.
    #[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    pub(super) const fn several(mut self, first: u8, last: u8, kind: Kind, operand: i8) -> Self {
        let mut octet = first as usize;
        while octet <= last as usize {
            self.looks[octet] = Look { kind, operand: operand + (octet - first as usize) as i8 };
            octet += 1;
        }
        self
    }

    /// What an octet says.
    #[must_use]
    #[inline(always)]
    #[allow(clippy::indexing_slicing, reason = "there is one for every octet")]
    pub const fn look(&self, octet: u8) -> Look {
        self.looks[octet as usize]
    }

    /// The first octet of a text without octets; that of a short one is so much higher as it is long.
    #[must_use]
    #[inline(always)]
    pub const fn text(&self) -> u8 {
        self.text
    }
}

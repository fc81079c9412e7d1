//! How much a decoder takes from a peer before it refuses.

use super::DecodeError;

/// How deep lists and dicts may be nested in a message, the message itself being the first level. It
/// holds for what is written too, so that nothing is sent that cannot be read.
pub const MAX_DEPTH: usize = 128;

/// Limits for messages that arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest frame, in octets.
    pub max_size: usize,
    /// The deepest nesting. More than [`MAX_DEPTH`] counts as that.
    pub max_depth: usize,
    /// The most values, counted at every level: in memory, a value is many times as large as the octet
    /// that it can be in a frame.
    pub max_values: usize,
    /// Whether null may stand for absent arguments, which WAMP forbids and some peers send.
    pub lenient: bool,
}

impl Default for Limits {
    /// 16 MiB, [`MAX_DEPTH`], two million values (more than numbers of 8 octets fit 16 MiB), strict.
    fn default() -> Self {
        Self { max_size: 1 << 24, max_depth: MAX_DEPTH, max_values: 1 << 21, lenient: false }
    }
}

impl Limits {
    /// The limit of nesting that is in force.
    pub(super) fn depth(&self) -> usize {
        self.max_depth.min(MAX_DEPTH)
    }

    pub(super) const fn check_size(&self, size: usize) -> Result<(), DecodeError> {
        if size > self.max_size {
            return Err(DecodeError::TooMuch { what: "the size of a message", limit: self.max_size });
        }
        Ok(())
    }
}

/// The error for more values than there may be.
pub(super) const fn too_many(limit: usize) -> DecodeError {
    DecodeError::TooMuch { what: "the number of values", limit }
}

/// The error for nesting that is too deep.
pub(super) const fn too_deep(limit: usize) -> DecodeError {
    DecodeError::TooMuch { what: "nesting", limit }
}

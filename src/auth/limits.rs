//! How much work a router may ask for. Too little, and whoever plays the router can guess the password
//! from our proof; too much, and the page stands still.

use std::ops::RangeInclusive;

use super::AuthError;

/// Bounds for the costs of a key derivation, which the router chooses.
///
/// ```
/// use wamp_wasm::auth::CostLimits;
///
/// let mut limits = CostLimits::default();
/// limits.pbkdf2_iterations = 100_000..=2_000_000; // we know that our router asks for more
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CostLimits {
    /// Iterations of salted WAMP-CRA; 1,000 (what autobahn takes when none are given) to 2,000,000.
    pub cra_iterations: RangeInclusive<u32>,
    /// Iterations of SCRAM's PBKDF2; 4,096 (the least of RFC 7677) to 2,000,000 (some seconds).
    pub pbkdf2_iterations: RangeInclusive<u32>,
    /// Memory of SCRAM's Argon2id in KiB; 1 MiB to 256 MiB.
    pub argon2_memory: RangeInclusive<u32>,
    /// Passes of SCRAM's Argon2id over its memory; 1 to 64.
    pub argon2_iterations: RangeInclusive<u32>,
    /// Passes times memory in KiB; up to 4 GiB, some seconds.
    pub argon2_work: u64,
}

impl Default for CostLimits {
    fn default() -> Self {
        Self {
            cra_iterations: 1_000..=2_000_000,
            pbkdf2_iterations: 4_096..=2_000_000,
            argon2_memory: 1 << 10..=1 << 18,
            argon2_iterations: 1..=64,
            argon2_work: 1 << 22,
        }
    }
}

/// The cost, if it is within its bounds.
pub(super) fn within(cost: &'static str, asked: u64, range: &RangeInclusive<u32>) -> Result<u32, AuthError> {
    u32::try_from(asked).ok().filter(|asked| range.contains(asked)).ok_or_else(|| AuthError::Cost {
        cost,
        asked,
        least: u64::from(*range.start()),
        most: u64::from(*range.end()),
    })
}

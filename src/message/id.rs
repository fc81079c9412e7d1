//! The ids of WAMP: five kinds that cannot be mixed up, each an integer from 1 to 2^53.
//! No randomness here: a random id is made of a number that the caller drew.

use std::fmt;

/// The largest id: 2^53, the last integer that a double holds exactly.
pub const MAX_ID: u64 = 1 << 53;

/// A number that is no id: 0, or above 2^53.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is an integer from 1 to 2^53, this is {0}")]
pub struct InvalidId(pub u64);

/// What all ids share.
pub trait Id: Copy + Ord + fmt::Debug + fmt::Display {
    /// The id with this number.
    ///
    /// # Errors
    /// [`InvalidId`] for 0 and for numbers above 2^53.
    fn new(number: u64) -> Result<Self, InvalidId>;

    /// The number.
    fn get(self) -> u64;

    /// An id of the global scope, uniform over 1 ..= 2^53 when the 64 random bits are.
    fn from_random(bits: u64) -> Self;
}

/// Whether a number is an id.
pub(crate) const fn is_id(number: u64) -> bool {
    1 <= number && number <= MAX_ID
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl Id for $name {
            fn new(number: u64) -> Result<Self, InvalidId> {
                if is_id(number) { Ok(Self(number)) } else { Err(InvalidId(number)) }
            }

            fn get(self) -> u64 {
                self.0
            }

            fn from_random(bits: u64) -> Self {
                Self((bits & (MAX_ID - 1)) + 1)
            }
        }

        impl $name {
            /// Of a number that was checked to be an id.
            pub(crate) const fn of_checked(number: u64) -> Self {
                Self(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A session, random in the global scope.
    SessionId
    /// A request: counted 1, 2, 3 … in each direction of a session.
    RequestId
    /// A subscription, chosen by the router and shared by its subscribers.
    SubscriptionId
    /// A publication, random in the global scope.
    PublicationId
    /// A registration, chosen by the router.
    RegistrationId
}

/// The sequential ids of the session and router scope: 1, 2, 3 … 2^53, then 1 again.
#[derive(Clone, Debug, Default)]
pub struct IdSequence {
    last: u64,
}

impl IdSequence {
    /// The sequence that goes on after `last`; 0 starts it at 1.
    #[must_use]
    pub const fn after(last: u64) -> Self {
        Self { last: if last >= MAX_ID { 0 } else { last } }
    }

    /// The number that [`advance`](Self::advance) will give.
    #[must_use]
    pub const fn peek(&self) -> u64 {
        self.last + 1
    }

    /// Takes the next number, as an id.
    pub fn next_id<I: Id>(&mut self) -> I {
        // 1 ..= 2^53 and nothing else is what the sequence counts and `from_random` maps 0 .. 2^53 to.
        I::from_random(self.advance() - 1)
    }

    /// Takes the next number.
    pub const fn advance(&mut self) -> u64 {
        let next = self.peek();
        *self = Self { last: if next >= MAX_ID { 0 } else { next } };
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_reach_from_1_to_2_to_the_53() {
        assert_eq!(SessionId::new(0), Err(InvalidId(0)));
        assert_eq!(SessionId::new(MAX_ID).map(Id::get), Ok(MAX_ID));
        assert_eq!(SessionId::new(MAX_ID + 1), Err(InvalidId(MAX_ID + 1)));
        assert_eq!(SessionId::from_random(u64::MAX).get(), MAX_ID);
        assert_eq!(SessionId::from_random(0).get(), 1);
    }

    #[test]
    fn a_sequence_starts_at_1_and_wraps_after_2_to_the_53() {
        let mut ids = IdSequence::default();
        assert_eq!((ids.advance(), ids.advance()), (1, 2));
        let mut ids = IdSequence::after(MAX_ID - 1);
        assert_eq!((ids.next_id::<RequestId>().get(), ids.next_id::<RequestId>().get()), (MAX_ID, 1));
    }
}

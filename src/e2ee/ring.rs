//! The key ring: which keys are for a URI, and what they seal and open.
//! One rule: a URI for which there are keys is never sent as if there were none.

use std::collections::BTreeMap;

use crypto_box::{Nonce, SalsaBox, aead::Aead};
use thiserror::Error;
use zeroize::Zeroizing;

use super::key::{KeySet, NONCE_OCTETS};

/// The side of a call or a publication that one of us is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Calls and publishes: seals CALL and PUBLISH, opens RESULT and ERROR.
    Originator,
    /// Is called and subscribes: opens INVOCATION and EVENT, seals YIELD and ERROR.
    Responder,
}

/// Why nothing is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// The keys for this URI are those of the other side.
    #[error("the key ring has keys for this URI, but not {0}")]
    WrongSide(&'static str),
    /// It is too long for the cipher.
    #[error("the payload is too long to be encrypted")]
    TooLong,
}

/// Why nothing is opened. What it is called says nothing about the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// There are no keys for this URI, or only those of the other side.
    #[error("the key ring has no key for this URI")]
    NoKey,
    /// It is shorter than a nonce and a tag.
    #[error("the encrypted payload is too short")]
    TooShort,
    /// Another key sealed it, or it was changed on its way.
    #[error("the encrypted payload was made with another key, or changed")]
    Forged,
}

/// Keys by URI. The longest prefix counts, by characters: `com.example.` is for all URIs below it, and the
/// empty prefix for all that have no other.
///
/// ```
/// use wamp_wasm::e2ee::{KeyRing, KeySet, Party, generate};
///
/// let (key, _) = generate([7; 32]);
/// let mut ring = KeyRing::default();
/// ring.set("com.example.", KeySet::shared(&key)?);
///
/// let sealed = ring.seal(Party::Originator, "com.example.chat", [1; 24], b"hello")?;
/// assert_eq!(ring.open(Party::Responder, "com.example.chat", &sealed.unwrap_or_default())?.as_slice(), b"hello");
/// assert_eq!(ring.seal(Party::Originator, "org.example", [2; 24], b"hello")?, None);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: BTreeMap<String, KeySet>,
}

impl KeyRing {
    /// Sets the keys for a prefix, in place of those that were there.
    pub fn set(&mut self, prefix: impl Into<String>, keys: KeySet) {
        self.keys.insert(prefix.into(), keys);
    }

    /// Removes the keys of exactly this prefix. False when there were none.
    pub fn remove(&mut self, prefix: &str) -> bool {
        self.keys.remove(prefix).is_some()
    }

    /// The octets to send, or `None` when there are no keys for this URI, and it goes as it is. A nonce
    /// must not be used twice.
    ///
    /// # Errors
    /// [`SealError`] when there are keys, and it cannot be sealed with them.
    pub fn seal(
        &self,
        party: Party,
        uri: &str,
        nonce: [u8; NONCE_OCTETS],
        plain: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError> {
        let Some(keys) = self.keys_for(uri) else { return Ok(None) };
        let missing = match party {
            Party::Originator => "originator_priv",
            Party::Responder => "responder_priv",
        };
        let cipher = side(keys, party).ok_or(SealError::WrongSide(missing))?;
        let sealed = cipher.encrypt(&nonce.into(), plain).map_err(|_| SealError::TooLong)?;
        Ok(Some([nonce.as_slice(), &sealed].concat()))
    }

    /// What was sealed.
    ///
    /// # Errors
    /// [`OpenError`] when there is no key for it, or it was not sealed with it.
    pub fn open(&self, party: Party, uri: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let cipher = self.keys_for(uri).and_then(|keys| side(keys, party)).ok_or(OpenError::NoKey)?;
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_OCTETS>().ok_or(OpenError::TooShort)?;
        let plain = cipher.decrypt(&Nonce::from(*nonce), rest).map_err(|_| OpenError::Forged)?;
        Ok(Zeroizing::new(plain))
    }

    fn keys_for(&self, uri: &str) -> Option<&KeySet> {
        // A longer prefix of the same URI is a greater text.
        self.keys.iter().rev().find(|(prefix, _)| uri.starts_with(prefix.as_str())).map(|(_, keys)| keys)
    }
}

fn side(keys: &KeySet, party: Party) -> Option<&SalsaBox> {
    match party {
        Party::Originator => keys.originator.as_ref(),
        Party::Responder => keys.responder.as_ref(),
    }
}

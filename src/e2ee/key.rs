//! The keys for a part of the URI space, checked before any of them is used.
//! One rule: private keys are wiped when they go, and nothing shows them.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use crypto_box::{PublicKey, SalsaBox, SecretKey, aead::Aead};
use thiserror::Error;
use zeroize::Zeroizing;

/// How long a nonce is.
pub const NONCE_OCTETS: usize = 24;

/// How long a key is.
const KEY_OCTETS: usize = 32;

/// Why keys are refused. It names the key, and never shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// It is not the base64 text of 32 octets.
    #[error("{0} is not the base64 text of 32 octets")]
    Malformed(&'static str),
    /// It is a public key with which every secret is the same.
    #[error("{0} is a weak key")]
    Weak(&'static str),
    /// It is not the public key of the private key beside it.
    #[error("{0} does not belong to the private key beside it")]
    Mismatch(&'static str),
    /// There is neither a private nor a public key for this side.
    #[error("neither {0}_priv nor {0}_pub is given")]
    Missing(&'static str),
    /// There is no private key at all, so that nothing can be sealed or opened.
    #[error("one of originator_priv and responder_priv must be given")]
    NoPrivateKey,
}

/// The keys of both sides for a part of the URI space, as far as they are known.
///
/// The originator calls and publishes, the responder is called and subscribes. Who has the private key of
/// one side needs the public key of the other.
///
/// ```
/// use wamp_wasm::e2ee::{KeySet, generate};
///
/// let (alice, _) = generate([1; 32]);
/// let (_, bob) = generate([2; 32]);
/// let caller = KeySet::new(Some(&alice), None, None, Some(&bob))?;
/// # Ok::<_, wamp_wasm::e2ee::KeyError>(())
/// ```
pub struct KeySet {
    pub(super) originator: Option<SalsaBox>,
    pub(super) responder: Option<SalsaBox>,
}

impl KeySet {
    /// From base64 texts. A public key may be left out where its private key is given.
    ///
    /// # Errors
    /// [`KeyError`] when a key is none, or too few are given to seal or open anything.
    pub fn new(
        originator_private: Option<&str>,
        originator_public: Option<&str>,
        responder_private: Option<&str>,
        responder_public: Option<&str>,
    ) -> Result<Self, KeyError> {
        let originator = Side::new(ORIGINATOR, originator_private, originator_public)?;
        let responder = Side::new(RESPONDER, responder_private, responder_public)?;
        if originator.private.is_none() && responder.private.is_none() {
            return Err(KeyError::NoPrivateKey);
        }
        Ok(Self { originator: originator.with(&responder), responder: responder.with(&originator) })
    }

    /// One private key for both sides: whoever has it may seal and open everything.
    ///
    /// # Errors
    /// [`KeyError`] when it is no key.
    pub fn shared(private: &str) -> Result<Self, KeyError> {
        Self::new(Some(private), None, Some(private), None)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySet")
    }
}

/// A key pair from 32 random octets: the private and the public key in base64.
#[must_use]
pub fn generate(random: [u8; KEY_OCTETS]) -> (Zeroizing<String>, String) {
    let key = SecretKey::from_bytes(random);
    (Zeroizing::new(STANDARD.encode(*Zeroizing::new(key.to_bytes()))), encoded(&key.public_key()))
}

/// The public key of a private key, both in base64.
///
/// # Errors
/// [`KeyError::Malformed`] when it is no key.
pub fn public_key(private: &str) -> Result<String, KeyError> {
    Ok(encoded(&SecretKey::from_bytes(*octets(private, "the private key")?).public_key()))
}

fn encoded(key: &PublicKey) -> String {
    STANDARD.encode(key.as_bytes())
}

/// What the keys of a side are called.
struct Names {
    side: &'static str,
    private: &'static str,
    public: &'static str,
}

const ORIGINATOR: Names = Names { side: "originator", private: "originator_priv", public: "originator_pub" };
const RESPONDER: Names = Names { side: "responder", private: "responder_priv", public: "responder_pub" };

struct Side {
    private: Option<SecretKey>,
    public: PublicKey,
}

impl Side {
    fn new(names: Names, private: Option<&str>, public: Option<&str>) -> Result<Self, KeyError> {
        let private = private
            .map(|text| octets(text, names.private).map(|octets| SecretKey::from_bytes(*octets)))
            .transpose()?;
        let given = public.map(|text| octets(text, names.public)).transpose()?.map(|o| PublicKey::from(*o));
        let public = match (&private, given) {
            (None, None) => return Err(KeyError::Missing(names.side)),
            (Some(private), Some(given)) if private.public_key() != given => {
                return Err(KeyError::Mismatch(names.public));
            }
            (Some(private), _) => private.public_key(),
            (None, Some(given)) if is_weak(&given) => return Err(KeyError::Weak(names.public)),
            (None, Some(given)) => given,
        };
        Ok(Self { private, public })
    }

    fn with(&self, other: &Self) -> Option<SalsaBox> {
        self.private.as_ref().map(|private| SalsaBox::new(&other.public, private))
    }
}

fn octets(text: &str, name: &'static str) -> Result<Zeroizing<[u8; KEY_OCTETS]>, KeyError> {
    let octets = Zeroizing::new(STANDARD.decode(text).map_err(|_| KeyError::Malformed(name))?);
    let octets: [u8; KEY_OCTETS] = octets.as_slice().try_into().map_err(|_| KeyError::Malformed(name))?;
    Ok(Zeroizing::new(octets))
}

/// Whether every private key makes the same secret with it: then it makes that of the point 0.
fn is_weak(key: &PublicKey) -> bool {
    let any = SecretKey::from_bytes([9; KEY_OCTETS]);
    let sealed = |key| SalsaBox::new(key, &any).encrypt(&[0; NONCE_OCTETS].into(), [].as_slice());
    sealed(key) == sealed(&PublicKey::from([0; KEY_OCTETS]))
}

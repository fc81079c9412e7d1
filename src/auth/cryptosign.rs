//! Cryptosign: an Ed25519 signature of the router's challenge, and where it is wanted one of the router.
//! (Advanced Profile, "Cryptosign-based Authentication".) Certificates and trustroots are not supported.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::{
    AuthError, KeyError,
    scram::ChannelBinding,
    text::{Extra, from_hex, hex, xor},
};
use crate::message::Dict;

/// A key for cryptosign.
///
/// ```
/// use wamp_wasm::auth::Cryptosign;
///
/// let key = Cryptosign::from_hex("4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510")?;
/// assert_eq!(key.public_key(), "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d");
/// # Ok::<(), wamp_wasm::auth::KeyError>(())
/// ```
#[derive(Clone)]
pub struct Cryptosign {
    key: Key,
    pub(super) router: Option<[u8; 32]>,
    pub(super) binding: Option<ChannelBinding>,
}

#[derive(Clone)]
enum Key {
    /// Wipes itself.
    Here(Box<SigningKey>),
    /// The public key of one that signs elsewhere.
    Elsewhere([u8; 32]),
}

impl Cryptosign {
    /// The key of a seed of 32 octets.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self::of(Key::Here(Box::new(SigningKey::from_bytes(seed))))
    }

    /// The key of a seed in hexadecimal digits.
    ///
    /// # Errors
    /// [`KeyError`] when these are not 64 hexadecimal digits.
    pub fn from_hex(seed: &str) -> Result<Self, KeyError> {
        let seed = zeroize::Zeroizing::new(from_hex(seed).ok_or(KeyError)?);
        Ok(Self::of(Key::Here(Box::new(SigningKey::from_bytes(&seed)))))
    }

    /// A key that is kept elsewhere, such as a non-extractable one of WebCrypto or one in hardware, by its
    /// public key. Challenges for it have to be [signed there](super::ToSign).
    #[must_use]
    pub const fn signed_elsewhere(public_key: [u8; 32]) -> Self {
        Self::of(Key::Elsewhere(public_key))
    }

    const fn of(key: Key) -> Self {
        Self { key, router: None, binding: None }
    }

    /// The same, joining only where the router proves that it has the private key of this public key.
    ///
    /// # Errors
    /// [`KeyError`] when these are not 64 hexadecimal digits.
    pub fn router_key(mut self, public_key: &str) -> Result<Self, KeyError> {
        self.router = Some(from_hex(public_key).ok_or(KeyError)?);
        Ok(self)
    }

    /// The same with a channel binding, whose data must be 32 octets.
    ///
    /// # Errors
    /// [`KeyError`] when the data has another length.
    pub fn channel_binding(mut self, binding: ChannelBinding) -> Result<Self, KeyError> {
        if binding.data.len() != 32 {
            return Err(KeyError);
        }
        self.binding = Some(binding);
        Ok(self)
    }

    /// The public key in hexadecimal digits, by which the router knows us.
    #[must_use]
    pub fn public_key(&self) -> String {
        match &self.key {
            Key::Here(key) => hex(key.verifying_key().as_bytes()),
            Key::Elsewhere(key) => hex(key),
        }
    }

    /// Signs a challenge of 64 hexadecimal digits without a channel binding: what
    /// `AUTHENTICATE.Signature` has to be. None for a key that is kept elsewhere.
    ///
    /// # Errors
    /// [`KeyError`] when the challenge is not 64 hexadecimal digits.
    pub fn sign(&self, challenge: &str) -> Result<Option<String>, KeyError> {
        let message = from_hex(challenge).ok_or(KeyError)?;
        Ok(self.signed(&message))
    }

    /// What HELLO says of the key.
    pub(super) fn announce(&self, challenge: &[u8; 32], authextra: &mut Dict) {
        authextra.insert("pubkey", self.public_key());
        if let Some(binding) = &self.binding {
            authextra.insert("channel_binding", binding.kind.as_str());
        }
        if self.router.is_some() {
            authextra.insert("challenge", hex(challenge));
        }
    }

    /// The message to sign, after the router's own proof was checked; `ours` is the challenge of HELLO.
    pub(super) fn message(&self, ours: &[u8; 32], extra: &Extra<'_>) -> Result<[u8; 32], AuthError> {
        let binding = self.binding.as_ref();
        if extra.maybe_text("channel_binding")? != binding.map(|binding| binding.kind.as_str()) {
            return Err(AuthError::ChannelBinding);
        }
        let bound = |challenge| match binding.and_then(|binding| binding.data.first_chunk()) {
            Some(channel) => xor(challenge, channel),
            None => challenge,
        };
        if let Some(router) = &self.router {
            let shown: [u8; 32] = extra.hex("pubkey")?;
            let proof: [u8; 96] = extra.hex("signature")?;
            if shown != *router || !verifies(router, &proof, &bound(*ours)) {
                return Err(AuthError::WrongRouter);
            }
        }
        Ok(bound(extra.hex("challenge")?))
    }

    /// Signature and message; none when the key is elsewhere.
    pub(super) fn signed(&self, message: &[u8; 32]) -> Option<String> {
        match &self.key {
            Key::Here(key) => Some(proof(&key.sign(message).to_bytes(), message)),
            Key::Elsewhere(_) => None,
        }
    }
}

/// Without the key.
impl fmt::Debug for Cryptosign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cryptosign").field("public_key", &self.public_key()).finish_non_exhaustive()
    }
}

/// The octets of a public key in hexadecimal digits.
///
/// # Errors
/// [`KeyError`] when these are not 64 hexadecimal digits.
pub fn public_key(digits: &str) -> Result<[u8; 32], KeyError> {
    from_hex(digits).ok_or(KeyError)
}

/// `AUTHENTICATE.Signature`: the signature with the message behind it.
pub(super) fn proof(signature: &[u8; 64], message: &[u8; 32]) -> String {
    hex(signature) + &hex(message)
}

/// Whether a signature with its message behind it is by this key and of this very message.
fn verifies(public_key: &[u8; 32], proof: &[u8; 96], message: &[u8; 32]) -> bool {
    let Some((signature, signed)) = proof.split_first_chunk::<64>() else { return false };
    let Ok(key) = VerifyingKey::from_bytes(public_key) else { return false };
    signed == message && key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
}

//! The key ring with an interface of texts and octets, in a module of its own.
//! One rule: keys that cross are wiped here; what JavaScript keeps of them is JavaScript's.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use zeroize::Zeroizing;

use crate::e2ee::{self, KeyRing, KeySet, Party};

/// Keys by prefix.
#[wasm_bindgen]
#[derive(Default)]
pub struct Ring {
    inner: KeyRing,
}

#[wasm_bindgen]
impl Ring {
    /// Without keys yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the keys of a prefix.
    ///
    /// # Errors
    /// Throws a text when they are no keys, or too few.
    pub fn set(
        &mut self,
        prefix: String,
        originator_priv: Option<String>,
        originator_pub: Option<String>,
        responder_priv: Option<String>,
        responder_pub: Option<String>,
    ) -> Result<(), JsValue> {
        let [originator, responder] = [originator_priv, responder_priv].map(|key| key.map(Zeroizing::new));
        let keys = KeySet::new(
            originator.as_ref().map(|key| key.as_str()),
            originator_pub.as_deref(),
            responder.as_ref().map(|key| key.as_str()),
            responder_pub.as_deref(),
        );
        self.inner.set(prefix, keys.map_err(thrown)?);
        Ok(())
    }

    /// Removes the keys of a prefix; false when there were none.
    pub fn remove(&mut self, prefix: &str) -> bool {
        self.inner.remove(prefix)
    }

    /// The octets to send, or nothing when there are no keys for this URI.
    ///
    /// # Errors
    /// Throws a text when there are keys, and it cannot be sealed with them.
    pub fn seal(
        &self,
        is_originator: bool,
        uri: &str,
        nonce: &[u8],
        plain: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, JsValue> {
        let plain = Zeroizing::new(plain);
        let nonce = nonce.try_into().map_err(|_| JsValue::from_str("a nonce must be 24 octets"))?;
        self.inner.seal(party(is_originator), uri, nonce, &plain).map_err(thrown)
    }

    /// What was sealed.
    ///
    /// # Errors
    /// Throws a text when there is no key for it, or it was not sealed with it.
    pub fn open(&self, is_originator: bool, uri: &str, sealed: &[u8]) -> Result<Vec<u8>, JsValue> {
        self.inner.open(party(is_originator), uri, sealed).map(|plain| plain.to_vec()).map_err(thrown)
    }
}

/// A key pair from 32 random octets: the private and the public key.
///
/// # Errors
/// Throws a text when these are not 32 octets.
#[wasm_bindgen]
pub fn generate_key(random: Vec<u8>) -> Result<Vec<String>, JsValue> {
    let random = Zeroizing::new(random);
    let random = random.as_slice().try_into().map_err(|_| JsValue::from_str("a key must be 32 octets"))?;
    let (private, public) = e2ee::generate(random);
    Ok(vec![private.to_string(), public])
}

/// The public key of a private key.
///
/// # Errors
/// Throws a text when it is no key.
#[wasm_bindgen]
pub fn public_key(private: String) -> Result<String, JsValue> {
    e2ee::public_key(&Zeroizing::new(private)).map_err(thrown)
}

const fn party(is_originator: bool) -> Party {
    if is_originator { Party::Originator } else { Party::Responder }
}

fn thrown(error: impl std::fmt::Display) -> JsValue {
    JsValue::from_str(&error.to_string())
}

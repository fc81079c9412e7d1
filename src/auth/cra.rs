//! WAMP-CRA: a keyed hash of the router's challenge, which is signed byte for byte as it came.
//! (Advanced Profile, "Challenge Response Authentication".)

use sha2::Sha256;
use zeroize::Zeroizing;

use super::{
    AuthError, CostLimits, Secret,
    limits::within,
    text::{Extra, base64, hmac_sha256},
};

const DEFAULT_ITERATIONS: u64 = 1000;
const DEFAULT_KEY_LENGTH: u64 = 32;

/// `AUTHENTICATE.Signature`: base64 of HMAC-SHA256 of the challenge. The key is the secret, or for a
/// salted secret what [`derive_key`] gives.
///
/// ```
/// use wamp_wasm::auth::cra;
///
/// assert_eq!(cra::sign("L3L1YUE8Txlw", "[1, 2, 3]"), "1njQtmmeYO41N5EWEzD2kAjjEKRZ5kPZt/TzpYXOzR0=");
/// ```
#[must_use]
pub fn sign(key: &str, challenge: &str) -> String {
    base64(&hmac_sha256(key.as_bytes(), challenge.as_bytes()))
}

/// The key of a salted secret: base64, as text, of PBKDF2-HMAC-SHA256. The salt is text too; neither is
/// in the specification, and all implementations agree.
///
/// ```
/// use wamp_wasm::auth::cra;
///
/// let key = cra::derive_key("secret1", "salt123", 1000, 32);
/// assert_eq!(key.expose(), "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=");
/// ```
#[must_use]
pub fn derive_key(secret: &str, salt: &str, iterations: u32, key_length: usize) -> Secret {
    let mut key = Zeroizing::new(vec![0; key_length]);
    pbkdf2::pbkdf2_hmac::<Sha256>(secret.as_bytes(), salt.as_bytes(), iterations, &mut key);
    base64(&key).into()
}

/// The answer to a challenge.
pub(super) fn answer(secret: &Secret, extra: &Extra<'_>, limits: &CostLimits) -> Result<String, AuthError> {
    let challenge = extra.text("challenge")?;
    let Some(salt) = extra.maybe_text("salt")? else { return Ok(sign(secret.expose(), challenge)) };
    let iterations = extra.maybe_number("iterations")?.unwrap_or(DEFAULT_ITERATIONS);
    let iterations = within("CHALLENGE.Extra.iterations", iterations, &limits.cra_iterations)?;
    // Every 32 octets cost all the iterations again.
    let length = extra.maybe_number("keylen")?.unwrap_or(DEFAULT_KEY_LENGTH);
    let length = within("CHALLENGE.Extra.keylen", length, &(16..=64))?;
    let key = derive_key(secret.expose(), salt, iterations, length as usize);
    Ok(sign(key.expose(), challenge))
}

//! A secret in memory: wiped when it is dropped, and never shown.

use std::fmt;

use zeroize::Zeroizing;

/// A ticket, a password or a key as text. `Debug` does not show it, and its memory is wiped when it goes.
///
/// ```
/// use wamp_wasm::auth::Secret;
///
/// assert_eq!(format!("{:?}", Secret::from("hunter2")), "Secret");
/// ```
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text. Copies of it are the caller's to wipe.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

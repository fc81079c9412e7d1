//! What WELCOME has to show before a session counts as joined: a router that could not have checked our
//! proof, because it does not know the secret, may welcome us all the same.

use crate::message::{Show, WelcomeDetails, shown};

/// What a client demands of WELCOME.
///
/// ```
/// use wamp_wasm::{auth::WelcomeRule, message::Dict};
///
/// let rule = WelcomeRule::ServerSignature("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".to_owned());
/// let authextra = Dict::new().with("verifier", "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
/// let details = Dict::new().with("authextra", authextra).try_into()?;
/// assert!(rule.check(&details, true).is_ok());
/// # Ok::<(), wamp_wasm::message::OptionError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WelcomeRule {
    /// Nothing: the router need not prove anything.
    #[default]
    Anything,
    /// That a challenge was answered before: every method on offer has the router prove itself in it.
    AfterChallenge,
    /// That the router knows the password: this SCRAM ServerSignature, in base64, in
    /// `WELCOME.Details.authextra`, as `verifier` or, as Crossbar.io has it, `scram_server_signature`.
    ServerSignature(String),
}

/// The router did not prove who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAuthentic {
    /// It let us in without a challenge.
    NoChallenge,
    /// It sent no ServerSignature.
    NoVerifier,
    /// It sent another ServerSignature than one who knows the password.
    WrongVerifier,
}

impl Show for NotAuthentic {
    fn show(&self, to: &mut String) {
        to.push_str(match self {
            Self::NoChallenge => {
                "the router did not prove who it is: WELCOME without a challenge that was answered"
            }
            Self::NoVerifier => {
                "the router did not prove that it knows the password: WELCOME has no verifier"
            }
            Self::WrongVerifier => "the router does not know the password: WELCOME has a wrong verifier",
        });
    }
}

shown! { NotAuthentic }

impl WelcomeRule {
    /// Checks a WELCOME; `answered` tells whether a challenge was answered before.
    ///
    /// # Errors
    /// [`NotAuthentic`] says what is missing. The session must not be used then.
    pub fn check(&self, details: &WelcomeDetails, answered: bool) -> Result<(), NotAuthentic> {
        match self {
            Self::Anything => Ok(()),
            Self::AfterChallenge if answered => Ok(()),
            Self::AfterChallenge => Err(NotAuthentic::NoChallenge),
            Self::ServerSignature(_) if !answered => Err(NotAuthentic::NoChallenge),
            Self::ServerSignature(expected) => {
                let shown = ["verifier", "scram_server_signature"]
                    .iter()
                    .find_map(|key| details.authextra()?.get(key)?.as_str())
                    .ok_or(NotAuthentic::NoVerifier)?;
                // RFC 5802 writes the signature as `v=…`, and so does an example of WAMP's specification.
                let shown = shown.strip_prefix("v=").unwrap_or(shown);
                if same(shown, expected) { Ok(()) } else { Err(NotAuthentic::WrongVerifier) }
            }
        }
    }
}

/// Equality that takes as long wherever the texts differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Dict;

    fn details(authextra: Dict) -> WelcomeDetails {
        WelcomeDetails::try_from(Dict::new().with("authextra", authextra)).unwrap_or_default()
    }

    #[test]
    fn the_verifier_is_found_in_either_dialect_and_with_or_without_its_name() {
        let rule = WelcomeRule::ServerSignature("c2ln".to_owned());
        for (key, value) in [("verifier", "c2ln"), ("verifier", "v=c2ln"), ("scram_server_signature", "c2ln")]
        {
            assert_eq!(rule.check(&details(Dict::new().with(key, value)), true), Ok(()), "{key}={value}");
        }
    }

    #[test]
    fn another_verifier_or_none_or_one_without_a_challenge_is_refused() {
        let rule = WelcomeRule::ServerSignature("c2ln".to_owned());
        for value in ["", "c2l", "c2lm", "c2lnn", "v="] {
            let shown = details(Dict::new().with("verifier", value));
            assert_eq!(rule.check(&shown, true), Err(NotAuthentic::WrongVerifier), "{value:?}");
        }
        assert_eq!(rule.check(&WelcomeDetails::default(), true), Err(NotAuthentic::NoVerifier));
        assert_eq!(
            rule.check(&details(Dict::new().with("verifier", 1)), true),
            Err(NotAuthentic::NoVerifier)
        );
        let right = details(Dict::new().with("verifier", "c2ln"));
        assert_eq!(rule.check(&right, false), Err(NotAuthentic::NoChallenge));
    }
}

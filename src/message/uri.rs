//! URIs of topics, procedures, errors, reasons and realms, and the patterns that match them.
//! A `Uri` on a message is what the peer wrote; whoever acts on it checks it with the rules for its place.

use std::{borrow::Borrow, fmt, sync::Arc};

use super::{MatchPolicy, Show, shown, text, text::digits};

/// A URI as a peer wrote it, cheap to clone. [`Uri::check`] tells whether it is a good one for its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uri(Arc<String>);

/// Which URIs are good in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UriRules {
    /// No empty component: topics of PUBLISH, procedures of CALL, errors, reasons, realms.
    Complete,
    /// The last component may be empty: patterns with prefix match.
    Prefix,
    /// Any component may be empty: patterns with wildcard match.
    Wildcard,
}

/// Why a URI is not a good one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UriError {
    /// A component is empty where none may be.
    EmptyComponent(Uri),
    /// A character that no URI may have: white space or '#'.
    Forbidden {
        /// The URI.
        uri: Uri,
        /// The first bad character.
        character: char,
    },
}

impl Show for UriError {
    fn show(&self, to: &mut String) {
        let (uri, problem) = match self {
            Self::EmptyComponent(uri) => (uri, "' has an empty component"),
            Self::Forbidden { uri, .. } => (uri, "' has the forbidden character '"),
        };
        text![in to, "URI '", uri, problem];
        if let Self::Forbidden { character, .. } = self {
            escape(*character, to);
            text![in to, "'"];
        }
    }
}

/// As [`char::escape_default`] has it, for the characters that no URI may have.
fn escape(character: char, to: &mut String) {
    let known = match character {
        ' ' => " ",
        '#' => "#",
        '\t' => "\\t",
        '\n' => "\\n",
        '\r' => "\\r",
        other => {
            to.push_str("\\u{");
            digits(u32::from(other).into(), 16, to);
            "}"
        }
    };
    to.push_str(known);
}

shown! { UriError }

impl Uri {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks the URI with the "loose" rules, which every peer has to accept: components between dots,
    /// without white space and '#'.
    ///
    /// # Errors
    /// [`UriError`] names the URI and what is wrong with it.
    pub fn check(&self, rules: UriRules) -> Result<(), UriError> {
        if let Some(character) = self.0.chars().find(|&c| c == '#' || is_space(c)) {
            return Err(UriError::Forbidden { uri: self.clone(), character });
        }
        if rules == UriRules::Wildcard {
            return Ok(());
        }
        // On octets: to split a text at its dots takes much more code.
        let octets = self.0.as_bytes();
        let is_open = rules == UriRules::Complete && matches!(octets.last(), None | Some(b'.'));
        if is_open || octets.first() == Some(&b'.') || octets.windows(2).any(|pair| pair == b"..") {
            return Err(UriError::EmptyComponent(self.clone()));
        }
        Ok(())
    }

    /// Whether the protocol keeps this URI for itself (first component `wamp`).
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.0.split('.').next() == Some("wamp")
    }
}

/// White space by every language's account, so that no peer sees a component border where we see none.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}' || ('\u{1c}'..='\u{1f}').contains(&c)
}

impl From<&str> for Uri {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Uri {
    fn from(text: String) -> Self {
        Self(Arc::new(text))
    }
}

impl Borrow<str> for Uri {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Uri {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Uri {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Show for Uri {
    fn show(&self, to: &mut String) {
        to.push_str(self.as_str());
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The URI of a subscription or registration together with how it is matched: its identity at the router.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    /// The URI, with empty components where the policy allows them.
    pub uri: Uri,
    /// How it is matched.
    pub policy: MatchPolicy,
}

impl Pattern {
    /// The pattern of a URI and a policy.
    ///
    /// # Errors
    /// [`UriError`] when the URI is not good for that policy.
    pub fn new(uri: Uri, policy: MatchPolicy) -> Result<Self, UriError> {
        uri.check(match policy {
            MatchPolicy::Exact => UriRules::Complete,
            MatchPolicy::Prefix => UriRules::Prefix,
            MatchPolicy::Wildcard => UriRules::Wildcard,
        })?;
        Ok(Self { uri, policy })
    }

    /// Whether a complete URI matches. A prefix is a prefix of the text, not of components.
    #[must_use]
    pub fn matches(&self, uri: &Uri) -> bool {
        let (pattern, uri) = (self.uri.as_str(), uri.as_str());
        match self.policy {
            MatchPolicy::Exact => pattern == uri,
            MatchPolicy::Prefix => uri.starts_with(pattern),
            MatchPolicy::Wildcard => {
                let (mut want, mut have) = (pattern.split('.'), uri.split('.'));
                loop {
                    match (want.next(), have.next()) {
                        (None, None) => return true,
                        (Some(w), Some(h)) if w.is_empty() || w == h => {}
                        _ => return false,
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(uri: &str, rules: UriRules) -> bool {
        Uri::from(uri).check(rules).is_ok()
    }

    #[test]
    fn a_complete_uri_has_no_empty_component_and_no_white_space() {
        for good in ["com.example.chat", "a", "Com.X-y.ü", "wamp.error.canceled"] {
            assert!(ok(good, UriRules::Complete), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "a b", "a\n", "a.b#c", "a\u{feff}", "a\u{1c}"] {
            assert!(!ok(bad, UriRules::Complete), "{bad:?}");
        }
    }

    #[test]
    fn the_forbidden_character_is_shown_as_rust_writes_it() {
        for character in (0..0x1_0000).filter_map(char::from_u32).filter(|c| *c == '#' || is_space(*c)) {
            let error = Uri::from(format!("a{character}b")).check(UriRules::Complete).unwrap_err();
            let shown = character.escape_default();
            assert_eq!(
                error.to_string(),
                format!("URI 'a{character}b' has the forbidden character '{shown}'")
            );
        }
    }

    #[test]
    fn only_the_last_component_of_a_prefix_may_be_empty() {
        for good in ["", "com", "com.", "com.foo", "com.foo."] {
            assert!(ok(good, UriRules::Prefix), "{good:?}");
        }
        for bad in [".", ".com", "com..", "com..foo"] {
            assert!(!ok(bad, UriRules::Prefix), "{bad:?}");
        }
    }

    #[test]
    fn any_component_of_a_wildcard_may_be_empty() {
        for good in ["", ".", "com..foo", ".com", "com."] {
            assert!(ok(good, UriRules::Wildcard), "{good:?}");
        }
    }

    #[test]
    fn a_prefix_matches_by_text_and_a_wildcard_by_components() {
        let prefix = Pattern { uri: "a.b".into(), policy: MatchPolicy::Prefix };
        assert!(prefix.matches(&"a.bc".into()) && prefix.matches(&"a.b".into()));
        assert!(!prefix.matches(&"a.c".into()));
        let wildcard = Pattern { uri: "a..c".into(), policy: MatchPolicy::Wildcard };
        assert!(wildcard.matches(&"a.b.c".into()));
        assert!(!wildcard.matches(&"a.b.c.d".into()) && !wildcard.matches(&"a.c".into()));
    }
}

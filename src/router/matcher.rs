//! A table keyed by patterns, shared by broker and dealer.
//! The same URI under two match policies is two keys; an exact match is found first.

use std::collections::BTreeMap;

use crate::message::{MatchPolicy, Pattern, Uri};

/// A map from [`Pattern`]s to `T`.
///
/// ```
/// use wamp_wasm::message::{MatchPolicy, Pattern};
/// use wamp_wasm::router::PatternMap;
///
/// let mut map = PatternMap::default();
/// map.insert(Pattern::new("com.example".into(), MatchPolicy::Prefix)?, "all of ours");
/// map.insert(Pattern::new("com.example.chat".into(), MatchPolicy::Exact)?, "the chat");
/// let found: Vec<_> = map.matching(&"com.example.chat".into()).copied().collect();
/// assert_eq!(found, ["the chat", "all of ours"]);
/// # Ok::<(), wamp_wasm::message::UriError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PatternMap<T> {
    exact: BTreeMap<Uri, T>,
    prefix: BTreeMap<Uri, T>,
    wildcard: BTreeMap<Pattern, T>,
}

impl<T> PatternMap<T> {
    /// What stands under this very pattern.
    #[must_use]
    pub fn get(&self, pattern: &Pattern) -> Option<&T> {
        match pattern.policy {
            MatchPolicy::Exact => self.exact.get(&pattern.uri),
            MatchPolicy::Prefix => self.prefix.get(&pattern.uri),
            MatchPolicy::Wildcard => self.wildcard.get(pattern),
        }
    }

    /// Puts something under a pattern, and gives what stood there.
    pub fn insert(&mut self, pattern: Pattern, value: T) -> Option<T> {
        match pattern.policy {
            MatchPolicy::Exact => self.exact.insert(pattern.uri, value),
            MatchPolicy::Prefix => self.prefix.insert(pattern.uri, value),
            MatchPolicy::Wildcard => self.wildcard.insert(pattern, value),
        }
    }

    /// Takes away what stands under this very pattern.
    pub fn remove(&mut self, pattern: &Pattern) -> Option<T> {
        match pattern.policy {
            MatchPolicy::Exact => self.exact.remove(&pattern.uri),
            MatchPolicy::Prefix => self.prefix.remove(&pattern.uri),
            MatchPolicy::Wildcard => self.wildcard.remove(pattern),
        }
    }

    /// Whether nothing stands in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.prefix.is_empty() && self.wildcard.is_empty()
    }

    /// Everything whose pattern matches a complete URI: exact, then prefixes from the shortest, then
    /// wildcards.
    pub fn matching<'a>(&'a self, uri: &'a Uri) -> impl Iterator<Item = &'a T> {
        let wildcards = self.wildcard.iter().filter(move |(pattern, _)| pattern.matches(uri)).map(|(_, v)| v);
        self.exact.get(uri).into_iter().chain(self.prefixes(uri.as_str())).chain(wildcards)
    }

    /// One look-up for each length of the text, however many prefixes there are.
    fn prefixes<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a T> {
        let ends = if self.prefix.is_empty() { 0..0 } else { 0..text.len() + 1 };
        ends.filter_map(|end| text.get(..end)).filter_map(|prefix| self.prefix.get(prefix))
    }
}

impl<T> Default for PatternMap<T> {
    fn default() -> Self {
        Self { exact: BTreeMap::new(), prefix: BTreeMap::new(), wildcard: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(patterns: &[(&'static str, MatchPolicy)]) -> PatternMap<&'static str> {
        let mut map = PatternMap::default();
        for (uri, policy) in patterns {
            map.insert(Pattern::new((*uri).into(), *policy).unwrap(), *uri);
        }
        map
    }

    fn matching(map: &PatternMap<&'static str>, uri: &str) -> Vec<&'static str> {
        map.matching(&uri.into()).copied().collect()
    }

    #[test]
    fn exact_comes_first_then_prefixes_by_length_then_wildcards() {
        use MatchPolicy::{Exact, Prefix, Wildcard};
        let map = map(&[("a.b.", Prefix), ("a..c", Wildcard), ("", Prefix), ("a.b.c", Exact), ("x", Exact)]);
        assert_eq!(matching(&map, "a.b.c"), ["a.b.c", "", "a.b.", "a..c"]);
        assert_eq!(matching(&map, "x"), ["x", ""]);
    }

    #[test]
    fn a_prefix_is_a_prefix_of_the_text_also_between_characters_of_several_bytes() {
        let map = map(&[("a.ü", MatchPolicy::Prefix)]);
        assert_eq!(matching(&map, "a.üb.c"), ["a.ü"]);
        assert!(matching(&map, "a.u").is_empty());
    }

    #[test]
    fn the_policy_is_part_of_the_key() {
        let mut map = map(&[("a.b", MatchPolicy::Exact), ("a.b", MatchPolicy::Prefix)]);
        let exact = Pattern::new("a.b".into(), MatchPolicy::Exact).unwrap();
        assert_eq!(map.remove(&exact), Some("a.b"));
        assert_eq!(map.get(&exact), None);
        assert_eq!(matching(&map, "a.b"), ["a.b"]);
    }
}

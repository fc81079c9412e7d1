//! Halves of characters. JavaScript's strings can hold one, and `JSON.stringify` writes it as an escape
//! that stands for no character; what a text field cuts off must not end a session.

use std::borrow::Cow;

/// The text with an escaped U+FFFD in the place of every escaped surrogate without its other half.
/// Nothing else changes, not even a position.
pub(in crate::codec) fn whole_characters(text: &str) -> Cow<'_, str> {
    let halves = halves(text.as_bytes());
    if halves.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut whole = String::with_capacity(text.len());
    let mut rest = 0;
    for at in halves {
        whole += text.get(rest..at).unwrap_or_default();
        whole += "\\ufffd";
        rest = at + ESCAPE;
    }
    whole += text.get(rest..).unwrap_or_default();
    Cow::Owned(whole)
}

/// The length of `\ud800`.
const ESCAPE: usize = 6;

/// Where the escapes are that stand for no character.
fn halves(text: &[u8]) -> Vec<usize> {
    let mut halves = Vec::new();
    let mut at = 0;
    // A backslash stands nowhere but in a string.
    while let Some(next) = text.get(at..).and_then(|rest| rest.iter().position(|octet| *octet == b'\\')) {
        at += next;
        let (first, second) = (unit(text, at), unit(text, at + ESCAPE));
        match (first, second) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 2 * ESCAPE,
            (Some(0xd800..=0xdfff), _) => {
                halves.push(at);
                at += ESCAPE;
            }
            // Past the octet that is escaped: it may be a backslash itself.
            _ => at += 2,
        }
    }
    halves
}

/// The UTF-16 unit of the escape at this position.
fn unit(text: &[u8], at: usize) -> Option<u16> {
    let hex = text.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(hex).ok().filter(|hex| !hex.starts_with('+'))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_replaced_and_whole_characters_are_not() {
        for (text, whole) in [
            (r#"["\ud83d\ude00"]"#, r#"["\ud83d\ude00"]"#),
            (r#"["\ud83d"]"#, r#"["\ufffd"]"#),
            (r#"["\ude00x\uD83D"]"#, r#"["\ufffdx\ufffd"]"#),
            (r#"["\ud83d\ud83d\ude00"]"#, r#"["\ufffd\ud83d\ude00"]"#),
            (r#"["\\ud83d"]"#, r#"["\\ud83d"]"#),
            (r#"["\\\ud83d\n"]"#, r#"["\\\ufffd\n"]"#),
            (r#"["\u00e4", "ä", "\ud8"#, r#"["\u00e4", "ä", "\ud8"#),
        ] {
            assert_eq!(whole_characters(text), whole);
        }
    }
}

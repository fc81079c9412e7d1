//! Tokens to JSON text: compact, characters unescaped, dicts in their order.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::codec::{
    EncodeError, Serializer,
    token::{Token, Write},
};

/// Writes JSON. Lists and dicts close themselves with their last item.
#[derive(Default)]
pub(in crate::codec) struct Writer {
    text: Vec<u8>,
    open: Vec<Open>,
}

/// A list or dict that is not complete yet.
struct Open {
    dict: bool,
    /// How many items were written; a dict counts keys and values.
    written: usize,
    /// How many there will be; `None`: until [`Token::End`].
    of: Option<usize>,
}

impl Writer {
    /// What was written.
    pub(in crate::codec) fn into_text(self) -> Result<String, EncodeError> {
        // Only `raw` could bring in anything else, and its spans were checked.
        String::from_utf8(self.text).map_err(|_| no_form("text that is not UTF-8"))
    }

    /// Appends an item that is JSON already.
    pub(in crate::codec) fn raw(&mut self, json: &[u8]) {
        self.separate();
        self.text.extend_from_slice(json);
        self.complete();
    }

    /// Whether the next item is the key of a dict.
    fn at_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.dict && open.written % 2 == 0)
    }

    fn separate(&mut self) {
        match self.open.last() {
            Some(Open { dict: true, written, .. }) if written % 2 == 1 => self.text.push(b':'),
            Some(Open { written: 1.., .. }) => self.text.push(b','),
            _ => {}
        }
    }

    /// Counts the item that was just written, and closes what it completes.
    fn complete(&mut self) {
        while let Some(open) = self.open.last_mut() {
            open.written += 1;
            if open.of != Some(open.written) {
                return;
            }
            self.close();
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.text.push(if open.dict { b'}' } else { b']' });
        }
    }

    fn begin(&mut self, dict: bool, of: Option<usize>) {
        self.text.push(if dict { b'{' } else { b'[' });
        self.open.push(Open { dict, written: 0, of });
        if of == Some(0) {
            self.close();
            self.complete();
        }
    }

    fn scalar(&mut self, value: impl serde::Serialize) -> Result<(), EncodeError> {
        serde_json::to_writer(&mut self.text, &value).map_err(|_| no_form("this value"))?;
        self.complete();
        Ok(())
    }

    fn string(&mut self, text: &str) -> Result<(), EncodeError> {
        if text.starts_with('\0') && !self.at_key() {
            return Err(no_form("text that begins with NUL"));
        }
        self.scalar(text)
    }
}

impl Write for Writer {
    fn write(&mut self, token: Token<'_>) -> Result<(), EncodeError> {
        if !matches!(token, Token::End) {
            self.separate();
        }
        match token {
            Token::Null => self.scalar(()),
            Token::Bool(v) => self.scalar(v),
            Token::Int(v) => self.scalar(v),
            Token::UInt(v) => self.scalar(v),
            Token::Float(v) if v.is_finite() => self.scalar(v),
            Token::Float(v) => Err(no_form(if v.is_nan() { "NaN" } else { "infinity" })),
            Token::Str(v) => self.string(&v),
            Token::Bytes(v) => self.scalar(format!("\0{}", STANDARD.encode(v))),
            Token::List(of) => {
                self.begin(false, of);
                Ok(())
            }
            Token::Dict(of) => {
                self.begin(true, of.map(|n| n.saturating_mul(2)));
                Ok(())
            }
            Token::End => {
                self.close();
                self.complete();
                Ok(())
            }
        }
    }
}

fn no_form(what: &str) -> EncodeError {
    EncodeError::Unrepresentable {
        at: String::new(),
        what: what.to_owned(),
        serializer: Serializer::Json.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(tokens: Vec<Token<'static>>) -> String {
        let mut writer = Writer::default();
        for token in tokens {
            writer.write(token).unwrap();
        }
        writer.into_text().unwrap()
    }

    #[test]
    fn lists_and_dicts_close_with_their_last_item() {
        use Token::{Dict, Int, List, Str};
        let tokens = vec![
            List(Some(3)),
            Dict(Some(2)),
            Str("a".into()),
            List(Some(0)),
            Str("b".into()),
            Dict(Some(0)),
            List(None),
            Int(1),
            Int(2),
            Token::End,
            Int(3),
        ];
        assert_eq!(text(tokens), r#"[{"a":[],"b":{}},[1,2],3]"#);
    }

    #[test]
    fn text_that_begins_with_nul_is_refused_as_a_value_and_kept_as_a_key() {
        assert_eq!(
            text(vec![Token::Dict(Some(1)), Token::Str("\0a".into()), Token::Null]),
            r#"{"\u0000a":null}"#
        );
        assert!(Writer::default().write(Token::Str("\0a".into())).is_err());
    }
}

//! Texts for people and peers: what is wrong, put together of its parts.
//! The one rule: nothing here, and nothing that the smallest build calls, formats by `core::fmt`, which
//! would be a tenth of that build. What has a text shows it by [`Show`], and its `Display` is that text.

/// Something that is a part of a text.
pub(crate) trait Show {
    /// Appends it.
    fn show(&self, to: &mut String);

    /// It alone.
    #[inline(never)]
    fn text(&self) -> String {
        let mut text = String::new();
        self.show(&mut text);
        text
    }
}

/// The text of these parts, one behind the other; `in` appends them to a text that there is.
macro_rules! text {
    (in $to:expr, $($part:expr),+ $(,)?) => {{
        $($crate::message::Show::show(&$part, $to);)+
    }};
    ($($part:expr),+ $(,)?) => {{
        let mut text = String::new();
        text![in &mut text, $($part),+];
        text
    }};
}

/// `Display` and `Error` of something that has a text.
macro_rules! shown {
    ($($error:ty)*) => {$(
        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::message::Show::text(self))
            }
        }

        impl std::error::Error for $error {}
    )*};
}

pub(crate) use {shown, text};

impl<T: Show + ?Sized> Show for &T {
    fn show(&self, to: &mut String) {
        (**self).show(to);
    }
}

impl Show for str {
    fn show(&self, to: &mut String) {
        to.push_str(self);
    }
}

impl Show for String {
    fn show(&self, to: &mut String) {
        to.push_str(self);
    }
}

/// Appends a number to a base of 16 at the most.
pub(super) fn digits(number: u64, base: u64, to: &mut String) {
    if number >= base {
        digits(number / base, base, to);
    }
    let digit = (number % base) as usize;
    to.push_str("0123456789abcdef".get(digit..=digit).unwrap_or_default());
}

impl Show for u64 {
    fn show(&self, to: &mut String) {
        digits(*self, 10, to);
    }
}

impl Show for i64 {
    fn show(&self, to: &mut String) {
        if *self < 0 {
            "-".show(to);
        }
        self.unsigned_abs().show(to);
    }
}

impl Show for usize {
    fn show(&self, to: &mut String) {
        (*self as u64).show(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_the_standard_library_does() {
        for number in [0, 7, 10, 99, 1000, 1 << 53, u64::MAX] {
            assert_eq!(number.text(), number.to_string());
        }
        for number in [0, -1, i64::MIN, i64::MAX] {
            assert_eq!(number.text(), number.to_string());
        }
    }
}

//! Values as messages show them: short, on one line, and harmless to a terminal.

use std::fmt;

/// How much of a value a message shows, in characters.
const SHOWN: usize = 60;

/// A value as messages quote it: in backticks, cut after some 60 characters. Characters that would move the cursor, reorder text or
/// hide are written as escapes.
pub(crate) fn excerpt(text: &str) -> Excerpt<'_> {
    Excerpt { text, shown: SHOWN, quote: "`" }
}

/// What [`excerpt`] gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Excerpt<'a> {
    text: &'a str,
    shown: usize,
    quote: &'static str,
}

impl Excerpt<'_> {
    /// The text without quotes, cut after `shown` characters.
    pub(crate) fn unquoted(self, shown: usize) -> Self {
        Excerpt { shown, quote: "", ..self }
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.quote)?;
        let mut room = self.shown;
        for c in self.text.chars() {
            let width = if unprintable(c) { c.escape_default().len() } else { 1 };
            let Some(left) = room.checked_sub(width) else {
                f.write_str("…")?;
                break;
            };
            room = left;
            if unprintable(c) { write!(f, "{}", c.escape_default()) } else { write!(f, "{c}") }?;
        }
        f.write_str(self.quote)
    }
}

/// Controls, and the format characters that reorder or hide text.
pub(crate) fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_is_quoted_as_it_is() {
        assert_eq!(excerpt("a b\u{e9}").to_string(), "`a bé`");
        assert_eq!(excerpt("").to_string(), "``");
        assert_eq!(excerpt(&"x".repeat(60)).to_string(), format!("`{}`", "x".repeat(60)));
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(excerpt(&"é".repeat(61)).to_string(), format!("`{}…`", "é".repeat(60)));
        assert_eq!(excerpt("abcdef").unquoted(4).to_string(), "abcd…");
        assert_eq!(excerpt("abcdef").unquoted(6).to_string(), "abcdef");
    }

    #[test]
    fn what_plays_tricks_is_escaped_and_counted_as_shown() {
        assert_eq!(excerpt("a\nb\t\u{1b}[2J").to_string(), r"`a\nb\t\u{1b}[2J`");
        assert_eq!(excerpt("1\u{202e}2\u{200b}").to_string(), r"`1\u{202e}2\u{200b}`");
        assert_eq!(excerpt("a\u{202e}b").unquoted(8).to_string(), "a…");
    }
}

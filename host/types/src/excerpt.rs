//! Text as it is shown: values in messages short and on one line, and nothing that plays tricks on a terminal.

use std::borrow::Cow;
use std::fmt::{self, Write};

use unicode_width::UnicodeWidthChar;

/// How much of a value a message shows, in characters.
const SHOWN: usize = 60;

/// How many characters without a width may follow one another: marks on a letter, vowels and finals of a Hangul syllable. No script needs
/// as many.
const MARKS: usize = 4;

/// A value as messages quote it: in backticks, cut after some 60 characters. Characters that would move the cursor, reorder text, or
/// look like others or like nothing are written as escapes (`\u{a0}`).
pub fn excerpt(text: &str) -> Excerpt<'_> {
    Excerpt { text, shown: SHOWN, quote: "`" }
}

/// What [`excerpt`] gives.
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a> {
    text: &'a str,
    shown: usize,
    quote: &'static str,
}

impl Excerpt<'_> {
    /// The text without quotes, cut after `shown` characters.
    pub fn unquoted(self, shown: usize) -> Self {
        Excerpt { shown, quote: "", ..self }
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.quote)?;
        let mut room = self.shown;
        for (c, tricky) in seen(self.text) {
            let width = if tricky { c.escape_default().len() } else { 1 };
            let Some(left) = room.checked_sub(width) else {
                f.write_str("…")?;
                break;
            };
            room = left;
            if tricky { write!(f, "{}", c.escape_default()) } else { write!(f, "{c}") }?;
        }
        f.write_str(self.quote)
    }
}

/// A path or a name as it is listed: on one line, cut after some 200 characters, and harmless to a terminal.
#[must_use]
pub fn listed(text: &str) -> String {
    excerpt(text).unquoted(200).to_string()
}

/// Names as messages list them: the first ten, and how many there are.
pub fn names(names: &[impl AsRef<str>]) -> String {
    let mut list: Vec<String> = names.iter().take(10).map(|name| excerpt(name.as_ref()).to_string()).collect();
    if names.len() > list.len() {
        list.push(format!("… ({} in all)", names.len()));
    }
    list.join(", ")
}

/// Names of columns as messages list them: the first ten, and how many there are.
pub fn list(names: &[impl AsRef<str>]) -> String {
    let mut list: Vec<String> = names.iter().take(10).map(|name| excerpt(name.as_ref()).to_string()).collect();
    if names.len() > list.len() {
        list.push(format!("… ({} columns)", names.len()));
    }
    list.join(", ")
}

/// Text for a terminal, of any number of lines: what would move the cursor, reorder text or hide is written as escapes.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |text, c| write!(text, "{}", c.escape_default()))
}

/// The same for JSON, whose value stays what it is.
#[must_use]
pub fn printable_json(json: &str) -> Cow<'_, str> {
    // Outside its strings, JSON has none of these characters but line ends.
    escaped(json, |text, c| c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(text, "\\u{unit:04x}")))
}

fn escaped(text: &str, escape: impl Fn(&mut String, char) -> fmt::Result) -> Cow<'_, str> {
    if !seen(text).any(|(c, tricky)| tricky && c != '\n') {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    for (c, tricky) in seen(text) {
        if tricky && c != '\n' {
            // Writing to a string cannot fail.
            let _ = escape(&mut clean, c);
        } else {
            clean.push(c);
        }
    }
    Cow::Owned(clean)
}

/// The characters of a text, and whether each has to be escaped where it is shown: since it is [`unprintable`], or stands in a stack of
/// marks that would be drawn over the lines above and below.
pub fn seen(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut stacked = 0;
    text.chars().map(move |c| {
        let adds_no_width = !c.is_ascii() && c.width() == Some(0);
        stacked = if adds_no_width { stacked + 1 } else { 0 };
        (c, stacked > MARKS || unprintable(c))
    })
}

/// What is not seen for what it is: controls, characters that reorder text or have no width, and every blank but the space.
pub fn unprintable(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
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
        for hidden in
            "\u{a0}\u{2003}\u{202f}\u{3000}\u{ad}\u{200b}\u{feff}\u{3164}\u{2800}\u{fe0f}\u{85}\u{2029}".chars()
        {
            let code = u32::from(hidden);
            assert_eq!(excerpt(&format!("0.5{hidden}")).to_string(), format!("`0.5\\u{{{code:x}}}`"));
        }
    }

    #[test]
    fn fillers_and_stacks_of_marks_are_escaped() {
        let fillers = "\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2800}\u{34f}\u{ad}\u{fe00}\u{fe0f}\u{e0100}\u{e0041}\u{200d}\u{2064}\u{180e}\u{1d159}";
        for filler in fillers.chars() {
            let escaped = format!("a\\u{{{:x}}}b", u32::from(filler));
            assert_eq!(printable(&format!("a{filler}b")), escaped);
        }
        // Letters of any script keep their marks: Vietnamese, Thai, Hindi, pointed Hebrew, Hangul in parts.
        for text in [
            "e\u{323}\u{302}",
            "\u{e01}\u{e35}\u{e49}",
            "\u{915}\u{94d}\u{937}\u{93f}",
            "\u{5e9}\u{5c1}\u{5bc}\u{5b8}\u{5d9}",
            "\u{1112}\u{1161}\u{11ab}",
        ] {
            assert_eq!(printable(text), text);
        }
        let stack = format!("Z{}", "\u{301}\u{489}".repeat(50));
        let shown = printable(&stack);
        assert!(shown.starts_with("Z\u{301}\u{489}\u{301}\u{489}\\u{301}\\u{489}"), "{shown}");
        assert_eq!(printable(&shown), shown);
        assert_eq!(
            excerpt(&stack).unquoted(60).to_string(),
            "Z\u{301}\u{489}\u{301}\u{489}\\u{301}\\u{489}\\u{301}\\u{489}\\u{301}\\u{489}\\u{301}…"
        );
    }

    #[test]
    fn lists_of_names_are_cut() {
        assert_eq!(listed(&"x".repeat(60_000)), format!("{}…", "x".repeat(200)));
        assert_eq!(list(&["a", "b\n"]), r"`a`, `b\n`");
        assert!(list(&["x"; 11]).ends_with("`x`, … (11 columns)"));
    }

    #[test]
    fn whole_texts_keep_their_lines() {
        assert_eq!(printable("a\nb\r\u{9b}2J"), "a\nb\\r\\u{9b}2J");
        assert!(matches!(printable("é\n"), Cow::Borrowed("é\n")));
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({"\u{202e}": "a\u{7f}\u{9b}\n\u{e0001}é"});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let clean = printable_json(&text);
        assert_eq!(clean, "{\n  \"\\u202e\": \"a\\u007f\\u009b\\n\\udb40\\udc01é\"\n}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&clean).unwrap(), value);
    }
}

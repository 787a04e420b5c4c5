//! The step that `int()` and `float()` share: to ASCII, then without blanks at either end.

use std::borrow::Cow;

use crate::is_whitespace;

/// The zeros of the decimal digits outside ASCII (Unicode 14.0, general category Nd). Nine more digits follow each.
const ZEROS: [u32; 65] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
    0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0,
    0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// The text of a number in ASCII: digits of other scripts as `0` to `9`, without the white space around it and without the
/// underscores between digits. `None` if no number can be spelled so.
pub(crate) fn number_text(text: &str) -> Option<Cow<'_, str>> {
    let text = if text.is_ascii() {
        Cow::Borrowed(text.trim_matches(is_c_space))
    } else {
        let ascii = text.chars().map(to_ascii).collect::<Option<String>>()?;
        Cow::Owned(ascii.trim_matches(is_c_space).to_owned())
    };
    if text.contains('_') { without_underscores(&text).map(Cow::Owned) } else { Some(text) }
}

fn to_ascii(c: char) -> Option<char> {
    if c.is_ascii() {
        Some(c)
    } else if is_whitespace(c) {
        Some(' ')
    } else {
        let after = ZEROS.partition_point(|&zero| zero <= u32::from(c));
        let zero = ZEROS.get(after.checked_sub(1)?)?;
        char::from_digit(u32::from(c) - zero, 10)
    }
}

/// C's `isspace`, which is all that `int()` and `float()` strip: U+001C to U+001F are white space to `str.strip()`, not to them.
fn is_c_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}

/// An underscore may stand between two digits only.
fn without_underscores(text: &str) -> Option<String> {
    let between_digits = text.as_bytes().windows(3).filter(|w| w[1] == b'_').all(|w| is_digit(w[0]) && is_digit(w[2]));
    let inside = !text.starts_with('_') && !text.ends_with('_');
    (between_digits && inside).then(|| text.replace('_', ""))
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sum(unicodedata.decimal(chr(c), None) is not None for c in range(0x110000))` is 660 in Python 3.11, 10 of them ASCII.
    #[test]
    fn digits_of_every_script_have_their_value() {
        let digits = ('\u{80}'..=char::MAX).filter(|&c| to_ascii(c).is_some_and(|ascii| ascii != ' '));
        assert_eq!(digits.count(), 650);
        assert_eq!(number_text("\u{669}\u{967}\u{ff15}\u{1fbf9}").as_deref(), Some("9159"));
    }
}

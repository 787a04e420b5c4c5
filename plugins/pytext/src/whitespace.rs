//! White space as `str.isspace()`, `str.strip()` and `str.split()` see it.

/// True for what `str.isspace()` calls white space: Unicode's `White_Space`, and the separators U+001C to U+001F. Not U+180E,
/// U+200B or U+FEFF.
#[must_use]
pub fn is_whitespace(c: char) -> bool {
    if c.is_ascii() { matches!(c, '\t'..='\r' | '\u{1c}'..=' ') } else { c.is_whitespace() }
}

/// `str.split()`: the pieces between runs of white space. There are no empty ones.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = place(rest, false)?;
        rest = rest.get(start..)?;
        let (piece, after) = rest.split_at_checked(place(rest, true).unwrap_or(rest.len()))?;
        rest = after;
        Some(piece)
    })
}

/// Where the first character is that is white space, or is not.
fn place(text: &str, white: bool) -> Option<usize> {
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        if byte.is_ascii() {
            if is_whitespace(char::from(byte)) == white {
                return Some(at);
            }
            at += 1;
        } else {
            let c = text.get(at..)?.chars().next()?;
            if is_whitespace(c) == white {
                return Some(at);
            }
            at += c.len_utf8();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[hex(c) for c in range(0x110000) if chr(c).isspace()]`
    const SPACES: [(u32, u32); 10] = [
        (0x9, 0xd),
        (0x1c, 0x20),
        (0x85, 0x85),
        (0xa0, 0xa0),
        (0x1680, 0x1680),
        (0x2000, 0x200a),
        (0x2028, 0x2029),
        (0x202f, 0x202f),
        (0x205f, 0x205f),
        (0x3000, 0x3000),
    ];

    #[test]
    fn white_space_is_pythons_for_every_character() {
        for c in '\0'..=char::MAX {
            let code = u32::from(c);
            let expected = SPACES.iter().any(|&(first, last)| (first..=last).contains(&code));
            assert_eq!(is_whitespace(c), expected, "U+{code:04X}");
        }
    }

    #[test]
    fn split_drops_empty_pieces() {
        let pieces: Vec<&str> = split("\u{3000} a\u{1c}b \u{a0}c\u{200b}d\u{85}\u{feff}e\u{180e}\n").collect();
        assert_eq!(pieces, ["a", "b", "c\u{200b}d", "\u{feff}e\u{180e}"]);
        assert_eq!(split(" \u{1f}").count(), 0);
        assert_eq!(split("").count(), 0);
    }
}

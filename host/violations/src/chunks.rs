//! Texts in pieces that a model can take.

/// The most characters of a piece, which is the reference's.
pub const CHARACTERS: usize = 128_000;

/// A text in pieces of so many characters at most. They end with a line where one ends in the later half of the piece, and never within a
/// character.
#[must_use]
pub fn chunks(text: &str, characters: usize) -> Vec<&str> {
    let characters = characters.max(1);
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        // A character has a byte at least, so that short texts need not be counted.
        let end = if rest.len() <= characters { rest.len() } else { end_of(rest, characters) };
        let end = if end == rest.len() { end } else { line_end(rest, end) };
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Where the first so many characters end.
fn end_of(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

/// The end of the last line before an end, if it is not too far from it.
fn line_end(text: &str, end: usize) -> usize {
    let line = text.get(..end).and_then(|piece| piece.rfind('\n')).map(|at| at + 1);
    line.filter(|&line| line > end / 2).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_with_lines_where_they_can() {
        assert_eq!(chunks("", 5), Vec::<&str>::new());
        assert_eq!(chunks("abc", 3), ["abc"]);
        assert_eq!(chunks("abcdef", 3), ["abc", "def"]);
        assert_eq!(chunks("ab\ncdefgh", 5), ["ab\n", "cdefg", "h"]);
        assert_eq!(chunks("a\nbcdefgh", 6), ["a\nbcde", "fgh"]);
        // Characters are counted, not bytes.
        assert_eq!(chunks("éééé", 3), ["ééé", "é"]);
    }

    #[test]
    fn nothing_is_lost_and_no_piece_is_too_long() {
        let text: String =
            (0..5000_u32).map(|n| if n % 37 == 0 { '\n' } else { char::from_u32(0x1f600 + n % 50).unwrap() }).collect();
        for characters in [1, 2, 7, 64, 999, 5000, 6000] {
            let pieces = chunks(&text, characters);
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| (1..=characters).contains(&piece.chars().count())));
        }
    }
}

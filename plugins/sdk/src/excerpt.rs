//! Values as messages quote them.

/// How much of a value a message shows, in characters.
const SHOWN: usize = 60;

/// A value in backticks, cut after some 60 characters. (The host takes care of characters that could play tricks on a terminal.)
#[must_use]
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(excerpt("3.5"), "`3.5`");
        assert_eq!(excerpt(&"é".repeat(60)), format!("`{}`", "é".repeat(60)));
        assert_eq!(excerpt(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
    }
}

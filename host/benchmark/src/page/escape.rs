//! Text that others wrote, as HTML shows it.

use assay_types::excerpt::printable;

/// How much of a text is shown, in characters.
const SHOWN: usize = 2000;

/// A text in HTML, between tags or in a quoted attribute: characters that mean something there are references, those that cannot be seen or
/// play tricks are shown by their escapes, and what is long is cut.
#[must_use]
pub fn escaped(text: &str) -> String {
    let (cut, more) = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => (text.get(..end).unwrap_or_default(), "…"),
        None => (text, ""),
    };
    let mut html = String::with_capacity(cut.len());
    for c in printable(cut).chars() {
        match c {
            '&' => html += "&amp;",
            '<' => html += "&lt;",
            '>' => html += "&gt;",
            '"' => html += "&quot;",
            '\'' => html += "&#39;",
            c => html.push(c),
        }
    }
    html + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_others_wrote_is_markup() {
        assert_eq!(escaped("<b a='1' c=\"2\">&"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;");
        assert!(!escaped("a\u{202e}b").contains('\u{202e}'));
        assert_eq!(escaped(&"x".repeat(SHOWN + 1)), "x".repeat(SHOWN) + "…");
    }
}

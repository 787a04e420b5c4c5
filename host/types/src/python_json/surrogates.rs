//! Halves of surrogate pairs. Python's texts may hold them, and its `json.dumps` writes them as escapes.

use std::borrow::Cow;

/// The text with `\ufffd` in the place of each escape that is half a surrogate pair. Outside its strings, JSON has no backslash.
pub(super) fn replaced(text: &str) -> Cow<'_, str> {
    let mut whole = Cow::Borrowed(text);
    // Most texts have no such escape, and this is the faster search.
    let mut at = if text.contains("\\u") { 0 } else { text.len() };
    while let Some(backslash) = text.as_bytes().get(at..).and_then(|rest| rest.iter().position(|&byte| byte == b'\\')) {
        at += backslash;
        at += match (unit(text, at), unit(text, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                whole.to_mut().replace_range(at..at + 6, r"\ufffd");
                6
            }
            _ => 2,
        };
    }
    whole
}

/// The number of the escape `\uXXXX` that starts there.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix(r"\u")?;
    // A sign would be read too.
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_replaced_and_pairs_kept() {
        for (text, expected) in [
            (r#""a""#, r#""a""#),
            (r#""\ud800""#, r#""\ufffd""#),
            (r#""\uDFFF\uD800x""#, r#""\ufffd\ufffdx""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\\ud800\n\u0041""#, r#""\\ud800\n\u0041""#),
            (r#""\é\ud8éé""#, r#""\é\ud8éé""#),
            (r#""\u+123\"#, r#""\u+123\"#),
        ] {
            assert_eq!(replaced(text), expected);
        }
    }
}

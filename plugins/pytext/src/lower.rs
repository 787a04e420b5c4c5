//! `str.lower()`.

/// `str.lower()`: Unicode's full lower case, which may lengthen the text (`İ` becomes two characters), with the final form of
/// sigma at the end of a word.
///
/// It differs from Python 3.11's for 59 capital letters that Unicode got after version 14.0 (Garay, Beria Erfe and some Latin
/// ones): they become small here, and stay as they are there.
#[must_use]
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts and `text.lower()` from Python 3.11.
    const LOWER: &[(&str, &str)] = &[
        ("", ""),
        ("ABC xyz 123", "abc xyz 123"),
        ("Stra\u{df}e \u{1e9e}", "stra\u{df}e \u{df}"),
        ("\u{130}stanbul I\u{15e}IK", "i\u{307}stanbul i\u{15f}ik"),
        (
            "\u{39f}\u{394}\u{3a5}\u{3a3}\u{3a3}\u{395}\u{3a5}\u{3a3}",
            "\u{3bf}\u{3b4}\u{3c5}\u{3c3}\u{3c3}\u{3b5}\u{3c5}\u{3c2}",
        ),
        ("\u{3a3}", "\u{3c3}"),
        ("\u{391}\u{3a3}", "\u{3b1}\u{3c2}"),
        ("\u{391}\u{3a3}.", "\u{3b1}\u{3c2}."),
        ("\u{391}\u{3a3}'\u{392}", "\u{3b1}\u{3c3}'\u{3b2}"),
        ("\u{391}.\u{3a3}", "\u{3b1}.\u{3c2}"),
        ("\u{3a3}\u{391}\u{3a3} \u{3a3}\u{391}\u{3a3}", "\u{3c3}\u{3b1}\u{3c2} \u{3c3}\u{3b1}\u{3c2}"),
        ("\u{391}\u{3a3}\u{ad}", "\u{3b1}\u{3c2}\u{ad}"),
        ("\u{391}\u{3a3}\u{301}\u{392}", "\u{3b1}\u{3c3}\u{301}\u{3b2}"),
        ("\u{391}\u{3a3}\u{301}", "\u{3b1}\u{3c2}\u{301}"),
        ("1\u{3a3}", "1\u{3c3}"),
        ("\u{3a3}1", "\u{3c3}1"),
        ("\u{391}\u{3a3}1", "\u{3b1}\u{3c2}1"),
        ("\u{391}\u{3a3}-\u{392}", "\u{3b1}\u{3c2}-\u{3b2}"),
        ("\u{391}\u{3a3}:\u{392}", "\u{3b1}\u{3c3}:\u{3b2}"),
        ("\u{391}\u{3a3}\u{2b0}", "\u{3b1}\u{3c2}\u{2b0}"),
        ("\u{1c5} \u{1c4} \u{3a9} \u{c5} K", "\u{1c6} \u{1c6} \u{3c9} \u{e5} k"),
        ("\u{13c0}\u{13a0}", "\u{ab90}\u{ab70}"),
        ("\u{10400}", "\u{10428}"),
        ("\u{2167} \u{24b6}", "\u{2177} \u{24d0}"),
        ("\u{c0}\u{c9}\u{ce}", "\u{e0}\u{e9}\u{ee}"),
        ("\u{416}\u{401}", "\u{436}\u{451}"),
        ("\u{1e9e}\u{130}\u{3a3}", "\u{df}i\u{307}\u{3c2}"),
        (
            "\u{928} \u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940} \u{ba4}\u{bae}\u{bbf}\u{bb4}\u{bcd}",
            "\u{928} \u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940} \u{ba4}\u{bae}\u{bbf}\u{bb4}\u{bcd}",
        ),
        ("\u{fb01} \u{fb03}", "\u{fb01} \u{fb03}"),
        ("A\u{301}\u{3a3}\u{200b}", "a\u{301}\u{3c2}\u{200b}"),
        ("a\u{3a3}\u{b7}", "a\u{3c2}\u{b7}"),
        ("\u{345}\u{3a3}", "\u{345}\u{3c3}"),
        ("\u{391}\u{345}\u{3a3}", "\u{3b1}\u{345}\u{3c2}"),
    ];

    #[test]
    fn lower_is_pythons() {
        for &(text, expected) in LOWER {
            assert_eq!(lower(text), expected, "{text:?}");
        }
    }
}

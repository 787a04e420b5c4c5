//! What a cell spells, as pandas' C parser reads it: nothing, an integer, a number, a truth value.

/// True for the words that stand for a missing value. A quoted one counts too; a blank beside it does not.
pub(super) fn is_missing(cell: &[u8]) -> bool {
    matches!(
        cell,
        b"" | b"#N/A"
            | b"#N/A N/A"
            | b"#NA"
            | b"-1.#IND"
            | b"-1.#QNAN"
            | b"-NaN"
            | b"-nan"
            | b"1.#IND"
            | b"1.#QNAN"
            | b"<NA>"
            | b"N/A"
            | b"NA"
            | b"NULL"
            | b"NaN"
            | b"None"
            | b"n/a"
            | b"nan"
            | b"null"
    )
}

/// A space or a tab.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// White space as C knows it: it may stand around a number.
fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// How a cell reads as an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Integer<T> {
    /// A value of that type.
    Fits(T),
    /// For a signed type, `-0`, which is another number if read as a double. For an unsigned one, whatever starts with a minus.
    Minus,
    /// Too large; what follows the digits is not looked at.
    TooLarge,
    /// No integer.
    No,
}

/// A cell as a signed integer of 64 bits.
pub(super) fn signed(cell: &[u8]) -> Integer<i64> {
    let Some(digits) = Digits::new(cell) else { return Integer::No };
    let value = digits.magnitude.and_then(|magnitude| {
        if digits.negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
    });
    match value {
        None => Integer::TooLarge,
        Some(_) if !digits.complete => Integer::No,
        Some(0) if digits.negative => Integer::Minus,
        Some(value) => Integer::Fits(value),
    }
}

/// A cell as an unsigned integer of 64 bits. What starts with a minus is looked at no further.
pub(super) fn unsigned(cell: &[u8]) -> Integer<u64> {
    match Digits::new(cell) {
        _ if cell.iter().find(|byte| !is_space(byte)) == Some(&b'-') => Integer::Minus,
        None => Integer::No,
        Some(Digits { magnitude: None, .. }) => Integer::TooLarge,
        Some(Digits { magnitude: Some(value), complete: true, .. }) => Integer::Fits(value),
        Some(_) => Integer::No,
    }
}

/// The digits at the start of a cell.
struct Digits {
    negative: bool,
    /// None beyond 64 bits.
    magnitude: Option<u64>,
    /// True if nothing but white space follows.
    complete: bool,
}

impl Digits {
    /// None without a digit.
    fn new(cell: &[u8]) -> Option<Self> {
        let start = cell.iter().position(|byte| !is_space(byte))?;
        let cell = cell.get(start..)?;
        let (negative, cell) = match cell {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            all => (false, all),
        };
        let count = cell.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(cell.len());
        let (digits, rest) = cell.split_at(count);
        if digits.is_empty() {
            return None;
        }
        let magnitude = digits
            .iter()
            .try_fold(0_u64, |magnitude, digit| magnitude.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
        Some(Digits { negative, magnitude, complete: rest.iter().all(is_space) })
    }
}

/// A cell as a double, correctly rounded. A number beyond the range of doubles is none if it is positive, and minus infinity if it is
/// negative: pandas looks for positive overflow only. The words for infinity take no white space.
pub(super) fn float(cell: &[u8]) -> Option<f64> {
    let start = cell.iter().position(|byte| !is_space(byte))?;
    let end = cell.iter().rposition(|byte| !is_space(byte))? + 1;
    let number = cell.get(start..end)?;
    let unsigned = number.strip_prefix(b"-").or(number.strip_prefix(b"+")).unwrap_or(number);
    // Only words start otherwise.
    if unsigned.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.') {
        let value: f64 = str::from_utf8(number).ok()?.parse().ok()?;
        return (value != f64::INFINITY).then_some(value);
    }
    let is_word = |word: &[u8]| word.eq_ignore_ascii_case(b"inf") || word.eq_ignore_ascii_case(b"infinity");
    if number.len() != cell.len() || !is_word(unsigned) {
        return None;
    }
    Some(if number.starts_with(b"-") { f64::NEG_INFINITY } else { f64::INFINITY })
}

/// A cell as a truth value, in any case.
pub(super) fn boolean(cell: &[u8]) -> Option<bool> {
    let is = |word: &[u8]| cell.eq_ignore_ascii_case(word);
    if is(b"true") {
        Some(true)
    } else if is(b"false") {
        Some(false)
    } else {
        None
    }
}

// What pandas 2.3.3 gives for a column of that cell alone, or together with cells that tell the types apart.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for (cell, expected) in [
            ("7", Integer::Fits(7)),
            (" +007\t", Integer::Fits(7)),
            ("\u{b}-12\r\n", Integer::Fits(-12)),
            ("-00", Integer::Minus),
            ("9223372036854775807", Integer::Fits(i64::MAX)),
            ("-9223372036854775808", Integer::Fits(i64::MIN)),
            ("9223372036854775808", Integer::TooLarge),
            ("-9223372036854775809", Integer::TooLarge),
            ("99999999999999999999.5", Integer::TooLarge),
            ("1.0", Integer::No),
            ("1 2", Integer::No),
            ("- 1", Integer::No),
            ("--1", Integer::No),
            ("1_0", Integer::No),
            ("\u{a0}1", Integer::No),
            ("٣", Integer::No),
            ("-", Integer::No),
            ("", Integer::No),
        ] {
            assert_eq!(signed(cell.as_bytes()), expected, "{cell:?}");
        }
        assert_eq!(unsigned(b" +18446744073709551615 "), Integer::Fits(u64::MAX));
        assert_eq!(unsigned(b"18446744073709551616x"), Integer::TooLarge);
        assert_eq!(unsigned(b"1x"), Integer::No);
        assert_eq!(unsigned(b" -x"), Integer::Minus);
    }

    #[test]
    fn numbers() {
        for (cell, expected) in [
            ("1.", Some(1.0)),
            (".5", Some(0.5)),
            ("+1.e5", Some(1e5)),
            ("1E+05", Some(1e5)),
            (" -0\t", Some(-0.0)),
            ("1e-400", Some(0.0)),
            ("0.1000000000000000055511151231257827021181583404541015625", Some(0.1)),
            ("2.2250738585072011e-308", Some(2.225_073_858_507_201e-308)),
            ("1e400", None),
            ("-1e400", Some(f64::NEG_INFINITY)),
            ("iNf", Some(f64::INFINITY)),
            ("+Infinity", Some(f64::INFINITY)),
            ("-INF", Some(f64::NEG_INFINITY)),
            ("inf ", None),
            ("infi", None),
            ("nAn", None),
            ("1nan", None),
            (".", None),
            (".e5", None),
            ("5e", None),
            ("5e+", None),
            ("1d2", None),
            ("0x1f", None),
            ("1_0", None),
            ("0,5", None),
            ("50%", None),
            ("+-1", None),
            ("1\u{a0}", None),
            ("１", None),
            (" ", None),
        ] {
            assert_eq!(float(cell.as_bytes()).map(f64::to_bits), expected.map(f64::to_bits), "{cell:?}");
        }
    }

    #[test]
    fn words() {
        assert!(["", "NaN", "#N/A N/A", "<NA>", "None"].iter().all(|cell| is_missing(cell.as_bytes())));
        assert!(
            [" ", " NA", "na", "none", "nAn", "+nan", "NaT", "Null"].iter().all(|cell| !is_missing(cell.as_bytes()))
        );
        assert_eq!(boolean(b"tRuE"), Some(true));
        assert_eq!(boolean(b"FALSE"), Some(false));
        assert_eq!(boolean(b"true "), None);
        assert_eq!(boolean(b"1"), None);
    }
}

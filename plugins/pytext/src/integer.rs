//! `int(str)`.

use std::borrow::Cow;
use std::fmt;

use crate::ascii::number_text;

/// Why [`parse_int`] gives no `i64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnInteger {
    /// `int(text)` raises `ValueError`.
    Malformed,
    /// An integer from 2^63 to 2^64 - 1, which numpy holds as uint64.
    BeyondI64(u64),
    /// An integer of 2^64 or more.
    BeyondU64,
    /// An integer below -2^63.
    BelowI64,
}

impl fmt::Display for NotAnInteger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotAnInteger::Malformed => "not a whole number",
            NotAnInteger::BeyondI64(_) | NotAnInteger::BeyondU64 => "a whole number of 2^63 or more",
            NotAnInteger::BelowI64 => "a whole number below -2^63",
        })
    }
}

impl std::error::Error for NotAnInteger {}

/// `int(text)`, in base 10.
///
/// Taken are digits of any script with or without a sign, leading zeros, white space around them (not U+001C to U+001F, which
/// `int()` refuses), and single underscores between digits.
///
/// # Errors
///
/// [`NotAnInteger::Malformed`] for what `int()` refuses, which includes texts of more than 4,300 digits; the other variants for
/// integers beyond 64 bits.
pub fn parse_int(text: &str) -> Result<i64, NotAnInteger> {
    // What Rust reads, Python reads too, but for the limit on digits; and it is nearly every text.
    if let Ok(value) = text.parse()
        && text.len() <= MAX_DIGITS
    {
        return Ok(value);
    }
    let (negative, digits) = sign_and_digits(text).ok_or(NotAnInteger::Malformed)?;
    match (digits.parse::<u64>(), negative) {
        (Ok(magnitude), true) => 0_i64.checked_sub_unsigned(magnitude).ok_or(NotAnInteger::BelowI64),
        (Ok(magnitude), false) => i64::try_from(magnitude).map_err(|_| NotAnInteger::BeyondI64(magnitude)),
        (Err(_), true) => Err(NotAnInteger::BelowI64),
        (Err(_), false) => Err(NotAnInteger::BeyondU64),
    }
}

/// `hash(int(text))` of 64-bit Python, for integers of any size: what libraries compare when they compare Python integers by
/// their hashes, so that `v` and `v + 2^61 - 1` count as equal. `None` where `int()` raises `ValueError`.
#[must_use]
pub fn int_hash(text: &str) -> Option<i64> {
    const MODULUS: u128 = (1 << 61) - 1;
    // Smaller numbers are their own hash, and nearly every number is one.
    match text.parse() {
        Ok(-1) => return Some(-2),
        Ok(value) if text.len() <= SMALL_DIGITS => return Some(value),
        _ => {}
    }
    let (negative, digits) = sign_and_digits(text)?;
    let remainder = digits.bytes().fold(0, |hash, digit| (10 * hash + u128::from(digit - b'0')) % MODULUS);
    let hash = i64::try_from(remainder).ok()?;
    match (negative, hash) {
        // -1 marks an error in Python's C code.
        (true, 1) => Some(-2),
        (true, _) => Some(-hash),
        (false, _) => Some(hash),
    }
}

/// A sign and so many digits, or one more, are below 2^61 - 1.
const SMALL_DIGITS: usize = 18;

/// Python's `sys.get_int_max_str_digits()`, leading zeros included.
const MAX_DIGITS: usize = 4300;

fn sign_and_digits(text: &str) -> Option<(bool, Cow<'_, str>)> {
    let mut digits = number_text(text)?;
    let negative = digits.starts_with('-');
    if negative || digits.starts_with('+') {
        digits = match digits {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(1..)?),
            Cow::Owned(text) => Cow::Owned(text.get(1..)?.to_owned()),
        };
    }
    let whole = (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    whole.then_some((negative, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts, `int(text)` and `hash(int(text))`, from Python 3.11.
    const INTEGERS: &[(&str, i64, i64)] = &[
        ("0", 0, 0),
        ("-0", 0, 0),
        ("-1", -1, -2),
        ("-2", -2, -2),
        ("+5", 5, 5),
        ("007", 7, 7),
        ("1_000", 1000, 1000),
        ("-1_0", -10, -10),
        ("\u{663}\u{664}", 34, 34),
        ("-\u{1d7d8}\u{1d7ff}", -9, -9),
        ("\u{a0}12\u{3000}", 12, 12),
        ("\u{85}-7\n", -7, -7),
        ("2305843009213693951", 2305843009213693951, 0),
        ("-2305843009213693952", -2305843009213693952, -2),
        ("9223372036854775807", 9223372036854775807, 3),
        ("-9223372036854775808", -9223372036854775808, -4),
        ("000000000000000000000000000001", 1, 1),
    ];

    /// Texts for which Python's `int()` raises `ValueError`.
    #[rustfmt::skip]
    const NOT_INTEGERS: &[&str] = &[
        "", " ", "+", "-", "1.0", "1e5", "1 2", "--1", "0x1", "_1", "1_", "1__0", "1,0", "\u{1c}1", "1\u{1d}", "\u{200b}1",
        "\u{2212}1", "\u{ff0d}1", "\u{b2}", "nan", "1\0", "+_1",
    ];

    #[test]
    fn parse_int_takes_what_python_takes() {
        for &(text, value, hash) in INTEGERS {
            assert_eq!(parse_int(text), Ok(value), "{text:?}");
            assert_eq!(int_hash(text), Some(hash), "{text:?}");
        }
    }

    #[test]
    fn parse_int_refuses_what_python_refuses() {
        for &text in NOT_INTEGERS {
            assert_eq!(parse_int(text), Err(NotAnInteger::Malformed), "{text:?}");
            assert_eq!(int_hash(text), None, "{text:?}");
        }
    }

    #[test]
    fn integers_beyond_64_bits_are_told_apart() {
        let cases = [
            ("9223372036854775808", NotAnInteger::BeyondI64(1 << 63), 4),
            ("18446744073709551615", NotAnInteger::BeyondI64(u64::MAX), 7),
            ("18446744073709551616", NotAnInteger::BeyondU64, 8),
            ("100000000000000000000", NotAnInteger::BeyondU64, 848_750_603_811_160_107),
            ("-9223372036854775809", NotAnInteger::BelowI64, -5),
            ("-100000000000000000000", NotAnInteger::BelowI64, -848_750_603_811_160_107),
        ];
        for (text, error, hash) in cases {
            assert_eq!(parse_int(text), Err(error), "{text}");
            assert_eq!(int_hash(text), Some(hash), "{text}");
        }
    }

    #[test]
    fn more_than_4300_digits_are_refused() {
        assert_eq!(int_hash(&"1".repeat(4300)), Some(177_530_619_946_945_667));
        assert_eq!(parse_int(&"1".repeat(4300)), Err(NotAnInteger::BeyondU64));
        assert_eq!(parse_int(&"1".repeat(4301)), Err(NotAnInteger::Malformed));
        assert_eq!(parse_int(&format!("-{}1", "0".repeat(4299))), Ok(-1));
        assert_eq!(parse_int(&format!("{}1", "0".repeat(4300))), Err(NotAnInteger::Malformed));
    }
}

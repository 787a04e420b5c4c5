//! `float(str)` and `repr(float)`.

use crate::ascii::number_text;

/// `float(text)`: the double nearest to the number; `None` where Python raises `ValueError`.
///
/// Taken are decimal numbers with or without sign, point and exponent, `inf`, `infinity` and `nan` in any case and with a sign,
/// white space around them (not U+001C to U+001F, which `float()` refuses), single underscores between digits, and the decimal
/// digits of any script. A number beyond the range of doubles is infinite (`1e400`), one too small for them 0.
#[must_use]
pub fn parse_float(text: &str) -> Option<f64> {
    match plain(text.as_bytes()) {
        Some(value) => Some(value),
        None => number_text(text)?.parse().ok(),
    }
}

/// The powers of ten that doubles hold exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// What most cells hold: an optional sign, at most 15 digits, perhaps with a point among or before them. Such a number is a whole one
/// over a power of ten, which doubles hold exactly, so the quotient is the nearest double (Clinger 1990). None of anything else.
fn plain(text: &[u8]) -> Option<f64> {
    const DIGITS: usize = 15;
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (mut number, mut read, mut decimals) = (0_u64, 0, None);
    if digits.len() > DIGITS + 1 {
        return None;
    }
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            number = number * 10 + u64::from(digit);
            read += 1;
        } else if byte == b'.' && decimals.is_none() {
            decimals = Some(read);
        } else {
            return None;
        }
    }
    if !(1..=DIGITS).contains(&read) {
        return None;
    }
    let magnitude = number as f64 / POWERS.get(read - decimals.unwrap_or(read))?;
    Some(if negative { -magnitude } else { magnitude })
}

/// `repr(value)`: the shortest digits that read back as the same number, with an exponent below 1e-4 and from 1e16 on: `5.0`,
/// `0.0001`, `1e-05`, `1e+16`, `inf`, `nan`.
#[must_use]
pub fn repr_float(value: f64) -> String {
    if value.is_nan() {
        "nan".to_owned()
    } else if value.fract() == 0.0 && value.abs() < 1e16 {
        format!("{value:.1}")
    } else if value.is_infinite() || (1e-4..1e16).contains(&value.abs()) {
        shortest(value, value.to_string(), |decimals| format!("{value:.decimals$}"))
    } else {
        let scientific = shortest(value, format!("{value:e}"), |decimals| format!("{value:.decimals$e}"));
        with_pythons_exponent(&scientific)
    }
}

/// Rust's shortest digits, with ties as Python breaks them: where two spellings of the least length are equally near, Rust takes
/// the larger and Python the one with an even last digit. Rounding to that length gives the latter, but may give a spelling that
/// does not read back, beside a power of 2.
fn shortest(value: f64, shortest: String, rounded: impl Fn(usize) -> String) -> String {
    let mantissa = shortest.split('e').next().unwrap_or_default();
    let rounded = rounded(mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len()));
    if rounded.parse() == Ok(value) { rounded } else { shortest }
}

/// `1e16` as `1e+16`, `1e-5` as `1e-05`.
fn with_pythons_exponent(scientific: &str) -> String {
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts and the bits of `float(text)`, from Python 3.11.
    const FLOATS: &[(&str, u64)] = &[
        ("1", 0x3ff0000000000000),
        ("-0", 0x8000000000000000),
        ("+.5", 0x3fe0000000000000),
        ("1.", 0x3ff0000000000000),
        ("5.e3", 0x40b3880000000000),
        ("1E+05", 0x40f86a0000000000),
        ("007", 0x401c000000000000),
        ("1_0.0_1e1_0", 0x42374e6cc9000000),
        ("\u{663}.\u{665}", 0x400c000000000000),
        ("\u{ff11}\u{ff12}e\u{ff13}", 0x40c7700000000000),
        ("\u{1d7d7}_\u{1d7ee}", 0x4057000000000000),
        ("\u{f20}.\u{1090}", 0x0000000000000000),
        ("\u{a0}1\u{3000}", 0x3ff0000000000000),
        ("\u{85}\t2\r\n\u{b}\u{c}", 0x4000000000000000),
        ("\u{2003}-4\u{2028}", 0xc010000000000000),
        ("1e400", 0x7ff0000000000000),
        ("-1e400", 0xfff0000000000000),
        ("1e-400", 0x0000000000000000),
        ("-1e-400", 0x8000000000000000),
        ("4.9e-324", 0x0000000000000001),
        ("2.4703282292062327e-324", 0x0000000000000000),
        ("2.4703282292062328e-324", 0x0000000000000001),
        ("1.7976931348623157e308", 0x7fefffffffffffff),
        ("1.7976931348623159e308", 0x7ff0000000000000),
        ("9007199254740993", 0x4340000000000000),
        ("0.1", 0x3fb999999999999a),
        ("123456789012345678901234567890", 0x45f8ee90ff6c373e),
        ("2.2250738585072011e-308", 0x000fffffffffffff),
        ("1e99999999999999999999", 0x7ff0000000000000),
        ("0e99999999999999999999", 0x0000000000000000),
        ("inf", 0x7ff0000000000000),
        ("-INFINITY", 0xfff0000000000000),
        ("+iNf", 0x7ff0000000000000),
    ];

    /// Texts for which Python's `float()` raises `ValueError`.
    #[rustfmt::skip]
    const NOT_FLOATS: &[&str] = &[
        "", ".", "-", "+", "e5", ".e5", "1e", "1e+", "+-1", "+ 1", "1 2", "0x10", "1d5", "1f", "1,5", "50%", "infinit", "nano",
        "in f", "_1", "1_", "1__0", "1_.5", "1._5", "1_e5", "1e_5", "1.5_", "i_nf", "_", "\u{1c}1", "1\u{1f}", "\u{a0}\u{1c}1",
        "1\0", "\u{7f}1", "\u{200b}1", "\u{feff}1", "\u{180e}1", "\u{2212}1", "\u{b2}", "\u{bd}", "\u{2460}", "\u{bf0}",
        "\u{4e00}", "\u{ff0e}5", "1\u{ff45}5", "\u{660}1_", "\u{1d7cd}", "\u{66b}5", "\u{665}\u{16f}",
    ];

    /// `repr(value)` of Python 3.11.
    const REPR: &[(u64, &str)] = &[
        (0x0000000000000000, "0.0"),
        (0x8000000000000000, "-0.0"),
        (0x3ff0000000000000, "1.0"),
        (0x4014000000000000, "5.0"),
        (0x3fb999999999999a, "0.1"),
        (0xc004000000000000, "-2.5"),
        (0x430c6bf526340000, "1000000000000000.0"),
        (0x4341c37937e08000, "1e+16"),
        (0xc341c37937e08000, "-1e+16"),
        (0x4341c37937e07fff, "9999999999999998.0"),
        (0x437b69b4ba630f35, "1.2345678901234568e+17"),
        (0x3f1a36e2eb1c432d, "0.0001"),
        (0x3f202e4b6ce5dc68, "0.00012345"),
        (0x3f1a36e2eb1c432c, "9.999999999999999e-05"),
        (0x3ee4f8b588e368f1, "1e-05"),
        (0x3e8421f5f40d8376, "1.5e-07"),
        (0x4480f0cf064dd592, "1e+22"),
        (0x54b249ad2594c37d, "1e+100"),
        (0xfe37e43c8800759c, "-1e+300"),
        (0x0000000000000001, "5e-324"),
        (0x7fefffffffffffff, "1.7976931348623157e+308"),
        (0x0010000000000000, "2.2250738585072014e-308"),
        (0x43b0000000000000, "1.152921504606847e+18"),
        (0x3eb0000000000000, "9.5367431640625e-07"),
        (0x3fd3333333333334, "0.30000000000000004"),
        // Ties between two shortest spellings, then powers of 2 whose nearest spelling of that length does not read back.
        (0x3e60000000000000, "2.9802322387695312e-08"),
        (0x4310d95c5a308ebd, "1185647575180207.2"),
        (0x43025477b06d208a, "644927827321873.2"),
        (0x3d30000000000000, "5.684341886080802e-14"),
        (0x3e70000000000000, "5.960464477539063e-08"),
        (0x3fd5555555555555, "0.3333333333333333"),
        (0x4059000000000000, "100.0"),
        (0x40f86a0000000000, "100000.0"),
        (0x4340000000000000, "9007199254740992.0"),
        (0x7ff0000000000000, "inf"),
        (0xfff0000000000000, "-inf"),
        (0x7ff8000000000000, "nan"),
        (0xfff8000000000000, "nan"),
    ];

    #[test]
    fn parse_float_takes_what_python_takes() {
        for &(text, bits) in FLOATS {
            assert_eq!(parse_float(text).map(f64::to_bits), Some(bits), "{text:?}");
        }
        for text in ["nan", "-NaN", " Nan "] {
            assert!(parse_float(text).is_some_and(f64::is_nan), "{text:?}");
        }
    }

    #[test]
    fn parse_float_refuses_what_python_refuses() {
        for &text in NOT_FLOATS {
            assert_eq!(parse_float(text), None, "{text:?}");
        }
    }

    #[test]
    fn repr_float_is_pythons() {
        for &(bits, expected) in REPR {
            assert_eq!(repr_float(f64::from_bits(bits)), expected);
        }
    }
}

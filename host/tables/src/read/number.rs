//! The quick way to read numbers as they are mostly written. What it does not know is left to [`super::cell`], and what it reads, it reads to the
//! same bits.

/// The powers of ten that a double holds exactly.
const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The digits of which any number fits 63 bits.
const DIGITS: usize = 18;

/// The integer that a text starts with, and its length: at most 18 digits, with a minus if it has one. None: it has to be looked at
/// carefully.
pub(super) fn integer(text: &[u8]) -> Option<(i64, usize)> {
    let negative = text.first() == Some(&b'-');
    let start = usize::from(negative);
    let mut magnitude = 0_i64;
    let mut at = start;
    while let Some(digit) = digit(text, at) {
        if at - start == DIGITS {
            return None;
        }
        magnitude = magnitude * 10 + i64::from(digit);
        at += 1;
    }
    (at > start).then_some((if negative { -magnitude } else { magnitude }, at))
}

/// The decimal number that a text starts with, correctly rounded, and its length. None: it has to be looked at carefully. What follows may
/// make something else of it, which only its end tells.
pub(super) fn decimal(text: &[u8]) -> Option<(f64, usize)> {
    let negative = text.first() == Some(&b'-');
    let start = usize::from(negative);
    let mut mantissa = 0_u64;
    let whole = digits(text, start, &mut mantissa);
    let (mut end, mut count, mut decimals) = (whole, whole - start, 0);
    if text.get(whole) == Some(&b'.') {
        end = digits(text, whole + 1, &mut mantissa);
        decimals = end - whole - 1;
        count += decimals;
    }
    if count == 0 {
        return None;
    }
    // Both are held exactly, and so the quotient is rounded once.
    if count <= DIGITS
        && mantissa <= 1 << 53
        && let Some(power) = EXACT.get(decimals)
        && !matches!(text.get(end), Some(b'e' | b'E'))
    {
        let value = mantissa as f64 / power;
        return Some((if negative { -value } else { value }, end));
    }
    let (value, length) = fast_float2::parse_partial::<f64, _>(text).ok()?;
    // Of those beyond a double's range, only negative ones are numbers.
    value.is_finite().then_some((value, length))
}

/// Reads the digits from there on, as if they were at the end of the mantissa, and says where they end. Beyond [`DIGITS`], the mantissa means
/// nothing.
fn digits(text: &[u8], start: usize, mantissa: &mut u64) -> usize {
    let mut at = start;
    while let Some(eight) = text.get(at..at + 8).and_then(eight) {
        *mantissa = mantissa.wrapping_mul(100_000_000).wrapping_add(eight);
        at += 8;
    }
    while let Some(digit) = digit(text, at) {
        *mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    at
}

fn digit(text: &[u8], at: usize) -> Option<u8> {
    text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|&digit| digit < 10)
}

/// Eight digits as the number that they are: pairs are added up, then pairs of pairs.
fn eight(text: &[u8]) -> Option<u64> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const HIGH: u64 = 0xf0f0_f0f0_f0f0_f0f0;
    const SIX: u64 = 0x0606_0606_0606_0606;
    let text = u64::from_le_bytes(text.try_into().ok()?);
    // A byte is a digit if its high half is that of `0`, and still is with 6 added.
    if text & HIGH != ZEROS || text.wrapping_add(SIX) & HIGH != ZEROS {
        return None;
    }
    let ones = text - ZEROS;
    let pairs = (ones.wrapping_mul(10).wrapping_add(ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours.wrapping_mul(10_000).wrapping_add(fours >> 32)) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::super::cell::{Integer, float, signed};
    use super::*;

    /// As it would be written before a comma, and with nothing behind it.
    fn agrees(cell: &str) {
        let text = format!("{cell},1");
        for text in [cell, &text] {
            if let Some((value, length)) = integer(text.as_bytes()).filter(|&(_, length)| length == cell.len()) {
                let careful = match signed(cell.as_bytes()) {
                    Integer::Fits(value) => Some(value),
                    Integer::Minus => Some(0),
                    _ => None,
                };
                assert_eq!((Some(value), length), (careful, cell.len()), "{cell}");
            }
            if let Some((value, _)) = decimal(text.as_bytes()).filter(|&(_, length)| length == cell.len()) {
                assert_eq!(Some(value.to_bits()), float(cell.as_bytes()).map(f64::to_bits), "{cell}");
            }
        }
    }

    #[test]
    fn what_is_read_quickly_is_what_is_read_carefully() {
        for cell in [
            "0",
            "-0",
            "00",
            "-00.0",
            "7",
            "-12",
            "999999999999999999",
            "-999999999999999999",
            "1000000000000000000",
            "9223372036854775807",
            "9007199254740992",
            "9007199254740993",
            "9007199254740993.0",
            ".5",
            "-.5",
            "5.",
            "-5.",
            ".",
            "-",
            "-.",
            "",
            "1e5",
            "1.5e-7",
            "1E+05",
            "1e400",
            "-1e400",
            "1e-400",
            "5e",
            "5e+",
            "1.e5",
            "0.1",
            "0.30000000000000004",
            "123456789.123456789",
            "0.000000000000000000000123",
            "12345678",
            "1234567890123456",
            "1.2345678901234567890123456789",
            "2.2250738585072011e-308",
            "179769313486231570000",
            "1_0",
            "1:2",
            "12345678:",
            "1/2",
            "１",
            "nan",
            "inf",
            "-inf",
            "+1",
            " 1",
            "1 ",
            "0x1f",
            "8.41e21",
            "0.0000000000000000000001",
        ] {
            agrees(cell);
        }
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..200_000 {
            let value = f64::from_bits(random.u64(..));
            agrees(&format!("{value}"));
            agrees(&format!("{value:e}"));
            let (digits, decimals) = (random.usize(1..20), random.usize(0..25));
            agrees(&format!("{:.decimals$}", random.f64() * 10_f64.powi(random.i32(-20..20))));
            let digits: String = (0..digits).map(|_| random.digit(10)).collect();
            agrees(&digits);
            agrees(&format!("-{digits}.{}", &digits[..digits.len().min(decimals)]));
        }
    }

    #[test]
    fn plain_numbers_are_read_quickly() {
        assert_eq!(integer(b"-120,"), Some((-120, 4)));
        assert_eq!(integer(b"1.5"), Some((1, 1)));
        assert_eq!(integer(b"x"), None);
        assert_eq!(decimal(b"-120.25\n"), Some((-120.25, 7)));
        assert_eq!(decimal(b"0.30000000000000004\n"), Some((0.300_000_000_000_000_04, 19)));
        assert_eq!(decimal(b"1e400"), None);
    }
}

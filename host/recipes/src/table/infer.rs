//! The type of a column, decided as pandas does: integers, else reals, else booleans, else text.

use super::{Data, Texts};

/// What stands for a missing cell.
const MISSING: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
];

pub(super) fn is_missing(text: &str) -> bool {
    // Most cells are numbers, and are none of these at the first or the second letter.
    let may_be = match text.as_bytes() {
        [] => return true,
        [b'#' | b'<' | b'N' | b'n', ..] => true,
        [b'-', second, ..] => matches!(second, b'1' | b'N' | b'n'),
        [b'1', second, ..] => *second == b'.',
        _ => false,
    };
    may_be && text.len() <= 8 && MISSING.contains(&text)
}

/// How a scan for integers ends.
enum Scan {
    All(Data),
    /// A cell is no integer.
    Other,
    /// An integer is outside of 64 bits with a sign.
    Large,
}

/// The cells as the narrowest type that takes all of them. `fast` reads reals as pandas' fast converter does.
pub(super) fn infer(texts: Texts, fast: bool) -> Data {
    match signed(&texts) {
        Scan::All(data) => return data,
        Scan::Large => match unsigned(&texts) {
            Unsigned::All(numbers) => return Data::Unsigned(numbers),
            Unsigned::Spelled => {
                return Data::Text((0..texts.len()).map(|row| Some(texts.raw(row))).collect());
            }
            Unsigned::Text => return Data::Text(with_missing(texts)),
            Unsigned::Other => {}
        },
        Scan::Other => {}
    }
    let read = if fast { fast_real } else { exact_real };
    let mut reals = Vec::with_capacity(texts.len());
    for row in 0..texts.len() {
        let text = texts.raw(row);
        match if is_missing(text) { Some(f64::NAN) } else { read(text) } {
            Some(value) => reals.push(value),
            None => return flags(texts),
        }
    }
    Data::Real(reals)
}

/// Text, whatever it looks like.
pub(super) fn with_missing(mut texts: Texts) -> Texts {
    for row in 0..texts.len() {
        let missing = is_missing(texts.raw(row));
        texts.mark(row, missing);
    }
    texts
}

fn flags(texts: Texts) -> Data {
    let flag = |text: &str| {
        if is_missing(text) {
            Some(None)
        } else if text.eq_ignore_ascii_case("true") {
            Some(Some(true))
        } else if text.eq_ignore_ascii_case("false") {
            Some(Some(false))
        } else {
            None
        }
    };
    let flags: Option<Vec<_>> = (0..texts.len()).map(|row| flag(texts.raw(row))).collect();
    flags.map_or_else(|| Data::Text(with_missing(texts)), Data::Bool)
}

fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if !blank(*first) && !blank(*last) => text,
        _ => text.trim_matches(|c: char| u8::try_from(c).is_ok_and(blank)),
    }
}

/// The sign and the digits of a whole number.
fn whole(text: &str) -> Option<(bool, &str)> {
    let text = trimmed(text);
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some((negative, digits))
}

fn signed(texts: &Texts) -> Scan {
    let mut numbers = Vec::with_capacity(texts.len());
    let mut missing = false;
    for row in 0..texts.len() {
        let text = texts.raw(row);
        if is_missing(text) {
            missing = true;
            numbers.push(i64::MIN);
            continue;
        }
        let Some((negative, digits)) = whole(text) else {
            // Digits are counted before what follows is looked at.
            let head = trimmed(text).trim_start_matches(['+', '-']);
            let digits = head.len() - head.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if digits >= 19 && head[..digits].parse::<i64>().is_err() {
                return Scan::Large;
            }
            return Scan::Other;
        };
        // The smallest one has no positive counterpart.
        let value = match digits.parse::<i64>() {
            Ok(value) if negative => Some(-value),
            Ok(value) => Some(value),
            Err(_) => digits.parse::<i128>().ok().filter(|_| negative).and_then(|value| i64::try_from(-value).ok()),
        };
        match value {
            Some(value) => numbers.push(value),
            None => return Scan::Large,
        }
    }
    if missing || numbers.is_empty() {
        let real = |value: i64| if value == i64::MIN { f64::NAN } else { value as f64 };
        return Scan::All(Data::Real(numbers.into_iter().map(real).collect()));
    }
    Scan::All(Data::Int(numbers))
}

enum Unsigned {
    All(Vec<u64>),
    Text,
    /// Text in which the words for missing cells stay.
    Spelled,
    Other,
}

fn unsigned(texts: &Texts) -> Unsigned {
    let mut numbers = Vec::with_capacity(texts.len());
    let (mut negative, mut big, mut missing) = (false, false, false);
    for row in 0..texts.len() {
        let text = texts.raw(row);
        if is_missing(text) {
            missing = true;
        } else if trimmed(text).starts_with('-') {
            negative = true;
        } else if let Some((_, digits)) = whole(text) {
            let Ok(value) = digits.parse::<u64>() else { return Unsigned::Text };
            big |= value > i64::MAX as u64;
            numbers.push(value);
        } else {
            return Unsigned::Other;
        }
    }
    match (big, negative, missing) {
        (true, true, _) | (true, _, true) => Unsigned::Spelled,
        (_, true, _) => Unsigned::Text,
        _ => Unsigned::All(numbers),
    }
}

/// True if a text is spelled as a real number, without the words for infinity.
fn spelled_real(text: &str) -> bool {
    fn without_sign(bytes: &[u8]) -> &[u8] {
        match bytes {
            [b'+' | b'-', rest @ ..] => rest,
            _ => bytes,
        }
    }
    fn without_digits(bytes: &[u8]) -> &[u8] {
        let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        &bytes[count..]
    }
    let number = without_sign(text.as_bytes());
    let mut rest = without_digits(number);
    let mut count = number.len() - rest.len();
    if let [b'.', after @ ..] = rest {
        rest = without_digits(after);
        count += after.len() - rest.len();
    }
    match rest {
        [] => count > 0,
        [b'e' | b'E', exponent @ ..] => {
            let exponent = without_sign(exponent);
            count > 0 && !exponent.is_empty() && without_digits(exponent).is_empty()
        }
        _ => false,
    }
}

fn infinity(text: &str) -> Option<f64> {
    let (sign, word) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    let is = word.eq_ignore_ascii_case("inf") || word.eq_ignore_ascii_case("infinity");
    is.then_some(sign * f64::INFINITY)
}

/// The nearest double.
pub(super) fn exact_real(text: &str) -> Option<f64> {
    let text = trimmed(text);
    if spelled_real(text) {
        // What is too large is no number, but what is too small below zero is.
        return text.parse().ok().filter(|value| *value != f64::INFINITY);
    }
    infinity(text)
}

/// pandas' fast converter: at most 17 digits, one after the other, then a power of ten.
fn fast_real(text: &str) -> Option<f64> {
    let text = trimmed(text);
    if !spelled_real(text) {
        return infinity(text);
    }
    let (negative, rest) = (text.starts_with('-'), text.trim_start_matches(['+', '-']));
    let (number, exponent) = rest.split_at(rest.find(['e', 'E']).unwrap_or(rest.len()));
    let written: i64 = match exponent.get(1..) {
        Some(digits) if !digits.is_empty() => {
            digits.parse().unwrap_or(if digits.starts_with('-') { -100_000 } else { 100_000 })
        }
        _ => 0,
    };
    let (mut value, mut digits, mut power, mut fraction) = (0.0_f64, 0, 0_i64, false);
    for byte in number.bytes() {
        match byte {
            b'.' => fraction = true,
            _ if digits < 17 => {
                value = value * 10.0 + f64::from(byte - b'0');
                digits += 1;
                power -= i64::from(fraction);
            }
            _ => power += i64::from(!fraction),
        }
    }
    if negative {
        value = -value;
    }
    let power = power + written;
    let ten = |exponent: i64| format!("1e{exponent}").parse().unwrap_or(f64::INFINITY);
    let value: f64 = match power {
        309.. => f64::INFINITY * value,
        1.. => value * ten(power),
        -308..=0 => value / ten(-power),
        _ => value / ten(-308 - power) / ten(308),
    };
    value.is_finite().then_some(value)
}

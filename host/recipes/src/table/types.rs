//! Which type a column has, as pandas decides it, and its values.

use super::Column;

fn is_missing(cell: &[u8]) -> bool {
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

/// The values of a column by its cells.
pub(super) fn typed(cells: &[Vec<u8>]) -> Column {
    match integers(cells) {
        Some(Some(column)) => return column,
        Some(None) => return texts(cells, false),
        None => {}
    }
    if let Some(values) = all(cells, real, f64::NAN) {
        return Column::Reals(values);
    }
    let truth = |cell: &[u8]| match cell.to_ascii_lowercase().as_slice() {
        b"true" => Some(Some(true)),
        b"false" => Some(Some(false)),
        _ => None,
    };
    match all(cells, truth, None) {
        Some(values) => Column::Truths(values),
        None => texts(cells, false),
    }
}

/// Every cell's value, or none if one has none.
fn all<T: Clone>(cells: &[Vec<u8>], value: impl Fn(&[u8]) -> Option<T>, missing: T) -> Option<Vec<T>> {
    cells.iter().map(|cell| if is_missing(cell) { Some(missing.clone()) } else { value(cell) }).collect()
}

fn texts(cells: &[Vec<u8>], with_missing_words: bool) -> Column {
    let text = |cell: &Vec<u8>| {
        let known = with_missing_words || !is_missing(cell);
        known.then(|| String::from_utf8_lossy(cell).into_owned().into_boxed_str())
    };
    Column::Texts(cells.iter().map(text).collect())
}

/// None: these are no integers. A column of none: they are text.
fn integers(cells: &[Vec<u8>]) -> Option<Option<Column>> {
    let (mut missing, mut large) = (false, false);
    let mut values = Vec::with_capacity(cells.len());
    for cell in cells {
        if is_missing(cell) {
            missing = true;
            values.push(0);
            continue;
        }
        let (number, whole) = digits(cell)?;
        match number.and_then(|number| i64::try_from(number).ok()) {
            Some(number) if whole => values.push(number),
            Some(_) => return None,
            None => {
                large = true;
                break;
            }
        }
    }
    if large {
        return unsigned(cells);
    }
    if !missing {
        return Some(Some(Column::Integers(values)));
    }
    let real = |(cell, value): (&Vec<u8>, i64)| {
        if is_missing(cell) || value == i64::MIN { f64::NAN } else { value as f64 }
    };
    Some(Some(Column::Reals(cells.iter().zip(values).map(real).collect())))
}

/// The second scan, where a number is beyond 64 bits with a sign.
fn unsigned(cells: &[Vec<u8>]) -> Option<Option<Column>> {
    let (mut missing, mut signed, mut big) = (false, false, false);
    let mut values = Vec::with_capacity(cells.len());
    for cell in cells {
        if is_missing(cell) {
            missing = true;
        } else if cell.iter().find(|byte| !is_space(byte)) == Some(&b'-') {
            signed = true;
        } else {
            let (number, whole) = digits(cell)?;
            let Some(number) = number.and_then(|number| u64::try_from(number).ok()) else { return Some(None) };
            if !whole {
                return None;
            }
            big |= number > i64::MAX as u64;
            values.push(number);
        }
    }
    match (big && (signed || missing), signed) {
        (true, _) => Some(Some(texts(cells, true))),
        (false, true) => Some(None),
        (false, false) => Some(Some(Column::Unsigned(values))),
    }
}

fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The integer at the start of a cell, none if it is beyond 128 bits, and whether nothing but blanks follows.
fn digits(cell: &[u8]) -> Option<(Option<i128>, bool)> {
    let start = cell.iter().position(|byte| !is_space(byte))?;
    let (negative, rest) = match &cell[start..] {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, after) = rest.split_at(count);
    if digits.is_empty() {
        return None;
    }
    let add = |sum: i128, digit: &u8| sum.checked_mul(10)?.checked_add(i128::from(digit - b'0'));
    let number = digits.iter().try_fold(0, add).map(|number| if negative { -number } else { number });
    Some((number, after.iter().all(is_space)))
}

/// The nearest double. What is too large is no number if it is positive, as pandas has it.
fn real(cell: &[u8]) -> Option<f64> {
    let start = cell.iter().position(|byte| !is_space(byte))?;
    let end = cell.iter().rposition(|byte| !is_space(byte))? + 1;
    let text = std::str::from_utf8(&cell[start..end]).ok()?;
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return text.parse().ok().filter(|value| *value != f64::INFINITY);
    }
    let infinite = unsigned.eq_ignore_ascii_case("inf") || unsigned.eq_ignore_ascii_case("infinity");
    infinite.then_some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY })
}

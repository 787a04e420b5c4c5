//! JSON as pandas reads and writes it: lines of objects, numbers by its own converters, ten decimals.

use super::Json;
use super::frame::columns;
use crate::error::{Fault, RunError};
use crate::table::significant;

/// Objects, one a line, after pandas' guess of what their columns are.
pub(crate) struct Rows {
    /// The keys of all, in order of first appearance.
    pub keys: Vec<String>,
    /// Objects that have all keys, null where there was nothing.
    pub items: Vec<Json>,
}

impl Rows {
    /// Reads the lines of a file, the first of them being of this number.
    pub(crate) fn parse<'t>(file: &str, first: u64, lines: impl Iterator<Item = &'t str>) -> Result<Rows, RunError> {
        let mut items = Vec::new();
        for (line, number) in lines.zip(first..) {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let fault = |problem: String| RunError::from(Fault::new(file, problem).line(number));
            let item = Json::parse_with(file, line, real).map_err(|error| match error {
                RunError::Data(inner) => fault(inner.message),
                other => other,
            })?;
            if !matches!(item, Json::Object(_)) {
                return Err(fault("the line is no object".to_owned()));
            }
            items.push(item);
        }
        let count = items.len();
        let columns = columns(items);
        let mut made: Vec<Vec<(String, Json)>> = vec![Vec::with_capacity(columns.len()); count];
        let mut keys = Vec::with_capacity(columns.len());
        for (key, cells) in columns {
            if dated(&key) {
                let problem = "pandas takes a column of this name for dates, which is not done here";
                return Err(Fault::new(file, problem).column(key).into());
            }
            for (row, cell) in converted(cells).into_iter().enumerate() {
                made[row].push((key.clone(), cell));
            }
            keys.push(key);
        }
        Ok(Rows { keys, items: made.into_iter().map(Json::Object).collect() })
    }
}

/// True of the names by which pandas knows dates.
fn dated(key: &str) -> bool {
    let key = key.to_lowercase();
    key.ends_with("_at") || key.ends_with("_time") || key.starts_with("timestamp") || key == "modified" || key == "date"
}

/// A column of numbers, or of texts that all are numbers, becomes doubles, and integers if all are whole.
fn converted(cells: Vec<Option<Json>>) -> Vec<Json> {
    let whole = |cells: Vec<Option<Json>>| cells.into_iter().map(|cell| cell.unwrap_or(Json::Null)).collect();
    let all = |is: fn(&Json) -> bool| cells.iter().all(|cell| cell.as_ref().is_some_and(is));
    if all(|cell| matches!(cell, Json::Int(_))) || all(|cell| matches!(cell, Json::Bool(_))) {
        return whole(cells);
    }
    let number = |cell: &Option<Json>| match cell {
        None | Some(Json::Null) => Some(f64::NAN),
        Some(Json::Int(digits)) => digits.parse().ok(),
        Some(Json::Real(value)) => Some(*value),
        Some(Json::Bool(flag)) => Some((*flag).into()),
        Some(Json::Text(text)) => text.trim().parse().ok(),
        Some(Json::List(_) | Json::Object(_)) => None,
    };
    let Some(numbers) = cells.iter().map(number).collect::<Option<Vec<f64>>>() else { return whole(cells) };
    // The bounds are those of 64-bit integers.
    let bound = 2_f64.powi(63);
    let is_whole = |value: &f64| value.fract() == 0.0 && (-bound..bound).contains(value);
    if numbers.iter().all(is_whole) {
        return numbers.into_iter().map(|value| Json::Int((value as i64).to_string())).collect();
    }
    numbers.into_iter().map(Json::Real).collect()
}

/// pandas' reading of a real number: the digits after the point as a whole number times a power of ten, then times ten to the exponent.
fn real(text: &str) -> Option<f64> {
    const MOST: usize = 15;
    let (sign, rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (number, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(rest[at + 1..].parse::<i32>().ok()?)),
        None => (rest, None),
    };
    let (before, after) = number.split_once('.').unwrap_or((number, ""));
    let kept = &after[..after.len().min(MOST)];
    let whole = before.parse::<u64>().ok()? as f64;
    let digits = if kept.is_empty() { 0 } else { kept.parse::<u64>().ok()? };
    let power: f64 = format!("1e-{}", kept.len()).parse().ok()?;
    let value = (whole + digits as f64 * power) * sign;
    Some(exponent.map_or(value, |exponent| value * 10_f64.powf(exponent.into())))
}

/// Writes a value as `to_json` does, without blanks.
pub(crate) fn write(json: &Json, out: &mut String) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Json::Int(digits) => out.push_str(digits),
        Json::Real(value) => decimals(*value, out),
        Json::Text(text) => quoted(text, out),
        Json::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Json::Object(fields) => {
            out.push('{');
            for (index, (key, value)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                quoted(key, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// A double with ten decimals, zeros at the end cut; very large and very small ones with ten significant digits.
fn decimals(value: f64, out: &mut String) {
    const TEN: f64 = 1e10;
    let size = value.abs();
    if !value.is_finite() {
        return out.push_str("null");
    }
    if size > 1e16 - 1.0 || (size > 0.0 && size < 1e-15) {
        return out.push_str(&significant(value, 10));
    }
    let mut whole = size.trunc();
    let rest = (size - whole) * TEN;
    let mut digits = rest.trunc();
    let over = rest - digits;
    if over > 0.5 || (over == 0.5 && (digits == 0.0 || digits % 2.0 == 1.0)) {
        digits += 1.0;
    }
    if digits >= TEN {
        digits = 0.0;
        whole += 1.0;
    }
    if value < 0.0 {
        out.push('-');
    }
    let digits = format!("{:010}", digits as u64);
    let digits = digits.trim_end_matches('0');
    out.push_str(&format!("{}.{}", whole as u64, if digits.is_empty() { "0" } else { digits }));
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='\u{7f}' => out.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

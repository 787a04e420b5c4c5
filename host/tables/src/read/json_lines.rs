//! JSON lines.
//!
//! A file is read in pieces, on all threads that are idle. If anything is wrong with it, or odd, it is read with care: one line after the other,
//! and twice. First to learn the names and what each column holds, so that the second reading puts every value where it stays, and a value takes no
//! more memory than in the end.

mod part;
mod quick;
mod row;
mod scanner;
mod side_by_side;
mod values;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema};
use memchr::memchr;

use self::row::Row;
use self::values::{Seen, Values};
use super::error::{Place, ReadError};
use super::lines::Lines;
use super::pieces::{PIECE, cut};
use super::{Limits, ReadOptions, Table, encoding, packed};

/// Reads JSON lines: one object a line, whose keys name the columns. Empty lines are skipped. The lines may be as
/// [Python writes them](python_json).
///
/// A key that a line lacks and one that is `null` or `NaN` are missing values. A column is `Boolean`, `Int64`, `UInt64` (if a number is
/// beyond `Int64` and none is negative) or `Float64` if all its values are that. Numbers of several types are `Float64`, and so are
/// integers with a missing value, and a column of missing values alone. Any other column is `Utf8`: a string is its text, and what is
/// no string is its JSON text without white space, in which `null` stands for numbers that are not finite. The columns are in the order
/// in which their keys first appear. If an object has a key twice, the last one counts.
///
/// # Errors
///
/// If the file is not UTF-8, if a line is no JSON object, or if the file is larger than allowed.
pub fn read_json_lines(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Table, ReadError> {
    packed::refuse(bytes)?;
    read(bytes, options, PIECE).map_err(|error| encoding::or_unmarked(bytes, error))
}

/// Reads a file in pieces of about so many bytes.
fn read(bytes: &[u8], options: &ReadOptions<'_>, piece: usize) -> Result<Table, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match side_by_side::read(bytes, cut(bytes, piece), options) {
        Some(read) => read.table(options),
        None => with_care(bytes, options)?.table(options),
    }
}

/// What a file has: the names, the columns that are kept, and the lines of the rows.
struct Read {
    header: Vec<String>,
    arrays: Vec<ArrayRef>,
    lines: Lines,
}

impl Read {
    fn table(self, options: &ReadOptions<'_>) -> Result<Table, ReadError> {
        let Read { header, arrays, lines } = self;
        let kept = header.iter().filter(|name| options.keeps(name));
        let fields = kept.zip(&arrays).map(|(name, array)| Field::new(name, array.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = RecordBatchOptions::new().with_row_count(Some(lines.rows()));
        let batch = RecordBatch::try_new_with_options(schema, arrays, &options)?;
        Ok(Table { header, batch, labels: 0, lines })
    }
}

/// Reads all lines one after the other.
fn with_care(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Read, ReadError> {
    let &Limits { rows: max_rows, cells: max_cells, .. } = options.limits;
    let mut row = Row::new(options);
    let mut lines = Lines::default();
    let mut seen: Vec<Seen> = Vec::new();
    for object in objects(bytes) {
        let (line, text) = object?;
        if lines.rows() == max_rows {
            return Err(ReadError::Rows { limit: max_rows });
        }
        row.text.clear();
        row.read(text, line)?;
        lines.push(line);
        seen.resize_with(row.cells.len(), Seen::default);
        seen.iter_mut().zip(&row.cells).for_each(|(seen, cell)| seen.add(cell));
        if lines.rows() > max_cells / seen.len().max(1) {
            return Err(ReadError::Cells { limit: max_cells });
        }
    }

    let rows = lines.rows();
    let mut columns: Vec<Values> = seen.iter().map(|seen| seen.values(rows)).collect();
    // Without columns that are kept there is nothing more to read.
    let again = if columns.is_empty() { &[] } else { bytes };
    for object in objects(again) {
        let (line, text) = object?;
        row.text.clear();
        row.read(text, line)?;
        for (index, (values, cell)) in columns.iter_mut().zip(&row.cells).enumerate() {
            values.push(cell, &row.text).map_err(|values::TooMuchText| row.too_much_text(index))?;
        }
    }
    let arrays = columns.into_iter().map(Values::finish).collect();
    Ok(Read { header: row.header, arrays, lines })
}

/// The lines that are not empty, with their numbers.
fn objects(bytes: &[u8]) -> impl Iterator<Item = Result<(u64, &str), ReadError>> {
    let mut rest = bytes;
    let texts = std::iter::from_fn(move || {
        let end = memchr(b'\n', rest);
        let text = rest.get(..end.unwrap_or(rest.len())).filter(|_| !rest.is_empty())?;
        rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        Some(text)
    });
    (1..).zip(texts).filter_map(|(line, text)| match str::from_utf8(text) {
        Ok(text) => Some(text.trim_ascii()).filter(|text| !text.is_empty()).map(|text| Ok((line, text))),
        Err(_) => Some(Err(ReadError::NotUtf8 { place: Place { line, cell: 1, column: None } })),
    })
}

/// A value of a column.
#[derive(Clone, Debug)]
enum Cell {
    Missing,
    Boolean(bool),
    Signed(i64),
    /// Beyond the signed integers.
    Unsigned(u64),
    /// Any number but NaN.
    Float(f64),
    /// Where the text is in [`Row::text`].
    Text(Range<usize>),
}

impl Cell {
    /// What it is in a column of text: texts are in `text`.
    fn spelled<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self {
            Cell::Missing => "".into(),
            Cell::Boolean(value) => value.to_string().into(),
            Cell::Signed(value) => value.to_string().into(),
            Cell::Unsigned(value) => value.to_string().into(),
            Cell::Float(value) => serde_json::Value::from(*value).to_string().into(),
            Cell::Text(range) => text.get(range.clone()).unwrap_or_default().into(),
        }
    }
}

#[cfg(test)]
mod equality;
#[cfg(test)]
mod tests;
